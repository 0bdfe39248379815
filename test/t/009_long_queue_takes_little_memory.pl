# A long queue: a hundred thousand rows by COPY, released in time that grows with their number and in memory that does not.
use strict;
use warnings;
use lib 'test/lib';
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $rows = 100_000;
my $node = PostgreSQL::Test::Cluster->new('volume');
$node->init;
$node->start;
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->safe_psql('postgres', <<"END");
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, registered date NOT NULL, dealer text, note text,
    at timestamptz DEFAULT now(), CHECK (regcar.require_issuable(mark, registered)));
SELECT regcar.guard('reg');
COPY (SELECT m, date '2025-09-01', 'Okafor & Sons', n
      FROM (SELECT tag FROM regcar.memory_tags ORDER BY tag LIMIT 12) t,
           regcar.plates(regcar.plate_block(t.tag, '75')) WITH ORDINALITY m (m, n) LIMIT $rows)
TO '$dir/marks.copy';
SET client_min_messages = error;
CALL regcar.lockdown('volume', action => 'queue');
END

my $start = time();
$node->safe_psql('postgres', "SET client_min_messages = warning; COPY reg (mark, registered, dealer, note) FROM '$dir/marks.copy'");
my $queued = $rows / (time() - $start);
is($node->safe_psql('postgres', 'SELECT waiting FROM regcar.queue_summary'), $rows, 'all rows wait');
is($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), 0, 'none is registered');

$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
# the statistics that a queue has at its worst moment
$node->safe_psql('postgres', 'ANALYZE regcar_state.queue_entry');

# The memory of a backend that is its own alone, in kB, while it releases.
sub memory
{
	my ($pid) = @_;
	open my $status, '<', "/proc/$pid/status" or return;
	my ($size) = map { /^RssAnon:\s+(\d+)/ ? $1 : () } <$status>;
	return $size;
}

# A call, and the memory that it had in each tenth of its time.
sub watch
{
	my ($call) = @_;
	my ($said, $errors) = ('', '');
	my $client = IPC::Run::start(
		[ 'psql', '-Xq', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-c', "SET application_name = 'release'", '-c', $call ],
		'<', \undef, '>', \$said, '2>', \$errors);
	my (@sizes, $pid);
	while ($client->pumpable)
	{
		$client->pump_nb;
		$pid ||= $node->safe_psql('postgres', "SELECT pid FROM pg_stat_activity WHERE application_name = 'release'");
		push @sizes, grep { defined } memory($pid) if $pid;
		sleep 0.05;
	}
	$client->finish;
	return ($errors, @sizes);
}

$start = time();
my ($said, @sizes) = watch('CALL regcar.release()');
my $released = $rows / (time() - $start);
like($said, qr/release ended: released $rows, failed 0, kept waiting 0/, 'all are released');
is($node->safe_psql('postgres', "SELECT count(*) FROM reg WHERE dealer = 'Okafor & Sons'"), $rows, 'and registered');
is(() = $said =~ /^NOTICE:  released/mg, $rows / 500, 'batch by batch, each told');
like($said, qr/^NOTICE:  released 50000, failed 0, kept waiting 0; 50000 to go, \d+ a second$/m, 'with what is still to do, and how fast it goes');
cmp_ok($released * $patience, '>', 500, 'at a tolerable speed');
diag sprintf '%d rows: %d a second were queued by COPY, %d a second released', $rows, $queued, $released;
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits');

# What a batch or a commit leaves behind would show.
SKIP:
{
	skip 'no /proc here', 2 unless @sizes > 5;
	my @late = splice @sizes, @sizes / 3;
	my ($early_most, $late_most) = map { my $most = 0; $_ > $most and $most = $_ for @$_; $most } \@sizes, \@late;
	cmp_ok($late_most - $early_most, '<', 1024, "memory does not grow: $early_most kB in the first third, $late_most kB later");

	$node->safe_psql('postgres', <<"END");
SET client_min_messages = error;
SELECT regcar.place_hold('large', action => 'queue');
TRUNCATE reg;
INSERT INTO reg (mark, registered, note) SELECT m, '2025-09-01', (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 16384) i)
FROM regcar.plates(regcar.plate_block('AB', '75')) m LIMIT 80;
SELECT regcar.lift_all('over');
END
	($said, @sizes) = watch('CALL regcar.release(batch => 80)');
	my ($most) = sort { $b <=> $a } @sizes;
	cmp_ok($most, '<', 30_000, "a batch of 80 rows of 512 kB takes $most kB");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM reg WHERE length(note) = 16384 * 32'), 80, 'and all are there');
}

$node->stop;
done_testing();
