# A held database is still held when it was dumped and restored, and a restore that takes the guards' ENABLE ALWAYS away is seen.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('dump');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE hq');
$node->safe_psql('hq', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, note text);
CREATE TABLE "old ""reg""" ("the mark" text, maker text) PARTITION BY LIST (maker);
CREATE TABLE part PARTITION OF "old ""reg""" DEFAULT;
SELECT regcar.guard('reg', replicated => true);
SELECT regcar.guard('"old ""reg"""', 'the mark', '{"make": "maker"}');
INSERT INTO reg VALUES ('AB75 CDE');
INSERT INTO part VALUES ('AB75 CDF', 'Rover');
CREATE TABLE archive (mark regcar.plate);
SELECT regcar.waive_guard('archive', 'O''Brien\\s "old" marks');
SELECT regcar.place_hold('first');
SELECT regcar.lift_hold(1, 'over');
SELECT regcar.place_hold('attack', incident => 'INC-1');
CREATE ROLE operator;
SELECT regcar.grant_operator('operator');
END
my $dir = PostgreSQL::Test::Utils::tempdir;
my @to = ('-h', $node->host, '-p', $node->port);
my $guards = 'SELECT target, plate_column, keys, status, reason FROM regcar.guards ORDER BY target::text';
my $holds = 'SELECT * FROM regcar_state.hold ORDER BY hold';

sub refused
{
	my ($db, $sql, $what) = @_;
	my ($rc, $out, $err) = $node->psql($db, "\\set VERBOSITY verbose\n$sql");
	like($err, qr/ERROR:  RH001: /, $what);
}

# The whole database, as text.
$node->command_ok([ 'pg_dump', @to, '-f', "$dir/hq.sql", 'hq' ], 'pg_dump of a held database');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->command_ok([ 'psql', '-Xq', @to, '-v', 'ON_ERROR_STOP=1', '-d', 'copy', '-f', "$dir/hq.sql" ], 'restored by psql');
is($node->safe_psql('copy', $holds), $node->safe_psql('hq', $holds), 'the copy has the same holds');
is($node->safe_psql('copy', $guards), $node->safe_psql('hq', $guards), 'and the same guards');
is($node->safe_psql('copy', "SELECT DISTINCT status FROM regcar.guards WHERE target <> 'archive'::regclass"), 'ok', 'which are ok');
is($node->safe_psql('copy', "SELECT count(*) FROM regcar.history WHERE event = 'waived'"), '1', 'what the restore says of them is no event');
is($node->safe_psql('copy', 'SELECT count(*) FROM reg'), '1', 'and the rows');
refused('copy', "INSERT INTO reg VALUES ('AB75 CDG')", 'the copy is held');
refused('copy', "INSERT INTO part VALUES ('AB75 CDG', 'Rover')", 'its partition too');
is($node->safe_psql('copy', "SELECT regcar.place_hold('next')"), '3', 'the next hold has the next number');
is($node->safe_psql('copy', "SET ROLE operator; SELECT regcar.lift_all('over')"), 'lifted: hold 2, 3', 'an operator is one there too');
$node->safe_psql('copy', "INSERT INTO reg VALUES ('AB75 CDG')");
pass('lifted, the copy takes registrations');
refused('hq', "INSERT INTO reg VALUES ('AB75 CDG')", 'and the original is still held');

# The same once more, from the copy, in the custom format.
$node->command_ok([ 'pg_dump', @to, '-Fc', '-f', "$dir/hq.dump", 'hq' ], 'pg_dump in the custom format');
$node->safe_psql('postgres', 'CREATE DATABASE copy2');
$node->command_ok([ 'pg_restore', @to, '--exit-on-error', '--single-transaction', '-d', 'copy2', "$dir/hq.dump" ],
	'restored by pg_restore, in one transaction');
is($node->safe_psql('copy2', $holds), $node->safe_psql('hq', $holds), 'the same holds');
refused('copy2', "INSERT INTO reg VALUES ('AB75 CDG')", 'held');

# Only data, into a schema that is there: without triggers.
$node->command_ok([ 'pg_dump', @to, '--schema-only', '-f', "$dir/schema.sql", 'hq' ], 'the schema alone');
for my $db ('plain', 'disabled')
{
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->command_ok([ 'psql', '-Xq', @to, '-v', 'ON_ERROR_STOP=1', '-d', $db, '-f', "$dir/schema.sql" ], "its copy: $db");
	is($node->safe_psql($db, 'SELECT count(*) FROM regcar_state.hold'), '0', 'has no holds');
}
$node->command_ok([ 'pg_restore', @to, '--data-only', '--disable-triggers', '--exit-on-error', '-d', 'disabled', "$dir/hq.dump" ],
	'pg_restore --data-only --disable-triggers');
