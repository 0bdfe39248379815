# A database in the middle of an incident, as it has to come through an update of the extension or of the server: marks in
# every kind of index and constraint, holds with scopes, an exemption, a queue with rows in every state, and the history.
package Incident;
use strict;
use warnings;
use Test::More;

# The same marks in four tables, for indexes of one kind each.
my $make = <<'END';
SET search_path = public, regcar_state, regcar;
SET client_min_messages = error;
\i test/lib/fleet.sql
CREATE TABLE fleet AS SELECT mark, n FROM fleet(20000) WITH ORDINALITY f (mark, n);
CREATE TABLE fleet_hash AS TABLE fleet;
CREATE TABLE fleet_gist AS TABLE fleet;
CREATE TABLE fleet_brin AS TABLE fleet;
ALTER TABLE fleet ADD PRIMARY KEY (mark), ADD series plate_series GENERATED ALWAYS AS (plate_series(mark)) STORED;
CREATE INDEX fleet_series ON fleet (series) INCLUDE (n);
CREATE STATISTICS fleet_region ON plate_region(mark) FROM fleet;
CREATE INDEX fleet_hash_mark ON fleet_hash USING hash (mark);
CREATE INDEX fleet_gist_mark ON fleet_gist USING gist (mark);
CREATE INDEX fleet_brin_mark ON fleet_brin USING brin (mark) WITH (pages_per_range = 2);
CREATE MATERIALIZED VIEW fleet_by_series AS SELECT * FROM registrations_by_series('fleet');
ANALYZE;

CREATE DOMAIN current_plate AS plate CHECK (plate_format(VALUE) = 'current');
CREATE TABLE keeper (id int PRIMARY KEY, first current_plate DEFAULT 'AB51 ABC', others plate[], made plate_series, form plate_format);
INSERT INTO keeper VALUES (1, DEFAULT, '{AB75 CDE,A1,NIA 123}', 'S-prefix', 'ni'), (2, NULL, NULL, '99', 'trade');
CREATE TABLE assignment (mark plate, vehicle int, during daterange, EXCLUDE USING gist (mark WITH =, during WITH &&));
INSERT INTO assignment VALUES ('AB75 CDE', 1, '[2025-09-01,2025-10-01)'), ('AB75 CDE', 2, '[2025-10-01,)');
CREATE TABLE block (allocated platerange, dealer text, EXCLUDE USING gist (allocated WITH &&));
INSERT INTO block VALUES (plate_block('AB', '75'), 'first'), (plate_block('AC', '75'), 'second');
CREATE TABLE scattered (mark plate REFERENCES fleet, n bigint) PARTITION BY HASH (mark);
CREATE TABLE scattered_0 PARTITION OF scattered FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE scattered_1 PARTITION OF scattered FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE scattered_2 PARTITION OF scattered FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO scattered SELECT mark, n FROM fleet WHERE n % 10 = 0;

CREATE TABLE registration (
    mark plate, registered date NOT NULL DEFAULT '2025-10-01', dealer text, note text CHECK (note <> 'bad'),
    PRIMARY KEY (mark), CHECK (require_issuable(mark, registered))
) PARTITION BY RANGE (mark);
CREATE TABLE registration_74 PARTITION OF registration FOR VALUES FROM (MINVALUE) TO ('AA75 AAA');
CREATE TABLE registration_75 PARTITION OF registration FOR VALUES FROM ('AA75 AAA') TO (MAXVALUE);
CREATE TABLE old_style ("the mark" text, maker text);
SELECT format('CREATE ROLE %I', r) FROM unnest('{dealer,operator}'::name[]) r WHERE to_regrole(r::text) IS NULL \gexec
GRANT SELECT, INSERT ON registration, old_style TO dealer;
SELECT grant_operator('operator');
SELECT guard('registration'), guard('old_style', 'the mark', '{"make": "maker"}', replicated => true), guard('keeper', 'first');

