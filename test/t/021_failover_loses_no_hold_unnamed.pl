# A standby that lags and is promoted lacks what lockdown placed last: lockdown names it before it is too late, and no number
# is ever given twice.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# The last test files may have left a machine that is busy, so nothing here is a matter of how fast something goes.
my $long = "wait => '3 min'";

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', "wal_sender_timeout = 0\nwal_receiver_status_interval = 1s\ncheckpoint_timeout = 1h");
$primary->start;
$primary->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE ROLE oncall;
SELECT regcar.grant_operator('oncall');
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
SELECT regcar.guard('reg');
END
$primary->backup('base');
my @standbys;
for my $name ('near', 'far')
{
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$standby->init_from_backup($primary, 'base', has_streaming => 1);
	$standby->append_conf('postgresql.conf', "wal_receiver_timeout = 0\nwal_retrieve_retry_interval = '200 ms'");
	# each has a slot, so that it is missed when it is away
	$primary->safe_psql('postgres', "SELECT pg_create_physical_replication_slot('$name')");
	$standby->append_conf('postgresql.conf', "primary_slot_name = '$name'");
	$standby->start;
	push @standbys, $standby;
}
my ($near, $far) = @standbys;

# One run of psql as the operator, who has no rights but those: standard error with SQLSTATEs.
sub said
{
	my ($server, $sql) = @_;
	my ($rc, $out, $err) = $server->psql('postgres', "\\set VERBOSITY verbose\nSET ROLE oncall;\n$sql");
	return $err;
}
sub await { return $_[0]->safe_psql('postgres', "SET ROLE oncall; SET client_min_messages = warning; SELECT name, kind, problem FROM regcar.await_replicas('$_[1]')"); }

