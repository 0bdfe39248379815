/*
 * irregular.c
 *		Marks that are on the register but fit no layout, as a list.
 *
 * Sources, as cited below:
 *	DVSA		the operator licensing code of the Driver and Vehicle Standards
 *				Agency, which lists marks that are valid although they fail its
 *				patterns (dvsa/olcs-transfer, src/Validators/Vrm.php)
 *	flag marks	lists of the marks that embassies chose (pages on British
 *				diplomatic marks after L.H. Newall)
 */
#include "core/irregular.h"

#include <string.h>

#include "core/word.h"

#define DVSA	"DVSA, operator licensing: valid although it fails the patterns"
#define FLAG	"flag mark of an embassy; lists of British diplomatic marks"

const IrregularMark irregular_marks[IRREGULAR_MARKS] = {
	/* flag and official marks */
	{"QTR 1", DVSA, false},
	{"QLD 1", DVSA, false},
	{"QUE 1", DVSA, false},
	{"1 RAQ", DVSA, false},
	{"1 CZS", DVSA, false},
	{"KI 1", DVSA, false},
	/* like the civic marks that have number 0 */
	{"AH 0", DVSA, false},
	/* the register has the leading zero */
	{"BH 0521", DVSA, false},
	{"BL 0131", DVSA, false},
	{"EB 02", DVSA, false},
	{"KHW 004", DVSA, false},
	{"OS 0500", DVSA, false},
	{"OS 0579", DVSA, false},
	/* letters or figures alone */
	{"11", DVSA, true},
	{"ZG", DVSA, true},
	{"ZV", DVSA, true},
	/* flag marks that are in no list of an agency */
	{"1 UZB", FLAG, false},
	{"ZIM 1", FLAG, false},
	{"IC 1", FLAG, false},
};

/* Without the space: as words, and as text to print. */
static uint64_t words[IRREGULAR_MARKS];
static char compact[IRREGULAR_MARKS][PLATE_MAX_COMPACT + 1];

void
irregular_compile(void)
{
	for (int i = 0; i < IRREGULAR_MARKS; i++)
	{
		int			len = 0;

		for (const char *c = irregular_marks[i].mark; *c != '\0'; c++)
			if (*c != ' ')
			{
				words[i] |= (uint64_t) *c << 8 * len;
				compact[i][len++] = *c;
			}
	}
}

int
irregular_serial(uint64_t mark)
{
	uint64_t	capital = mark & ~(letter_bits(mark) * 0x20);

	for (int i = 0; i < IRREGULAR_MARKS; i++)
		if (words[i] == capital)
			return i;
	return -1;
}

int
irregular_print(const PrintStep *step, uint32_t serial, unsigned series,
				bool spaces, char *buf)
{
	const char *text = spaces ? irregular_marks[serial].mark : compact[serial];
	int			len = (int) strlen(text);

	(void) step;
	(void) series;
	memcpy(buf, text, len);
	return len;
}
