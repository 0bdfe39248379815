# Headquarters and three regions: a publication of regcar_state.hold and regcar_state.exemption carries lockdowns with scopes and exemptions
# to each, a region has holds, a queue and a history of its own, its registrations go back to the hub, and one that is cut off
# keeps what it knew and catches up.
use strict;
use warnings;
use lib 'test/lib';
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($hub, @regions) = map { PostgreSQL::Test::Cluster->new($_) } 'hub', 'north', 'south', 'west';
# The first has holds, a queue and registrations of its own; the others obey.
my ($region, @others) = @regions;
my $south = $others[0];
for my $node ($hub, @regions)
{
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "wal_retrieve_retry_interval = '200 ms'");
	$node->start;
	$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (nr int GENERATED ALWAYS AS IDENTITY, mark regcar.plate PRIMARY KEY, dealer text);
CREATE TABLE strict (mark regcar.plate PRIMARY KEY, dealer text);
SELECT regcar.guard('reg'), regcar.guard('strict', replicated => true);
END
}
my %to = map { $_->name => $_->connstr . ' dbname=postgres' } $hub, $region;
# Numbers of each region's own, so that they never meet the hub's.
for my $n (1 .. @regions)
{
	$regions[ $n - 1 ]->safe_psql('postgres', <<"END");
ALTER TABLE regcar_state.hold ALTER hold RESTART ${n}000001;
ALTER TABLE regcar_state.exemption ALTER exemption RESTART ${n}000001;
END
}

# One line of psql on the hub, without warnings; its rows.
sub hub { return $hub->safe_psql('postgres', "SET client_min_messages = error; $_[0]") }
sub region { return $region->safe_psql('postgres', "SET client_min_messages = error; $_[0]") }

