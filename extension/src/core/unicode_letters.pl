#!/usr/bin/perl
# Writes unicode_letters.h: the letters and digits of Unicode, as ranges.
#
# Only characters that Unicode 14 has count, so that any later Perl writes the
# same file.  Ranges run on over code points that had no character then.
use strict;
use warnings;

my (@ranges, $open);
for my $point (0x80 .. 0x10FFFF)
{
	next if $point >= 0xD800 && $point < 0xE000;
	my $character = chr $point;
	next unless $character =~ /\p{Present_In: 14.0}/ && $character !~ /\p{Co}/;
	if ($character =~ /[\p{L}\p{N}]/)
	{
		push @ranges, [ $point, $point ] unless $open;
		$ranges[-1][1] = $point;
		$open = 1;
	}
	else { $open = 0 }
}

print <<'HEAD';
/*
 * unicode_letters.h
 *		The letters and digits of Unicode 14, as ranges; none of ASCII.
 *
 * Written by unicode_letters.pl.
 */
HEAD
printf "\t{0x%04X, 0x%04X},\n", @$_ for @ranges;
