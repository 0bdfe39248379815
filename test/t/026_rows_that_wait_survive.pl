# Rows that wait in their table outlive what a database may: a crash while they come in and while they are released, a dump,
# a failover, and their way to a subscriber. At any moment each ticket has one row and one entry that waits, and a released
# entry has none.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/lib';
use Notices 'heard';

my $node = PostgreSQL::Test::Cluster->new('waits');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "autovacuum = off\nrestart_after_crash = on\n");
$node->start;

my $schema = <<'END';
CREATE TABLE reg (id bigint PRIMARY KEY, mark regcar.plate UNIQUE, make text, ticket bigint);
CREATE INDEX reg_ticket ON reg (ticket) WHERE ticket IS NOT NULL;
CREATE TABLE child (reg bigint REFERENCES reg);
END
$node->safe_psql('postgres', <<END);
CREATE EXTENSION regcar;
$schema
SELECT regcar.guard('reg', ticket => 'ticket');
CREATE ROLE dealer;
GRANT SELECT, INSERT ON reg, child TO dealer;
CREATE VIEW wrong AS
SELECT format('ticket %s has no row', id) AS what FROM regcar.queue q WHERE state = 'waiting' AND NOT EXISTS (SELECT FROM reg WHERE ticket = q.id)
UNION ALL
SELECT format('row %s has ticket %s, which does not wait', id, ticket) FROM reg r
WHERE ticket IS NOT NULL AND NOT EXISTS (SELECT FROM regcar.queue q WHERE q.id = r.ticket AND q.state = 'waiting' AND q.in_place)
UNION ALL
SELECT format('ticket %s is on %s rows', ticket, count(*)) FROM reg WHERE ticket IS NOT NULL GROUP BY ticket HAVING count(*) > 1
UNION ALL
SELECT problem FROM regcar.verify_history() WHERE problem IS NOT NULL;
END

like(heard($node, "CREATE TABLE bare (mark regcar.plate); SELECT regcar.guard('bare'); SELECT regcar.place_hold('stop', '{\"make\": \"Jaguar\"}', 'pend')"),
	qr/WARNING:  01000: hold 1 rejects instead of letting registrations wait in: public.bare \| DETAIL:  The guards of these tables have no column of tickets/, 'a hold warns where it rejects');
like(heard($node, "SELECT regcar.unguard('reg'); DROP INDEX reg_ticket; SELECT regcar.guard('reg', ticket => 'ticket')"),
	qr/WARNING:  01000: no index of "public.reg" begins with "ticket" \|.*CREATE INDEX CONCURRENTLY ON public.reg \(ticket\) WHERE ticket IS NOT NULL;/, 'a guard warns without an index');
$node->safe_psql('postgres', 'CREATE INDEX reg_ticket ON reg (ticket) WHERE ticket IS NOT NULL');
is(heard($node, "SET ROLE dealer; INSERT INTO reg VALUES (1, 'AB75 CDA', 'Jaguar')"),
	"NOTICE:  RH003: registration waits in its table | DETAIL:  Ticket 1. Hold 1: stop, since then. | HINT:  It counts when its ticket is taken away, at the release of the queue; regcar.queue shows its state. | SCHEMA NAME:  public | TABLE NAME:  reg | ",
	'one row that waits');
is(heard($node, "SET ROLE dealer; INSERT INTO reg VALUES (2, 'AB75 CDB', 'Jaguar'), (3, 'AB75 CDC', 'Rover'), (4, 'AB75 CDD', 'Jaguar')"),
	"NOTICE:  RH003: registrations wait in their table | DETAIL:  Tickets 2-3. Hold 1: stop, since then. | HINT:  They count when their tickets are taken away, at the release of the queue; regcar.queue shows their state. | SCHEMA NAME:  public | TABLE NAME:  reg | ",
	'several rows');
is(heard($node, "SET ROLE dealer; INSERT INTO reg VALUES (1, 'AB75 CDA', 'Jaguar') ON CONFLICT DO NOTHING"), '', 'nothing is said of a row that does not go in');
is($node->safe_psql('postgres', 'SELECT * FROM wrong'), '', 'rows and entries fit');

# Crashes while rows come in, and while they are released

