# The queue under fire: backends are killed and the server is stopped at random moments, while rows are queued, registered
# and released all at once, by two releases. No row is lost and none is there twice.
#
# Rows have numbers. A client notes a transaction's numbers when its COMMIT has returned. After each crash every number
# that was noted is either in the table or in the queue, waiting or failed, and nowhere twice; of a transaction whose COMMIT
# did not return all numbers are there, or none.
#
# REGCAR_SEED=n repeats the random choices (the moments depend on the machine too).
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $rounds = 50;
my $seconds = 40;    # a slow machine does fewer rounds
my $seed = $ENV{REGCAR_SEED} || int(rand(2**31));
srand($seed);
note "seed $seed";

my $node = PostgreSQL::Test::Cluster->new('fire');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
restart_after_crash = on
max_connections = 30
autovacuum = off
END
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (nr bigint PRIMARY KEY, mark regcar.plate NOT NULL, round int NOT NULL, note text,
    CHECK (note IS DISTINCT FROM 'bad'));
SELECT regcar.guard('reg');
CREATE TABLE noted (first bigint, last bigint);
CREATE ROLE dealer;
GRANT INSERT ON reg TO dealer;
-- Numbers that a transaction has, and where they are.
CREATE VIEW place AS
SELECT nr, 'table' AS place, 0 AS entry FROM reg
UNION ALL
SELECT (row_data ->> 'nr')::bigint, state::text, id FROM regcar.queue_entry;
-- Each line is something that must not be.
CREATE VIEW wrong AS
SELECT format('%s is in the table, and the queue has it as %s', nr, q.place) AS what
FROM reg JOIN place q USING (nr) WHERE q.place IN ('waiting', 'failed')
UNION ALL
SELECT format('%s is released and not in the table', q.nr) FROM place q WHERE q.place = 'released' AND NOT EXISTS (SELECT FROM reg r WHERE r.nr = q.nr)
UNION ALL
SELECT format('%s is queued %s times', nr, count(*)) FROM place WHERE place <> 'table' GROUP BY nr HAVING count(*) > 1
UNION ALL
SELECT format('%s was committed and is nowhere', n) FROM noted, generate_series(first, last) n
WHERE NOT EXISTS (SELECT FROM place p WHERE p.nr = n)
UNION ALL
-- transactions have ten numbers, or one, by their first
SELECT format('of the transaction of %s there are %s of %s', nr / 10 * 10, count(DISTINCT nr), CASE nr / 10 % 2 WHEN 0 THEN 10 ELSE 1 END)
FROM place GROUP BY nr / 10 HAVING count(DISTINCT nr) <> CASE nr / 10 % 2 WHEN 0 THEN 10 ELSE 1 END;
END

my $dir = PostgreSQL::Test::Utils::tempdir;
my @psql = ('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', 'postgres');
my $next = 0;        # numbers so far

# A client with a script: what it printed is in a file.
sub client
{
	my ($name, $script) = @_;
	append_to_file("$dir/$name.sql", "SET client_min_messages = warning;\nSET application_name = 'fire';\n$script");
	return IPC::Run::start([ @psql, '-f', "$dir/$name.sql" ], '<', \undef, '>', "$dir/$name.out", '2>', "$dir/$name.err");
}

# Transactions of ten rows and of one, in every way; every seventh row is bad, which shows only when it is released.
sub transactions
{
	my ($round, $count) = @_;
	my $script = int(rand(2)) ? "SET ROLE dealer;\n" : '';
	for (1 .. $count)
	{
		my ($from, $to) = ($next, $next + 9);
		my $way = int(rand(4));
		# a third of them no hold covers
		my $of = int(rand(3)) ? $round : 0;
		my $note = $of ? "CASE WHEN n % 7 = 0 THEN 'bad' END" : 'NULL';
		my $insert = sub { "INSERT INTO reg SELECT n, 'AB75 CDE', $of, $note FROM generate_series($_[0], $_[1]) n;\n" };
		$next += 20;
		if ($way == 0)
		{
			$script .= $insert->($from, $to);
		}
		elsif ($way == 1)
		{
			$script .= "COPY reg (nr, mark, round) FROM STDIN;\n" . join('', map { "$_\tAB75 CDE\t$of\n" } $from .. $to) . "\\.\n";
		}
		else
		{
			$script .= "BEGIN;\n" . $insert->($from, $from + 4) . "SAVEPOINT a;\n" . $insert->($from, $to) . "ROLLBACK TO a;\nSAVEPOINT a;\n"
				. $insert->($from + 5, $to) . ($way == 2 ? "RELEASE a;\n" : '') . "COMMIT;\n";
		}
		$script .= "\\echo $from $to\n" . $insert->($from + 10, $from + 10) . "\\echo " . ($from + 10) . ' ' . ($from + 10) . "\n";
	}
	return $script;
}

