# What is noted of a refusal is there after a rollback, a crash, a failover, VACUUM, and a dump; each refusal is counted once,
# however many come at once; and where nothing can be noted, the refusal is the same.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\nwal_level = logical");
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE EXTENSION amcheck;
CREATE EXTENSION pg_visibility;
CREATE ROLE north LOGIN;
CREATE ROLE south LOGIN;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
GRANT INSERT, SELECT ON reg TO north, south;
SELECT regcar.guard('reg');
END
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

# Standard error of psql as a dealer.
sub said
{
	my ($server, $who, $sql) = @_;
	my ($rc, $out, $err) = $server->psql('postgres', "\\set VERBOSITY verbose\n$sql", extra_params => [ '-U', $who ], on_error_stop => 0);
	return $err;
}
sub rows { my ($server, $sql) = @_; return $server->safe_psql('postgres', $sql) }
sub counts { return rows($_[0], 'SELECT hold, role, refused FROM regcar.refusal_counts') }
my $notes = 'SELECT * FROM regcar.refusals r ORDER BY r';

# A transaction of its own, and one that goes on after a savepoint: without a number, so without a trace in the server.
rows($node, "SET client_min_messages = error; CALL regcar.lockdown('attack')");
like(said($node, 'north', "INSERT INTO reg VALUES ('AB75 CDE', 'A')"), qr/ERROR:  RH001/, 'a dealer is refused');
is(counts($node), '1|north|1', 'which is counted');
is(rows($node, 'SELECT hold, target, mark, keys, role, application, address FROM regcar.refusals'), '1|reg|AB75 CDE|{}|north|024_refusals_survive.pl|', 'and noted');
is($node->safe_psql('postgres', "BEGIN; SAVEPOINT a;\n\\set ON_ERROR_STOP 0\nINSERT INTO reg VALUES ('AB75 CDE');\n\\set ON_ERROR_STOP 1\nROLLBACK TO a; SELECT pg_current_xact_id_if_assigned() IS NULL; COMMIT",
		extra_params => [ '-U', 'south' ]), 't', 'the transaction has no number afterwards');
is(counts($node), "1|north|1\n1|south|1", 'the other dealer is counted too');

# At COMMIT and PREPARE TRANSACTION: with RH001 under a hold of everything, with 40001 under one with a scope.
rows($node, "SELECT regcar.lift_all('over')");
for my $try ([ 'COMMIT', "'attack'", 'RH001', 2 ], [ "PREPARE TRANSACTION 'a'", "'attack'", 'RH001', 3 ],
	[ 'COMMIT', "'scope', '{\"dealer\": \"A\"}'", '40001', 4 ])
{
	my ($end, $hold, $state, $number) = @$try;
	my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', 'north' ]);
	$session->query_safe("\\set VERBOSITY verbose\nBEGIN; INSERT INTO reg VALUES ('AB75 CDE', 'A')");
	rows($node, "SET client_min_messages = error; CALL regcar.lockdown($hold)");
	$session->query($end);
	like($session->{stderr}, qr/ERROR:  $state/, "$end fails with $state");
	$session->quit;
	is(rows($node, "SELECT hold, target, mark, keys, role FROM regcar.refusals WHERE hold = $number"), "$number|||{}|north", 'and is noted, without a table');
	is(rows($node, "SELECT refused FROM regcar.hold_report WHERE hold = $number"), 1, 'and counted');
	rows($node, "SELECT regcar.lift_all('over')");
}

