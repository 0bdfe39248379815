# The promise under load: when lockdown() has returned without naming anybody, no registration commits until the hold is
# lifted.
#
# Twenty writers register in every way (one row at a time, in transactions that stay open, with an old snapshot, in
# subtransactions) while holds are placed and lifted at random moments. What is compared is exact, with no allowance:
# - a transaction takes its commit timestamp after it passed the gate and before lockdown() sees it gone, so one that
#   lockdown() waited for has a timestamp before that of the clock read after lockdown() returned;
# - one that commits because the hold was lifted has a timestamp after that of the clock read before the lift began.
# Both are read from the clock of one machine. Prepared transactions are left out: lockdown() names them, and cannot
# wait for them.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $lockdowns = 25;
my $seconds = 120;    # a slow machine does fewer lockdowns

my $node = PostgreSQL::Test::Cluster->new('stress');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
track_commit_timestamp = on
max_connections = 60
log_line_prefix = '%e '
log_statement = none
END
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate, writer text);
SELECT regcar.guard('reg');
CREATE TABLE held (nr int, called timestamptz, returned timestamptz, lifting timestamptz);
END

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	one => "INSERT INTO reg VALUES ('AB75 CDE', 'one');",
	open_rc => <<'END',
\set ms random(1, 300)
BEGIN;
INSERT INTO reg VALUES ('AB75 CDE', 'open_rc');
\sleep :ms ms
COMMIT;
END
	open_rr => <<'END',
\set ms random(1, 150)
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT count(*) FROM (SELECT FROM reg LIMIT 1) r;
\sleep :ms ms
INSERT INTO reg VALUES ('AB75 CDE', 'open_rr');
\sleep :ms ms
COMMIT;
END
	sub => <<'END',
\set ms random(1, 50)
BEGIN;
SAVEPOINT a;
INSERT INTO reg VALUES ('AB75 CDE', 'sub');
RELEASE a;
\sleep :ms ms
SAVEPOINT b;
INSERT INTO reg VALUES ('AB75 CDE', 'undone');
ROLLBACK TO b;
COMMIT;
END
	# goes on when it is refused
	caught => <<'END',
DO $$ BEGIN
    INSERT INTO reg VALUES ('AB75 CDE', 'caught');
EXCEPTION WHEN SQLSTATE 'RH001' THEN
    PERFORM pg_sleep(0.001);
END $$;
END
);
append_to_file("$dir/$_.sql", $script{$_}) for keys %script;

# A client of pgbench ends when it is refused, so each runs again and again, until a file says stop.
my $stop = "$dir/stop";
my @writers;
for my $nr (1 .. 4)
{
	# short ones often, so that each of the others meets a lockdown now and then
	my @scripts = map { ('-f', "$dir/$_.sql\@" . (/one|caught/ ? 20 : 5)) } sort keys %script;
	my @pgbench = ('pgbench', '-n', '-c', 5, '-j', 1, '-T', 2, '-h', $node->host, '-p', $node->port, @scripts, 'postgres');
	push @writers, IPC::Run::start(
		[ 'sh', '-c', 'for i in $(seq 2000); do [ ! -e "$0" ] || exit 0; "$@"; done', $stop, @pgbench ],
		'<', \undef, '>', "$dir/writer$nr.log", '2>', "$dir/writer$nr.err");
}
ok($node->poll_query_until('postgres', 'SELECT count(*) > 100 FROM reg'), 'the writers are at work');

my ($placed, $named, $failed, $until) = (0, 0, 0, time() + $seconds);
while ($placed < $lockdowns && time() < $until)
{
	$placed++;
	my @run = ('psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', 'postgres');
	my ($out, $err) = ('', '');
	sleep(0.1 + rand(0.4));
	IPC::Run::run(
		[
			@run,
			'-c', "INSERT INTO held (nr, called) VALUES ($placed, clock_timestamp())",
			'-c', "CALL regcar.lockdown('stress $placed')",
			'-c', "UPDATE held SET returned = clock_timestamp() WHERE nr = $placed"
		], '<', \undef, '>', \$out, '2>', \$err) or $failed++;
	$named++ if $err =~ /WARNING/;
	diag $err if $err =~ /WARNING|ERROR/;
	sleep(0.05 + rand(0.4));
	IPC::Run::run(
		[
			@run,
			'-c', "UPDATE held SET lifting = clock_timestamp() WHERE nr = $placed",
			'-c', "SELECT regcar.lift_all('stress')"
		], '<', \undef, '>', \$out, '2>', \$err) or $failed++;
}
append_to_file($stop, '');
$_->finish for @writers;

is($failed, 0, 'every lockdown and every lift did its work');
is($named, 0, 'no lockdown named anybody');
cmp_ok($placed, '>=', 5, "$placed lockdowns");

is($node->safe_psql('postgres', <<'END'), '0', 'no registration was committed between the return of a lockdown and its lift');
SELECT count(*) FROM reg r JOIN held h
    ON pg_xact_commit_timestamp(r.xmin) > h.returned AND pg_xact_commit_timestamp(r.xmin) < h.lifting
END
is($node->safe_psql('postgres', "SELECT count(*) FROM reg WHERE pg_xact_commit_timestamp(xmin) IS NULL OR writer = 'undone'"),
	'0', 'every registration has the time when it was committed');
is($node->safe_psql('postgres', 'SELECT count(*) FROM held WHERE called < returned AND returned < lifting'),
	$placed, 'every lockdown has its times');
# else the comparison would show nothing
cmp_ok($node->safe_psql('postgres', <<'END'), '<', $placed / 2, 'registrations were committed before most lockdowns');
SELECT count(*) FROM (SELECT called, lag(lifting, 1, '-infinity') OVER (ORDER BY nr) AS since FROM held) h
WHERE NOT EXISTS (SELECT FROM reg r WHERE pg_xact_commit_timestamp(r.xmin) BETWEEN h.since AND h.called)
END
is($node->safe_psql('postgres', 'SELECT count(DISTINCT writer) FROM reg'), '5', 'by every kind of writer');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), '>', 20 * $placed, 'many of them');

my $log = slurp_file($node->logfile);
my $at_row = () = $log =~ /^RH001 HINT:  Nothing was written/mg;
my $at_commit = () = $log =~ /^RH001 HINT:  The hold was placed while/mg;
cmp_ok($at_row, '>', 0, 'registrations were refused as rows');
cmp_ok($at_commit, '>', 0, 'and open transactions when they committed');
unlike($log, qr/^XX|PANIC|terminated by signal/m, 'nothing worse happened');

diag sprintf '%d lockdowns; %s registrations; refused: %d rows, %d transactions at commit; lockdown took ms (median, longest): %s',
	$placed, $node->safe_psql('postgres', 'SELECT count(*) FROM reg'), $at_row, $at_commit, $node->safe_psql('postgres', <<'END');
SELECT format('%s, %s', round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)), round(max(ms)))
FROM (SELECT extract(epoch FROM returned - called) * 1000 AS ms FROM held) h
END

$node->stop;
done_testing();
