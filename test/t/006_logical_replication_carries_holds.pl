# Logical replication: what comes from another server is let through unless the guard says otherwise, and a publication
# of regcar_state.hold carries a lockdown.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $hub = PostgreSQL::Test::Cluster->new('hub');
$hub->init(allows_streaming => 'logical');
$hub->start;
my $region = PostgreSQL::Test::Cluster->new('region');
$region->init(allows_streaming => 'logical');
$region->append_conf('postgresql.conf', "wal_retrieve_retry_interval = '200 ms'");
$region->start;
my $connection = $hub->connstr . ' dbname=postgres';

for my $node ($hub, $region)
{
	$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE through (mark regcar.plate PRIMARY KEY, note text);
CREATE TABLE held (mark regcar.plate PRIMARY KEY, note text);
END
}
$hub->safe_psql('postgres', <<'END');
INSERT INTO through VALUES ('AB75 CDE');
INSERT INTO held VALUES ('AB75 CDE');
CREATE PUBLICATION through FOR TABLE through;
CREATE PUBLICATION held FOR TABLE held;
CREATE PUBLICATION holds FOR TABLE regcar_state.hold;
END
$region->safe_psql('postgres', <<'END');
SELECT regcar.guard('through');
SELECT regcar.guard('held', replicated => true);
CALL regcar.lockdown('regional');
END
$region->safe_psql('postgres', "CREATE SUBSCRIPTION $_ CONNECTION '$connection' PUBLICATION $_") for 'through', 'held';

sub rows { return $region->safe_psql('postgres', "SELECT count(*) FROM $_[0]") }
# the subscription's own worker is refused
sub refused_since { return slurp_file($region->logfile, $_[0]) =~ /registrations are held/ }

# The first copy, then changes.
$hub->wait_for_catchup('through');
$region->poll_query_until('postgres', "SELECT count(*) = 1 FROM through") or die 'no first copy';
is(rows('through'), 1, 'the first copy of a subscription goes through under a hold');
is(rows('held'), 0, 'but not where replicated rows are held too');
$hub->safe_psql('postgres', "INSERT INTO through VALUES ('AB75 CDF'); UPDATE through SET mark = 'AB75 CDG' WHERE mark OPERATOR(regcar.=) 'AB75 CDE'");
$hub->wait_for_catchup('through');
is($region->safe_psql('postgres', "SELECT string_agg(mark::text, ',' ORDER BY mark) FROM through"), 'AB75 CDF,AB75 CDG', 'so do changes');
my ($rc, $out, $err) = $region->psql('postgres', "\\set VERBOSITY verbose\nINSERT INTO through VALUES ('AB75 CDH')");
like($err, qr/RH001/, 'what is registered here is refused all the while');

