/*
 * share_test.c
 *		Shares: pinned values, and how even they are.  Prints TAP.
 */
#include <stdlib.h>
#include <string.h>

#include "core/share.h"
#include "tap.h"

/* Worked out by another program; a change would let other dealers in. */
static const struct
{
	const char *text;
	int			share;
}			pinned[] = {
	{"", 94},
	{"a", 52},
	{"b", 44},
	{"Okafor & Sons", 89},
	{"okafor & sons", 41},
	{"Price Ltd", 52},
	{"7", 81},
	{"2025-09-01", 36},
	{"Škoda Brno", 36},
	{"dealer 1", 96},
	{"dealer 2", 56},
	{"the longest name that a dealer ever had, and then some more of it", 78},
};

/* How many of some names are in a share. */
static int
count_in(const char *format, int names, int share)
{
	int			count = 0;

	for (int i = 1; i <= names; i++)
	{
		char		name[32];
		int			len = snprintf(name, sizeof(name), format, i);

		count += share_of(name, len) <= share;
	}
	return count;
}

/* Texts of any bytes have all places, about as often. */
static void
random_texts(void)
{
	enum {texts = 100000};
	int			of_place[101] = {0};
	int			least = texts,
				most = 0;

	for (int i = 0; i < texts; i++)
	{
		uint64_t	text = random_next();

		of_place[share_of((const char *) &text, sizeof(text))]++;
	}
	for (int place = 1; place <= 100; place++)
	{
		least = of_place[place] < least ? of_place[place] : least;
		most = of_place[place] > most ? of_place[place] : most;
	}
	/* a thousand each, give or take five standard deviations */
	ok(least > 840 && most < 1160, "random texts: from %d to %d at a place", least, most);
}

int
main(void)
{
	static const char *const formats[] = {"%d", "dealer %d", "D%04d", "%d Motors Ltd"};

	for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++)
	{
		int			share = share_of(pinned[i].text, strlen(pinned[i].text));

		ok(share == pinned[i].share, "\"%s\" is %d: %d", pinned[i].text,
		   pinned[i].share, share);
	}
	/* of a thousand dealers, within three per cent of what was asked for */
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++)
	{
		int			worst = 0;

		for (int share = 1; share <= 100; share++)
		{
			int			off = abs(count_in(formats[f], 1000, share) - share * 10);

			worst = off > worst ? off : worst;
		}
		ok(worst <= 30, "\"%s\" is even: at most %d of 1000 off", formats[f], worst);
	}
	random_texts();
	return tap_end();
}
