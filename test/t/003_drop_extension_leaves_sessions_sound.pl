# DROP EXTENSION in a session that has the extension's state in memory, and under one that is registering.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('drop');
$node->init;
$node->append_conf('postgresql.conf', "deadlock_timeout = '100 ms'");
$node->start;

# A text column stays when the type goes, so the table is the same all along.
my $fresh = <<'END';
SET client_min_messages = warning;
DROP EXTENSION IF EXISTS regcar CASCADE;
DROP TABLE IF EXISTS reg;
CREATE TABLE reg (mark text);
CREATE EXTENSION regcar;
SELECT regcar.guard('reg', 'mark');
INSERT INTO reg VALUES ('AB75 CDE');
END
my $held = qr/ERROR:  RH001: registrations are held/;

# What a session says to a statement: its rows, or the error.
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $out = $session->query($sql);
	return $session->{stderr} =~ /(ERROR:  .*)/ ? $1 : $out;
}

# All of it in one session; what it said, and how many rows there are afterwards.
sub session
{
	my ($sql) = @_;
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$fresh$sql", on_error_stop => 0);
	is($rc, 0, 'the session lives');
	return ($err, $node->safe_psql('postgres', 'SELECT count(*) FROM reg'));
}

my ($said, $rows) = session("CALL regcar.lockdown('x'); INSERT INTO reg VALUES ('AB75 CDF'); DROP EXTENSION regcar CASCADE; INSERT INTO reg VALUES ('AB75 CDG');");
is(() = $said =~ /ERROR/g, 1, 'held, then dropped: one row was refused');
like($said, $held, 'by the hold');
is($rows, 2, 'the other went in');

($said, $rows) = session("BEGIN; INSERT INTO reg VALUES ('AB75 CDF'); DROP EXTENSION regcar CASCADE; COMMIT;");
unlike($said, qr/ERROR/, 'a transaction that registered and dropped the extension commits');
is($rows, 2, 'with its row');

($said, $rows) = session("BEGIN; INSERT INTO reg VALUES ('AB75 CDF'); DROP EXTENSION regcar CASCADE; CREATE EXTENSION regcar; SELECT regcar.guard('reg', 'mark'); INSERT INTO reg VALUES ('AB75 CDG'); COMMIT; CALL regcar.lockdown('x'); INSERT INTO reg VALUES ('AB75 CDH');");
is(() = $said =~ /ERROR/g, 1, 'dropped and created in one transaction: only the last row was refused');
like($said, $held, 'by the new hold');
is($rows, 3, 'the others went in');

($said, $rows) = session("DROP EXTENSION regcar CASCADE; CREATE EXTENSION regcar; SELECT regcar.guard('reg', 'mark'); INSERT INTO reg VALUES ('AB75 CDF'); CALL regcar.lockdown('x'); INSERT INTO reg VALUES ('AB75 CDG'); SELECT regcar.lift_all('x'); INSERT INTO reg VALUES ('AB75 CDH');");
is(() = $said =~ /ERROR/g, 1, 'created again: a lockdown works at once');
like($said, $held, 'and refuses');
is($rows, 3, 'and a lift works');

($said, $rows) = session("CALL regcar.lockdown('x'); BEGIN; DROP EXTENSION regcar CASCADE; INSERT INTO reg VALUES ('AB75 CDF'); ROLLBACK; INSERT INTO reg VALUES ('AB75 CDG');");
like($said, $held, 'a DROP that was rolled back: held as before');
is($rows, 1, 'no row went in');

($said, $rows) = session("BEGIN; INSERT INTO reg VALUES ('AB75 CDF'); SAVEPOINT a; DROP EXTENSION regcar CASCADE; ROLLBACK TO a; COMMIT; CALL regcar.lockdown('x'); INSERT INTO reg VALUES ('AB75 CDG');");
like($said, $held, 'a DROP that was rolled back to a savepoint: a lockdown works');
is($rows, 2, 'what was registered before it went in');

# Another session has the state in memory.
$node->safe_psql('postgres', $fresh);
my $other = $node->background_psql('postgres', on_error_stop => 0);
is(ask($other, "INSERT INTO reg VALUES ('AB75 CDF')"), '', 'another session registers');
$node->safe_psql('postgres', "SET client_min_messages = error; DROP EXTENSION regcar CASCADE; CREATE EXTENSION regcar; SELECT regcar.guard('reg', 'mark'); CALL regcar.lockdown('x')");
is(ask($other, "INSERT INTO reg VALUES ('AB75 CDG')"), 'ERROR:  registrations are held', 'knowing the old holds, it meets the new one');
$node->safe_psql('postgres', "SET client_min_messages = error; DROP EXTENSION regcar CASCADE");
is(ask($other, "INSERT INTO reg VALUES ('AB75 CDG')"), '', 'and none when the extension is gone');
is($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), 3, 'its row is there');
$other->quit;

# A DROP while another session has a transaction open, until it waits for that; then the session commits. What either
# says, without the end of psql's output.
sub drop_under
{
	my ($writer) = @_;
	my ($out, $err) = ('', '');
	my $drop = IPC::Run::start(
		[ 'psql', '-XqAt', '-h', $node->host, '-p', $node->port, '-d', 'postgres',
			'-c', 'SET client_min_messages = error', '-c', 'DROP EXTENSION regcar CASCADE' ],
		'<', \undef, '>', \$out, '2>', \$err);
	$node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'");
	my $said = ask($writer, 'COMMIT');
	$drop->finish;
	$writer->quit;
	return ($said, $err);
}

# It is registering: the DROP waits for it, or one of the two is refused as a deadlock; nothing is lost and nothing
# crashes, whichever comes first.
for my $round (1 .. 3)
{
	$node->safe_psql('postgres', $fresh);
	my $writer = $node->background_psql('postgres', on_error_stop => 0);
	ask($writer, "BEGIN; INSERT INTO reg VALUES ('AB75 CDF')");
	my ($said, $err) = drop_under($writer);
	my $committed = $said eq '';
	is($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), $committed ? 2 : 1,
		'the row is there if and only if COMMIT said so: ' . ($committed ? 'yes' : 'no'));
	is($node->safe_psql('postgres', "SELECT count(*) FROM pg_extension WHERE extname = 'regcar'"), $err =~ /ERROR/ ? 1 : 0,
		'the extension is gone if and only if DROP said so: ' . ($err =~ /ERROR/ ? 'no' : 'yes'));
	like("$err$said", qr/^$|deadlock detected/, 'no other error');
}

# It has queued a row: the DROP waits, and takes the queue with it.
$node->safe_psql('postgres', "$fresh CALL regcar.lockdown('x', action => 'queue')");
my $queueing = $node->background_psql('postgres', on_error_stop => 0);
ask($queueing, "SET client_min_messages = warning; BEGIN; INSERT INTO reg VALUES ('AB75 CDF')");
is_deeply([ drop_under($queueing) ], [ '', '' ], 'a transaction that queued a row commits, then the extension is dropped');
is($node->safe_psql('postgres', 'SELECT count(*) FROM reg'), 1, 'the row did not go in');

unlike(slurp_file($node->logfile), qr/ERROR:  XX|PANIC|terminated by signal/, 'no internal error');
$node->stop;
done_testing();
