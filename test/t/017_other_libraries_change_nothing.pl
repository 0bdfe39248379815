# What the library shows to the process it is loaded into, and what other libraries there can do to it.
use strict;
use warnings;
use lib 'test/lib';
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('exports');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION regcar');

my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
chomp(my $libdir = `$pg_config --pkglibdir`);
my $path = $node->safe_psql('postgres', 'SHOW dynamic_library_path') =~ s/\$libdir/$libdir/gr;
my ($library) = grep { -f } map { "$_/regcar.so" } split /:/, $path;

# Names that a library has, by what nm is asked for.
sub names_of
{
	my ($file, @options) = @_;
	my %names = map { /^\S* ?[A-Za-z] (\w+)/ ? ($1 => 1) : () } `nm --defined-only @options $file`;
	return %names;
}

# What SQL calls: a function that a release named stays in the library, for sessions and dumps that still call it.
my @functions = split /\n/, $node->safe_psql('postgres', <<'END');
SELECT DISTINCT prosrc FROM pg_proc WHERE probin = (SELECT probin FROM pg_proc WHERE oid = 'regcar.plate_in'::regproc)
END
my %called = map { $_ => 1 } @functions, map { slurp_file($_) =~ /'MODULE_PATHNAME', '(\w+)'/g } glob 'test/upgrade/*.sql';
my %wanted = (map({ ($_ => 1, "pg_finfo_$_" => 1) } keys %called), Pg_magic_func => 1, _PG_init => 1);
my %exported = names_of($library, '-D');
cmp_ok(scalar keys %called, '>', 80, 'SQL calls functions of the library');
is_deeply([sort keys %exported], [sort keys %wanted], 'they are what the library exports, and nothing else is');

# A library that is in the process already, and has all the names that ours uses inside: whoever calls one is killed.
my %inside = names_of($library);
delete @inside{ keys %wanted, grep { /^_|^(completed|frame_dummy|(de)?register_tm_clones)/ } keys %inside };
ok($inside{plate_parse} && $inside{settle_entry} && $inside{hold_list}, 'inside it has names of its own');
my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/module.c", "#include \"postgres.h\"\n#include \"fmgr.h\"\nPG_MODULE_MAGIC;\n");
append_to_file("$dir/names.c", join '', map { "void $_(void) { __builtin_trap(); }\n" } sort keys %inside);
chomp(my $include = `$pg_config --includedir-server`);
system_or_bail('gcc', '-w', '-fno-builtin', '-fPIC', '-shared', "-I$include", '-o', "$dir/namesake.so", "$dir/module.c",
	"$dir/names.c");

my $story = <<'END';
SET search_path = public, regcar;
SELECT 'AB75 CDE'::plate, plate_series('AB75 CDE'::plate), plate_problem('AB75 IQC'), plate_region('AB75 CDE'::plate);
SELECT count(*) FROM plate_suggest('AB7S CDE');
SELECT 'AB75 CDE'::plate <@ plate_block('AB', '75'), 'AB75 CDE'::plate LIKE 'AB75*';
CREATE TABLE reg (mark plate, make text);
SELECT guard('reg', 'mark');
SELECT place_hold('test', '{"make": ["Jaguar", "Lotus"]}', 'queue');
INSERT INTO reg VALUES ('AB75 CDE', 'Jaguar'), ('AB75 CDF', 'Ford');
SELECT lift_hold(1, 'test');
CALL release();
SELECT make, mark FROM reg ORDER BY make;
END

# What a session with a library loaded first has to tell, within a minute.
sub told
{
	my ($database, $before) = @_;
	my $timed_out;
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	$node->safe_psql($database, 'CREATE EXTENSION regcar');
	my ($rc, $out) = $node->psql($database, $before . $story, timeout => 60 * $patience, timed_out => \$timed_out);
	return $timed_out ? 'no end' : "$rc\n$out";
}
my $alone = told('alone', '');
like($alone, qr/^0\n.*Ford\|AB75 CDF\nJaguar\|AB75 CDE$/s, 'a story runs to its end');
is(told('together', "LOAD '$dir/namesake.so';\n"), $alone, 'a library that has the same names inside changes nothing');

$node->stop('immediate');
done_testing();