my $next = 1000;
foreach my $round (1 .. 3)
{
	my $patience = IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default);
	my ($first, $last) = ($next, $next + 2999);
	$next += 3000;
	my $rows = "SELECT $first + n, m, 'Jaguar' FROM regcar.plates(regcar.plate_block('C' || chr(64 + $round), '75')) WITH ORDINALITY p (m, n) LIMIT 3000";
	$node->safe_psql('postgres', "SET client_min_messages = error; INSERT INTO reg $rows; INSERT INTO child SELECT id FROM reg WHERE id > $first");
	# one statement is under way when the server goes down, and a release when it does so again
	my $open = "BEGIN; INSERT INTO reg SELECT 500000 + n, m, 'Jaguar', NULL FROM regcar.plates(regcar.plate_block('DA', '75')) WITH ORDINALITY p (m, n) LIMIT 2000;\n\\echo inserted\nSELECT pg_sleep(600);\n";
	my ($out, $err) = ('', '');
	my $session = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres'), '-c', 'SET client_min_messages = error', '-f', '-' ], '<', \$open, '>', \$out, '2>', \$err, $patience);
	IPC::Run::pump($session) until $out =~ /inserted/ || !$session->pumpable;
	$node->stop('immediate');
	$session->finish;
	$node->start;
	is($node->safe_psql('postgres', 'SELECT * FROM wrong'), '', "round $round: after a crash rows and entries fit");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM reg WHERE id >= 500000'), 0, "round $round: and what was not committed is nowhere");

	$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
	my $release = "CALL regcar.release(batch => 100);\n";
	$err = '';
	my $releasing = IPC::Run::start([ 'psql', '-XAtq', '-d', $node->connstr('postgres') ], '<', \$release, '>', \$out, '2>', \$err, $patience);
	# when it has said so of some batches
	IPC::Run::pump($releasing) until $err =~ /released [1-9]/ || !$releasing->pumpable;
	$node->stop('immediate');
	$releasing->finish;
	$node->start;
	is($node->safe_psql('postgres', 'SELECT * FROM wrong'), '', "round $round: after a crash in a release they do");
	my ($final, $released) = split /\|/, $node->safe_psql('postgres', "SELECT count(*) FILTER (WHERE ticket IS NULL), (SELECT count(*) FROM regcar.queue WHERE state = 'released') FROM reg WHERE make = 'Jaguar'");
	is($final, $released, "round $round: as many are final as were released");
	$node->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('again', '{\"make\": \"Jaguar\"}', 'pend')");
}

# A dump has them: as a whole, and data alone into tables that are there

my $rows = 'SELECT id, mark, ticket FROM reg ORDER BY id';
my $before = $node->safe_psql('postgres', $rows);
my $dir = PostgreSQL::Test::Utils::tempdir;
command_ok([ 'pg_dump', '-Fc', '-f', "$dir/dump", '-d', $node->connstr('postgres') ], 'a dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored');
command_ok([ 'pg_restore', '--exit-on-error', '-d', $node->connstr('restored'), "$dir/dump" ], 'is restored');
is($node->safe_psql('restored', $rows), $before, 'with the rows that wait');
is($node->safe_psql('restored', 'SELECT * FROM wrong'), '', 'and their entries');
$node->safe_psql('restored', "SET client_min_messages = error; INSERT INTO reg VALUES (900001, 'AB75 CZZ', 'Jaguar')");
is($node->safe_psql('restored', 'SELECT * FROM wrong'), '', 'new ones get new tickets');
$node->safe_psql('restored', "SET client_min_messages = error; SELECT regcar.lift_all('over')");
$node->safe_psql('restored', 'SET client_min_messages = error; CALL regcar.release()');
is($node->safe_psql('restored', "SELECT count(*) FROM reg WHERE ticket IS NOT NULL"), 0, 'a release there makes all final');
$node->safe_psql('postgres', "CREATE DATABASE filled");
command_ok([ 'pg_restore', '--exit-on-error', '--schema-only', '-d', $node->connstr('filled'), "$dir/dump" ], 'the schema alone');
command_ok([ 'pg_restore', '--exit-on-error', '--data-only', '--disable-triggers', '-d', $node->connstr('filled'), "$dir/dump" ], 'then the data');
is($node->safe_psql('filled', $rows), $before, 'rows keep their tickets');

# A standby that takes over has them

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

# A subscriber has the tickets of its publisher, and hears of their release

my $subscriber = PostgreSQL::Test::Cluster->new('subscriber');
$subscriber->init(allows_streaming => 'logical');
$subscriber->start;
$subscriber->safe_psql('postgres', "CREATE EXTENSION regcar; $schema SELECT regcar.guard('reg', ticket => 'ticket')");
$node->safe_psql('postgres', 'CREATE PUBLICATION register FOR TABLE reg');
my $connection = $node->connstr . ' dbname=postgres';
$subscriber->safe_psql('postgres', "CREATE SUBSCRIPTION register CONNECTION '$connection' PUBLICATION register");
$subscriber->wait_for_subscription_sync($node, 'register');
is($subscriber->safe_psql('postgres', $rows), $before, 'a subscriber gets the rows with their tickets');
$node->safe_psql('postgres', "SET client_min_messages = error; INSERT INTO reg VALUES (900002, 'AB75 CZY', 'Jaguar'); UPDATE reg SET ticket = NULL");
$node->wait_for_catchup('register');
is($subscriber->safe_psql('postgres', $rows), $node->safe_psql('postgres', $rows), 'and whatever follows');
$node->wait_for_catchup($standby);
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$node->safe_psql('postgres', 'SET client_min_messages = error; CALL regcar.release()');
$node->wait_for_catchup('register');
is($subscriber->safe_psql('postgres', 'SELECT count(*) FROM reg WHERE ticket IS NOT NULL'), 0, 'the release, too');
is($node->safe_psql('postgres', 'SELECT * FROM wrong'), '', 'at its publisher rows and entries fit');
$subscriber->stop;

$node->wait_for_catchup($standby);
$node->stop('immediate');
$standby->promote;
is($standby->safe_psql('postgres', 'SELECT * FROM wrong'), '', 'a standby that took over has rows and entries that fit');
$standby->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('there', '{\"make\": \"Jaguar\"}', 'pend')");
$standby->safe_psql('postgres', "SET client_min_messages = error; INSERT INTO reg VALUES (900003, 'AB75 CZX', 'Jaguar')");
is($standby->safe_psql('postgres', 'SELECT * FROM wrong'), '', 'and gives new tickets');
$standby->stop;

done_testing();
