# A role without any right can neither delay a lockdown nor be named by one, nor make it fail; and an operator gets rid of a
# session that keeps its COMMIT from ending.
use strict;
use warnings;
use lib 'test/lib';
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('server');
$node->init;
$node->append_conf('postgresql.conf', 'max_notify_queue_pages = 64') if $node->pg_version >= 17;
# otherwise nothing waits for a standby
$node->append_conf('postgresql.conf', "wal_level = replica\nmax_wal_senders = 2");
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE ROLE oncall;
SELECT regcar.grant_operator('oncall');
-- may log in, and do what everybody may
CREATE ROLE nobody;
CREATE ROLE dealer;
CREATE ROLE keeper;
GRANT pg_read_all_data, pg_write_all_data TO keeper;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
GRANT INSERT ON reg TO dealer;
SELECT regcar.guard('reg');
END

# One run of psql as the operator: standard error. It fails rather than wait for somebody.
sub said
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\nSET ROLE oncall; SET statement_timeout = '${\(20 * $patience)} s';\n$sql");
	return $err;
}
sub session
{
	my ($role) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0);
	$session->query_safe("SET ROLE $role");
	return $session;
}
# What a session says to a statement.
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $out = $session->query($sql);
	return $session->{stderr} =~ /(ERROR:  .*)/ ? $1 : $out;
}
# Until one of the sessions waits for a lock.
sub waits { return $node->poll_query_until('postgres', "SELECT count(*) = $_[0] FROM pg_locks WHERE NOT granted"); }

# currval() of any number keeps a lock until the transaction ends, and asks for no right before.
my $attacker = session('nobody');
my $lock = "BEGIN; DO \$\$ DECLARE r oid; BEGIN FOR r IN SELECT c.oid FROM pg_class c WHERE c.relnamespace::regnamespace::text %s LOOP
	BEGIN PERFORM currval(r::regclass); EXCEPTION WHEN OTHERS THEN NULL; END; END LOOP; END \$\$";
ask($attacker, sprintf($lock, "IN ('regcar', 'regcar_state')"));
cmp_ok($node->safe_psql('postgres', "SELECT count(*) FROM pg_locks WHERE mode = 'RowExclusiveLock' AND relation IN (SELECT oid FROM pg_class WHERE relname IN ('hold', 'exemption', 'history'))"),
	'>=', 3, 'a role without rights has locks on the tables of the extension');
my $err = said("CALL regcar.lockdown('attack', '{\"dealer\": \"A\"}', 'queue')");
like($err, qr/NOTICE: .*hold 1 binds: nothing that it covers is registered any more, inserts are set aside/, 'a lockdown neither waits for it');
unlike($err, qr/WARNING|waiting/, 'nor names it');
like(ask($attacker, 'SAVEPOINT a; PREPARE p AS SELECT FROM regcar_state.hold FOR UPDATE; ROLLBACK TO a'), qr/permission denied for schema regcar_state/, 'it cannot name a table of the state');

# A second session that wants a lock which conflicts waits for the first, and whoever needs the table would wait for the second.
my $second = session('nobody');
like(ask($second, 'CREATE RULE r AS ON INSERT TO regcar_state.hold DO NOTHING'), qr/permission denied for schema regcar_state/, 'a second one cannot queue for a strong lock there');
my @relations = split /\n/, $node->safe_psql('postgres', "SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'regcar'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')");
my @waiting;
for my $relation (@relations)
{
	my $waiter = session('nobody');
	$waiter->query_until(qr/asked/, "\\echo asked\nCREATE RULE r AS ON INSERT TO $relation DO NOTHING;\n");
	push @waiting, $waiter;
}
ok(waits(scalar @relations), 'but for those that people use it can: ' . @relations);
like(said('SELECT count(*) FROM regcar.active_holds'), qr/57014/, 'which nobody can use then');
for my $call ("CALL regcar.lockdown('more', '{\"dealer\": \"B\"}')", 'SELECT * FROM regcar.drain()', "SELECT regcar.place_hold('again', '{\"dealer\": \"C\"}')",
	"SELECT regcar.exempt(1, '{\"dealer\": \"A\", \"mark\": \"AB75 CDE\"}', 'clean')", "SELECT regcar.revoke_exemption(1, 'not so clean')", "SELECT regcar.lift_hold(2, 'over')",
	"SELECT reason FROM regcar.hold_for('reg', '{\"dealer\": \"A\"}')", "SELECT regcar.lift_all('over')", 'SELECT * FROM regcar.undrained_holds()', 'SELECT * FROM regcar.verify_history()',
	'SELECT regcar.standing_holds()', 'CALL regcar.release()')
{
	unlike(said($call), qr/ERROR/, "no call of an operator needs them: $call");
}
my $dealer = session('dealer');
is(ask($dealer, "INSERT INTO reg VALUES ('AB75 CDE', 'A')"), '', 'nor does a registration');
ask($attacker, 'ROLLBACK');
$_->quit for @waiting, $second;