# A flood from several sessions at once, under VACUUM: not one is lost or counted twice.
rows($node, "SET client_min_messages = error; CALL regcar.lockdown('flood')");
my @sessions;
for my $session (1 .. 4)
{
	my $who = $session % 2 ? 'north' : 'south';
	my $sql = join '', map { "INSERT INTO reg VALUES ('AB75 CDE', '$session');\n" } 1 .. 500;
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start([ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-U', $who, '-d', 'postgres' ], '<', \$sql, '>', \$out, '2>', \$err);
	push @sessions, { run => $run, err => \$err };
}
for (1 .. 10) { rows($node, $_) for 'VACUUM (FREEZE, DISABLE_PAGE_SKIPPING) regcar_state.refusal', 'VACUUM regcar_state.refusal_count'; }
$_->{run}->finish for @sessions;
is(scalar(() = ${ $_->{err} } =~ /ERROR:  registrations are held/g), 500, 'a session was refused 500 times') for @sessions;
is(rows($node, 'SELECT role, refused FROM regcar.refusal_counts WHERE hold = 5'), "north|1000\nsouth|1000", 'which is what was counted');
is(rows($node, 'SELECT role, count(*) FROM regcar.refusals WHERE hold = 5 GROUP BY 1 ORDER BY 1'), "north|1000\nsouth|1000", 'and noted');

# The pages are as any others. Relations are compared on each server by what the server's own checks say.
my $tables = "unnest('{regcar_state.refusal,regcar_state.refusal_count}'::regclass[]) r";
my $sound = <<"END";
SELECT r, blkno, offnum, msg FROM $tables, verify_heapam(r);
SELECT r, v FROM $tables, pg_check_frozen(r) v;
SELECT r, v FROM $tables, pg_check_visible(r) v;
END
is(rows($node, $sound), '', 'amcheck and pg_visibility find nothing wrong');
my $before = rows($node, $notes) . counts($node);
rows($node, $_) for 'VACUUM (FREEZE) regcar_state.refusal', 'VACUUM (FREEZE) regcar_state.refusal_count', 'VACUUM (FULL) regcar_state.refusal', 'VACUUM (FULL) regcar_state.refusal_count';
is(rows($node, $notes) . counts($node), $before, 'VACUUM (FREEZE) and VACUUM (FULL) lose nothing');
said($node, 'north', "INSERT INTO reg VALUES ('AB75 CDE')");
is(rows($node, "SELECT refused FROM regcar.refusal_counts WHERE (hold, role) = (5, 'north')"), 1001, 'counting goes on');
is(rows($node, "SELECT count(*) FROM regcar_state.refusal_count WHERE (hold, role) = (5, 'north')"), 1, 'in the same row');

# A standby has them, a logical decoder does not mind them, and a crash takes none that was written out.
rows($node, "SELECT pg_create_logical_replication_slot('decoder', 'test_decoding')");
said($node, 'north', "INSERT INTO reg VALUES ('AB75 CDE')");
is(rows($node, "SELECT data FROM pg_logical_slot_get_changes('decoder', NULL, NULL) WHERE data !~ '^(BEGIN|COMMIT)'"), '', 'logical decoding sees no change');
rows($node, "SELECT pg_drop_replication_slot('decoder')");
# a commit that has a number takes everything before it to disk
rows($node, 'SELECT pg_current_xact_id()');
$node->wait_for_catchup($standby, 'replay', $node->lsn('flush'));
$before = rows($node, $notes) . counts($node);
is(rows($standby, $notes) . counts($standby), $before, 'the standby has the same');
is(rows($standby, 'SELECT refused FROM regcar.hold_report WHERE hold = 5'), 2002, 'and counts them');
$node->stop('immediate');
$node->start;
is(rows($node, $notes) . counts($node), $before, 'so has the server after a crash');
is(rows($node, $sound), '', 'and its pages are sound');
like(said($node, 'south', "INSERT INTO reg VALUES ('AB75 CDE')"), qr/ERROR:  RH001/, 'it refuses');
is(rows($node, "SELECT refused FROM regcar.refusal_counts WHERE (hold, role) = (5, 'south')"), 1001, 'and goes on counting');
$standby->promote;
my $south = "SELECT refused FROM regcar.refusal_counts WHERE (hold, role) = (5, 'south')";
$before = rows($standby, $south);
said($standby, 'south', "INSERT INTO reg VALUES ('AB75 CDE')") for 1 .. 2;
is(rows($standby, $south), $before + 2, 'as the standby does when it is promoted');
$standby->stop;

# A dump has them, and where it is restored, counting goes on.
my $dump = PostgreSQL::Test::Utils::tempdir . '/dump.sql';
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', $dump, 'postgres' ], 'pg_dump');
rows($node, 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-Xq', '-h', $node->host, '-p', $node->port, '-v', 'ON_ERROR_STOP=1', '-d', 'copy', '-f', $dump ], 'restored');
is($node->safe_psql('copy', $notes), rows($node, $notes), 'the copy has the same notes');
$node->psql('copy', "INSERT INTO reg VALUES ('AB75 CDE')", extra_params => [ '-U', 'south' ]);
is($node->safe_psql('copy', 'SELECT refused FROM regcar.hold_report WHERE hold = 5'), rows($node, 'SELECT refused + 1 FROM regcar.hold_report WHERE hold = 5'), 'and counts on');

# Old notes go, and their room is used again.
is(rows($node, "SELECT regcar.forget_refusals('infinity') > 2000"), 't', 'notes are deleted');
is(rows($node, $notes), '', 'all of them');
rows($node, 'VACUUM regcar_state.refusal');
my $size = rows($node, "SELECT pg_relation_size('regcar_state.refusal')");
said($node, 'north', "INSERT INTO reg VALUES ('AB75 CDE');\n" x 100);
is(rows($node, 'SELECT count(*) FROM regcar.refusals'), 100, 'further ones are noted');
is(rows($node, "SELECT pg_relation_size('regcar_state.refusal')"), $size, 'where there is room');
is(rows($node, $sound), '', 'the pages are sound');

# Where nothing can be noted, the refusal is as ever, and at once.
my $refuse = "SET statement_timeout = '60 s'; INSERT INTO reg VALUES ('AB75 CDE');";
for my $table ('refusal', 'refusal_count')
{
	my $before = -s $node->logfile;
	my $other = $node->background_psql('postgres');
	$other->query_safe("BEGIN; LOCK TABLE regcar_state.$table");
	like(said($node, 'north', $refuse), qr/\A\S* ?ERROR:  RH001: registrations are held/, "refused while somebody has $table locked");
	$other->query_safe('ROLLBACK');
	$other->quit;
	like(slurp_file($node->logfile, $before), qr/LOG:  a refusal was not noted: SQLSTATE 55P03/, 'the log says that it was not noted');

	# a file that cannot be opened stands for a disk that fails
	my $file = $node->data_dir . '/' . rows($node, "SELECT pg_relation_filepath('regcar_state.$table')");
	rows($node, 'CHECKPOINT');
	$before = -s $node->logfile;
	chmod 0, $file;
	my $said = said($node, 'north', "$refuse\nBEGIN; SAVEPOINT a; INSERT INTO reg VALUES ('AB75 CDE'); ROLLBACK TO a; SELECT 1; COMMIT;");
	chmod 0600, $file;
	is(scalar(() = $said =~ /ERROR:  RH001: registrations are held/g), 2, "refused when the file of $table fails");
	is(scalar(() = $said =~ /ERROR/g), 2, 'and the session is well');
	like(slurp_file($node->logfile, $before), qr/LOG:  a refusal was not noted: SQLSTATE 42501/, 'the log says so');
}
said($node, 'north', $refuse);
is(rows($node, $sound), '', 'the pages are sound');

# The server's log has four lines for a refusal, and one with the settings that the page on incidents names.
sub logged
{
	my ($settings) = @_;
	my $before = -s $node->logfile;
	rows($node, "ALTER ROLE north SET $_") for @$settings;
	said($node, 'north', "INSERT INTO reg VALUES ('AB75 CDE')");
	return scalar(() = slurp_file($node->logfile, $before) =~ /^.*(ERROR|DETAIL|HINT|STATEMENT):  .*$/mg);
}
is(logged([]), 4, 'four lines in the log');
is(logged([ 'log_error_verbosity = terse', 'log_min_error_statement = fatal' ]), 1, 'one, with the settings of the page on incidents');
is(logged(['log_min_messages = fatal']), 0, 'or none');

# Nobody waits for a note to be on disk, but soon it is, although nobody commits. Where nothing is replicated, nothing but the
# WAL writer takes it there.
my $quiet = PostgreSQL::Test::Cluster->new('quiet');
$quiet->init;
$quiet->append_conf('postgresql.conf', "wal_level = minimal\nmax_wal_senders = 0\nautovacuum = off");
$quiet->start;
$quiet->safe_psql('postgres', "SET client_min_messages = error; CREATE EXTENSION regcar; CREATE TABLE reg (mark regcar.plate); SELECT regcar.guard('reg'); SELECT regcar.place_hold('attack')");
my $noted = $quiet->safe_psql('postgres', "\\set ON_ERROR_STOP 0\nINSERT INTO reg VALUES ('AB75 CDE');\nSELECT pg_current_wal_insert_lsn()");
ok($quiet->poll_query_until('postgres', "SELECT pg_current_wal_flush_lsn() >= '$noted'::pg_lsn - 64"), 'a note is on disk soon');
$quiet->stop('immediate');
$quiet->start;
is(counts($quiet), $quiet->safe_psql('postgres', 'SELECT 1, session_user, 1'), 'and survives a crash then');
$quiet->stop;

unlike(slurp_file($node->logfile), qr/ERROR:  XX|PANIC|terminated by signal|WARNING/, 'no internal error');
$node->stop;
done_testing();
