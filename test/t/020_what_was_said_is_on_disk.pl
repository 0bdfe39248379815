# What an operator was told is done is on disk, whatever synchronous_commit says; and lockdown works whatever the session's
# defaults are.
use strict;
use warnings;
use lib 'test/lib';
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Nobody writes WAL but whoever commits: what the commit does not flush is lost in a crash.
my $lazy = <<'END';
synchronous_commit = off
wal_writer_delay = 10s
autovacuum = off
checkpoint_timeout = 1h
END

my $node = PostgreSQL::Test::Cluster->new('server');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5\n$lazy");
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE ROLE oncall;
SELECT regcar.grant_operator('oncall');
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
CREATE TABLE other (n int);
SELECT regcar.guard('reg');
CHECKPOINT;
END

sub crash
{
	my ($server) = @_;
	$server->stop('immediate');
	$server->start;
	return;
}

# One run of psql: standard error with SQLSTATEs.
sub said
{
	my ($server, $sql) = @_;
	my ($rc, $out, $err) = $server->psql('postgres', "\\set VERBOSITY verbose\n$sql");
	return $err;
}

# The test is worth something only if an ordinary commit does get lost.
$node->safe_psql('postgres', 'INSERT INTO other VALUES (1)');
crash($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM other'), '0', 'what an ordinary transaction committed just before a crash is lost here');

my $stands = 'SELECT hold, reason FROM regcar.active_holds ORDER BY hold';
like(said($node, "SET ROLE oncall; CALL regcar.lockdown('attack', '{\"dealer\": [\"A\", \"B\"]}', 'queue')"), qr/hold 1 binds: nothing/, 'lockdown says that it binds');
crash($node);
is($node->safe_psql('postgres', $stands), '1|attack', 'and it does after a crash');
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('series', '{\"series\": \"74\"}')");
crash($node);
like($node->safe_psql('postgres', $stands), qr/^1\|attack\n(\d+)\|series$/, 'so does a hold that place_hold() placed');
my ($series) = $node->safe_psql('postgres', $stands) =~ /(\d+)\|series/;
$node->safe_psql('postgres', "SELECT regcar.exempt(1, '{\"dealer\": \"A\"}', 'clean')");
crash($node);
is($node->safe_psql('postgres', 'SELECT exemption, hold FROM regcar.active_exemptions'), '1|1', 'an exemption is still granted');
$node->safe_psql('postgres', "SELECT regcar.revoke_exemption(1, 'not so clean')");
crash($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM regcar.active_exemptions'), '0', 'and still revoked');
my $rows = $node->safe_psql('postgres', "SELECT regcar.hold_rows(ARRAY[$series], ARRAY[]::bigint[])");
$rows =~ s/"hold": $series/"hold": 77/g;
is($node->safe_psql('postgres', "SELECT regcar.adopt_holds('$rows')"), '[]', 'a hold of another server is taken over');
crash($node);
like($node->safe_psql('postgres', $stands), qr/^77\|series$/m, 'and stands');
like(said($node, "INSERT INTO reg VALUES ('AB75 CDE', 'A'), ('AB75 CDF', 'A'), ('AB75 CDG', 'A')"), qr/RH002/, 'registrations are queued');
$node->safe_psql('postgres', "SELECT regcar.discard(max(id), 'by telephone') FROM regcar.queue");
crash($node);
is($node->safe_psql('postgres', "SELECT state FROM regcar.queue ORDER BY id DESC LIMIT 1"), 'discarded', 'a queued registration is still discarded');
$node->safe_psql('postgres', "SELECT regcar.lift_hold(1, 'over')");
crash($node);
is($node->safe_psql('postgres', 'SELECT count(*) FROM regcar.active_holds WHERE hold = 1'), '0', 'a hold is still lifted');
$node->safe_psql('postgres', 'SET client_min_messages = error; CALL regcar.release()');
crash($node);
is($node->safe_psql('postgres', 'SELECT string_agg(mark::text, \',\' ORDER BY mark) FROM reg'), 'AB75 CDE,AB75 CDF', 'what was released is');
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
crash($node);
is($node->safe_psql('postgres', $stands), '', 'all are lifted');
is($node->safe_psql('postgres', 'SELECT events, problem FROM regcar.verify_history()'), '11|', 'and the history has it all, the guard included');

# A region: the worker that applies what headquarters says commits without flushing, too.
my $region = PostgreSQL::Test::Cluster->new('region');
$region->init(allows_streaming => 'logical');
$region->append_conf('postgresql.conf', $lazy);
$region->start;
$region->safe_psql('postgres', 'CREATE EXTENSION regcar; CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text); SELECT regcar.guard(\'reg\')');
$node->safe_psql('postgres', 'CREATE PUBLICATION holds FOR TABLE regcar_state.hold, regcar_state.exemption');
my $hq = $node->connstr . ' dbname=postgres';
$region->safe_psql('postgres', "CREATE SUBSCRIPTION holds CONNECTION '$hq' PUBLICATION holds");
ok($region->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_subscription_rel WHERE srsubstate = 'r'"), 'a region has its first copy');
$region->safe_psql('postgres', 'CHECKPOINT');
$node->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('for the region')");
ok($region->poll_query_until('postgres', "SELECT count(*) = 1 FROM regcar.active_holds WHERE reason = 'for the region'"), 'a hold arrives there');
$node->stop('immediate');
crash($region);
is($region->safe_psql('postgres', "SELECT count(*) FROM regcar.active_holds WHERE reason = 'for the region'"), '1', 'and is still there after a crash, without headquarters');
$region->stop;
$node->start;
$node->safe_psql('postgres', "SELECT pg_drop_replication_slot('holds'); SELECT regcar.lift_all('over')");

# Whatever the session has for defaults.
for my $default ('default_transaction_isolation = serializable', "default_transaction_isolation = 'repeatable read'", 'default_transaction_read_only = on',
	'default_transaction_isolation = serializable; SET default_transaction_read_only = on; SET default_transaction_deferrable = on')
{
	like(said($node, "SET ROLE oncall; SET $default; CALL regcar.lockdown('whatever')"), qr/binds: nothing that it covers commits/, "lockdown works with $default");
	like(said($node, "INSERT INTO reg VALUES ('AB75 CDH')"), qr/ERROR:  RH001/, 'and holds');
	$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
	like(said($node, "SET ROLE oncall; SET $default; DO \$\$ BEGIN CALL regcar.lockdown('whatever'); END \$\$"), qr/binds: nothing that it covers commits/, 'called by PL/pgSQL as well');
	$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
}
like(said($node, "BEGIN READ ONLY; CALL regcar.lockdown('x')"), qr/ERROR:  25006/, 'inside a transaction block that is READ ONLY it says so');

# One that starts later does not bind yet, and nobody drains when it does.
my $later = said($node, "SET timezone = 'UTC'; SET ROLE oncall; CALL regcar.lockdown('later', starts_at => '2101-03-04 05:06 UTC')");
like($later, qr/NOTICE: .*hold \d+ binds from 2101-03-04 05:06:00\+00 on\nHINT:  Then SELECT \* FROM regcar\.drain\(\);/, 'lockdown says from when a later hold binds, and what to do then');
unlike($later, qr/binds: nothing/, 'and nothing else');
unlike(said($node, "INSERT INTO reg VALUES ('AB75 CDX'); DELETE FROM reg WHERE mark OPERATOR(regcar.=) 'AB75 CDX'"), qr/ERROR/, 'until then it stops nobody');
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");

# It waits for no standby before it binds.
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nosuch'\nsynchronous_commit = on");
$node->reload;
my $nosuch = said($node, "SET ROLE oncall; SET statement_timeout = '${\(60 * $patience)} s'; CALL regcar.lockdown('without its standby', wait => '1500 ms')");
unlike($nosuch, qr/57014/, 'with a synchronous standby that is not there lockdown returns');
like($nosuch, qr/NOTICE: .*waiting for standby "nosuch", which is not connected.*WARNING: .*standby "nosuch" may not have hold \d+: it is not connected/s, 'names that, after a second and at the end');
like($nosuch, qr/NOTICE: .*hold \d+ binds on this server/, 'and says what binds');
like(said($node, "SET synchronous_commit = local; INSERT INTO reg VALUES ('AB75 CDH')"), qr/ERROR:  RH001/, 'as it does');
is($node->safe_psql('postgres', "SET ROLE oncall; SELECT name, kind, problem FROM regcar.await_replicas('0')"), 'nosuch|standby|not connected', 'await_replicas names it to an operator who has no further rights');
$node->safe_psql('postgres', "SET synchronous_commit = local; SELECT regcar.lift_all('over')");

# A transaction that waits for the same standby is past the gate: it is named after a second and at the end, and ended on
# request. The prepared one is named, and nobody ends it.
$node->safe_psql('postgres', "SET synchronous_commit = local; BEGIN; INSERT INTO reg VALUES ('AB75 CDK'); PREPARE TRANSACTION 'dealer 7'");
my ($committing_out, $committing_err) = ('', '');
my $committing = IPC::Run::start(
	[ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-c', "SET application_name = 'slow commit'", '-c', "INSERT INTO reg VALUES ('AB75 CDJ')" ],
	'<', \undef, '>', \$committing_out, '2>', \$committing_err);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'slow commit' AND wait_event = 'SyncRep'"), 'a transaction is inside COMMIT');
my $named = said($node, "SET ROLE oncall; SET statement_timeout = '${\(60 * $patience)} s'; CALL regcar.lockdown('late', wait => '1500 ms')");
like($named, qr/NOTICE: .*waiting for session \d+ of \w+, which is committing a registration.*WARNING: .*session \d+ of \w+ is still committing/s, 'lockdown names it after a second, and at the end');
unlike($named, qr/waiting for prepared/, 'it does not wait for one that is prepared');
like($named, qr/WARNING: .*prepared transaction "dealer 7" of \w+ may still register.*HINT:  As \w+ or a superuser: ROLLBACK PREPARED 'dealer 7';/s, 'but names it');
like($named, qr/NOTICE: .*hold \d+ binds everything except what is named above/, 'and says that both are left');
my ($rc, $left, $ended) = $node->psql('postgres', "SET ROLE oncall; SELECT pid, gid FROM regcar.drain('0', terminate => true)");
like($ended, qr/NOTICE: .*session \d+ of \w+ is told to end/, 'an operator ends the session');
is($left, '|dealer 7', 'and has the prepared transaction left');
$committing->finish;
like($committing_err, qr/terminating connection|server closed the connection/, 'the session is gone');
$node->safe_psql('postgres', "SET synchronous_commit = local; ROLLBACK PREPARED 'dealer 7'");
is($node->safe_psql('postgres', "SELECT count(*) FROM regcar.drain('0')"), '0', 'and nobody is left');

# Nor is a transaction waited for that is prepared on disk, while its session still waits for the standby: only a person ends it.
$node->safe_psql('postgres', "SET synchronous_commit = local; SELECT regcar.lift_all('over')");
my ($preparing_out, $preparing_err) = ('', '');
my $preparing = IPC::Run::start(
	[ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-c', "SET application_name = 'slow prepare'",
		'-c', 'BEGIN', '-c', "INSERT INTO reg VALUES ('AB75 CDL')", '-c', "PREPARE TRANSACTION 'citus_0_1_8_0'" ],
	'<', \undef, '>', \$preparing_out, '2>', \$preparing_err);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'slow prepare' AND wait_event = 'SyncRep'"), 'a transaction is inside PREPARE');
$named = said($node, "SET statement_timeout = '${\(60 * $patience)} s'; SELECT pid, gid FROM regcar.drain('1 day')");
unlike($named, qr/ERROR/, 'drain does not wait until its deadline for one that becomes prepared');
like(said($node, "SET ROLE oncall; CALL regcar.lockdown('prepared', wait => '1200 ms')"), qr/WARNING: .*session \d+ of \w+ is still committing a registration/, 'but lockdown names it');

# A function has a statement of its own, which waits for no standby either; in a block it does what the block does.
$node->safe_psql('postgres', "SET synchronous_commit = local; SELECT regcar.exempt(max(hold), '{\"dealer\": \"A\"}', 'clean') FROM regcar.active_holds");
for my $call ("place_hold('by a function')", "revoke_exemption(max(exemption), 'no longer') FROM regcar.active_exemptions")
{
	my $late;
	$node->psql('postgres', "SET ROLE oncall; SET client_min_messages = error; SELECT regcar.$call", timeout => 30 * $patience, timed_out => \$late);
	ok(!$late, "$call waits for no standby");
}
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
$preparing->finish;
is($node->safe_psql('postgres', "SELECT gid FROM regcar.drain('1 day')"), 'citus_0_1_8_0', 'and by its name when its session has gone');
like(said($node, "SET ROLE oncall; CALL regcar.lockdown('no citus', wait => '0')"), qr/WARNING: .*"citus_0_1_8_0".*HINT:  .*ROLLBACK PREPARED 'citus_0_1_8_0';/s, 'whoever prepares a transaction may choose a name as Citus has them');
# which stands for Citus
$node->safe_psql('postgres', "SET allow_system_table_mods = on; INSERT INTO pg_extension SELECT 9999, 'citus', 10, 11, false, '1'");
like(said($node, "SET ROLE oncall; CALL regcar.lockdown('citus', wait => '0')"), qr/WARNING: .*"citus_0_1_8_0".*HINT:  It is a part of a transaction of Citus/s, 'nobody is told to roll back by hand what Citus prepared');
is($node->safe_psql('postgres', "SELECT to_do FROM regcar.status WHERE topic = 'prepared transaction'"), 'SELECT recover_prepared_transactions();', 'nor by the screen of an operator');
$node->safe_psql('postgres', "SET allow_system_table_mods = on; DELETE FROM pg_extension WHERE oid = 9999");
$node->safe_psql('postgres', "ROLLBACK PREPARED 'citus_0_1_8_0'");
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$node->stop;
done_testing();
