# Headquarters fails over to a standby that lagged, and is behind its region. The region has holds that the new headquarters
# never heard of, and passes over new ones without a word, until its subscription is made anew (many-machines.md), or, from
# PostgreSQL 17 on, its slot had come to the standby beforehand.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $setup = <<'END';
CREATE EXTENSION regcar;
CREATE ROLE oncall;
SELECT regcar.grant_operator('oncall');
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, dealer text);
SELECT regcar.guard('reg');
END

# A headquarters with its standby, and a region that subscribed to the former.
sub machines
{
	my ($name, $conf, $subscription) = @_;
	my $hq = PostgreSQL::Test::Cluster->new("${name}_hq");
	$hq->init(allows_streaming => 'logical');
	$hq->append_conf('postgresql.conf', "wal_sender_timeout = 0\ncheckpoint_timeout = 1h\nautovacuum = off\n$conf");
	$hq->start;
	$hq->safe_psql('postgres', $setup);
	$hq->safe_psql('postgres', "CREATE PUBLICATION holds FOR TABLE regcar_state.hold, regcar_state.exemption; SELECT pg_create_physical_replication_slot('standby')");
	$hq->backup('base');
	my $standby = PostgreSQL::Test::Cluster->new("${name}_standby");
	$standby->init_from_backup($hq, 'base', has_streaming => 1);
	my $primary = $hq->connstr('postgres');
	$standby->append_conf('postgresql.conf', "wal_receiver_timeout = 0\nwal_retrieve_retry_interval = '200 ms'\nprimary_slot_name = 'standby'\nprimary_conninfo = '" . ($primary =~ s/'/''/gr) . "'");
	$standby->start;
	my $region = PostgreSQL::Test::Cluster->new("${name}_region");
	$region->init(allows_streaming => 'logical');
	$region->append_conf('postgresql.conf', "wal_retrieve_retry_interval = '200 ms'");
	$region->start;
	$region->safe_psql('postgres', $setup);
	$region->safe_psql('postgres', "CREATE SUBSCRIPTION holds CONNECTION '" . ($primary =~ s/'/''/gr) . "' PUBLICATION holds$subscription");
	ok(copied($region), "$name: the region has its first copy");
	return ($hq, $standby, $region);
}

sub copied { return $_[0]->poll_query_until('postgres', "SELECT count(*) = 2 FROM pg_subscription_rel WHERE srsubstate = 'r'"); }
# One run of psql as the operator: its rows, and standard error.
sub rows { return $_[0]->safe_psql('postgres', "SET ROLE oncall; SET client_min_messages = error; $_[1]"); }
sub said
{
	my ($server, $sql) = @_;
	my ($rc, $out, $err) = $server->psql('postgres', "\\set VERBOSITY verbose\nSET ROLE oncall;\n$sql");
	return $err;
}
sub obeys
{
	my ($region, $reason, $what) = @_;
	return ok($region->poll_query_until('postgres', "SELECT count(*) = 1 FROM regcar.active_holds WHERE reason = '$reason'"), $what);
}
my $standing = 'SELECT reason FROM regcar.active_holds ORDER BY placed_at';
# Headquarters is lost with what its standby has not read, and the standby takes its place.
sub fail_over
{
	my ($hq, $standby, $receiver) = @_;
	$hq->stop('immediate');
	kill('TERM', $receiver);
	kill('CONT', $receiver);
	$standby->promote;
	return;
}

my ($hq, $standby, $region) = machines('slotless', '', '');
rows($hq, "SELECT regcar.place_hold('first', '{\"dealer\": [\"A\", \"B\"]}'); SELECT regcar.exempt(1, '{\"dealer\": \"A\"}', 'clean'); SELECT regcar.place_hold('second', '{\"dealer\": \"C\"}')");
is(said($hq, "CALL regcar.lockdown('third', '{\"dealer\": \"D\"}', wait => '3 min')") =~ /WARNING/, '', 'lockdown waits for a standby and a region that follow');
is(rows($region, $standing), "first\nsecond\nthird", 'the region had it when lockdown returned');
is(rows($region, "SELECT regcar.lift_hold(3, 'not here')"), 'hold 3 is lifted; it stood for ' . rows($region, 'SELECT duration FROM regcar.hold_report WHERE hold = 3'), 'the region lifts one for itself');
$hq->wait_for_catchup($standby, 'replay', $hq->lsn('write'));

# The region goes on, the standby does not.
my $receiver = $standby->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'");
kill('STOP', $receiver);
rows($hq, "SELECT regcar.place_hold('lost', '{\"dealer\": \"E\"}')");
obeys($region, 'lost', 'a hold is in the region that the standby has not got');
# so much that the new headquarters stays behind the place in the WAL that the region has come to
$hq->safe_psql('postgres', "CREATE TABLE ballast AS SELECT repeat('x', 1000) FROM generate_series(1, 20000); SELECT pg_switch_wal()");
$hq->safe_psql('postgres', "SELECT regcar.place_hold('lost too', '{\"dealer\": \"F\"}')");
obeys($region, 'lost too', 'and another');
fail_over($hq, $standby, $receiver);
my $new = $standby;
is(rows($new, $standing), "first\nsecond\nthird", 'the new headquarters has what it had');
rows($new, "SELECT regcar.revoke_exemption(1, 'not so clean'); SELECT regcar.lift_hold(2, 'over')");
my ($number) = said($new, "CALL regcar.lockdown('new', '{\"dealer\": \"G\"}', wait => '0')") =~ /hold (\d+) binds/;
cmp_ok($number, '>', 1_000_000, 'it places a hold, with a number that the region cannot have');

# A slot of the same name and the same subscription: the region passes over what it believes to have.
$new->safe_psql('postgres', "SELECT pg_create_logical_replication_slot('holds', 'pgoutput')");
my $conn = $new->connstr('postgres') =~ s/'/''/gr;
$region->safe_psql('postgres', "ALTER SUBSCRIPTION holds CONNECTION '$conn'");
ok($new->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_replication WHERE replay_lsn IS NOT NULL"), 'the region connects to the new headquarters');
my $ahead = said($new, "CALL regcar.lockdown('unheard', '{\"dealer\": \"H\"}', wait => '1 min')");
like($ahead, qr/WARNING: .*subscriber "holds" may not have hold \d+: it is ahead of this server.*HINT:  It outlived a failover and passes over what this server says/s, 'lockdown says that the region passes over it');
is(rows($new, 'SELECT name, kind, problem FROM regcar.await_replicas()'), 'holds|subscriber|ahead of this server', 'and await_replicas says so without waiting');
is(rows($region, $standing), "first\nsecond\nlost\nlost too", 'as it does');

# The documented way.
$region->safe_psql('postgres', 'ALTER SUBSCRIPTION holds DISABLE');
$region->safe_psql('postgres', 'ALTER SUBSCRIPTION holds SET (slot_name = NONE)');
$region->safe_psql('postgres', 'DROP SUBSCRIPTION holds');
ok($new->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_replication"), 'the region is gone');
like(said($new, "CALL regcar.lockdown('meanwhile', '{\"dealer\": \"I\"}', wait => '0')"), qr/WARNING: .*slot "holds" may not have hold \d+: it is not connected/, 'a slot that nobody reads is named');
$new->safe_psql('postgres', "SELECT pg_drop_replication_slot('holds')");
$region->safe_psql('postgres', "CREATE SUBSCRIPTION holds CONNECTION '$conn' PUBLICATION holds");
ok(copied($region), 'the region copies what there is, beside what it has');
# and the check that it ends with
is(rows($new, "SELECT * FROM regcar.await_replicas('3 min')"), '', 'nobody lacks anything');
my $there = rows($region, 'SELECT regcar.standing_holds()');
is(rows($new, "SELECT h.reason, c.status FROM regcar.compare_holds('$there') c LEFT JOIN regcar.hold_history h USING (hold) ORDER BY placed_at, hold"),
	"first|stands\nthird|does not stand there\nnew|stands\nunheard|stands\nmeanwhile|stands\n|stands there alone\n|stands there alone",
	'all stand in the region, but for one that it had lifted, and what was lost with the old headquarters stands there alone');
is(rows($region, 'SELECT reason, exemptions FROM regcar.active_holds ORDER BY placed_at'), "first|0\nlost|0\nlost too|0\nnew|0\nunheard|0\nmeanwhile|0", 'the region says the same, and what has ended has ended there');
is(rows($region, 'SELECT problem FROM regcar.verify_history()'), '', 'its history fits');
is($region->safe_psql('postgres', 'SELECT event, hold, count(*) FROM regcar.history WHERE hold < 1000 GROUP BY 1, 2 ORDER BY 2, 1'),
	"exempted|1|1\nplaced|1|1\nrevoked|1|1\nlifted|2|1\nplaced|2|1\nlifted|3|1\nplaced|3|1\nplaced|4|1\nplaced|5|1", 'and has each event once');
is(said($new, "CALL regcar.lockdown('again', '{\"dealer\": \"J\"}', wait => '3 min')") =~ /WARNING/, '', 'a lockdown waits for the region');
like(said($region, "RESET ROLE; INSERT INTO reg VALUES ('AB75 CDE', 'J')"), qr/ERROR:  RH001/, 'which obeys when it has returned');

# Whoever makes up a number by hand: the region does not take one hold for another.
my $log = -s $region->logfile;
$new->safe_psql('postgres', "INSERT INTO regcar_state.hold (hold, action, scope, reason, placed_by, placed_at) OVERRIDING SYSTEM VALUE VALUES (4, 'reject', '{}', 'by hand', 'root', now())");
$region->wait_for_log(qr/ERROR:  hold 4 of the publisher is another one here\n.*DETAIL:  There: by hand\. Here: lost\./, $log);
like(rows($new, "SELECT problem FROM regcar.await_replicas('0')"), qr/^(behind|not connected)$/, 'and headquarters sees that it does not follow');
$_->stop for $region, $new;

# From 17 on the slot comes to the standby, and no region is told what the standby has not got.
SKIP:
{
	skip 'slots that fail over came with PostgreSQL 17', 7 if $hq->pg_version < 17;
	($hq, $standby, $region) = machines('slots', "synchronized_standby_slots = 'standby'\n", ' WITH (failover)');
	$standby->append_conf('postgresql.conf', "sync_replication_slots = on\nhot_standby_feedback = on\nsynchronized_standby_slots = ''");
	$standby->append_conf('postgresql.conf', "primary_conninfo = '" . ($hq->connstr('postgres') =~ s/'/''/gr) . "'");
	$standby->restart;
	rows($hq, "SELECT regcar.place_hold('first', '{\"dealer\": \"A\"}')");
	ok($standby->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_replication_slots WHERE slot_name = 'holds' AND synced AND NOT temporary"), 'the slot of the region is on the standby');
	obeys($region, 'first', 'the region obeys');
	$receiver = $standby->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walreceiver'");
	kill('STOP', $receiver);
	my $lost = said($hq, "CALL regcar.lockdown('lost', '{\"dealer\": \"B\"}', wait => '1500 ms')");
	like($lost, qr/WARNING: .*standby ".*" may not have hold 2: it is behind.*WARNING: .*subscriber "holds" may not have hold 2: it is behind/s, 'what the standby has not got the region has not either');
	fail_over($hq, $standby, $receiver);
	$conn = $standby->connstr('postgres') =~ s/'/''/gr;
	like(said($standby, "CALL regcar.lockdown('before', '{\"dealer\": \"C\"}', wait => '0')"), qr/WARNING: .*slot "holds" may not have hold \d+: it is not connected/, 'the new headquarters names the region before it is back');
	$region->safe_psql('postgres', "ALTER SUBSCRIPTION holds CONNECTION '$conn'");
	is(said($standby, "CALL regcar.lockdown('after', '{\"dealer\": \"D\"}', wait => '3 min')") =~ /WARNING/, '', 'its address is all that a region needs');
	is(rows($region, $standing), "first\nbefore\nafter", 'and it has everything that headquarters has');
	$_->stop for $region, $standby;
}
done_testing();
