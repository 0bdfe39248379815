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

# All of an incident: holds with scopes, exemptions and a queue, on another standby.
$standby->safe_psql('postgres', <<'END');
CREATE ROLE dealer;
CREATE TABLE sale (mark regcar.plate PRIMARY KEY, dealer text, nr int GENERATED ALWAYS AS IDENTITY, at timestamptz DEFAULT now(), CHECK (dealer <> 'bad'));
GRANT INSERT ON sale TO dealer;
SELECT regcar.guard('sale');
SET client_min_messages = error;
SELECT regcar.place_hold('set aside', '{"dealer": ["A", "bad"]}', 'queue', 'INC-9') AS aside \gset
SELECT regcar.place_hold('series', '{"series": "74", "dealer": ["A", "B", "C"]}', incident => 'INC-9') AS series \gset
SELECT regcar.exempt(:series, '{"dealer": "B"}', 'clean');
SET ROLE dealer;
INSERT INTO sale (mark, dealer) SELECT ('AB75 CD' || c)::regcar.plate, 'A' FROM unnest('{E,F,G}'::text[]) c;
INSERT INTO sale (mark, dealer) VALUES ('AB75 CDH', 'bad');
END
$standby->backup('incident');
my $second = PostgreSQL::Test::Cluster->new('second');
$second->init_from_backup($standby, 'incident', has_streaming => 1);
$second->start;
# what happens after the backup
$standby->safe_psql('postgres', <<'END');
SELECT regcar.lift_hold(hold, 'over') FROM regcar.active_holds WHERE reason = 'set aside';
SET client_min_messages = error;
CALL regcar.release(max_rows => 1);
SELECT regcar.place_hold('set aside again', '{"dealer": ["A", "bad"]}', 'queue', 'INC-9');
SET ROLE dealer;
INSERT INTO sale (mark, dealer) VALUES ('AB75 CDJ', 'A');
END
my $seen = <<'END';
SELECT hold, action, scope, reason, incident, placed_at, lifted_at FROM regcar.hold_history ORDER BY 1;
SELECT * FROM regcar.active_exemptions;
SELECT id, hold, target, row_data, submitted_by, submitted_at, state, outcome FROM regcar.queue;
SELECT * FROM regcar.queue_summary;
SELECT * FROM regcar.verify_history();
SELECT * FROM sale;
END
$standby->wait_for_catchup($second, 'replay', $standby->lsn('write'));
my $before = $standby->safe_psql('postgres', $seen);
is($second->safe_psql('postgres', $seen), $before, 'a standby shows holds, exemptions, queue and history as they are');
like($before, qr/^\d+\|[0-9a-f]{64}\|\|$/m, 'and the history fits there too');
is($second->safe_psql('postgres', "SELECT action FROM regcar.hold_for('sale', '{\"mark\": \"AB74 CDE\", \"dealer\": \"C\"}')"), 'reject', 'hold_for() knows the scope there');
is($second->safe_psql('postgres', "SELECT action FROM regcar.hold_for('sale', '{\"mark\": \"AB74 CDE\", \"dealer\": \"B\"}')"), '', 'and the exemption');
# What has the time of asking in it, without that.
my %answers = (
	active_holds => 'SELECT * FROM regcar.active_holds',
	active_exemptions => 'SELECT * FROM regcar.active_exemptions',
	queue_summary => 'SELECT * FROM regcar.queue_summary',
	guards => 'SELECT * FROM regcar.guards',
	hold_report => 'SELECT hold, action, reason, began_at, ended_at, queued, released, failed, discarded, waiting, releases_per_hour FROM regcar.hold_report',
	incident_account => "SELECT event, hold, actor, regexp_replace(detail, ' after \\S+', '') FROM regcar.incident_account('INC-9')",
	registrations_by_series => "SELECT * FROM regcar.registrations_by_series('sale')",
	registrations_by_region => "SELECT * FROM regcar.registrations_by_region('sale', '75')",
);
for my $what (sort keys %answers)
{
	my $rows = $standby->safe_psql('postgres', $answers{$what});
	isnt($rows, '', "$what: the primary answers");
	is($second->safe_psql('postgres', $answers{$what}), $rows, 'and the standby the same');
}
my $page = $second->safe_psql('postgres', "SELECT regcar.incident_report(max(hold)) FROM regcar.hold_history WHERE incident = 'INC-9'");
like($page, qr/INC-9.*<\/html>/s, 'incident_report makes its page there');
like($page, qr/set aside again/, 'with what came last');
for my $call ("CALL regcar.lockdown('x')", "SELECT regcar.place_hold('x')", "SELECT regcar.exempt(max(hold), '{\"dealer\": \"A\"}', 'x') FROM regcar.active_holds",
	"SELECT regcar.revoke_exemption(max(exemption), 'x') FROM regcar.active_exemptions", "SELECT regcar.lift_hold(max(hold), 'x') FROM regcar.active_holds",
	'CALL regcar.release()', "SELECT regcar.retry(max(id)) FROM regcar.queue", "SELECT regcar.discard(max(id), 'x') FROM regcar.queue",
	"INSERT INTO sale (mark, dealer) VALUES ('AB75 CDM', 'Z')")
{
	($rc, $out, $err) = $second->psql('postgres', "\\set VERBOSITY verbose\n$call");
	like($err, qr/ERROR:  25006/, "not on a standby: $call");
}
($rc, $out, $err) = $second->psql('postgres', "\\set VERBOSITY verbose\nSELECT * FROM regcar.submit('sale', '{\"mark\": \"AB75 CDM\"}')");
like($err, qr/ERROR:  25006: submitting a registration is not possible on a standby.*HINT:  Do it on its primary/s, 'submit() says where to go');
$standby->stop('immediate');
$second->promote;
is($second->safe_psql('postgres', $seen), $before, 'all of it is there after the promotion');
# What a registration gives, as the dealer: its SQLSTATE, or nothing.
sub register
{
	my ($mark, $dealer) = @_;
	my ($rc, $out, $err) = $second->psql('postgres', "\\set VERBOSITY verbose\nSET ROLE dealer;\nINSERT INTO sale (mark, dealer) VALUES ('$mark', '$dealer')");
	return $err =~ /(?:ERROR|NOTICE):  (\w+)/ ? $1 : '';
}
is(register('AB74 CDE', 'C'), 'RH001', 'what is held is held');
is(register('AB74 CDF', 'B'), '', 'what is exempt is exempt');
is(register('AB75 CDK', 'C'), '', 'what no scope has goes through');
is(register('AB75 CDL', 'A'), 'RH002', 'what is queued is queued');
is($second->safe_psql('postgres', 'SELECT count(DISTINCT id) = count(*) AND count(*) = 6 FROM regcar.queue'), 't', 'with a number of its own');
$second->safe_psql('postgres', "SET client_min_messages = error; SELECT regcar.lift_all('over'); CALL regcar.release()");
is($second->safe_psql('postgres', 'SELECT state, count(*) FROM regcar.queue GROUP BY 1 ORDER BY 1'), "released|5\nfailed|1", 'the queue is released there');
is($second->safe_psql('postgres', "SELECT string_agg(mark::text, ',' ORDER BY mark) FROM sale"),
	'AB74 CDF,AB75 CDE,AB75 CDF,AB75 CDG,AB75 CDJ,AB75 CDK,AB75 CDL', 'each row once');
is($second->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'and the history goes on from where it was');
$second->stop;
done_testing();
