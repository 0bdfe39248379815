# A lockdown and back with 200 clients behind pgbouncer in transaction mode, in the simple and the extended protocol.
#
# pgbench ends a client at its first error; so each lockdown is met by 200 clients at work, then by 200 new ones. What
# has to hold: nothing is committed once lockdown() has returned, pgbouncer keeps every server connection that brought a
# refusal, and registrations go on after the lift over the same connections.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

$ENV{PATH} .= ':/usr/sbin';

my $clients = 200;
my $servers = 20;

my $node = PostgreSQL::Test::Cluster->new('pooled');
$node->init;
$node->append_conf('postgresql.conf', <<'END');
track_commit_timestamp = on
max_connections = 60
log_line_prefix = '%e '
log_statement = none
END
$node->start;
# The role of dealers is that of pgbouncer's connections alone.
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE ROLE dealer LOGIN;
CREATE TABLE reg (mark regcar.plate, way text);
GRANT SELECT, INSERT ON reg TO dealer;
SELECT regcar.guard('reg');
END

my $dir = PostgreSQL::Test::Utils::tempdir_short;
append_to_file("$dir/pgbouncer.ini", <<"END");
[databases]
postgres = host=${\$node->host} port=${\$node->port} user=dealer
[pgbouncer]
listen_addr =
unix_socket_dir = $dir
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = $servers
max_client_conn = ${\($clients + 10)}
logfile = $dir/pgbouncer.log
END
my $pgbouncer = IPC::Run::start([ 'pgbouncer', '-q', "$dir/pgbouncer.ini" ], '<', \undef);
END { $pgbouncer->kill_kill if $pgbouncer }
my @pooled = ('-h', $dir, '-p', 6432, '-U', 'dealer');

# psql through pgbouncer, each argument a statement: what it shows, errors and notices included.
sub pooled_psql
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'psql', '-XqAt', @pooled, '-v', 'VERBOSITY=verbose', (map { ('-c', $_) } @_), 'postgres' ],
		'<', \undef, '>', \$out, '2>', \$err);
	return $out . $err;
}
for (1 .. 100)
{
	last if pooled_psql('SELECT 1') eq "1\n";
	select(undef, undef, undef, 0.1);
}

append_to_file("$dir/one.sql", "INSERT INTO reg VALUES ('AB75 CDE', 'one');\n");
# A transaction that is open for a while, without a BEGIN that pgbench would not end after an error.
append_to_file("$dir/open.sql", <<'END');
WITH i AS (INSERT INTO reg VALUES ('AB75 CDE', 'open') RETURNING 1) SELECT pg_sleep(0.05) FROM i;
END

sub pgbench
{
	my ($protocol, @how_long) = @_;
	my %run = (out => '', err => '');
	$run{process} = IPC::Run::start(
		[
			'pgbench', '-n', '-M', $protocol, '-c', $clients, '-j', 2, @how_long, @pooled,
			'-f', "$dir/one.sql", '-f', "$dir/open.sql", 'postgres'
		], '<', \undef, '>', \$run{out}, '2>', \$run{err});
	return \%run;
}

# Connections of pgbouncer's; one that was closed and made again is another.
sub connections
{
	return $node->safe_psql('postgres', <<'END');
SELECT pid, backend_start FROM pg_stat_activity WHERE usename = 'dealer' ORDER BY 1
END
}

for my $protocol ('simple', 'extended')
{
	$node->safe_psql('postgres', 'TRUNCATE reg');
	my $run = pgbench($protocol, '-T', 60);
	ok( $node->poll_query_until('postgres', <<"END"), "$protocol: $clients clients at work");
SELECT (SELECT count(DISTINCT way) = 2 AND count(*) > 1000 FROM reg)
   AND (SELECT count(*) = $servers FROM pg_stat_activity WHERE usename = 'dealer')
END
	my $before = connections();
	my ($rc, $returned, $err) = $node->psql('postgres', "CALL regcar.lockdown('test'); SELECT clock_timestamp()");
	unlike($err, qr/WARNING|ERROR/, 'lockdown names nobody');
	$run->{process}->finish;
	is(() = $run->{err} =~ /ERROR:  registrations are held/g, $clients, 'each of them is refused');

	$run = pgbench($protocol, '-T', 60);
	$run->{process}->finish;
	is(() = $run->{err} =~ /ERROR:  registrations are held/g, $clients, 'so is each of as many new ones');
	like(pooled_psql('BEGIN', "INSERT INTO reg VALUES ('AB75 CDE')", 'ROLLBACK'),
		qr/RH001/, 'and one in a transaction block');
	is( $node->safe_psql('postgres', "SELECT count(*) FROM reg WHERE pg_xact_commit_timestamp(xmin) > '$returned'"),
		'0', 'nothing was committed after the lockdown had returned');
	is(connections(), $before, 'no server connection was dropped');

	$node->safe_psql('postgres', "SELECT regcar.lift_all('test'); TRUNCATE reg");
	$run = pgbench($protocol, '-t', 5);
	ok($run->{process}->finish, 'after the lift registrations go on') or diag $run->{err};
	is($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), 5 * $clients, 'each of them');
	is(connections(), $before, 'over the same connections');
}

$node->safe_psql('postgres', "CALL regcar.lockdown('test', action => 'queue')");
like(pooled_psql("INSERT INTO reg VALUES ('AB75 CDE')"), qr/NOTICE:  RH002.*DETAIL:  Queue id 1\./s,
	'the NOTICE of a queued row comes through');

my $log = slurp_file($node->logfile);
my $at_row = () = $log =~ /^RH001 HINT:  Nothing was written/mg;
my $at_commit = () = $log =~ /^RH001 HINT:  The hold was placed while/mg;
is($at_row + $at_commit, 4 * $clients + 2, 'the server refused as often as clients were refused: nothing was retried');
cmp_ok($at_commit, '>', 0, 'open transactions among them, when they committed');
unlike(slurp_file("$dir/pgbouncer.log"), qr/S-0x\S+: .*closing because/, 'pgbouncer closed no server connection');

$pgbouncer->kill_kill;
$node->stop;
done_testing();
