# A physical standby knows the holds of its primary, and keeps them when it is promoted.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
$primary->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$primary->start;
$primary->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY);
SELECT regcar.guard('reg');
BEGIN;
INSERT INTO reg VALUES ('AB75 CDE');
PREPARE TRANSACTION 'dealer 7';
END
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;

# What a session says to a statement: its rows, or the error.
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $out = $session->query($sql);
	return $session->{stderr} =~ /(ERROR:  .*)/ ? $1 : $out;
}

# One session, so that what it has in memory has to be told.
my $hold_for = "SELECT reason FROM regcar.hold_for('reg', '{}')";
my $reader = $standby->background_psql('postgres', on_error_stop => 0);
is(ask($reader, $hold_for), '', 'the standby answers: no hold');
$primary->safe_psql('postgres', "SET client_min_messages = error; CALL regcar.lockdown('attack')");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
is(ask($reader, $hold_for), 'attack', 'and knows of a lockdown on the primary at once');
is($standby->safe_psql('postgres', 'SELECT hold, reason FROM regcar.active_holds'), '1|attack', 'active_holds too');
is($standby->safe_psql('postgres', 'SELECT status FROM regcar.guards'), 'ok', 'guards too');
my ($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nSELECT regcar.lift_all('over')");
like($err, qr/ERROR:  25006/, 'nothing can be lifted there');
$primary->safe_psql('postgres', "SELECT regcar.lift_all('over')");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
is(ask($reader, $hold_for), '', 'a lift arrives');
$primary->safe_psql('postgres', "SET client_min_messages = error; CALL regcar.lockdown('again')");
$primary->wait_for_catchup($standby, 'replay', $primary->lsn('write'));
is(ask($reader, $hold_for), 'again', 'and the next lockdown');

$primary->stop('immediate');
$standby->promote;
is(ask($reader, "INSERT INTO reg VALUES ('AB75 CDF')"), 'ERROR:  registrations are held', 'still held when it is promoted, in a session from before');
($rc, $out, $err) = $standby->psql('postgres', "\\set VERBOSITY verbose\nINSERT INTO reg VALUES ('AB75 CDF')");
like($err, qr/ERROR:  RH001/, 'and in a new one');
is($standby->safe_psql('postgres', "SELECT gid FROM regcar.drain('0')"), 'dealer 7', 'the prepared transaction is named there');
$standby->safe_psql('postgres', "SELECT regcar.lift_all('over'); ROLLBACK PREPARED 'dealer 7'");
is(ask($reader, "INSERT INTO reg VALUES ('AB75 CDF')"), '', 'lifted, it takes registrations');
is($standby->safe_psql('postgres', 'SELECT count(*) FROM reg'), 1, 'one of them');
$reader->quit;

$standby->stop;
done_testing();
