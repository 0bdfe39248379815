# A register sharded by its mark with Citus: marks, guards and queues on the shards, and one call that holds on every node,
# names the node that does not answer, and brings it up to date when it does. Skipped where there is no Citus.
use strict;
use warnings;
use lib 'test/lib';
use IPC::Run;
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my ($coordinator, @workers) = map { PostgreSQL::Test::Cluster->new($_) } qw(coordinator one two late);
my ($one, $two, $late) = @workers;
$coordinator->init;
$coordinator->start;
# the view of available extensions does not show one that is staged
if (($coordinator->psql('postgres', 'CREATE EXTENSION citus'))[2] =~ /"citus" is not available|could not open extension control file/)
{
	$coordinator->stop;
  SKIP: { skip 'no Citus for this server', 1; }
	done_testing();
	exit;
}
$coordinator->stop;
$_->init(allows_streaming => 'logical') for @workers;
for my $node ($coordinator, @workers)
{
	$node->append_conf('postgresql.conf', <<'END');
shared_preload_libraries = 'citus'
listen_addresses = '127.0.0.1'
citus.local_hostname = '127.0.0.1'
citus.node_conninfo = 'sslmode=prefer'
citus.enable_statistics_collection = off
max_prepared_transactions = 100
max_connections = 120
END
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
}

# What psql says to some statements, each a transaction; SQLSTATEs and all.
sub says
{
	my ($node, $sql, $user) = @_;
	my @options = ('-XAt', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('postgres') . ($user ? " user=$user" : ''));
	my $all;
	IPC::Run::run([ 'psql', @options, map { ('-c', $_) } ref $sql ? @$sql : $sql ], '<', \undef, '>&', \$all, IPC::Run::timeout(120 * $patience));
	return $all;
}
# The same question to each node that runs, which shows its shards too; the answers by name.
my $shards = 'SET citus.override_table_visibility = off';
sub each_node
{
	my ($sql, @nodes) = @_;
	return { map { $_->name => $_->safe_psql('postgres', "$shards; $sql") } @nodes };
}
sub all_say { my ($answer, @nodes) = @_; return { map { $_->name => $answer } @nodes } }
sub address { return '127.0.0.1:' . $_[0]->port }
# What stands where, as the coordinator sees it, with names of nodes for their addresses.
sub stands
{
	my $rows = $coordinator->safe_psql('postgres', 'SELECT * FROM regcar.holds_on_nodes()');
	for my $node ($coordinator, @workers) { my ($address, $name) = (address($node), $node->name); $rows =~ s/\Q$address\E/$name/g; }
	return $rows;
}

$coordinator->safe_psql('postgres', 'CREATE EXTENSION regcar');
is($coordinator->safe_psql('postgres', 'SELECT * FROM regcar.holds_on_nodes()'), 'this node||no hold stands', 'a coordinator that knows no node, not even itself');
$coordinator->safe_psql('postgres', "SELECT citus_set_coordinator_host('127.0.0.1', " . $coordinator->port . ")");
$coordinator->safe_psql('postgres', "SELECT citus_add_node('127.0.0.1', " . $_->port . ")") for $one, $two;
my @all = ($coordinator, $one, $two);
is_deeply(each_node("SELECT count(*) FROM pg_extension WHERE extname = 'regcar'", @all), all_say(1, @all), 'Citus takes the extension to each node');

# The register, and its guards.
$coordinator->safe_psql('postgres', <<'END');
ALTER DATABASE postgres SET search_path = public, regcar;
SELECT run_command_on_workers('ALTER DATABASE postgres SET search_path = public, regcar');
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, registered date NOT NULL, maker text, dealer text, CHECK (regcar.require_issuable(mark, registered)));
SELECT create_distributed_table('reg', 'mark', shard_count => 8);
SET citus.enable_unsafe_triggers = on;
SELECT regcar.guard('reg', keys => '{"make": "maker"}');
END
is($coordinator->safe_psql('postgres', "SELECT count(DISTINCT nodename || nodeport) FROM citus_shards WHERE table_name = 'reg'::regclass"), 2, 'the shards are on both workers');
is($one->safe_psql('postgres', "$shards; SELECT DISTINCT status FROM regcar.guards WHERE target <> 'reg'::regclass"), 'truncate trigger missing', 'guard() puts its row trigger on the shards');
$coordinator->safe_psql('postgres', q{SELECT run_command_on_shards('reg', $$SELECT regcar.guard('%s')$$)});
is_deeply(each_node("SELECT count(*), string_agg(DISTINCT status || keys::text, ',') FROM regcar.guards", @all),
	{ coordinator => '1|ok{"make": "maker"}', one => '5|ok{"make": "maker"}', two => '5|ok{"make": "maker"}' }, 'guards on each node: the table, its shards, and their keys');