ok($primary->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_stat_replication WHERE state = 'streaming'"), 'two standbys');
my $all = said($primary, "CALL regcar.lockdown('attack', '{\"dealer\": \"A\"}', $long)");
like($all, qr/NOTICE: .*hold 1 binds: nothing that it covers commits any more/, 'lockdown names nobody when both have it');
unlike($all, qr/WARNING/, 'no warning');
is(await($primary, '3 min'), '', 'nor does await_replicas');
for my $standby (@standbys)
{
	# what it has flushed it may not have replayed yet
	ok($standby->poll_query_until('postgres', "SELECT count(*) = 1 FROM regcar.active_holds"), 'the hold is on ' . $standby->name);
}
like(said($near, "CALL regcar.lockdown('x')"), qr/ERROR:  25006: cannot execute lockdown\(\) on a standby.*HINT:  CALL it on the primary/s, 'on a standby lockdown says where to go');
like(said($near, 'SELECT regcar.await_replicas()'), qr/ERROR:  55000: this server is a standby/, 'and so does await_replicas');
like(said($near, 'SELECT regcar.drain()'), qr/ERROR:  55000: this server is a standby.*HINT:  Ask its primary/s, 'and drain, which cannot know');
like(said($near, "SELECT regcar.lift_all('x')"), qr/ERROR:  25006: lifting a hold is not possible on a standby.*HINT:  Do it on its primary/s, 'lifting says where to go, too');
like(said($near, 'CALL regcar.release()'), qr/ERROR:  25006: releasing the queue is not possible on a standby/, 'and releasing');
is($near->safe_psql('postgres', "SET ROLE oncall; SELECT level, state, to_do FROM regcar.status WHERE topic IN ('register', 'server', 'hold 1')"),
	"summary|held in part|SELECT * FROM regcar.active_holds;\nnotice|reject|-- on the primary: SELECT regcar.lift_hold(1, 'why');\nnotice|standby|SELECT * FROM pg_stat_wal_receiver;",
	'status works there, and sends to the primary for whatever changes something');

# One of them stops to receive, as by a network that is down.
my $receiver = $far->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'");
kill('STOP', $receiver);
my $lost = said($primary, "CALL regcar.lockdown('lost', '{\"dealer\": \"B\"}', 'queue', wait => '1500 ms')");
like($lost, qr/NOTICE: .*waiting for standby "far", which is behind/, 'it names after a second the one that it waits for');
like($lost, qr/WARNING: .*standby "far" may not have hold 2: it is behind.*HINT: .*Whoever promotes it before that loses the hold/s, 'and at the end, with what follows');
unlike($lost, qr/"near"/, 'and only that one');
like($lost, qr/NOTICE: .*hold 2 binds on this server/, 'the hold binds here');
is(await($primary, '0'), 'far|standby|behind', 'an operator may ask again');
is($primary->safe_psql('postgres', "SET ROLE oncall; SELECT level, topic, state, detail, to_do FROM regcar.status WHERE topic IN ('standby', 'slot', 'subscriber')"),
	'alarm|standby|behind|far|SELECT * FROM regcar.await_replicas();', 'status names it');
$primary->safe_psql('postgres', "SELECT regcar.exempt(2, '{\"dealer\": \"C\"}', 'clean')");
is($primary->safe_psql('postgres', "INSERT INTO reg VALUES ('AB75 CDE', 'B'); SELECT id FROM regcar.queue"), '1', 'a registration is queued');

# The primary dies, and the wrong one is promoted.
$primary->stop('immediate');
# it ends before it reads what waits for it in its socket
kill('TERM', $receiver);
kill('CONT', $receiver);
$far->promote;
is($far->safe_psql('postgres', 'SELECT hold, reason FROM regcar.active_holds'), '1|attack', 'the hold that was named as missing is missing');
like($far->safe_psql('postgres', 'SELECT timeline, since > now() - interval \'10 min\', newest_hold FROM regcar.primary_since()'), qr/^2\|t\|1$/, 'the server says that it became a primary just now, and what the newest hold is');
like($far->safe_psql('postgres', "SET ROLE oncall; SELECT level, topic, state, since > now() - interval '10 min', detail FROM regcar.status WHERE topic = 'server'"),
	qr/^warning\|server\|promoted or restored\|t\|newest hold: 1, placed at 20/, 'so does status');
like(said($far, 'SELECT regcar.verify_history()'), qr/NOTICE: .*this server has been a primary since 20.*its newest hold is 1, placed at 20/, 'verify_history says so as well');
my $again = said($far, "CALL regcar.lockdown('again', '{\"dealer\": \"B\"}', 'queue', $long)");
my ($number) = $again =~ /hold (\d+) binds/;
cmp_ok($number, '>', 1_000_000, 'the next hold has a number that is far from any which the primary may have given');
cmp_ok($number, '<', 9_007_199_254_740_992, 'and which JSON keeps');
is($far->safe_psql('postgres', 'SELECT max(hold) FROM regcar.active_holds'), $number, 'it stands');
cmp_ok($far->safe_psql('postgres', "SELECT regcar.exempt($number, '{\"dealer\": \"C\"}', 'clean')"), '>', 1_000_000, 'so has the next exemption');
$far->safe_psql('postgres', "INSERT INTO reg VALUES ('AB75 CDE', 'B'), ('AB75 CDF', 'B')");
cmp_ok($far->safe_psql('postgres', 'SELECT min(id) FROM regcar.queue'), '>', 1_000_000_000, 'and the next entry of the queue');
is($far->safe_psql('postgres', 'SELECT max(id) - min(id) FROM regcar.queue'), '1', 'then they go on one by one');
is($far->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('next')"), $number + 1, 'holds too');
is($far->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits');

# The first sessions on a server that was promoted, at once: each number once, and one jump for all.
my $second = PostgreSQL::Test::Cluster->new('second');
$far->backup('base2');
$second->init_from_backup($far, 'base2', has_streaming => 1);
$second->append_conf('postgresql.conf', "primary_slot_name = ''");
$second->start;
$far->wait_for_catchup($second, 'replay', $far->lsn('write'));
my $before = $far->safe_psql('postgres', 'SELECT max(hold) FROM regcar.hold_history');
$far->stop('immediate');
$second->promote;
my @sessions = map { $second->background_psql('postgres') } 1 .. 8;
$_->query_safe('SET client_min_messages = error; BEGIN') for @sessions;
# all of them wait for a lock that is let go at once
my $gate = $second->background_psql('postgres');
$gate->query_safe('BEGIN; LOCK TABLE reg IN ACCESS EXCLUSIVE MODE');
$_->query_until(qr/asked/, "\\echo asked\nDO \$\$ BEGIN PERFORM FROM reg; PERFORM regcar.place_hold('together'); END \$\$;\nCOMMIT;\n") for @sessions;
ok($second->poll_query_until('postgres', "SELECT count(*) = 8 FROM pg_locks WHERE NOT granted AND relation = 'reg'::regclass"), 'eight sessions are about to place the first hold of a timeline');
$gate->query_safe('COMMIT');
$gate->quit;
$_->query_safe('SELECT 1') for @sessions;
$_->quit for @sessions;
is($second->safe_psql('postgres', "SELECT count(DISTINCT hold), count(*), min(hold) > $before, max(hold) - min(hold) FROM regcar.hold_history WHERE reason = 'together'"), '8|8|t|7', 'each has a number of its own, next to each other');
is($second->safe_psql('postgres', 'SELECT timeline FROM regcar.primary_since()'), '3', 'on the third timeline');

# A standby that has never heard of any hold.
my $young = PostgreSQL::Test::Cluster->new('young');
$young->init(allows_streaming => 1);
$young->start;
$young->safe_psql('postgres', 'CREATE EXTENSION regcar; CREATE TABLE reg (mark regcar.plate PRIMARY KEY); SELECT regcar.guard(\'reg\')');
$young->backup('base');
my $late = PostgreSQL::Test::Cluster->new('late');
$late->init_from_backup($young, 'base', has_streaming => 1);
$late->start;
$young->wait_for_catchup($late, 'replay', $young->lsn('write'));
$receiver = $late->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'");
kill('STOP', $receiver);
is($young->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('first')"), '1', 'a primary places its first hold');
$young->stop('immediate');
kill('TERM', $receiver);
kill('CONT', $receiver);
$late->promote;
cmp_ok($late->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('first')"), '>', 1_000_000, 'which the standby, promoted, does not number the same');

# A dump has the numbers and nothing of the server: where it is restored they go on.
my $next = $late->safe_psql('postgres', 'SELECT max(hold) + 1 FROM regcar.hold_history');
$late->safe_psql('postgres', 'CREATE DATABASE restored');
my $file = $late->basedir . '/dump';
$late->command_ok([ 'pg_dump', '-Fc', '-f', $file, '-d', $late->connstr('postgres') ], 'dumped');
$late->command_ok([ 'pg_restore', '-d', $late->connstr('restored'), $file ], 'and restored');
is($late->safe_psql('restored', "SET client_min_messages = error; SELECT regcar.place_hold('after')"), $next, 'the next number is the next');

$late->stop;
$second->stop;
$near->stop('immediate');
done_testing();
