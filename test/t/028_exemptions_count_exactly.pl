# What exemptions let through is counted exactly: by many sessions at once that also roll back, in the middle of which the
# server crashes with asynchronous commits; on a standby; and after its promotion.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "synchronous_commit = off\nmax_prepared_transactions = 2\nmax_connections = 40");
$node->start;
$node->safe_psql('postgres', <<'END');
SET client_min_messages = error;
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate, dealer text);
SELECT regcar.guard('reg');
SELECT regcar.place_hold('attack');
SELECT regcar.exempt(1, '{"dealer": "A"}', 'clean'), regcar.exempt(1, '{"dealer": "B"}', 'clean');
END
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $dir = PostgreSQL::Test::Utils::tempdir;
append_to_file("$dir/register.sql", <<'END');
\set k random(1, 4)
BEGIN;
INSERT INTO reg VALUES ('AB75 CDE', 'A');
SAVEPOINT a;
INSERT INTO reg SELECT 'AB75 CDE', 'B' FROM generate_series(1, :k);
\if :k > 2
ROLLBACK TO a;
\endif
SAVEPOINT b;
INSERT INTO reg VALUES ('AB75 CDE', 'A'), ('AB75 CDE', 'B');
RELEASE b;
\if :k = 3
ROLLBACK;
\else
COMMIT;
\endif
END

# The registrations there are, and those that were counted, of each dealer.
sub registered { return $_[0]->safe_psql('postgres', "SELECT 'A', count(*) FILTER (WHERE dealer = 'A') FROM reg UNION ALL SELECT 'B', count(*) FILTER (WHERE dealer = 'B') FROM reg") }
sub counted { return $_[0]->safe_psql('postgres', "SELECT scope ->> 'dealer', let_through FROM regcar.exemption_report") }
sub as_registered
{
	my ($server, $what) = @_;
	my $registered = registered($server);
	is(counted($server), $registered, "$what: $registered" =~ s/\n/ /r);
	return;
}
sub begin_writing
{
	return IPC::Run::start([ 'pgbench', '-n', '-c', 8, '-j', 1, '-T', 60, '-f', "$dir/register.sql", '-h', $node->host, '-p', $node->port, 'postgres' ],
		'<', \undef, '>', "$dir/pgbench.log", '2>', "$dir/pgbench.err");
}

my $writers = begin_writing();
ok($node->poll_query_until('postgres', 'SELECT count(*) > 500 FROM reg'), 'eight sessions register');
$node->stop('immediate');
$writers->finish;
$node->start;
as_registered($node, 'after a crash');

$writers = begin_writing();
ok($node->poll_query_until('postgres', 'SELECT count(*) > 1500 FROM reg'), 'they register again');
$writers->signal('INT');
$writers->finish;
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'pgbench'") or die 'pgbench goes on';
as_registered($node, 'after clients that were cancelled');

# A transaction that was prepared before the failover, and is finished after it.
$node->safe_psql('postgres', "BEGIN; INSERT INTO reg VALUES ('AB75 CDE', 'B'); PREPARE TRANSACTION 'b'");
as_registered($node, 'with one that is prepared');
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is(counted($standby), counted($node), 'a standby has the same counts');
$node->stop('immediate');
$standby->promote;
my $before = (split /\|/, counted($standby))[-1];
$standby->safe_psql('postgres', "COMMIT PREPARED 'b'");
as_registered($standby, 'on the server that was promoted');
is((split /\|/, counted($standby))[-1], $before + 1, 'where the prepared one has committed');

$standby->stop;
done_testing();
