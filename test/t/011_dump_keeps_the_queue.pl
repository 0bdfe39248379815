# Dump and restore of an incident: holds with scopes, exemptions, queued rows in every state, and the history. In another
# cluster roles may be missing, and the number of what was dropped here may be something else's there.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($from, $to) = map { PostgreSQL::Test::Cluster->new($_) } 'from', 'to';
for my $node ($from, $to)
{
	$node->init(extra => [ '-E', 'UTF8' ]);
	$node->start;
	# Their first objects have the same numbers.
	$node->safe_psql('postgres', 'CREATE DATABASE hq');
}
my $dir = PostgreSQL::Test::Utils::tempdir;
my ($here, $there) = map { [ '-h', $_->host, '-p', $_->port ] } $from, $to;

$from->safe_psql('hq', <<'END');
CREATE ROLE leaver;
CREATE TABLE gone (mark text, nr int, note text);
SELECT 'leaver'::regrole::oid AS leaver, 'gone'::regclass::oid AS gone INTO number;
CREATE EXTENSION regcar;
CREATE ROLE dealer;
CREATE ROLE absent;
CREATE ROLE "Odd ""name""";
CREATE SCHEMA "odd ""schema""";
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, nr int GENERATED ALWAYS AS IDENTITY, note text CHECK (note <> 'bad'), at timestamptz DEFAULT now());
CREATE TABLE "odd ""schema"""."odd ""table""" (mark regcar.plate, "a ""column""" text[]);
CREATE TABLE renamed (mark regcar.plate);
GRANT USAGE ON SCHEMA "odd ""schema""" TO PUBLIC;
GRANT INSERT ON reg, gone, renamed, "odd ""schema"""."odd ""table""" TO PUBLIC;
SELECT regcar.guard('reg'), regcar.guard('gone', 'mark'), regcar.guard('renamed'), regcar.guard('"odd ""schema"""."odd ""table"""');
SET client_min_messages = error;
SELECT regcar.place_hold('first', action => 'queue', incident => 'INC-1');
SET ROLE dealer;
INSERT INTO reg (mark, note) VALUES ('AB75 AAA', 'released'), ('AB75 AAB', 'bad'), ('AB75 AAC', 'discarded');
RESET ROLE;
SELECT regcar.lift_hold(1, 'over');
SELECT regcar.discard(3, 'by telephone');
CALL regcar.release();
SELECT regcar.place_hold('queue', action => 'queue', incident => 'INC-1');
SELECT regcar.place_hold('series', '{"series": ["74", "73"], "note": "held"}', incident => 'INC-1');
SELECT regcar.exempt(2, '{"note": ["exempt", "A \"quoted\" \u00e9"]}', 'clean');
SELECT regcar.exempt(2, '{"note": "revoked"}', 'clean');
SELECT regcar.revoke_exemption(2, 'not so clean');
SET ROLE leaver;
INSERT INTO reg (mark, note) VALUES ('AB75 AAD', 'of a role that is dropped');
INSERT INTO gone VALUES ('AB75 AAE', 1, 'for a table that is dropped');
SET ROLE absent;
INSERT INTO reg (mark, note) VALUES ('AB75 AAF', 'of a role that is not there');
SET ROLE "Odd ""name""";
INSERT INTO "odd ""schema"""."odd ""table""" VALUES ('AB75 AAG', ARRAY['NULL', NULL, '"']);
SET ROLE dealer;
INSERT INTO reg (mark, note) VALUES ('AB75 AAH', E'tab\t \\N back\\slash'), ('AB75 AAJ', 'bad');
INSERT INTO renamed VALUES ('AB75 AAK');
INSERT INTO reg (mark, note) VALUES ('AB75 AAL', 'exempt');
INSERT INTO gone VALUES ('AB75 AAM', 1, 'for a table that is dropped');
RESET ROLE;
REVOKE ALL ON gone FROM leaver;
DROP OWNED BY leaver;
DROP ROLE leaver;
DROP TABLE gone;
ALTER TABLE renamed RENAME TO "new name";
END

