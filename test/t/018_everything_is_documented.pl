# Everything that people may use of the extension is documented, everything documented is there, and links lead somewhere.
# What there is comes from the catalogue and the source, so that nothing is forgotten.
use strict;
use warnings;
use File::Basename 'dirname';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/lib';
use Pages;

my $node = PostgreSQL::Test::Cluster->new('documentation');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION regcar; CREATE ROLE oncall');
$node->safe_psql('postgres', "SELECT regcar.grant_operator('oncall')");
sub lines { my ($sql) = @_; return split /\n/, $node->safe_psql('postgres', "SET search_path = regcar, public; $sql") }

# What the reference has, a name or a call in the first cell of a row, and the row. Parts are named alone.
my $reference = 'extension/doc/reference.md';
my (%row, %call, %named);
for my $section (Pages::sections($reference))
{
	for my $row (Pages::rows($section->{text}))
	{
		my @code = $row->[0] =~ /`([^`]+)`/g;
		$row{ $section->{title} }{$_} = $row->[1] // '' for @code;
		$named{$_} = 1 for @code;
		for my $code (@code)
		{
			push @{ $call{$1} }, { arguments => $2, result => join(' ', @$row) } if $code =~ /^(?:CALL )?(\w+)\((.*)\)$/;
		}
	}
}
my %part = map { $_ => 1 } Pages::section($reference, 'Parts')->{text} =~ /`(\w+)`/g;
cmp_ok(scalar(keys %call), '>=', 40, 'the reference lists functions');

# Functions, procedures and aggregates that everybody or an operator may execute; not what is behind an operator, a type, an
# operator class, a cast, a view or another function.
my @functions = map { [ split /\|/, $_, -1 ] } lines(<<'SQL');
SELECT p.proname, coalesce(array_to_string(p.proargnames[1:p.pronargs], ','), ''), p.pronargdefaults,
       coalesce((SELECT string_agg(n, ',') FROM unnest(p.proargnames, p.proargmodes) a (n, m) WHERE m IN ('o', 't')), '')
FROM pg_proc p JOIN pg_depend e ON (e.classid, e.objid) = ('pg_proc'::regclass, p.oid) AND e.deptype = 'e'
    AND (e.refclassid, e.refobjid) = ('pg_extension'::regclass, (SELECT oid FROM pg_extension WHERE extname = 'regcar'))
WHERE has_function_privilege('oncall', p.oid, 'EXECUTE')
  AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype) AND NOT p.proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[]
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid AND d.deptype <> 'e'
                  AND d.classid <> 'pg_trigger'::regclass)
ORDER BY 1
SQL
cmp_ok(scalar(@functions), '>=', 60, 'there are functions that people may execute');
is(join(' ', grep { !$call{$_} && !$part{$_} } map { $_->[0] } @functions), '', "each is in $reference, or one of its Parts");

# What it says of them. A call on all nodes has the arguments of the call on one.
for my $function (@functions)
{
	my ($name, $arguments, $defaults, $columns) = @$function;
	next if !$call{$name};
	my ($said) = map { $_->{arguments} } @{ $call{$name} };
	my $result = join ' ', map { $_->{result} } @{ $call{$name} };
	is($said, join(', ', split /,/, $arguments), "$name: its arguments") if $defaults > 0 && $said ne '…';
	is(join(' ', grep { $result !~ /`$_`/ } split /,/, $columns), '', "$name: the columns of its result");
}

# The other way round.
my %is = map { $_ => 1 } lines("SELECT proname FROM pg_proc WHERE pronamespace = 'regcar'::regnamespace
	UNION SELECT relname FROM pg_class WHERE relnamespace = 'regcar'::regnamespace");
is(join(' ', grep { !$is{$_} } sort keys %call), '', 'there is no function in the reference that does not exist');
is(join(' ', grep { !$is{$_} } sort keys %part), '', 'nor a part');
is(join(' ', grep { !$is{$_} } grep { /^[a-z_]+$/ } map { $_->{title} } Pages::sections($reference)), '', 'nor a view');

# Views that everybody or an operator may read: a section each, with every column and no other.
for my $view (lines(<<'SQL'))
SELECT c.oid::regclass FROM pg_class c JOIN pg_depend e ON (e.classid, e.objid) = ('pg_class'::regclass, c.oid) AND e.deptype = 'e'
WHERE c.relkind = 'v' AND has_any_column_privilege('oncall', c.oid, 'SELECT') ORDER BY 1
SQL
{
	my ($name) = $view =~ /(\w+)$/;
	my @columns = lines("SELECT attname FROM pg_attribute WHERE attrelid = '$view'::regclass AND attnum > 0 ORDER BY attname");
	next if $part{$name};
	is(join(' ', sort keys %{ $row{$name} }), join(' ', @columns), "view $name and its columns");
}

# Tables, types with their labels, casts, operator classes, operators. The comparisons of all btree classes share a row.
is(join(' ', grep { !$named{$_} } lines(<<'SQL')), '', 'tables, types, casts, operator classes and operators');
WITH member AS (
    SELECT classid, objid FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
      AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'regcar'))
SELECT relname FROM pg_class, member WHERE (classid, objid) = ('pg_class'::regclass, pg_class.oid) AND relkind = 'r'
UNION ALL SELECT typname FROM pg_type, member WHERE (classid, objid) = ('pg_type'::regclass, pg_type.oid) AND typcategory <> 'A'
UNION ALL SELECT opcname FROM pg_opclass, member WHERE (classid, objid) = ('pg_opclass'::regclass, pg_opclass.oid)
UNION ALL SELECT format('%s::%s', s.typname, t.typname) FROM pg_cast c JOIN member ON (classid, objid) = ('pg_cast'::regclass, c.oid)
    JOIN pg_type s ON s.oid = castsource JOIN pg_type t ON t.oid = casttarget
UNION ALL SELECT CASE WHEN EXISTS (SELECT FROM pg_amop a JOIN pg_am m ON m.oid = a.amopmethod
                                   WHERE a.amopopr IN (o.oid, o.oprnegate) AND m.amname = 'btree')
                      THEN oprname
                      ELSE format('%s %s %s', oprleft::regtype::text, CASE oprname WHEN '~~' THEN 'LIKE' WHEN '!~~' THEN 'NOT LIKE' WHEN '~~*' THEN 'ILIKE' WHEN '!~~*' THEN 'NOT ILIKE' ELSE oprname END,
                                  oprright::regtype::text) END
FROM pg_operator o, member WHERE (classid, objid) = ('pg_operator'::regclass, o.oid)
SQL
my $types = join ' ', values %{ $row{Types} };
is(join(' ', grep { $types !~ /`$_`/ } lines(<<'SQL')), '', 'the labels of types');
SELECT enumlabel FROM pg_enum JOIN pg_depend e ON (e.classid, e.objid) = ('pg_type'::regclass, enumtypid) AND e.deptype = 'e'
WHERE e.refclassid = 'pg_extension'::regclass ORDER BY enumtypid, enumsortorder
SQL

# Every SQLSTATE that the C code and the SQL raise. Names of conditions are the server's, but for those of class RH.
my %state = slurp_file(($node->config_data('--sharedir')) . '/errcodes.txt') =~ /^(\w{5}) +\w +(ERRCODE_\w+)/mg;
my %named_state = slurp_file(($node->config_data('--sharedir')) . '/errcodes.txt') =~ /^(\w{5}) +\w +ERRCODE_\w+ +(\w+)/mg;
my %code = (reverse(%state), reverse(%named_state));
my %raised;
for my $file (glob 'extension/src/*.[ch] extension/src/*/*.[ch]')
{
	my $text = slurp_file($file);
	while ($text =~ /^#define\s+(ERRCODE_\w+)\s+MAKE_SQLSTATE\((.*)\)/mg)
	{
		my ($name, $characters) = ($1, $2);
		$code{$name} = join '', $characters =~ /'(\w)'/g;
	}
	while ($text =~ /\berrcode(\((?:[^()]++|(?1))*\))/g) { my $raise = $1; $raised{$1}{$file} = 1 while $raise =~ /\b(ERRCODE_\w+)/g; }
}
$raised{$_}{'the SQL'} = 1 for lines(<<'SQL');
SELECT DISTINCT m[1] FROM pg_proc, regexp_matches(prosrc, 'ERRCODE\s*=\s*''(\w+)''', 'g') m WHERE pronamespace = 'regcar'::regnamespace
SQL
cmp_ok(scalar(keys %raised), '>=', 20, 'errors are raised');
my $states = $row{SQLSTATEs};
for my $name (sort keys %raised)
{
	my $sqlstate = $code{$name} // $name;
	ok($states->{$sqlstate}, "$sqlstate, $name of " . join(' and ', sort keys %{ $raised{$name} }));
}

# A HINT with a statement that takes more rights than its reader has says whose they are. pgTAP has those of the SQL.
my @hints = map { slurp_file($_) =~ /"((?:[^"\\\n]|\\.)*\b(?:ALTER|CREATE INDEX|DROP|GRANT|ROLLBACK PREPARED)\b(?:[^"\\\n]|\\.)*)"/g } glob 'extension/src/*/*.c';
cmp_ok(scalar(@hints), '>=', 5, 'the C code has HINTs with statements');
# what end_of_prepared() gives is no HINT: whoever shows it says whose it is
is(join("\n", grep { !/superuser|owner/ } @hints), 'ROLLBACK PREPARED %s;', 'which say whose they are');

# Links within the tree lead to files and headings that there are, and no page is left out of the README.
my %anchors;

sub anchors
{
	my ($file) = @_;
	my %seen;
	return $anchors{$file} //= { map {
		my $a = lc;
		$a =~ s/[^\w -]//g;
		$a =~ tr/ /-/;
		my $n = $seen{$a}++;
		$n ? "$a-$n" : $a => 1
	} map { $_->{title} } Pages::sections($file) };
}
my $links = 0;
for my $file (Pages::pages(), 'CHANGELOG.md', glob('test/README.md extension/*/README.md'))
{
	next if !-f $file;
	(my $text = slurp_file($file)) =~ s/^\s*```.*?^\s*```$//msg;
	while ($text =~ /\]\(([^)\s]+)\)/g)
	{
		my $link = $1;
		next if $link =~ /^https?:/;
		my ($path, $anchor) = split /#/, $link;
		my $target = $path ? dirname($file) . "/$path" : $file;
		$target =~ s{^\./}{};
		1 while $target =~ s{(^|/)(?!\.\./)[^/]+/\.\./}{$1};
		$links++;
		ok(-e $target && (!defined $anchor || anchors($target)->{$anchor}), "$file: $link leads somewhere");
	}
}
cmp_ok($links, '>=', 30, 'there are links');
my $paths = 0;
for my $file (Pages::pages(), 'test/README.md')
{
	for my $path (slurp_file($file) =~ m{`((?:test|extension|debian)/[\w./-]*\.\w+)`}g)
	{
		$paths++;
		ok(-e $path, "$file: $path is there");
	}
}
cmp_ok($paths, '>=', 5, 'paths are named');
my $readme = slurp_file('README.md');
ok($readme =~ /\]\(\Q$_\E\)/, "the README leads to $_") for grep { $_ ne 'README.md' } Pages::pages();

# The README repeats figures of the comparison, by whole cells.
my ($of) = map { $_->{text} } Pages::section('extension/doc/comparison.md', 'To stop writes');
my %compared = map { $_->[0] => $_ } Pages::rows($of);
my @repeated = Pages::rows(Pages::section('README.md', 'How it compares')->{text});
cmp_ok(scalar(@repeated), '>', 2, 'the README compares');
my ($head, @ways) = @repeated;
for my $way (@ways)
{
	my %cell = map { s/, even if.*| of \d+$|\*\*//gr => 1 } @{ $compared{ $way->[0] } // [] };
	is(join(' / ', grep { !$cell{$_} } map { s/ of \d+$|\*\*//gr } @$way), '', "$way->[0]: the README says what the comparison says");
}

$node->stop;
done_testing();
