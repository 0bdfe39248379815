# A crash changes nothing: what was held is held, what was prepared is prepared and is named.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "max_prepared_transactions = 5");
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, note text);
SELECT regcar.guard('reg');
INSERT INTO reg VALUES ('AB75 CDE');
BEGIN;
SAVEPOINT a;
INSERT INTO reg VALUES ('AB75 CDF');
RELEASE a;
PREPARE TRANSACTION 'dealer 7';
END

# One run of psql: exit status, standard output, standard error with SQLSTATEs.
sub run_sql
{
	my ($sql) = @_;
	return $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 1);
}
my $refused = qr/ERROR:  RH001: registrations are held/;

my ($rc, $out, $err) = run_sql("CALL regcar.lockdown('attack', incident => 'INC-1')");
like($err, qr/WARNING: .*prepared transaction "dealer 7" of \w+ may still register/, 'lockdown names the prepared transaction');
like($err, qr/HINT:  As \w+ or a superuser: ROLLBACK PREPARED 'dealer 7';/, 'and says what to do');
like($err, qr/NOTICE: .*hold 1 binds everything except what is named above/, 'and what binds');
$node->stop('immediate');
$node->start;

($rc, $out, $err) = run_sql("INSERT INTO reg VALUES ('AB75 CDG')");
like($err, $refused, 'still held after a crash');
like($err, qr/DETAIL:  Hold 1: attack \(incident INC-1\), since /, 'by the same hold');
is($node->safe_psql('postgres', 'SELECT pid, gid, usename IS NOT NULL FROM regcar.drain(\'1 day\')'), '|dealer 7|t',
	'the prepared transaction is named after the crash');
is($node->safe_psql('postgres', 'SELECT hold, action, reason, incident FROM regcar.active_holds'), '1|reject|attack|INC-1',
	'active_holds shows it');
($rc, $out, $err) = run_sql("CALL regcar.lockdown('again')");
like($err, qr/prepared transaction "dealer 7"/, 'a second lockdown names it too');
cmp_ok($node->safe_psql('postgres', 'SELECT max(hold) FROM regcar_state.hold'), '>', 1, 'the next hold has the next number');

$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$node->safe_psql('postgres', "INSERT INTO reg VALUES ('AB75 CDG')");
pass('lifted, registrations go through');
$node->safe_psql('postgres', "COMMIT PREPARED 'dealer 7'");
is($node->safe_psql('postgres', "SELECT count(*) FROM regcar.drain('0')"), '0', 'nothing is named when it has ended');
is($node->safe_psql('postgres', 'SELECT string_agg(mark::text, \',\' ORDER BY mark) FROM reg'),
	'AB75 CDE,AB75 CDF,AB75 CDG', 'no registration is lost');

# A lift survives as well, and so does the end of the history.
$node->stop('immediate');
$node->start;
$node->safe_psql('postgres', "INSERT INTO reg VALUES ('AB75 CDH')");
is($node->safe_psql('postgres', 'SELECT count(*) FROM regcar.hold_history WHERE lift_reason = \'over\''), '2',
	'the lift survives a crash, the history too');

# Freeze, over a restart.
$node->safe_psql('postgres', "CALL regcar.lockdown('all', action => 'freeze')");
$node->restart;
($rc, $out, $err) = run_sql('TRUNCATE reg');
like($err, qr/ERROR:  RH001: registered data is frozen/, 'a freeze survives a restart');

# A real transaction inside COMMIT: it waits for a standby that never comes, with the gate locked. Holds are placed with
# local commits, for the operator must not wait for the same standby.
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nobody'\nsynchronous_commit = local");
$node->reload;
my ($committing_out, $committing_err) = ('', '');
my $committing = IPC::Run::start(
	[
		'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-d', 'postgres',
		'-c', "SET application_name = 'slow commit'",
		'-c', 'SET synchronous_commit = on',
		'-c', "INSERT INTO reg VALUES ('AB75 CDJ')"
	], '<', \undef, '>', \$committing_out, '2>', \$committing_err);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'slow commit' AND wait_event = 'SyncRep'"),
	'a transaction is inside COMMIT');
($rc, $out, $err) = run_sql("CALL regcar.lockdown('late', wait => '200 ms')");
is($rc, 0, 'lockdown returns when its time is up');
like($err, qr/WARNING: .*session \d+ of \w+ is still committing a registration/, 'and names the session that commits');
like($err, qr/DETAIL:  Application "slow commit", transaction since /, 'its application, and since when');
is($node->safe_psql('postgres', "SELECT application_name FROM regcar.drain('0')"), 'slow commit', 'drain names it as well');
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
is($node->safe_psql('postgres', "SELECT count(*) FROM regcar.drain('3 min')"), '0', 'drain waits until it has committed');
$committing->finish;
is($node->safe_psql('postgres', "SELECT count(*) FROM reg WHERE mark OPERATOR(regcar.=) 'AB75 CDJ'"), '1', 'it was past the gate before the hold');

$node->stop;
done_testing();