# All that is known of the incident. Numbers of roles and tables by name.
my $seen = <<'END';
SELECT * FROM regcar_state.hold ORDER BY hold;
SELECT * FROM regcar_state.exemption ORDER BY exemption;
SELECT 'let through', exemption, let_through, first_at, last_at FROM regcar.exemption_report;
SELECT id, hold, row_data, submitter, login, application, address, search_path, submitted_at, state, outcome, settled_by, settled_at, target_name FROM regcar.queue_entry ORDER BY id;
SELECT * FROM regcar.history ORDER BY id;
SELECT * FROM regcar.verify_history();
SELECT * FROM regcar.incident_account('INC-1') WHERE event <> 'waiting';
SELECT * FROM reg ORDER BY mark;
END
my $before = $from->safe_psql('hq', $seen);
like($before, qr/^let through\|1\|1\|/m, 'an exemption has let one registration through');
my $verified = $from->safe_psql('hq', 'SELECT * FROM regcar.verify_history()');
like($verified, qr/^\d+\|[0-9a-f]{64}\|\|$/, "the history fits before the dump: $verified");

# What a registration gives: its SQLSTATE, or nothing.
sub register
{
	my ($node, $db, $mark, $note, $role) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\nSET ROLE dealer;\nINSERT INTO reg (mark, note) VALUES ('$mark', '$note')");
	return $err =~ /(?:ERROR|NOTICE):  (\w{5})/ ? $1 : '';
}

# A copy is as the original, and goes on.
sub as_before
{
	my ($node, $db, $what) = @_;
	is($node->safe_psql($db, $seen), $before, "$what: all of it is there, and once");
	is(register($node, $db, 'AB75 BAA', 'x'), 'RH002', "$what: what is queued is queued");
	is(register($node, $db, 'AB74 BAA', 'held'), 'RH001', "$what: what is held is held");
	is(register($node, $db, 'AB75 BAB', 'A "quoted" é'), '', "$what: what is exempt goes through");
	is(register($node, $db, 'AB75 BAC', 'revoked'), 'RH002', "$what: not what was");
	is($node->safe_psql($db, 'SELECT count(DISTINCT id) = count(*) AND max(id) = 13 FROM regcar.queue'), 't', "$what: numbers of the queue go on");
	is($node->safe_psql($db, "SET client_min_messages = error; SELECT regcar.lift_all('over'); CALL regcar.release()"), 'lifted: hold 2, 3',
		"$what: the holds are lifted and the queue released");
	return;
}
sub states { my ($node, $db) = @_; return $node->safe_psql($db, "SELECT id, state, left(outcome, 24) FROM regcar.queue WHERE id > 3 ORDER BY id") }

# In the same cluster, in both formats.
$from->command_ok([ 'pg_dump', @$here, '-f', "$dir/hq.sql", 'hq' ], 'pg_dump');
$from->command_ok([ 'pg_dump', @$here, '-Fc', '-f', "$dir/hq.dump", 'hq' ], 'pg_dump in the custom format');
$from->safe_psql('postgres', "CREATE DATABASE $_") for 'plain', 'custom', 'data';
$from->command_ok([ 'psql', '-Xq', @$here, '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', "$dir/hq.sql" ], 'restored by psql');
$from->command_ok([ 'pg_restore', @$here, '--exit-on-error', '--single-transaction', '-d', 'custom', "$dir/hq.dump" ], 'restored by pg_restore');
my $same_cluster = <<'END';
4|waiting|The role "leaver" that s
5|waiting|The role "leaver" that s
6|released|
7|released|
8|released|
9|failed|23514: new row for relat
10|released|
11|failed|The table public.gone no
12|released|
13|released|
END
chomp $same_cluster;
for my $db ('plain', 'custom')
{
	as_before($from, $db, $db);
	is(states($from, $db), $same_cluster, "$db: each row has become what it should");
	is($from->safe_psql($db, 'SELECT mark, "a ""column""" FROM "odd ""schema"""."odd ""table"""'), 'AB75 AAG|{"NULL",NULL,"\""}', "$db: whatever its table is called");
	is($from->safe_psql($db, 'SELECT * FROM "new name"'), 'AB75 AAK', "$db: or was renamed to");
	is($from->safe_psql($db, 'SELECT problem FROM regcar.verify_history()'), '', "$db: the history fits");
}