$region->safe_psql('postgres', "SELECT regcar.lift_all('over')");
ok($region->poll_query_until('postgres', "SELECT count(*) = 1 FROM held"), 'what waited arrives when the hold is lifted');
ok($region->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'"), 'all is in step');
$region->safe_psql('postgres', "CALL regcar.lockdown('regional again')");
my $offset = -s $region->logfile;
$hub->safe_psql('postgres', "INSERT INTO held VALUES ('AB75 CDF')");
for (1 .. 600) { last if refused_since($offset); select undef, undef, undef, 0.1; }
ok(refused_since($offset), 'a change is refused to the apply worker');
is(rows('held'), 1, 'and does not arrive');
$region->safe_psql('postgres', "SELECT regcar.lift_all('over')");
ok($region->poll_query_until('postgres', "SELECT count(*) = 2 FROM held"), 'it arrives when the hold is lifted');

# What an exemption lets through is counted where it is registered, and not once more where it is replicated to.
$region->safe_psql('postgres', "CALL regcar.lockdown('with an exemption')");
$region->safe_psql('postgres', "SELECT regcar.exempt(max(hold), '{\"note\": [\"hub\", \"here\"]}', 'clean') FROM regcar.active_holds");
$hub->safe_psql('postgres', "INSERT INTO held VALUES ('AB75 CDG', 'hub')");
ok($region->poll_query_until('postgres', "SELECT count(*) = 3 FROM held"), 'an exemption lets a change through');
is($region->safe_psql('postgres', 'SELECT exemption, let_through FROM regcar.exemption_report'), '1|0', 'which was registered elsewhere');
$region->safe_psql('postgres', "INSERT INTO held VALUES ('AB75 CDH', 'here')");
is($region->safe_psql('postgres', 'SELECT exemption, let_through FROM regcar.exemption_report'), '1|1', 'what is registered here counts');
$region->safe_psql('postgres', "SELECT regcar.lift_all('over'); DELETE FROM held WHERE note = 'here'");

# Headquarters' holds, in a regional database that has none of its own.
$region->safe_psql('postgres', 'CREATE DATABASE branch');
$region->safe_psql('branch', "CREATE EXTENSION regcar; CREATE TABLE reg (mark regcar.plate); SELECT regcar.guard('reg')");
$hub->safe_psql('postgres', "SELECT regcar.guard('held'); CALL regcar.lockdown('before')");
my $dealer = $region->background_psql('branch', on_error_stop => 0);
# What a session says to a statement: its rows, or the error.
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $out = $session->query($sql);
	return $session->{stderr} =~ /(ERROR:  .*)/ ? $1 : $out;
}
sub try { return ask($dealer, "INSERT INTO reg VALUES ('AB75 CDE')") =~ s/^ERROR:  //r || 'registered' }
is(try(), 'registered', 'a dealer registers in the branch');
$region->safe_psql('branch', "CREATE SUBSCRIPTION holds CONNECTION '$connection' PUBLICATION holds");
ok($region->poll_query_until('branch', "SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'"), 'the branch subscribes to the holds');
is(try(), 'registrations are held', 'the first copy brings the hold that stands, to a session too that knew of none');
is($region->safe_psql('branch', 'SELECT reason FROM regcar.active_holds'), 'before', 'it is shown there');
$hub->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$hub->wait_for_catchup('holds');
is(try(), 'registered', 'a lift arrives');
$hub->safe_psql('postgres', "CALL regcar.lockdown('attack', action => 'freeze')");
$hub->wait_for_catchup('holds');
is(try(), 'registered data is frozen', 'and a lockdown');
is($region->safe_psql('branch', "SELECT action, reason FROM regcar.hold_for('reg', '{}')"), 'freeze|attack', 'hold_for() knows it');

# A transaction that is open in the branch when the hold arrives.
$hub->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$hub->wait_for_catchup('holds');
ask($dealer, "BEGIN; INSERT INTO reg VALUES ('AB75 CDE')");
$hub->safe_psql('postgres', "CALL regcar.lockdown('again')");
$hub->wait_for_catchup('holds');
is(ask($dealer, 'COMMIT'), 'ERROR:  registrations are held', 'an open transaction fails at COMMIT when the hold came from the hub');

# Who deletes a hold at the hub in spite of all frees no branch.
$offset = -s $region->logfile;
$hub->safe_psql('postgres', 'ALTER TABLE regcar_state.hold DISABLE TRIGGER refuse_deletion; DELETE FROM regcar_state.hold');
$hub->wait_for_catchup('holds');
is(try(), 'registrations are held', 'a hold that is deleted at the hub stands in the branch');
like(slurp_file($region->logfile, $offset), qr/WARNING:  hold 3 was deleted where it came from/, 'which says so in its log');
$hub->safe_psql('postgres', "SELECT regcar.place_hold('later', '{\"mark\": \"A1\"}')");
$hub->wait_for_catchup('holds');
is($region->safe_psql('branch', 'SELECT string_agg(reason, $$,$$ ORDER BY hold) FROM regcar.active_holds'), 'again,later', 'and takes the next hold');
$offset = -s $region->logfile;
$hub->safe_psql('postgres', 'TRUNCATE regcar_state.hold');
$region->wait_for_log(qr/rows of "regcar_state.hold" are never deleted/, $offset);
is(try(), 'registrations are held', 'TRUNCATE is refused there');
is($region->safe_psql('branch', 'SELECT problem FROM regcar.verify_history()'), '', 'the history of the branch fits');
$dealer->quit;

unlike(slurp_file($region->logfile), qr/PANIC|terminated by signal/, 'nothing crashed');
$region->stop;
$hub->stop;
done_testing();
