# pgcopydb: with --skip-extensions and pg_dump of the state, as documented, the copy of a held database is held and its history
# is whole.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('copied');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE source; CREATE DATABASE target');
$node->safe_psql('source', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, make text);
SELECT regcar.guard('reg');
INSERT INTO reg VALUES ('AB75 CDE', 'Ford');
SELECT regcar.place_hold('attack', action => 'queue');
INSERT INTO reg VALUES ('AB75 CDF', 'Ford');
SELECT regcar.exempt(1, '{"make": "Rover"}', 'clean');
END
$node->safe_psql('target', 'CREATE EXTENSION regcar');
my ($source, $target) = map { $node->connstr($_) } qw(source target);
local $ENV{HOME} = PostgreSQL::Test::Utils::tempdir;
command_ok([ 'pgcopydb', 'clone', '--skip-extensions', '--dir', "$ENV{HOME}/copy", '--source', $source, '--target', $target ], 'pgcopydb clone --skip-extensions');
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->command_ok([ 'pg_dump', '--data-only', '--table', 'regcar_state.*', '-f', "$dir/state.sql", $source ], 'pg_dump of the state alone');
$node->command_ok([ 'psql', '-Xq', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/state.sql", '-d', $target ], 'and its restore');

for my $query ('SELECT * FROM reg', 'SELECT * FROM regcar.active_holds', 'SELECT * FROM regcar.active_exemptions', 'SELECT * FROM regcar.queue', 'SELECT * FROM regcar.guards', 'SELECT events, problem FROM regcar.verify_history()')
{
	is($node->safe_psql('target', $query), $node->safe_psql('source', $query), "the same: $query");
}
is($node->safe_psql('target', "SELECT regcar.place_hold('next')"), '2', 'the next hold has the next number');

$node->stop;
done_testing();