is($node->safe_psql('disabled', $holds), $node->safe_psql('hq', $holds), 'the same holds again');
is($node->safe_psql('disabled', "SELECT target, status FROM regcar.guards WHERE target::text !~ '^regcar_state\\.' AND target <> '\"old \"\"reg\"\"\"'::regclass ORDER BY target::text"),
	"archive|waived\npart|not ENABLE ALWAYS\nreg|not ENABLE ALWAYS", 'guards tells that the tables lost ENABLE ALWAYS');
is( $node->safe_psql('disabled', "SELECT status FROM regcar.guards WHERE target = 'regcar_state.hold'::regclass ORDER BY status"),
	join("\n", map { "own trigger $_" } 'hold_changed_row not ENABLE ALWAYS', 'hold_changed_truncate not ENABLE ALWAYS', 'keep_replicated not ENABLE REPLICA',
		'merge_arriving not ENABLE REPLICA', 'record_replicated not ENABLE REPLICA', 'refuse_deletion not ENABLE ALWAYS'), 'and the triggers of regcar_state.hold');
is($node->safe_psql('disabled', "SELECT status FROM regcar.guards WHERE target = 'regcar_state.history'::regclass ORDER BY status"),
	"own trigger chain_event not ENABLE ALWAYS\nown trigger refuse_deletion not ENABLE ALWAYS", 'and of the history');
refused('disabled', "INSERT INTO reg VALUES ('AB75 CDG')", 'they still work where nobody goes round them');
my ($rc, $out, $err) = $node->psql('disabled', "SELECT regcar.place_hold('next')");
like($err, qr/WARNING:  .*may let rows through.*reg/, 'whoever places a hold is told');
$node->safe_psql('disabled', <<'END');
ALTER TABLE reg ENABLE ALWAYS TRIGGER "~registration_hold", ENABLE ALWAYS TRIGGER "~registration_hold_truncate";
ALTER TABLE part ENABLE ALWAYS TRIGGER "~registration_hold", ENABLE ALWAYS TRIGGER "~registration_hold_truncate";
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_row, ENABLE ALWAYS TRIGGER hold_changed_truncate, ENABLE ALWAYS TRIGGER refuse_deletion,
	ENABLE REPLICA TRIGGER record_replicated, ENABLE REPLICA TRIGGER keep_replicated, ENABLE REPLICA TRIGGER merge_arriving;
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER hold_changed_row, ENABLE ALWAYS TRIGGER hold_changed_truncate, ENABLE ALWAYS TRIGGER refuse_deletion,
	ENABLE REPLICA TRIGGER record_replicated, ENABLE REPLICA TRIGGER keep_replicated, ENABLE REPLICA TRIGGER merge_arriving;
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER chain_event, ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.queue_entry ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.drained ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.refusal ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.refusal_count ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.exempted ENABLE ALWAYS TRIGGER refuse_deletion;
END
is($node->safe_psql('disabled', "SELECT DISTINCT status FROM regcar.guards WHERE status <> 'waived'"), 'ok', 'ALTER TABLE ... ENABLE ALWAYS TRIGGER repairs it');

# With triggers: the database's holds stop the rows. (Into one without holds, each table is one transaction, and its
# place in the dump decides; so all of it as one.)
$node->command_fails_like([ 'pg_restore', @to, '--data-only', '--single-transaction', '-d', 'plain', "$dir/hq.dump" ],
	qr/registrations are held/, 'pg_restore --data-only of a held database is refused in one transaction');
is($node->safe_psql('plain', 'SELECT (SELECT count(*) FROM reg) + (SELECT count(*) FROM regcar_state.hold)'), '0', 'as a whole');
$node->safe_psql('plain', "SELECT regcar.place_hold('here')");
$node->command_fails_like([ 'pg_restore', @to, '--data-only', '-t', 'reg', '-d', 'plain', "$dir/hq.dump" ],
	qr/registrations are held/, 'and so is one into a held database');
is($node->safe_psql('plain', 'SELECT count(*) FROM reg'), '0', 'no row stays');
# A restore hides notices, so nothing of it may go into the queue.
$node->safe_psql('plain', "SELECT regcar.lift_all('over'), regcar.place_hold('queued', action => 'queue')");
$node->command_fails_like([ 'pg_restore', @to, '--data-only', '-t', 'reg', '-d', 'plain', "$dir/hq.dump" ],
	qr/registrations are held\nDETAIL: .*A restore is not queued/, 'a restore into a database that queues is refused');
$node->command_ok([ 'pg_restore', '--data-only', '-t', 'reg', '-f', "$dir/reg.sql", "$dir/hq.dump" ], 'the same as text');
$node->command_fails_like([ 'psql', '-Xq', @to, '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', "$dir/reg.sql" ], qr/A restore is not queued/, 'in psql too');
is($node->safe_psql('plain', 'SELECT count(*) FROM regcar.queue'), '0', 'and nothing is queued');
$node->safe_psql('plain', "INSERT INTO reg VALUES ('AB75 CDG')");
is($node->safe_psql('plain', 'SELECT count(*) FROM regcar.queue'), '1', 'what is no restore is');


$node->stop;
done_testing();