SELECT place_hold('first', action => 'queue', incident => 'INC-1');
SET ROLE dealer;
INSERT INTO registration (mark, note) VALUES ('AB75 AAA', 'released'), ('AB75 AAB', 'bad'), ('AB75 AAC', 'discarded');
RESET ROLE;
SELECT lift_hold(1, 'over');
SELECT discard(3, 'by telephone');
CALL release();
SELECT place_hold('queue', action => 'queue', incident => 'INC-1');
SELECT place_hold('series', '{"series": ["74", "73"], "make": "Rover"}', incident => 'INC-1', expires_at => 'infinity');
SELECT exempt(2, '{"dealer": ["clean", "A \"quoted\" \u00e9"]}', 'clean');
SELECT exempt(2, '{"dealer": "revoked"}', 'clean');
SELECT revoke_exemption(2, 'not so clean');
SET ROLE dealer;
INSERT INTO registration (mark, dealer, note) VALUES
    ('AB75 AAD', 'dealer', 'waits'), ('AB75 AAE', 'clean', 'goes through'), ('AB75 AAF', 'dealer', 'bad');
INSERT INTO old_style VALUES ('AB75 AAG', 'Jaguar');
END

# All that is to be read of it afterwards as before. What has no column list here may gain columns in a later release.
my %seen = (
	'marks in tables' => <<'END',
SELECT count(*), min(mark), max(mark), min(series), max(series), md5(string_agg(mark::text, ',' ORDER BY mark)) FROM fleet;
SELECT tableoid::regclass, count(*), md5(string_agg(mark::text, ',' ORDER BY mark)) FROM scattered GROUP BY 1 ORDER BY 1;
SELECT * FROM keeper ORDER BY id;
SELECT * FROM assignment ORDER BY during;
SELECT * FROM block ORDER BY allocated;
SELECT tableoid::regclass, * FROM registration ORDER BY mark;
SELECT * FROM old_style;
END
	'reports' => <<'END',
SELECT * FROM registrations_by_series('fleet');
SELECT * FROM registrations_by_region('fleet', '75');
SELECT * FROM fleet_by_series;
SELECT hold, reason, queued, released, failed, waiting, discarded FROM hold_report ORDER BY hold;
SELECT at, event, detail FROM incident_account('INC-1') WHERE event <> 'waiting';
END
	'holds, exemptions and guards' => <<'END',
SELECT hold, action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at, lifted_by, lifted_at, lift_reason FROM hold ORDER BY hold;
SELECT exemption, hold, scope, reason, granted_by, granted_at, expires_at, revoked_by, revoked_at, revoke_reason FROM exemption ORDER BY exemption;
SELECT target, plate_column, keys, status FROM guards ORDER BY target::text;
END
	'the queue' => <<'END',
SELECT id, hold, target, row_data, submitted_by, submitted_at, submitter, login, application, address, search_path, state, outcome, settled_by, settled_at, target_name, unnamed FROM queue_entry ORDER BY id;
SELECT * FROM queue_summary ORDER BY hold, target::text;
END
	'the history' => <<'END',
SELECT id, seq, at, event, hold, actor, detail, digest FROM history ORDER BY id;
SELECT * FROM verify_history();
END
);

# What reads through one index alone, by its name.
my %through = (
	fleet_pkey => q{SELECT count(*) FROM fleet WHERE mark <@ '70'},
	fleet_series => q{SELECT count(*) FROM fleet WHERE series = '70'},
	fleet_hash_mark => q{SELECT count(*) FROM fleet f JOIN fleet_hash h USING (mark) WHERE f.mark <@ '70'},
	fleet_gist_mark => q{SELECT count(*) FROM fleet_gist WHERE mark BETWEEN plate_first('70') AND plate_last('70')},
	fleet_brin_mark => q{SELECT count(*) FROM fleet_brin WHERE mark <@ '70'},
);
my $path = "SET search_path = public, regcar_state, regcar;\n";

sub make
{
	my ($node, $db) = @_;
	$node->safe_psql($db, $make);
	return;
}

# What seen() gave of each part, for same() to compare with.
sub seen
{
	my ($node, $db) = @_;
	my %now = map { $_ => $node->safe_psql($db, "$path$seen{$_}") } keys %seen;
	like($now{'the history'}, qr/^\d+\|[0-9a-f]{64}\|\|$/m, "$db: the history fits");
	is($node->safe_psql($db, "SELECT target, status FROM regcar.guards WHERE status NOT IN ('ok', 'not guarded')"), '', "$db: no guard has a fault");
	return \%now;
}

