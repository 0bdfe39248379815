/*
 * confusion.c
 *		What is read for what, and what each mistake costs.
 */
#include "core/confusion.h"

CodeSet		confused_codes[CODE_FOREIGN + 1];
CodeSet		same_drawing_codes[CODE_FOREIGN + 1];

static const char *const same_drawings[] = {
	"O0",						/* SI 2001/561 Sch 4 */
	"I1"
};

/*
 * Confusions of cameras and people that somebody published, in either
 * direction.  Where a letter and a figure are one drawing, a confusion with one
 * is a confusion with the other.
 */
static const char *const confusions[] = {
	"B8",						/* Genetec Security Center 5.12, OCR
								 * equivalence */
	"S5",						/* the same */
	"Z2",						/* the same */
	"G6",						/* the same */
	"DO", "D0",					/* the same; openalpr pull request 794 */
	"QO", "Q0",					/* the same; openalpr issue 203 */
	"J3",						/* computervisioneng, automatic number plate
								 * recognition, util.py */
	"A4",						/* the same */
	"VY",						/* beatit, common character confusion */
	"CG",						/* openalpr issue 509 */
	"T7",						/* tesseract issue 3487 */
	"L1", "LI",					/* EasyOCR issue 747 */
};

#define COUNT(list)		((int) (sizeof(list) / sizeof((list)[0])))

static void
add_pair(CodeSet *codes, const char *pair)
{
	codes[mark_code(pair[0])] |= CODE_BIT(mark_code(pair[1]));
	codes[mark_code(pair[1])] |= CODE_BIT(mark_code(pair[0]));
}

void
confusions_compile(void)
{
	for (int i = 0; i < COUNT(same_drawings); i++)
		add_pair(same_drawing_codes, same_drawings[i]);
	for (int i = 0; i < COUNT(confusions); i++)
		add_pair(confused_codes, confusions[i]);
}
