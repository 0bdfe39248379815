#!/usr/bin/perl
# Writes unicode_letters.h or unicode_unseen.h: characters of Unicode, as ranges.
#
#   unicode_ranges.pl letters >unicode_letters.h
#   unicode_ranges.pl unseen >unicode_unseen.h
#
# Only characters that Unicode 14 has count, so that any later Perl writes the
# same files.  Ranges run on over code points that had no character then.
use strict;
use warnings;

my %tables = (
	letters => [ qr/[\p{L}\p{N}]/, 0x80, 'The letters and digits of Unicode 14, as ranges; none of ASCII.' ],
	unseen  => [ qr/[\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/, 0,
		'White space of Unicode 14, and whatever else leaves no ink, as ranges.' ],
);
my $table = @ARGV == 1 && $tables{ $ARGV[0] } or die "usage: $0 letters|unseen\n";
my ($wanted, $start, $what) = @$table;

my (@ranges, $open);
for my $point ($start .. 0x10FFFF)
{
	next if $point >= 0xD800 && $point < 0xE000;
	my $character = chr $point;
	next unless $character =~ /\p{Present_In: 14.0}/ && $character !~ /\p{Co}/;
	if ($character =~ $wanted)
	{
		push @ranges, [ $point, $point ] unless $open;
		$ranges[-1][1] = $point;
		$open = 1;
	}
	else { $open = 0 }
}

print <<"HEAD";
/*
 * unicode_$ARGV[0].h
 *		$what
 *
 * Written by unicode_ranges.pl.
 */
HEAD
printf "\t{0x%04X, 0x%04X},\n", @$_ for @ranges;
