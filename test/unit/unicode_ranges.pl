# The tables of characters in extension/src/core are what their script writes, and that is what Perl's own Unicode data says.
use strict;
use warnings;
use Test::More;
use Unicode::UCD;
use charnames ();

my $core = 'extension/src/core';
# A later Perl knows more characters, an older one lacks some.
plan skip_all => "this Perl has Unicode " . Unicode::UCD::UnicodeVersion()
	if (split /\./, Unicode::UCD::UnicodeVersion())[0] < 14;

sub slurp { my ($file) = @_; local (@ARGV, $/) = $file; return scalar <> }
foreach my $table (qw(letters unseen))
{
	my $written = qx{"$^X" $core/unicode_ranges.pl $table};
	is(slurp("$core/unicode_$table.h"), $written, "unicode_$table.h is as its script writes it");
}

# Characters of each kind, by their names: what the script asks Perl for is what the tables are for.
my %ranges = map {
	my $table = $_;
	$table => [ map { [ map { hex } /0x(\w+), 0x(\w+)/ ] } grep { /^\t\{/ } split /\n/, slurp("$core/unicode_$table.h") ];
} qw(letters unseen);
sub tables_with
{
	my ($character) = @_;
	return join ' ', grep { grep { $_->[0] <= ord $character && ord $character <= $_->[1] } @{ $ranges{$_} } } sort keys %ranges;
}
is(tables_with(charnames::string_vianame($_)), 'unseen', $_)
	foreach 'NO-BREAK SPACE', 'ZERO WIDTH SPACE', 'ZERO WIDTH JOINER', 'BYTE ORDER MARK', 'SOFT HYPHEN', 'WORD JOINER',
		'NARROW NO-BREAK SPACE', 'IDEOGRAPHIC SPACE', 'CHARACTER TABULATION', 'LINE FEED', 'INFORMATION SEPARATOR THREE',
		'NEXT LINE', 'RIGHT-TO-LEFT MARK', 'VARIATION SELECTOR-16', 'TAG LATIN CAPITAL LETTER A', 'COMBINING GRAPHEME JOINER';
is(tables_with(charnames::string_vianame($_)), 'letters', $_)
	foreach 'GREEK CAPITAL LETTER ALPHA', 'CYRILLIC SMALL LETTER A', 'ARABIC-INDIC DIGIT FIVE', 'SUPERSCRIPT TWO', 'ROMAN NUMERAL FOUR',
		'LATIN SMALL LETTER E WITH ACUTE', 'FULLWIDTH LATIN CAPITAL LETTER A', 'CJK UNIFIED IDEOGRAPH-4E00';
is(tables_with(charnames::string_vianame($_)), '', $_)
	foreach 'BULLET', 'EN DASH', 'MIDDLE DOT', 'HYPHEN', 'EURO SIGN', 'COMBINING ACUTE ACCENT', 'BLACK SQUARE', 'HYPHEN-MINUS';

done_testing();