# The numbers that clients noted, into the table.
sub take_notes
{
	my $rows = join ', ', map { map { '(' . join(', ', split) . ')' } grep { /^\d+ \d+$/ } split /\n/, slurp_file($_) } @_;
	$node->safe_psql('postgres', "INSERT INTO noted VALUES $rows") if $rows ne '';
}

# One backend of ours, killed; the server starts anew by itself.
sub kill_backend
{
	my @pids = split /\n/, $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = 'fire' ORDER BY pid");
	return 0 unless @pids;
	return kill 'KILL', $pids[ rand @pids ];
}

# Did the server notice? One that was ending anyway is no crash.
sub crashed
{
	my ($offset) = @_;
	for (1 .. 50)
	{
		return 1 if slurp_file($node->logfile, $offset) =~ /was terminated by signal 9/;
		sleep(0.1);
	}
	return 0;
}

my ($round, $killed, $stopped, $wrong, $until) = (0, 0, 0, '', time() + $seconds);
while ($round < $rounds && time() < $until && $wrong eq '')
{
	$round++;
	my $hold = $node->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.place_hold('round', '{\"round\": \"$round\"}', 'queue')");
	my @name = map { "$_.$round" } 'writer_a', 'writer_b', 'release_a', 'release_b';
	my @clients = (
		client($name[0], transactions($round, 200)),
		client($name[1], transactions($round, 200)),
		# what earlier rounds left, in batches of every size
		map { client($_, join '', map { 'CALL regcar.release(batch => ' . (1 + int(rand(40))) . ");\n" } 1 .. 50) } @name[ 2, 3 ]);
	sleep(0.05 + rand(0.25));
	if (rand() < 0.4)
	{
		$node->stop('immediate');
		$stopped++;
		$node->start;
	}
	else
	{
		my $offset = -s $node->logfile;
		if (kill_backend() && crashed($offset))
		{
			$killed++;
			$node->wait_for_log(qr/ready to accept connections/, $offset);
		}
	}
	# they end when the connection is lost
	$_->finish for @clients;
	take_notes(map { "$dir/$_.out" } @name[ 0, 1 ]);
	$wrong = $node->safe_psql('postgres', 'SELECT what FROM wrong LIMIT 20');
	$node->safe_psql('postgres', "SELECT regcar.lift_hold($hold, 'next round')");
	unlink glob "$dir/*.$round.*";
}

is($wrong, '', "no row is lost, half there, or there twice (seed $seed)");
cmp_ok($killed, '>', 3, "$killed backends were killed");
cmp_ok($stopped, '>', 3, "the server was stopped $stopped times");
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits');

# Else the test would show nothing.
my $state = $node->safe_psql('postgres', "SELECT string_agg(place || ' ' || n, ', ' ORDER BY place) FROM (SELECT place, count(*) AS n FROM place GROUP BY place) p");
like($state, qr/failed \d+, released \d+, table \d+/, "there are some of each: $state");
my $not_noted = $node->safe_psql('postgres', 'SELECT count(DISTINCT nr / 10) FROM place WHERE NOT EXISTS (SELECT FROM noted WHERE nr BETWEEN first AND last)');
note "$round rounds; $not_noted transactions were committed and not acknowledged";

# All that waits, by two releases at once.
my @last = map { client("last_$_", "CALL regcar.release(batch => 100);\n") } 'a', 'b';
$_->finish for @last;
$node->safe_psql('postgres', 'SET client_min_messages = error; CALL regcar.release()');
is($node->safe_psql('postgres', 'SELECT what FROM wrong LIMIT 20'), '', 'nor when all is released');
is($node->safe_psql('postgres', "SELECT count(*) FROM regcar.queue WHERE state = 'waiting'"), '0', 'none waits');
is( $node->safe_psql('postgres', "SELECT count(*) FROM regcar.queue WHERE (state = 'failed') <> (row_data ->> 'note' IS NOT DISTINCT FROM 'bad') OR state = 'failed' AND outcome !~ '^23514'"),
	'0', 'those that the table refuses failed, and no others');
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits to the end');
is($node->safe_psql('postgres', "SELECT (SELECT count(*) FROM regcar.queue WHERE state = 'released') = (SELECT count(*) FROM regcar.history h, jsonb_array_elements(h.detail -> 'ids') WHERE h.event = 'released')"),
	't', 'each release of a row is told once');

$node->stop;
done_testing();
