# Binary input: what COPY and drivers send. Every byte string is a mark or error 22P03, never a crash.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('binary');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION regcar');
$node->safe_psql('postgres', 'CREATE TABLE t (mark regcar.plate, series regcar.plate_series)');

my $file = $node->basedir . '/copy.bin';

# A file in COPY's binary format with one row; undef is NULL.
sub write_row
{
	my @fields = @_;
	my $data = "PGCOPY\n\xff\r\n\0" . pack('NN', 0, 0) . pack('n', scalar @fields);
	$data .= defined $_ ? pack('N', length $_) . $_ : pack('N', 0xffffffff) foreach @fields;
	$data .= pack('n', 0xffff);
	open my $fh, '>:raw', $file or die $!;
	print $fh $data;
	close $fh;
	return;
}

sub copy_in
{
	my ($rc, $out, $err) = $node->psql('postgres',
		"\\set VERBOSITY verbose\nTRUNCATE t; COPY t FROM '$file' (FORMAT binary); SELECT mark, series FROM t");
	return $err =~ /ERROR:  (\w+): / ? $1 : $out;
}

write_row('AB75CDE', '75');
is(copy_in(), 'AB75 CDE|75', 'the compact form is a mark');
write_row('ab75 cde', 's-prefix');
is(copy_in(), 'AB75 CDE|S-prefix', 'so are display form and lower case, as in text');
write_row(undef, undef);
is(copy_in(), '|', 'NULL is NULL');

my %wrong = (
	'nothing' => '',
	'a broken rule' => 'AB75IQC',
	'spaces only' => '        ',
	'a zero byte' => "AB75\0CDE",
	'a zero byte at the end' => "AB75CDE\0",
	'bytes of no encoding' => "\xff\xfe\xc3\x28",
	'half a character' => "AB75CD\xc3",
	'a letter of another alphabet' => "\xd0\x90B75CDE",
	'control characters' => "\x01\x02\x1b\x7f",
	'eight bytes that could be the stored value' => pack('q>', 91 << 44 | 1 << 36 | 15052),
	'a megabyte of letters' => 'A' x 1_000_000,
	'a megabyte of 0xff' => "\xff" x 1_000_000);
foreach my $what (sort keys %wrong)
{
	write_row($wrong{$what}, undef);
	is(copy_in(), '22P03', "$what: no mark");
	write_row(undef, $wrong{$what});
	is(copy_in(), '22P03', "$what: no series");
}
write_row("AB75\0CDE", undef);
like(($node->psql('postgres', "COPY t FROM '$file' (FORMAT binary)"))[2], qr/^DETAIL:  Byte 5 is not an ASCII letter, digit or space\.$/m, 'the DETAIL counts bytes from 1');
write_row('AB75CDE' . ' ' x 1_000_000, undef);
is(copy_in(), 'AB75 CDE|', 'a million spaces are left out');

# Each byte alone, and each in the place of a letter.
my @other;
foreach my $byte (0 .. 255)
{
	foreach my $mark (chr($byte), 'AB75CD' . chr($byte))
	{
		next if $mark =~ /^AB75CD[ \t\n\r]$/;    # white space: the military mark AB 75 CD
		write_row($mark, undef);
		my $got = copy_in();
		my $want = $mark =~ /^AB75CD[A-HJ-PR-Za-hj-pr-z]$/ ? 'AB75 CD' . uc(chr($byte)) . '|' : '22P03';
		push @other, "byte $byte: $got" if $got ne $want;
	}
}
is("@other", '', 'each of the 256 bytes');

# There and back.
$node->safe_psql('postgres', <<"END");
TRUNCATE t;
INSERT INTO t SELECT example, last_series FROM regcar.plate_formats;
COPY t TO '$file' (FORMAT binary);
CREATE TABLE u (LIKE t);
COPY u FROM '$file' (FORMAT binary);
END
is( $node->safe_psql('postgres', 'SELECT count(*) FROM (TABLE t INTERSECT ALL TABLE u) s'),
	'17', 'every format comes back from binary COPY');

$node->stop;
done_testing();