sub same
{
	my ($node, $db, $before) = @_;
	my $now = seen($node, $db);
	is($now->{$_}, $before->{$_}, "$db: $_ as before") for sort keys %seen;
	return;
}

sub read_through_indexes
{
	my ($node, $db) = @_;
	my $sought = $node->safe_psql($db, "${path}SET enable_indexscan = off; SET enable_bitmapscan = off; SET enable_indexonlyscan = off; $through{fleet_pkey}");
	cmp_ok($sought, '>', 100, "$db: there are marks to look for");
	for my $index (sort keys %through)
	{
		my $set = "${path}SET enable_seqscan = off;";
		like($node->safe_psql($db, "$set EXPLAIN (COSTS off) $through{$index}"), qr/\b$index\b/, "$db: a plan with the index $index");
		is($node->safe_psql($db, "$set $through{$index}"), $sought, "$db: which finds what there is");
	}
	return;
}

# What a statement of a dealer's gives: its SQLSTATE, or nothing.
sub dealer
{
	my ($node, $db, $sql) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\n${path}SET ROLE dealer;\n$sql");
	return $err =~ /(?:ERROR|NOTICE):  (\w{5})/ ? $1 : '';
}

# The holds bind, before and after.
sub held
{
	my ($node, $db) = @_;
	is(dealer($node, $db, "INSERT INTO old_style VALUES ('AB74 ZZZ', 'Rover')"), 'RH001', "$db: what is held is held");
	is(dealer($node, $db, "BEGIN; INSERT INTO registration VALUES ('AB75 ZZZ', DEFAULT, 'revoked'); ROLLBACK"), 'RH002', "$db: what is queued is queued");
	is(dealer($node, $db, "BEGIN; INSERT INTO registration VALUES ('AB75 ZZZ', DEFAULT, 'clean'); ROLLBACK"), '', "$db: what is exempt goes through");
	return;
}

# It goes on from here: constraints hold, the queue is released, new holds bind. This changes the database.
sub goes_on
{
	my ($node, $db) = @_;
	is(dealer($node, $db, "INSERT INTO registration VALUES ('AB76 AAA', '2025-10-01', 'clean')"), '23514', "$db: a mark of a series to come is refused");
	is($node->psql($db, "INSERT INTO assignment VALUES ('AB75 CDE', 3, '[2025-09-15,2025-09-16)')"), 3, "$db: one mark, one vehicle at a time");
	is($node->psql($db, "INSERT INTO block VALUES ('[AC75 ZZA,AC75 ZZZ]', 'third')"), 3, "$db: blocks stay apart");
	is($node->safe_psql($db, "${path}SET client_min_messages = error; SET ROLE operator; SELECT retry(2); SELECT lift_all('over'); CALL release()"),
		"queue entry 2 waits again; CALL regcar.release()\nlifted: hold 2, 3", "$db: an operator lifts the holds and releases the queue");
	is($node->safe_psql($db, 'SELECT id, state, left(outcome, 5) FROM regcar.queue ORDER BY id'), <<'END' =~ s/\n\z//r, "$db: each row has become what it should");
1|released|
2|failed|23514
3|discarded|by te
4|released|
5|failed|23514
6|released|
END
	is($node->safe_psql($db, 'SELECT count(*) FROM registration'), 3, "$db: with those released in their table");
	is(dealer($node, $db, "INSERT INTO old_style VALUES ('AB74 ZZZ', 'Rover')"), '', "$db: what was held goes in");
	is($node->safe_psql($db, "SELECT regcar.place_hold('next', incident => 'INC-2')"), 4, "$db: the next hold has the next number");
	is(dealer($node, $db, "INSERT INTO registration VALUES ('AB75 ZZY')"), 'RH001', "$db: and binds");
	like($node->safe_psql($db, "SET ROLE operator; SELECT regcar.incident_report(2)"), qr/\A<!DOCTYPE html>.*INC-1/s, "$db: an operator has the report of the incident");
	like($node->safe_psql($db, 'SELECT * FROM regcar.verify_history()'), qr/^\d+\|[0-9a-f]{64}\|\|$/, "$db: the history fits");
	return;
}

1;