# Data alone, into a schema that is there: as pg_restore recommends, without triggers.
$from->command_ok([ 'pg_dump', @$here, '--schema-only', '-f', "$dir/schema.sql", 'hq' ], 'the schema alone');
$from->command_ok([ 'psql', '-Xq', @$here, '-v', 'ON_ERROR_STOP=1', '-d', 'data', '-f', "$dir/schema.sql" ], 'restored');
is($from->safe_psql('data', 'SELECT * FROM regcar.verify_history()'), '0|||', 'it has no history');
$from->command_ok([ 'pg_restore', @$here, '--data-only', '--disable-triggers', '--exit-on-error', '-d', 'data', "$dir/hq.dump" ], 'the data alone');
$from->safe_psql('data', <<'END');
DO $$ DECLARE g record; BEGIN
    -- this still belongs to the restore, so it is no event of the history
    PERFORM set_config('check_function_bodies', 'off', true);
    FOR g IN SELECT target, m FROM regcar.guards, regexp_match(status, '^own trigger (\S+) not (.*)') m WHERE m IS NOT NULL LOOP
        EXECUTE format('ALTER TABLE %s %s TRIGGER %s', g.target, g.m[2], g.m[1]);
    END LOOP;
    FOR g IN SELECT DISTINCT target FROM regcar.guards WHERE status ~ '^not ENABLE' LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "~registration_hold", ENABLE ALWAYS TRIGGER "~registration_hold_truncate"', g.target);
    END LOOP;
END $$;
END
is($from->safe_psql('data', "SELECT DISTINCT status FROM regcar.guards WHERE status <> 'not guarded'"), 'ok', 'what guards says is enough to repair it');
as_before($from, 'data', 'data');
is(states($from, 'data'), $same_cluster, 'data: each row has become what it should');

# Another cluster, where a role is missing, and other ones have the numbers of what was dropped.
$to->safe_psql('hq', <<'END');
CREATE ROLE mallory;
CREATE TABLE victim (mark text, nr int, note text);
GRANT INSERT ON victim TO PUBLIC;
SELECT 'mallory'::regrole::oid AS leaver, 'victim'::regclass::oid AS gone INTO own_number;
CREATE ROLE dealer;
CREATE ROLE "Odd ""name""";
END
is($to->safe_psql('hq', 'SELECT * FROM own_number'), $from->safe_psql('hq', 'SELECT * FROM number'), 'in the other cluster these numbers are others\'');
$to->command_ok([ 'psql', '-Xq', @$there, '-v', 'ON_ERROR_STOP=1', '-d', 'hq', '-f', "$dir/hq.sql" ], 'restored there');
as_before($to, 'hq', 'there');
my $other_cluster = $same_cluster =~ s/^6\|.*/6|waiting|The role "absent" that s/mr;
is(states($to, 'hq'), $other_cluster, 'rows of a role that is missing wait, for a table that is missing they do not go elsewhere');
is($to->safe_psql('hq', 'SELECT count(*) FROM victim'), '0', 'what has the number of a table that was dropped gets nothing');
is($to->safe_psql('hq', "SET ROLE mallory; SELECT count(*) FROM regcar.queue"), '0', 'who has the number of a role that was dropped sees nothing');
is($to->safe_psql('hq', "SELECT count(*) FROM reg WHERE note ~ '^of a role'"), '0', 'and his rows are not registered');
is($to->safe_psql('hq', 'SELECT problem FROM regcar.verify_history()'), '', 'there: the history fits');

# When the role is made later, a superuser says that it is the one.
$to->safe_psql('hq', 'CREATE ROLE absent; SET client_min_messages = error; CALL regcar.release()');
is(states($to, 'hq'), $other_cluster, 'a role that is made later is another one');
$to->safe_psql('hq', "UPDATE regcar_state.queue_entry SET submitted_by = 'absent'::regrole WHERE submitter = 'absent' AND submitted_by::regrole = 0; SET client_min_messages = error; CALL regcar.release()");
is(states($to, 'hq'), $same_cluster, 'unless a superuser says that it is the same');
is($to->safe_psql('hq', 'SELECT problem FROM regcar.verify_history()'), '', 'there: the history fits to the end');

$from->stop;
$to->stop;
done_testing();