# What a session says to a statement: the SQLSTATE of an error or of a NOTICE of ours, or its rows.
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $out = $session->query($sql);
	return $session->{stderr} =~ /(?:ERROR|NOTICE):  (\w{5}):/ ? $1 : $out;
}
# One session a region for all registrations, so that what it has in memory has to be told.
sub dealer_of
{
	my $session = $_[0]->background_psql('postgres', on_error_stop => 0);
	ask($session, '\set VERBOSITY verbose');
	return $session;
}
my %dealer = map { $_->name => dealer_of($_) } @regions;
my $dealer = $dealer{north};
my @marks = map { "AB75 C${_}E" } 'A' .. 'H', 'J' .. 'P', 'R' .. 'Z';
sub register
{
	my ($name, $session) = @_;
	return ask($session // $dealer, sprintf("INSERT INTO reg (mark, dealer) VALUES ('%s', '%s')", shift @marks, $name)) || 'registered';
}
my %took = map { $_->name => [] } @regions;

# Actions of the holds that would stop a dealer in a region.
sub holds_there
{
	my ($node, $name) = @_;
	return ask($dealer{ $node->name }, "SELECT coalesce(string_agg(action::text, ',' ORDER BY action), '') FROM regcar.hold_for('reg', '{\"mark\": \"AB75 CDE\", \"dealer\": \"$name\"}')");
}

# Until regions (all of them, unless they are named) say that a dealer is held as he should be; how long it took each is noted.
sub arrives
{
	my ($name, $want, $what, @where) = @_;
	my $start = time();
	my @waiting = @where = @where ? @where : @regions;
	my %got;
	while (@waiting && time() < $start + 60 * $patience)
	{
		for my $node (@waiting)
		{
			$got{ $node->name } = holds_there($node, $name);
			push @{ $took{ $node->name } }, 1000 * (time() - $start) if $got{ $node->name } eq $want;
		}
		@waiting = grep { $got{ $_->name } ne $want } @waiting;
		sleep 0.01 if @waiting;
	}
	return is_deeply(\%got, { map { $_->name => $want } @where }, $what);
}

# Holds that stand when the region joins come with the first copy.
hub("SELECT regcar.place_hold('old', '{\"dealer\": \"X\"}'); SELECT regcar.lift_hold(1, 'long ago'); SELECT regcar.place_hold('attack', '{\"dealer\": [\"A\", \"B\"]}', incident => 'INC-1'); SELECT regcar.exempt(2, '{\"dealer\": \"B\"}', 'clean')");
$hub->safe_psql('postgres', 'CREATE PUBLICATION holds FOR TABLE regcar_state.hold, regcar_state.exemption');
$region->safe_psql('postgres', 'CREATE PUBLICATION registrations FOR TABLE reg, strict');
is(register('A'), 'registered', 'a dealer registers before the region joins');
$_->safe_psql('postgres', "CREATE SUBSCRIPTION holds_" . $_->name . " CONNECTION '$to{hub}' PUBLICATION holds") for @regions;
ok($_->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'"), 'has its first copy: ' . $_->name) for @regions;
is(register('A'), 'RH001', 'what was held then is held');
is(register('B'), 'registered', 'what was exempt is exempt');
is(register('C'), 'registered', 'and what no scope has is free');
# table by table, in any order
is(region('SELECT event, hold FROM regcar.history WHERE hold IS NOT NULL ORDER BY hold, event'), "lifted|1\nexempted|2\nplaced|2", 'the history of the region has them as it got them');

# Changes, and how fast.
my $listener = $region->background_psql('postgres', on_error_stop => 0);
$listener->query('LISTEN regcar');
is(hub("SELECT regcar.place_hold('more', '{\"dealer\": \"C\"}', 'freeze')"), 3, 'the hub places a hold');
arrives('C', 'freeze', 'which binds in the region');
is(ask($dealer, "DELETE FROM reg WHERE dealer = 'C'"), 'RH001', 'as it should');
hub("SELECT regcar.exempt(2, '{\"dealer\": \"A\"}', 'clean too')");
arrives('A', '', 'an exemption arrives');
is(ask($dealer, "BEGIN; INSERT INTO reg (mark, dealer) VALUES ('AB75 XAA', 'A')"), '', 'a transaction that it lets through is open');
hub("SELECT regcar.revoke_exemption(2, 'not so clean')");
arrives('A', 'reject', 'its end arrives');
is(ask($dealer, 'COMMIT'), '40001', 'and the open transaction fails at COMMIT');
hub("SELECT regcar.lift_hold(3, 'over')");
arrives('C', '', 'a lift arrives');
like($listener->query('SELECT 1') . $listener->{stderr}, qr/"event":"placed","hold":3.*"event":"exempted".*"event":"revoked".*"event":"lifted","hold":3/s,
	'who listens in the region hears of each');
$listener->quit;

# The region's own beside them.
is(region("SELECT regcar.place_hold('local', '{\"dealer\": \"C\"}')"), 1000001, 'the region counts its holds by itself');
is(region("SELECT regcar.exempt(1000001, '{\"mark\": \"AB75 YAA\"}', 'this one')"), 1000001, 'and its exemptions');
is(register('C'), 'RH001', 'its own hold binds');
is(register('A'), 'RH001', 'the hub\'s too');
is(hub("SELECT regcar.place_hold('next')"), 4, 'the hub goes on counting');
arrives('Z', 'reject', 'nothing meets');
is(region('SELECT string_agg(hold::text, \',\') FROM regcar.active_holds'), '2,4,1000001', 'the region shows all of them');
hub("SELECT regcar.lift_hold(4, 'over')");
arrives('Z', '', 'and over');
region("SELECT regcar.lift_hold(1000001, 'over')");
# An operator of the region may lift there what the hub placed: the region is its own.
is(hub('SELECT count(*) FROM regcar_state.hold WHERE hold > 1000000'), 0, 'what the region did is not the hub\'s');

# A queue of the region under a hold of the hub.
hub("SELECT regcar.place_hold('set aside', '{\"dealer\": [\"Q\", \"R\"]}', 'queue', 'INC-2')");
arrives('Q', 'queue', 'a hold that queues arrives');
is(register('Q'), 'RH002', 'the region queues') for 1 .. 3;
is(register('R'), 'RH002', 'for each that the scope has');
is(hub('SELECT count(*) FROM regcar.queue'), 0, 'the hub has none of it');
like(region_release(), qr/released 0, failed 0, kept waiting 4/, 'nothing is released while the hub holds');
hub("SELECT regcar.exempt(5, '{\"dealer\": \"R\"}', 'clean')");
arrives('R', '', 'an exemption arrives');
like(region_release(), qr/released 1, failed 0, kept waiting 3/, 'what it lets through is released');
hub("SELECT regcar.lift_hold(5, 'over')");
arrives('Q', '', 'the lift arrives');
like(region_release(), qr/released 3, failed 0, kept waiting 0/, 'the rest is released');
sub region_release
{
	my ($rc, $out, $err) = $region->psql('postgres', 'CALL regcar.release()');
	return $err =~ /release ended: (.*)/ ? $1 : $err;
}

# Registrations of the region go to the hub, which lets them through under its own hold, but not where replicated rows are held.
hub("SELECT regcar.place_hold('hub only', '{\"dealer\": [\"D\", \"E\"]}')");
arrives('D', 'reject', 'the hub holds one dealer');
hub("SELECT regcar.exempt(6, '{\"dealer\": \"D\"}', 'in the region')");
arrives('D', '', 'and exempts him');
hub("CREATE SUBSCRIPTION registrations CONNECTION '$to{north}' PUBLICATION registrations");
ok($hub->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'"), 'the hub subscribes to the region\'s registrations');
is(register('D'), 'registered', 'the exempt dealer registers in the region');
ok($hub->poll_query_until('postgres', "SELECT count(*) = 1 FROM reg WHERE dealer = 'D'"), 'the registration arrives at the hub');
hub("SELECT regcar.revoke_exemption(max(exemption), 'over') FROM regcar.active_exemptions WHERE hold = 6");
arrives('D', 'reject', 'the exemption ends');
region("SELECT regcar.lift_hold(6, 'in the region we may')");
is(register('D'), 'registered', 'the region lifts it for itself');
ok($hub->poll_query_until('postgres', "SELECT count(*) = 2 FROM reg WHERE dealer = 'D'"), 'the hub lets through what was registered there');
my ($rc, $out, $err) = $hub->psql('postgres', "\\set VERBOSITY verbose\nINSERT INTO reg (mark, dealer) VALUES ('AB75 ZAA', 'D')");
like($err, qr/RH001/, 'which it does not register itself');
ask($dealer, "INSERT INTO strict VALUES ('AB75 CDE', 'D')");
ok($hub->wait_for_log(qr/registrations are held/, -s $hub->logfile), 'where replicated rows are held it refuses them');
is(hub('SELECT count(*) FROM strict'), 0, 'and has none');
hub("SELECT regcar.lift_all('over')");
ok($hub->poll_query_until('postgres', 'SELECT count(*) = 1 FROM strict'), 'until the hold is lifted');

# They are never queued, for what comes after them would find no row.
hub("SELECT regcar.place_hold('aside', '{\"dealer\": \"D\"}', 'queue')");
arrives('D', 'queue', 'a hold that queues, which the region lifts for itself');
region("SELECT regcar.lift_hold(hold, 'here we may') FROM regcar.active_holds WHERE reason = 'aside'");
my $offset = -s $hub->logfile;
ask($dealer, "INSERT INTO strict VALUES ('AB75 CDF', 'D'); UPDATE strict SET dealer = 'of the region' WHERE mark::text = 'AB75 CDF'");
ok($hub->wait_for_log(qr/registrations are held/, $offset), 'under a hold that queues they are refused too');
is(hub("SELECT count(*) FROM regcar.queue WHERE target = 'strict'::regclass"), 0, 'and not queued');
hub("SELECT regcar.lift_all('over')");
ok($hub->poll_query_until('postgres', "SELECT count(*) = 1 FROM strict WHERE dealer = 'of the region'"), 'they arrive as they are when the hold is lifted');

# The regions' own numbers are their own.
$south->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('of the south', '{\"dealer\": \"S\"}')");
is($south->safe_psql('postgres', 'SELECT max(hold) FROM regcar_state.hold'), 2000001, 'another region counts from elsewhere');
is(holds_there($_, 'S'), $_ == $south ? 'reject' : '', 'a hold of the south, in the ' . $_->name) for @regions;
$south->safe_psql('postgres', "SELECT regcar.lift_hold(2000001, 'over')");

# One region cut off: it keeps what it knew while the others go on, and catches up.
hub("SELECT regcar.place_hold('stays', '{\"dealer\": [\"A\", \"B\"]}')");
hub("SELECT regcar.place_hold('goes', '{\"dealer\": \"F\"}')");
arrives($_, 'reject', "$_ is held everywhere") for 'A', 'F';
my $cut_off = "SELECT level, state, detail, to_do FROM regcar.status WHERE topic = 'headquarters'";
is($south->safe_psql('postgres', $cut_off), '', 'status: a region that obeys is nothing to tell');
$south->safe_psql('postgres', 'ALTER SUBSCRIPTION holds_south DISABLE');
ok($south->poll_query_until('postgres', $cut_off, 'alarm|subscription disabled|subscription holds_south: holds that headquarters places do not arrive|-- as its owner: ALTER SUBSCRIPTION holds_south ENABLE;'),
	'status: one that is cut off is an alarm');
ok($hub->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_replication_slots WHERE slot_name = 'holds_south' AND active"), 'the south is cut off');
hub("SELECT regcar.lift_hold(hold, 'over') FROM regcar.active_holds WHERE reason = 'goes'");
hub("SELECT regcar.exempt(hold, '{\"dealer\": \"B\"}', 'clean') FROM regcar.active_holds WHERE reason = 'stays'");
hub("SELECT regcar.place_hold('meanwhile', '{\"dealer\": \"G\"}', 'freeze')");
arrives(@$_, grep { $_ != $south } @regions) for ['F', '', 'a lift arrives in the others'], ['B', '', 'an exemption, too'], ['G', 'freeze', 'and a hold'];
is(holds_there($south, $_), 'reject', "cut off, it still holds $_") for 'A', 'B', 'F';
is(register('F', $dealer{south}), 'RH001', 'as a dealer finds');
is(register('G', $dealer{south}), 'registered', 'and knows of nothing new');
$south->safe_psql('postgres', 'ALTER SUBSCRIPTION holds_south ENABLE');
arrives(@$_, $south) for ['F', '', 'it catches up: the lift'], ['B', '', 'the exemption'], ['G', 'freeze', 'the new hold'], ['A', 'reject', 'and what stands, stands'];
hub("SELECT regcar.lift_all('over')");
arrives('A', '', 'the end of it arrives');

# The hub itself gone: each region keeps what it knew, even when it is started again.
hub("SELECT regcar.place_hold('before the cut', '{\"dealer\": [\"A\", \"F\"]}')");
arrives('F', 'reject', 'a hold, before the hub is gone');
$hub->stop('fast');
is(register('F', $dealer{ $_->name }), 'RH001', 'without the hub, it is held in the ' . $_->name) for @regions;
$dealer->quit;
$region->restart;
$dealer = $dealer{north} = dealer_of($region);
is(register('F'), 'RH001', 'and after a restart');
is(register('G'), 'registered', 'the others register');
$hub->start;
hub("SELECT regcar.lift_all('over'); SELECT regcar.place_hold('after the cut', '{\"dealer\": \"G\"}')");
# how long that takes is a matter of wal_retrieve_retry_interval
my %before = map { $_ => scalar @{ $took{$_} } } keys %took;
arrives('G', 'reject', 'they catch up: a new hold');
arrives('F', '', 'and the lift');
$#{ $took{$_} } = $before{$_} - 1 for keys %took;
is(register('F'), 'registered', 'so it registers');
$_->quit for values %dealer;

# What all have written down.
for my $node ($hub, @regions)
{
	is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits: ' . $node->name);
	unlike(slurp_file($node->logfile), qr/PANIC|terminated by signal/, 'nothing crashed: ' . $node->name);
}
my $events = "SELECT event || ' ' || hold FROM regcar.history WHERE hold < 1000000 AND event IN ('placed', 'lifted', 'exempted', 'revoked') AND NOT (hold IN (6, 7) AND event = 'lifted') ORDER BY seq";
my $of_region = region($events);
# the first copy had only how things stood
is(substr(hub($events), -length($of_region) + length("lifted 1\nplaced 2\nexempted 2")), substr($of_region, length("lifted 1\nplaced 2\nexempted 2")), 'the region wrote down all that the hub did since it joined');
my $stand = 'SELECT hold, action, scope, placed_at, lifted_at, lift_reason FROM regcar_state.hold WHERE hold < 1000000 ORDER BY hold; SELECT exemption, hold, scope, revoked_at FROM regcar_state.exemption WHERE exemption < 1000000 ORDER BY exemption';
is($_->safe_psql('postgres', $stand), hub($stand), 'all that the hub has is in the ' . $_->name) for @others;

# Obeys within a second: half of the changes at least, for this machine may have other things to do.
for my $node (@regions)
{
	my @ms = sort { $a <=> $b } @{ $took{ $node->name } };
	cmp_ok($ms[ $#ms / 2 ], '<', 1000 * $patience, 'the ' . $node->name . ' obeys within a second');
	cmp_ok($ms[-1], '<', 10_000 * $patience, 'and never much later');
	diag sprintf '%s: from COMMIT at the hub %d ms in the middle, %d ms at most, of %d changes', $node->name, $ms[ $#ms / 2 ], $ms[-1], scalar @ms;
}

$_->stop for @regions, $hub;
done_testing();