# Roles: an operator is one on each node; a dealer registers.
$coordinator->safe_psql('postgres', 'CREATE ROLE oncall LOGIN; CREATE ROLE dealer LOGIN; GRANT SELECT, INSERT, UPDATE ON reg TO dealer');
$coordinator->safe_psql('postgres', q{SELECT run_command_on_all_nodes($$SELECT regcar.grant_operator('oncall')$$)});
like(says($coordinator, "CALL regcar.lockdown_on_nodes('x')", 'dealer'), qr/42501/, 'a dealer may not lock down');
like(says($coordinator, "SELECT * FROM regcar.holds_on_nodes()", 'dealer'), qr/42501/, 'nor see what stands where');
like(says($coordinator, "SELECT regcar.adopt_holds('{}')", 'dealer'), qr/42501/, 'nor hand holds over');

# Marks that are distributed.
my @letters = ('A' .. 'H', 'J' .. 'P', 'R' .. 'Z');
my @marks = map { my $a = $_; map { "AB75 C$a$_" } @letters } @letters;
sub insert { my ($maker, $n) = @_; return "INSERT INTO reg VALUES " . join(', ', map { "('" . shift(@marks) . "', '2025-09-01', '$maker', 'd')" } 1 .. ($n // 1)) }
is(says($coordinator, insert('A', 40), 'dealer'), "INSERT 0 40\n", 'forty marks');
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM reg'), 40, 'which are there');
like(says($coordinator, "INSERT INTO reg VALUES ('ab75caa', '2025-09-01')"), qr/23505/, 'a mark in another spelling is the same, on the same shard');
is($coordinator->safe_psql('postgres', "SELECT count(*) FROM reg WHERE mark = 'ab75 cab'"), 1, 'and is found there');
is($coordinator->safe_psql('postgres', "SELECT count(*) FROM reg WHERE mark <@ '75'::plate_series AND mark LIKE 'AB75 CA?'"), scalar(@letters), 'a series and a pattern are looked for on all of them');
like(says($coordinator, "INSERT INTO reg VALUES ('AB75 DAA', '2025-08-31')"), qr/23514.*Series 75 may be used from 2025-09-01/s, 'require_issuable() tells why, from a worker');

# Without Citus, and inside a transaction.
$coordinator->safe_psql('postgres', 'CREATE DATABASE plain');
$coordinator->safe_psql('plain', 'CREATE EXTENSION regcar');
my ($rc, $out, $err) = $coordinator->psql('plain', "\\set VERBOSITY verbose\nCALL regcar.lockdown_on_nodes('x')");
like($err, qr/0A000.*this database has no Citus.*HINT/s, 'without Citus it says so');
is($coordinator->safe_psql('plain', 'SELECT count(*) FROM regcar_state.hold'), 0, 'and has placed nothing');
like(says($coordinator, "BEGIN; CALL regcar.lockdown_on_nodes('x')"), qr/25001/, 'nor inside a transaction block');

# One call holds everywhere; transactions that are open fail at COMMIT.
my %open = (one => "INSERT INTO reg VALUES ('AB75 XAA', '2025-09-01', 'A', 'd')",
	many => "INSERT INTO reg VALUES ('AB75 XAB', '2025-09-01', 'A', 'd'), ('AB75 XAC', '2025-09-01', 'A', 'd'), ('AB75 XAD', '2025-09-01', 'A', 'd'), ('AB75 XAE', '2025-09-01', 'A', 'd')");
my %session;
for my $which (sort keys %open)
{
	$session{$which} = $coordinator->background_psql('postgres', on_error_stop => 0);
	$session{$which}->query("BEGIN; $open{$which}");
}
my $said = says($coordinator, "CALL regcar.lockdown_on_nodes('it''s \\ \"here\"', '{\"make\": \"A\"}', incident => 'INC-42')", 'oncall');
like($said, qr/hold 1 is placed.*3 nodes have the holds of this one \(1 standing\): nothing that they cover commits any more/s, 'lockdown_on_nodes()');
unlike($said, qr/WARNING/, 'names nobody');
for my $which (sort keys %open)
{
	$session{$which}{stderr} = '';
	$session{$which}->query('COMMIT');
	like($session{$which}{stderr}, qr/ERROR/, "a transaction that was open fails at COMMIT: on $which");
	like($session{$which}{stderr}, qr/(registrations are held|held again|hold)/, 'and says why');
	$session{$which}->quit;
}
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM reg'), 40, 'nothing of them is there');
is_deeply(each_node('SELECT hold, reason, incident, placed_by FROM regcar.active_holds', @all), all_say("1|it's \\ \"here\"|INC-42|oncall", @all), 'one hold with one number on each node');
is_deeply(each_node('SELECT event, hold, actor FROM regcar.history WHERE hold IS NOT NULL', @all), all_say('placed|1|oncall', @all), 'each has written down who brought it');
like(says($coordinator, insert('A')), qr/RH001.*Hold 1: it's/s, 'it binds through the coordinator');
like(says($one, insert('A')), qr/RH001/, 'and through a worker');
is(says($coordinator, insert('B')), "INSERT 0 1\n", 'what it does not cover goes through');
is($coordinator->safe_psql('postgres', "SELECT hold FROM regcar.hold_for('reg', '{\"mark\": \"AB75 CDE\", \"maker\": \"A\"}')"), 1, 'hold_for() of the table tells');
is($one->safe_psql('postgres', "$shards; SELECT hold FROM regcar.hold_for((SELECT target FROM regcar.guards WHERE target <> 'reg'::regclass LIMIT 1), '{\"mark\": \"AB75 CDE\", \"maker\": \"A\"}')"), 1, 'and of a shard');
is(stands(), "coordinator|1|stands\none|1|stands\ntwo|1|stands", 'holds_on_nodes() shows it');

# Again, and it does nothing twice.
says($coordinator, 'CALL regcar.sync_nodes()', 'oncall') for 1 .. 2;
is_deeply(each_node('SELECT count(*), (SELECT count(*) FROM regcar.history WHERE hold IS NOT NULL) FROM regcar_state.hold', @all), all_say('1|1', @all), 'again, it does nothing twice');

# Exempting, revoking.
like(says($coordinator, "CALL regcar.exempt_on_nodes(1, '{\"make\": \"A\", \"dealer\": \"d\"}', 'clean')", 'oncall'), qr/exemption 1 is granted/, 'exempt_on_nodes()');
is(says($coordinator, insert('A', 8)), "INSERT 0 8\n", 'lets through on each node');
like(says($coordinator, "CALL regcar.revoke_exemption_on_nodes(1, 'not so clean')", 'oncall'), qr/exemption 1 is revoked\n.*nothing that they cover commits/s, 'revoke_exemption_on_nodes()');
like(says($coordinator, insert('A', 8)), qr/RH001/, 'and not any more');

# A node that is down is named, the others obey; when it is back it catches up.
$two->stop('fast');
my $start = time();
$said = says($coordinator, "CALL regcar.lockdown_on_nodes('second', '{\"make\": \"B\"}', 'queue')", 'oncall');
cmp_ok(time() - $start, '<', 20 * $patience, 'a node that is down keeps nobody waiting');
my $address = address($two);
like($said, qr/WARNING.*node \Q$address\E does not have all holds.*failed to connect.*except as named above/s, 'it is named');
is($one->safe_psql('postgres', 'SELECT string_agg(hold::text, \',\') FROM regcar.active_holds'), '1,2', 'the others hold');
like($said = stands(), qr/^one\|2\|stands\ntwo\|\|failed to connect/m, 'holds_on_nodes() shows it');
like(says($coordinator, "CALL regcar.exempt_on_nodes(2, '{\"dealer\": \"clean\"}', 'clean')", 'oncall'), qr/WARNING/, 'an exemption does not reach it');
$two->start;
is(stands(), "coordinator|1|stands\ncoordinator|2|stands\none|1|stands\none|2|stands\ntwo|1|stands\ntwo|2|does not stand there", 'back again, it shows what it lacks');
unlike(says($coordinator, 'CALL regcar.sync_nodes()', 'oncall'), qr/WARNING/, 'sync_nodes()');
unlike(stands(), qr/not stand|other/, 'brings it up to date');
is_deeply(each_node('SELECT count(*) FROM regcar_state.hold', @all), all_say(2, @all), 'and doubles nothing');
is_deeply(each_node('SELECT hold, scope FROM regcar.active_exemptions', @all), all_say('2|{"dealer": "clean"}', @all), 'the exemption, too');

# A node that hangs costs the time to connect, no more.
my $postmaster = (split /\n/, slurp_file($two->data_dir . '/postmaster.pid'))[0];
kill 'STOP', $postmaster;
$start = time();
$said = says($coordinator, [ "SET citus.node_connection_timeout = '1s'", 'CALL regcar.sync_nodes()' ], 'oncall');
my $took = time() - $start;
kill 'CONT', $postmaster;
cmp_ok($took, '<', 20 * $patience, sprintf 'a node that hangs is given up on (%.1f s)', $took);
like($said, qr/WARNING.*node \Q$address\E/s, 'and named');

# The queue is where the shard is.
like(says($coordinator, insert('B', 12), 'dealer'), qr/RH002.*INSERT 0 0/s, 'registrations are queued');
my $queued = each_node('SELECT count(*) FROM regcar.queue', $one, $two);
is($queued->{one} + $queued->{two}, 12, 'on the workers');
ok($queued->{one} && $queued->{two}, 'on both');
is_deeply(each_node('SELECT DISTINCT submitted_by, hold FROM regcar.queue', $one, $two), all_say('dealer|2', $one, $two), 'with who submitted them');
like(says($coordinator, 'CALL regcar.release_on_nodes(2)', 'oncall'), qr/kept waiting/, 'while it is held none is released');
is(each_node('SELECT sum(waiting) FROM regcar.queue_summary', $one, $two)->{one}, $queued->{one}, 'they wait');
like(says($coordinator, "CALL regcar.lift_hold_on_nodes(2, 'over')", 'oncall'), qr/hold 2 is lifted.*3 nodes have the holds of this one \(1 standing\)/s, 'lift_hold_on_nodes()');
unlike($said = says($coordinator, 'CALL regcar.release_on_nodes(2)', 'oncall'), qr/WARNING|ERROR/, 'release_on_nodes()') or diag $said;
like($said, qr/NOTICE.*node @{[ address($_) ]}: released $queued->{ $_->name }, failed 0, waiting 0 in all/, 'says what was released on node ' . $_->name) for $one, $two;
is_deeply(each_node('SELECT state, count(*) FROM regcar.queue GROUP BY 1', $one, $two), { map { $_ => "released|$queued->{$_}" } qw(one two) }, 'each worker has released its own');
is($coordinator->safe_psql('postgres', "SELECT count(*) FROM reg WHERE maker = 'B'"), 13, 'and they are registered');

# Numbers: a node that places one by itself, and one that lifts by itself.
$two->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('its own', '{\"make\": \"Z\"}')");
like(stands(), qr/^two\|3\|stands there alone/m, 'a hold that one node has alone is shown');
$one->safe_psql('postgres', "SELECT regcar.lift_hold(1, 'here we may')");
like(says($coordinator, 'CALL regcar.sync_nodes()', 'oncall'), qr/WARNING.*hold 1 was lifted there by .*here we may/s, 'one that lifts by itself is named');
like(says($coordinator, "CALL regcar.lockdown_on_nodes('third', '{\"make\": \"C\"}')", 'oncall'), qr/hold 4 is placed/, 'a new hold gets a number that is free everywhere');
$coordinator->safe_psql('postgres', 'ALTER TABLE regcar_state.hold ALTER hold RESTART 5');
$two->stop('fast');
says($coordinator, "CALL regcar.lockdown_on_nodes('fourth', '{\"make\": \"D\"}')", 'oncall');
$two->start;
$two->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('apart', '{\"make\": \"E\"}')");
$said = says($coordinator, 'CALL regcar.sync_nodes()', 'oncall');
like($said, qr/WARNING.*hold 5 is a different one there: apart/s, 'two holds that got one number apart from each other are named');
like(stands(), qr/^two\|5\|another hold has this number there/m, 'and shown');
unlike(says($coordinator, "CALL regcar.lockdown_on_nodes('fifth', '{\"make\": \"D\"}')", 'oncall'), qr/hold 5 is placed/, 'the next one has another number');
like(says($two, insert('D')), qr/RH001/, 'and binds on that node');
says($coordinator, [ "SELECT regcar.lift_all('over')", 'CALL regcar.sync_nodes()' ]);
$_->safe_psql('postgres', "SELECT regcar.lift_all('over')") for $one, $two;
is(stands(), "coordinator||no hold stands\none||no hold stands\ntwo||no hold stands", 'all is lifted');

# What Citus has prepared on a node it ends by itself, so it is waited for; anybody else's is named at once.
my $shard = $one->safe_psql('postgres', "$shards; SELECT min(target::text) FROM regcar.guards WHERE target <> 'reg'::regclass");
my %prepared = ('citus_of_this_test' => 'AB75 ZZA', 'dealer 7' => 'AB75 ZZB');
$one->safe_psql('postgres', "BEGIN; INSERT INTO $shard VALUES ('$prepared{$_}', '2025-09-01', 'P'); PREPARE TRANSACTION '$_'") for sort keys %prepared;
$said = says($coordinator, "CALL regcar.lockdown_on_nodes('prepared', '{\"make\": \"P\"}', wait => '1 s')", 'oncall');
like($said, qr/WARNING.*on node @{[ address($one) ]} prepared transaction "$_" of .* may still register.*except as named/s, "one that stays is named: $_") for sort keys %prepared;
like($said, qr/"citus_of_this_test".*?HINT:  On the coordinator, as a superuser: SELECT recover_prepared_transactions\(\);/s, 'one of Citus is for Citus to end');
like($said, qr/"dealer 7".*?HINT:  On that node, as \w+ or a superuser: ROLLBACK PREPARED 'dealer 7';/s, 'another for whoever wants to');
my $waits = IPC::Run::start([ 'psql', '-XAt', '-d', $coordinator->connstr('postgres') . ' user=oncall', '-c', "CALL regcar.sync_nodes('60 s')" ], '<', \undef, '>&', \my $waited);
ok($one->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE query LIKE '%drain_node%' AND state = 'active' AND pid <> pg_backend_pid()"), 'one of Citus is waited for');
$one->safe_psql('postgres', "ROLLBACK PREPARED 'citus_of_this_test'");
$waits->finish;
unlike($waited, qr/citus_of_this_test/, 'so it is not named');
like($waited, qr/dealer 7/, 'the other still is');
$one->safe_psql('postgres', "ROLLBACK PREPARED 'dealer 7'");
says($coordinator, [ "SELECT regcar.lift_all('over')", 'CALL regcar.sync_nodes()' ]);

# Under a hold Citus may still move shards: no row is a registration by that, and a shard takes its guard along.
says($coordinator, "CALL regcar.lockdown_on_nodes('while shards move', action => 'queue')", 'oncall');
my $had = $coordinator->safe_psql('postgres', 'SELECT count(*) FROM reg');
for my $mode ('block_writes', 'force_logical')
{
	my $shard = $coordinator->safe_psql('postgres', "SELECT shardid FROM citus_shards WHERE table_name = 'reg'::regclass AND nodeport = " . $one->port . ' ORDER BY shard_size DESC, 1 LIMIT 1');
	$coordinator->safe_psql('postgres', "SET client_min_messages = error; SELECT citus_move_shard_placement($shard, '127.0.0.1', " . $one->port . ", '127.0.0.1', " . $two->port . ", '$mode')");
	is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM reg'), $had, "a shard is moved with all its rows: $mode");
	is($two->safe_psql('postgres', "$shards; SELECT status FROM regcar.guards WHERE target::text = 'reg_$shard'"), 'ok', 'and with its guard');
}
is_deeply(each_node("SELECT count(*) FROM regcar.queue WHERE state = 'waiting'", $one, $two), all_say(0, $one, $two), 'nothing of it is queued');
says($coordinator, [ "SELECT regcar.lift_all('over')", 'CALL regcar.sync_nodes()' ]);

# In traffic, on one node and on several, through each node.
$coordinator->safe_psql('postgres', q{CREATE TABLE sale (mark regcar.plate, at timestamptz DEFAULT now()); SELECT create_distributed_table('sale', 'mark', shard_count => 8); SET citus.enable_unsafe_triggers = on; SELECT regcar.guard('sale')});
my $script = PostgreSQL::Test::Utils::tempdir() . '/sale.sql';
my $mark = "('AB75 ' || translate(lpad((:%s %% 8000)::text, 3, 'A'), '0123456789', 'ABCDEFGHJK'))::plate";
my %some = (one => sprintf("(%s)", sprintf $mark, 'a'), several => join(', ', map { sprintf "(%s)", sprintf $mark, $_ } qw(a b c)));
append_to_file("$script.$_", "\\set a random(0, 999)\n\\set b random(0, 999)\n\\set c random(0, 999)\nINSERT INTO sale (mark) VALUES $some{$_};\n") for keys %some;
my @traffic = map { my $out = ''; { out => \$out, run => IPC::Run::start([ 'pgbench', '-n', '-c', 2, '-T', 60, '-f', "$script.one", '-f', "$script.several", $_->connstr('postgres') ], '<', \undef, '>&', \$out) } } $coordinator, $one;
ok($coordinator->poll_query_until('postgres', 'SELECT count(*) > 300 FROM sale'), 'traffic through two nodes');
$said = says($coordinator, "CALL regcar.lockdown_on_nodes('in traffic')", 'oncall');
my $after = $coordinator->safe_psql('postgres', 'SELECT count(*) FROM sale');
unlike($said, qr/WARNING/, 'a lockdown in it names nobody, not even what Citus had prepared');
# each client ends at its first error
$_->{run}->finish for @traffic;
like(${ $_->{out} }, qr/registrations are held|could not commit/, 'all of it has met the hold') for @traffic;
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM sale'), $after, 'nothing was committed after the lockdown had returned');
is_deeply(each_node('SELECT count(*) FROM pg_prepared_xacts', $one, $two), all_say(0, $one, $two), 'no transaction is left prepared');

# From a worker, when the coordinator is busy.
$said = says($one, "CALL regcar.lockdown_on_nodes('from a worker', '{\"make\": \"W\"}', wait => '1 year')", 'oncall');
like($said, qr/hold (\d+) is placed.*3 nodes have the holds of this one \(2 standing\): nothing/s, 'any node may say it');
is_deeply(each_node("SELECT count(*), count(DISTINCT hold) FROM regcar.active_holds WHERE reason = 'from a worker'", @all), all_say('1|1', @all), 'and each has it');
unlike(stands(), qr/not stand|other|alone/, 'as the coordinator sees too');

# A node that hangs does not keep a hold from binding here and on the others, and is given up on within the wait.
$address = address($two);
$postmaster = (split /\n/, slurp_file($two->data_dir . '/postmaster.pid'))[0];
kill 'STOP', $postmaster;
$start = time();
$said = says($coordinator, "CALL regcar.lockdown_on_nodes('one hangs', '{\"make\": \"H\"}', wait => '3 s')", 'oncall');
$took = time() - $start;
kill 'CONT', $postmaster;
like($said, qr/hold (\d+) is placed.*WARNING.*node \Q$address\E.*except as named above/s, 'with a node that hangs a hold is placed, and the node named');
diag sprintf 'lockdown_on_nodes() with a wait of 3 s took %.1f s where a node hangs', $took;
is($one->safe_psql('postgres', "SELECT count(*) FROM regcar.active_holds WHERE reason = 'one hangs'"), 1, 'the others have it');

# A lock on a node delays nobody but itself.
my $locker = $two->background_psql('postgres');
$locker->query_safe('BEGIN; LOCK TABLE regcar_state.hold IN ACCESS EXCLUSIVE MODE');
my $behind = IPC::Run::start([ 'psql', '-XAt', '-d', $coordinator->connstr('postgres') . ' user=oncall', '-c', "CALL regcar.lockdown_on_nodes('one is locked', '{\"make\": \"L\"}')" ], '<', \undef, '>&', \my $behind_said);
ok($coordinator->poll_query_until('postgres', "SELECT count(*) = 1 FROM regcar.active_holds WHERE reason = 'one is locked'"), 'where a node is locked a hold binds here meanwhile');
is($coordinator->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CALL regcar.lockdown_on_nodes%' AND state = 'active' AND pid <> pg_backend_pid()"), 1, 'while that node is still asked');
$behind->finish;
$locker->quit;
like($behind_said, qr/WARNING.*node \Q$address\E.*lock timeout/s, 'it is named');
says($coordinator, 'CALL regcar.sync_nodes()', 'oncall');

# A node that freezes after it was reached, and one that crashes, each after it committed the hold and before it has answered:
# a transaction that Citus prepared keeps it waiting there.
sub asks
{
	my $out = '';
	return { out => \$out, run => IPC::Run::start([ 'psql', '-XAt', '-d', $coordinator->connstr('postgres') . ' user=oncall', '-c', $_[0] ], '<', \undef, '>&', \$out, IPC::Run::timeout(60 * $patience)) };
}
says($coordinator, [ "SELECT regcar.lift_all('over')", 'CALL regcar.sync_nodes()' ]);
my $drains = "query LIKE '%drain_node%' AND state = 'active' AND pid <> pg_backend_pid()";
my $shard_of_two = $two->safe_psql('postgres', "$shards; SELECT min(target::text) FROM regcar.guards WHERE status = 'ok' AND target::text ~ '^reg_'");
my %fate = (F => 'freezes', K => 'crashes');
for my $maker (sort keys %fate)
{
	$two->safe_psql('postgres', "BEGIN; INSERT INTO $shard_of_two VALUES ('AB75 Z${maker}Z', '2025-09-01', '$maker'); PREPARE TRANSACTION 'citus_$maker'");
	my $asked = asks("CALL regcar.lockdown_on_nodes('one $fate{$maker}', '{\"make\": \"$maker\"}', wait => '5 s')");
	ok($two->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE $drains"), "a node that $fate{$maker}: it has the hold, and is drained");
	my @stopped = ($maker eq 'F') ? ((split /\n/, slurp_file($two->data_dir . '/postmaster.pid'))[0], $two->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE $drains")) : ();
	$start = time();
	if (@stopped) { kill 'STOP', @stopped }
	else { $two->stop('immediate') }
	my $returned = eval { $asked->{run}->finish; 1 };
	diag sprintf 'lockdown_on_nodes() with a wait of 5 s took %.1f s longer where a node %s', time() - $start, $fate{$maker};
	if (@stopped) { kill 'CONT', @stopped }
	else { $two->start }
	ok($returned, 'the lockdown returns');
	$asked->{run}->kill_kill unless $returned;
	like(${ $asked->{out} }, qr/hold \d+ is placed.*WARNING:  node \Q$address\E was not drained.*except as named above/s, 'and names it');
	is($two->safe_psql('postgres', "SELECT count(*) FROM regcar.active_holds WHERE reason = 'one $fate{$maker}'"), 1, 'the node keeps the hold that it has committed');
	like(says($two, "SET citus.enable_manual_changes_to_shards = on; INSERT INTO $shard_of_two VALUES ('AB75 Y${maker}Z', '2025-09-01', '$maker')"), qr/RH001/, 'which binds there');
	$two->safe_psql('postgres', "ROLLBACK PREPARED 'citus_$maker'");
}

# A node whose synchronous standby is missing obeys all the same, and so does one where transactions are serializable and read only.
$two->append_conf('postgresql.conf', "synchronous_standby_names = 'nosuch'\ndefault_transaction_isolation = 'serializable'\ndefault_transaction_read_only = on");
$two->reload;
my $alone = asks("CALL regcar.lockdown_on_nodes('no standby', '{\"make\": \"S\"}')");
my $finished = eval { $alone->{run}->finish; 1 };
ok($finished, 'a node whose standby is missing does not keep a lockdown waiting');
$alone->{run}->kill_kill unless $finished;
unlike(${ $alone->{out} }, qr/WARNING:  (?!no column)|ERROR/, 'nor has it to be named') or diag ${ $alone->{out} };
is($two->safe_psql('postgres', "SELECT count(*) FROM regcar.active_holds WHERE reason = 'no standby'"), 1, 'it has the hold');
$two->append_conf('postgresql.conf', "synchronous_standby_names = ''\ndefault_transaction_isolation = 'read committed'\ndefault_transaction_read_only = off");
$two->reload;

# Nothing but the nodes of the cluster can be asked, because what this server says to them may have a password in it.
like(says($coordinator, "SELECT * FROM regcar.ask_nodes('{127.0.0.1}', '{1}', '{SELECT 1}', 'infinity')", 'oncall'), qr/22023.*only primary nodes/s, 'another server is not asked');
is(says($coordinator, "SELECT success, result FROM regcar.ask_nodes('{127.0.0.1}', '{" . $one->port . "}', '{COPY (SELECT 1) TO STDOUT}', 'infinity')", 'oncall') =~ /^f\|/, 1, 'a command that would copy fails');

says($coordinator, [ "SELECT regcar.lift_all('over')", 'CALL regcar.sync_nodes()' ]);

# No row waits where Citus has copies of the table, and none in place where Citus may move the shard to another node.
$coordinator->safe_psql('postgres', <<'END');
CREATE TABLE kept (mark regcar.plate PRIMARY KEY, ticket bigint);
SELECT create_reference_table('kept');
CREATE TABLE spread (mark regcar.plate PRIMARY KEY, ticket bigint);
SELECT create_distributed_table('spread', 'mark', shard_count => 4);
CREATE TABLE here (mark regcar.plate PRIMARY KEY, ticket bigint);
CREATE INDEX ON kept (ticket); CREATE INDEX ON spread (ticket); CREATE INDEX ON here (ticket);
SET citus.enable_unsafe_triggers = on;
SELECT regcar.guard(t, ticket => 'ticket') FROM unnest('{kept,spread,here}'::regclass[]) t;
CREATE TABLE made (mark regcar.plate PRIMARY KEY);
SELECT regcar.guard('made');
INSERT INTO made SELECT regcar.plates(regcar.plate_block('AB', '74')) LIMIT 40;
END
my %waits_in = (kept => qr/Citus keeps this table on several nodes/, spread => qr/Citus may move a shard of this table/);
for my $action ('queue', 'pend')
{
	$said = says($coordinator, "CALL regcar.lockdown_on_nodes('$action', '{\"series\": \"74\"}', '$action')", 'oncall');
	my ($hold) = $said =~ /hold (\d+) is placed/;
	my @rejecting = $action eq 'pend' ? ('kept', 'spread') : ('kept');
	like($said, qr/WARNING.*hold $hold rejects instead of letting registrations wait in: [^\n]*\b$_\n[^\n]*$waits_in{$_}/, "under $action, $_ is named as a table that rejects") for @rejecting;
	if ($action eq 'queue')
	{
		my $submit = q{SELECT state FROM regcar.submit('spread', '{"mark": "AB74 CDX"}')};
		like(says($coordinator, $submit), qr/RH004/, 'submit() does not say that a row is registered which a node has queued');
		$coordinator->safe_psql('postgres', 'CREATE ROLE blind LOGIN; GRANT INSERT ON spread TO blind');
		like(says($coordinator, $submit, 'blind'), qr/42501.*Its rows are on several nodes/s, 'nor to a role that may not read the table');
	}
	for my $table ('kept', 'spread', 'here')
	{
		my $answer = says($coordinator, "INSERT INTO $table (mark) VALUES ('AB74 CDE')");
		if (grep { $_ eq $table } @rejecting) { like($answer, qr/RH001.*$waits_in{$table}/s, "$action: a registration in $table is refused, and why") }
		else { like($answer, $action eq 'pend' ? qr/RH003.*INSERT 0 1/s : qr/RH002.*INSERT 0 0/s, "$action: one in $table waits") }
	}
	like(says($coordinator, [ 'SET citus.enable_unsafe_triggers = on', "SELECT create_distributed_table('made', 'mark', shard_count => 4, colocate_with => 'none')" ]),
		$action eq 'pend' ? qr/registrations are held/ : qr/registrations are held.*may be copies of registered ones/s, "$action: no registered row leaves a table that is distributed");
	is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM made'), 40, 'all are there');
	like(says($coordinator, "COPY kept (mark) FROM PROGRAM 'echo AB74 CDF'"), qr/registrations are held.*$waits_in{kept}/s, "$action: COPY into a reference table is refused too");
	says($coordinator, "CALL regcar.lift_hold_on_nodes($hold, 'over')", 'oncall');
}
is($coordinator->safe_psql('postgres', 'SELECT count(*) FROM kept'), 0, 'nothing is in the reference table');
is_deeply(each_node("SELECT count(*) FROM regcar.queue WHERE target::text ~ '^kept'", @all), all_say(0, @all), 'nor in any queue for it');

# Two operators on two nodes at the same time take two numbers.
my @both = map { my $out = ''; { out => \$out, run => IPC::Run::start([ 'psql', '-XAt', '-d', $_->connstr('postgres') . ' user=oncall', map { ('-c', "CALL regcar.lockdown_on_nodes('both', '{\"make\": \"Q\"}')") } 1 .. 5 ], '<', \undef, '>&', \$out) } } $coordinator, $one;
$_->{run}->finish for @both;
is(scalar(() = join('', map { ${ $_->{out} } } @both) =~ /is placed/g), 10, 'two operators place five holds each');
unlike(join('', map { ${ $_->{out} } } @both), qr/different one/, 'and no number is given twice');
says($coordinator, 'CALL regcar.sync_nodes()', 'oncall');
is_deeply(each_node("SELECT count(DISTINCT hold) FROM regcar.active_holds WHERE reason = 'both'", @all), all_say(10, @all), 'each node has all ten');
says($coordinator, [ map { "CALL regcar.lift_hold_on_nodes($_, 'over')" } split /\n/, $coordinator->safe_psql('postgres', "SELECT hold FROM regcar.active_holds WHERE reason IN ('one hangs', 'one is locked', 'both')") ]);

# A node that comes later: one that comes while a lockdown is under way is named.
$address = address($late);
my $shard_of_one = $one->safe_psql('postgres', "$shards; SELECT min(target::text) FROM regcar.guards WHERE status = 'ok' AND target::text ~ '^reg_'");
$one->safe_psql('postgres', "BEGIN; INSERT INTO $shard_of_one VALUES ('AB75 ZZC', '2025-09-01', 'N'); PREPARE TRANSACTION 'citus_late'");
my $meanwhile = asks("CALL regcar.lockdown_on_nodes('one comes', '{\"make\": \"N\"}', wait => '60 s')");
ok($one->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_activity WHERE $drains"), 'a lockdown is under way');
$coordinator->safe_psql('postgres', "SELECT citus_add_inactive_node('127.0.0.1', " . $late->port . ')');
$one->safe_psql('postgres', "ROLLBACK PREPARED 'citus_late'");
$meanwhile->{run}->finish;
like(${ $meanwhile->{out} }, qr/WARNING:  node \Q$address\E came meanwhile and was not told/, 'a node that came meanwhile is named');
like(says($coordinator, 'CALL regcar.sync_nodes()', 'oncall'), qr/WARNING.*node \Q$address\E.*disabled in Citus/s, 'a node that Citus does not use is named');
$coordinator->safe_psql('postgres', "SELECT citus_activate_node('127.0.0.1', " . $late->port . ')');
like(says($coordinator, 'CALL regcar.sync_nodes()', 'oncall'), qr/WARNING.*node \Q$address\E.*permission denied.*HINT:  On that node, as a superuser: SELECT regcar\.grant_operator\('oncall'\);/s, 'where the operator is none yet, the HINT says what to do');
$late->safe_psql('postgres', "SELECT regcar.grant_operator('oncall')");
like(stands(), qr/^late\|\d+\|does not stand there/m, 'a new node has no hold yet, and that shows');
unlike(says($coordinator, 'CALL regcar.sync_nodes()', 'oncall'), qr/WARNING/, 'sync_nodes() brings them');
like(stands(), qr/^late\|\d+\|stands$/m, 'so that they stand there');

is_deeply(each_node('SELECT problem FROM regcar.verify_history()', @all, $late), all_say('', @all, $late), 'the history of each node fits');
unlike(slurp_file($_->logfile), qr/PANIC|terminated by signal/, 'nothing crashed: ' . $_->name) for @all, $late;
$_->stop for @workers, $coordinator;
done_testing();