# A role that may read and write everything may name the tables, and lock them; but the lock that a drain waits for is on none.
my $keeper = session('keeper');
is(ask($keeper, "BEGIN; DO \$\$ DECLARE t text; BEGIN FOR t IN SELECT c.oid::regclass FROM pg_class c WHERE c.relnamespace = 'regcar_state'::regnamespace AND c.relkind = 'r' LOOP
	EXECUTE format('LOCK TABLE %s IN ROW SHARE MODE', t); EXECUTE format('PREPARE p AS SELECT FROM %s FOR UPDATE', t); DEALLOCATE p; END LOOP; END \$\$"), '', 'a role that reads and writes all data locks every table of the state');
ask($keeper, "SAVEPOINT a; SELECT currval(1::regclass); ROLLBACK TO a");
$err = said("CALL regcar.lockdown('kept', '{\"dealer\": \"K\"}')");
like($err, qr/NOTICE: .*binds: nothing that it covers commits/, 'a lockdown does not wait for that');
unlike($err, qr/session \d|prepared transaction|waiting/, 'nor name it');
ask($keeper, 'ROLLBACK');
$keeper->quit;

# An operator whose transaction is open has rows of holds locked, and the chain of events.
my $operator = session('oncall');
$operator->query_safe("BEGIN; SET client_min_messages = error; SELECT regcar.place_hold('open', '{\"dealer\": \"D\"}'); SET CONSTRAINTS ALL IMMEDIATE; SELECT regcar.lift_all('open too')");
$err = said("CALL regcar.lockdown('beside it', '{\"dealer\": \"E\"}')");
like($err, qr/NOTICE: .*binds: nothing that it covers commits/, 'a lockdown waits for no other operator');
unlike($err, qr/session \d|prepared transaction|waiting/, 'and names none');
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits although an event has no place yet');
$operator->query_safe('COMMIT');
$operator->quit;
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'and afterwards');
is($node->safe_psql('postgres', 'SELECT count(*) FROM regcar.history WHERE seq IS NULL'), '0', 'when each has one');

# A session whose COMMIT waits for a lock that somebody has on its temporary table.
ask($dealer, "SET application_name = 'parked'; CREATE TEMP TABLE own (n int) ON COMMIT DELETE ROWS");
ask($dealer, "BEGIN; INSERT INTO own VALUES (1); INSERT INTO reg VALUES ('AB75 CDF', 'F')");
ask($attacker, sprintf($lock, "LIKE 'pg\\_temp\\_%%'"));
$dealer->query_until(qr/asked/, "\\echo asked\nCOMMIT;\n");
ok(waits(1), 'a session is parked inside COMMIT');
$err = said("CALL regcar.lockdown('late', wait => '1200 ms')");
like($err, qr/NOTICE: .*waiting for session \d+ of .*, which is committing.*WARNING: .*session \d+ of .* is still committing a registration.*HINT:  .*terminate => true/s, 'lockdown names it, and what ends it');
is($node->safe_psql('postgres', "SET ROLE oncall; SELECT count(*) FROM regcar.undrained_holds() u JOIN regcar.hold_history h USING (hold) WHERE h.reason = 'late'"), '1', 'the hold counts as not drained');
is($node->safe_psql('postgres', "SET ROLE oncall; SELECT application_name FROM regcar.drain('0')"), 'parked', 'drain names it');
unlike(said("SELECT * FROM regcar.drain('0', terminate => true)"), qr/ERROR/, 'an operator ends it');
is($node->safe_psql('postgres', "SET ROLE oncall; SELECT count(*) FROM regcar.drain('0')"), '0', 'nobody is left');
is($node->safe_psql('postgres', "SELECT count(*) FROM reg WHERE dealer = 'F'"), '0', 'the registration is not there');
is($node->safe_psql('postgres', 'SET ROLE oncall; SELECT count(*) FROM regcar.undrained_holds()'), '0', 'and the hold is drained');
# which for its end wants the same lock
ask($attacker, 'ROLLBACK');
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'parked'"), 'the session is gone when it gets its lock');
eval { $dealer->quit };

# Texts and numbers that every session would keep.
for my $call ("CALL regcar.lockdown(repeat('x', 200000000))", "SELECT regcar.place_hold('x', incident => repeat('x', 2000))",
	"SELECT regcar.lift_all(repeat('x', 10001))", "SELECT regcar.exempt(max(hold), '{\"dealer\": \"A\"}', repeat('x', 10001)) FROM regcar.active_holds")
{
	like(said($call), qr/ERROR:  22023: the (reason|incident) has \d+ bytes.*DETAIL:  It may have \d+: every session keeps a copy/s, "refused: $call");
}
like(said("SELECT regcar.place_hold(repeat('x', 10000), '{\"dealer\": \"Z\"}', incident => repeat('x', 1000))"), qr/^(?!.*ERROR)/s, 'a long reason is no error');
my ($rc, $out, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\nSELECT regcar.adopt_holds('{\"hold\": [{\"hold\": 9007199254740990, \"scope\": {}, \"reason\": \"x\"}]}')");
like($stderr, qr/ERROR:  22023: .*9007199254740990/, 'nor does another server bring a number after which there are none');
cmp_ok($node->safe_psql('postgres', "SELECT regcar.pass_number('hold', 9007199254740990); SELECT regcar.place_hold('next', '{\"dealer\": \"Y\"}')") =~ s/^\n//r, '<', 1000, 'and the numbers here go on as before');

# A session that LISTENs and stays in its transaction keeps the queue of notifications full.
SKIP:
{
	skip 'the queue can be made small enough to fill it from PostgreSQL 17 on', 7 if $node->pg_version < 17;
	$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
	is(ask($attacker, 'LISTEN spam; BEGIN; SELECT 1'), '1', 'one who listens is in a transaction');
	my $filler = session('nobody');
	# each transaction a page
	my $full = ask($filler, "DO \$\$ BEGIN FOR i IN 1 .. 200 LOOP PERFORM pg_notify('spam', repeat('x', 7800)); COMMIT; END LOOP; END \$\$");
	like($full, qr/too many notifications in the NOTIFY queue/, 'the queue is full');
	my $err = said("CALL regcar.lockdown('unheard')");
	like($err, qr/WARNING:  54000: those who LISTEN to "regcar" are not told of this change/, 'a lockdown says that nobody is told');
	like($err, qr/NOTICE: .*binds: nothing that it covers commits/, 'and binds');
	unlike(said("SELECT regcar.exempt(max(hold), '{\"dealer\": \"A\"}', 'clean') FROM regcar.active_holds"), qr/ERROR/, 'an exemption is granted');
	unlike(said("SELECT regcar.lift_all('over'); CALL regcar.release()"), qr/ERROR/, 'holds are lifted, the queue is released');
	ask($attacker, 'ROLLBACK; UNLISTEN *');
	$filler->quit;
	unlike(said("CALL regcar.lockdown('heard')"), qr/WARNING/, 'when it has gone, all is as before');
}
# A COMMIT with a notification has the server's queue of them locked until it ends. One who may do nothing has it wait for a standby.
$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$node->append_conf('postgresql.conf', "synchronous_standby_names = 'nosuch'");
$node->reload;
ok($node->poll_query_until('postgres', "SHOW synchronous_standby_names", 'nosuch'), 'a standby is missing');
my $notifier = session('nobody');
$notifier->query_until(qr/asked/, "\\echo asked\nBEGIN; CREATE TEMP TABLE own (n int); NOTIFY spam; COMMIT;\n");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), 'somebody notifies, and waits for the standby');
$err = said("CALL regcar.lockdown('beside a COMMIT that waits', wait => '100 ms')");
like($err, qr/WARNING:  55P03: those who LISTEN to "regcar" are not told of this change/, 'a lockdown says that nobody is told');
like($err, qr/NOTICE: .*hold \d+ binds on this server/, 'and binds');
like(said("SET ROLE dealer; INSERT INTO reg VALUES ('AB75 CDG', 'G')"), qr/registrations are held/, 'which the next registration hears');
unlike(said("SET synchronous_commit = local; SELECT regcar.exempt(max(hold), '{\"dealer\": \"A\"}', 'clean') FROM regcar.active_holds"), qr/ERROR/, 'an exemption is granted');
unlike(said("SET synchronous_commit = local; SELECT regcar.lift_all('over')"), qr/ERROR/, 'holds are lifted');
$node->append_conf('postgresql.conf', "synchronous_standby_names = ''");
$node->reload;
ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), 'the COMMIT ends');
$notifier->quit;
unlike(said("CALL regcar.lockdown('told again', wait => '1 s')"), qr/WARNING/, 'and all is as before');
$attacker->quit;
$node->stop;
done_testing();
