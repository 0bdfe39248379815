# Whoever comes from an older release by ALTER EXTENSION ... UPDATE has what a fresh installation has, and all that was
# there before; a held database is held throughout. test/upgrade keeps each release's script as it was released.
use strict;
use warnings;
use lib 'test/lib';
use Extension;
use Incident;
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('upgrade');
$node->init(allows_streaming => 'logical', extra => [ '-E', 'UTF8' ]);
$node->start;

my $old_scripts = Extension::look_into_directory($node);
if (!$old_scripts)
{
	$node->stop;
	plan skip_all => 'this server finds extensions in its own directories only (no extension_control_path, no extension_destdir)';
}
my @releases = Extension::releases();
cmp_ok(@releases, '>', 0, "older releases: @releases");

sub install
{
	my ($db, $release) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db");
	# This also says that the library has all that the old script names: a C function without its symbol is refused.
	$node->safe_psql($db, "$old_scripts; CREATE EXTENSION regcar VERSION '$release'");
	return;
}

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION regcar');
$node->safe_psql('postgres', 'CREATE DATABASE altered TEMPLATE fresh');
my $fresh = Extension::picture($node, 'fresh');
my $current = $node->safe_psql('fresh', "SELECT extversion FROM pg_extension WHERE extname = 'regcar'");
cmp_ok(scalar(() = slurp_file($fresh) =~ /^CREATE FUNCTION regcar\./mg), '>', 100, 'the functions of the extension are looked at in full');

# The comparison sees what it is for: each of these would be an update script that is not complete.
my %forgotten = (
	'COMMENT ON FUNCTION regcar.plate_next(regcar.plate) IS NULL' => qr/^-COMMENT ON FUNCTION regcar\.plate_next/m,
	'ALTER FUNCTION regcar.plate_compact(regcar.plate) STABLE' => qr/^\+ *LANGUAGE c STABLE/m,
	'ALTER FUNCTION regcar.plate_tag(regcar.plate) COST 77' => qr/^\+ *LANGUAGE c .*COST 77/m,
	'ALTER FUNCTION regcar.chain_event() SECURITY INVOKER' => qr/^\+ *LANGUAGE plpgsql$/m,
	'CREATE OR REPLACE FUNCTION regcar.guard_truncate(target regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN END $$' => qr/^\+ *AS \$\$ BEGIN END \$\$/m,
	'GRANT EXECUTE ON FUNCTION regcar.lift_all(text) TO PUBLIC' => qr/^-REVOKE ALL ON FUNCTION regcar\.lift_all/m,
	'REVOKE SELECT ON regcar.queue FROM PUBLIC' => qr/^-GRANT SELECT ON TABLE regcar\.queue /m,
	'REVOKE USAGE ON SCHEMA regcar FROM PUBLIC' => qr/^\+REVOKE (ALL|USAGE) ON SCHEMA regcar FROM PUBLIC/m,
	'GRANT USAGE ON SCHEMA regcar_state TO PUBLIC' => qr/^\+GRANT USAGE ON SCHEMA regcar_state TO PUBLIC/m,
	'ALTER TABLE regcar_state.drained SET SCHEMA public' => qr/^\+member\|table\|public\.drained$/m,
	'ALTER OPERATOR regcar.= (regcar.plate, regcar.plate) SET (RESTRICT = NONE)' => qr/^- *RESTRICT = /m,
	'ALTER EXTENSION regcar DROP CAST (regcar.table_ref AS regclass); DROP CAST (regcar.table_ref AS regclass)' => qr/^-CREATE CAST \(regcar\.table_ref AS regclass\)/m,
	'ALTER TYPE regcar.plate SET (STORAGE = plain, ANALYZE = array_typanalyze)' => qr/^\+ *ANALYZE = array_typanalyze/m,
	"ALTER TYPE regcar.hold_action ADD VALUE 'other'" => qr/^\+ *'other'/m,
	'ALTER TABLE regcar_state.hold ALTER reason DROP NOT NULL' => qr/^\+ *reason text,/m,
	'ALTER TABLE regcar_state.exemption DROP CONSTRAINT exemption_revoked_whole' => qr/^- *CONSTRAINT exemption_revoked_whole/m,
	'ALTER TABLE regcar_state.queue_entry ALTER state SET DEFAULT \'waiting\'' => qr/^\+ *state regcar\.queue_state DEFAULT/m,
	'DROP INDEX regcar_state.exemption_hold' => qr/^-CREATE INDEX exemption_hold /m,
	'ALTER TABLE regcar_state.history ENABLE TRIGGER chain_event' => qr/^-ALTER TABLE regcar_state\.history ENABLE ALWAYS TRIGGER chain_event/m,
	'DROP TRIGGER hold_changed_truncate ON regcar_state.exemption' => qr/^-CREATE TRIGGER hold_changed_truncate/m,
	'ALTER VIEW regcar.queue RESET (security_barrier)' => qr/^-CREATE VIEW regcar\.queue WITH \(security_barrier/m,
	'ALTER EXTENSION regcar DROP VIEW regcar.series' => qr/^-member\|view\|regcar\.series$/m,
	'CREATE FUNCTION regcar.more() RETURNS int LANGUAGE sql AS \'SELECT 1\'; ALTER EXTENSION regcar ADD FUNCTION regcar.more()' => qr/^\+member\|function\|regcar\.more\(\)$/m,
	"UPDATE pg_extension SET extconfig = extconfig[2:], extcondition = extcondition[2:] WHERE extname = 'regcar'" => qr/^-dumped\|regcar_state\.hold\|$/m,
	'DELETE FROM pg_init_privs WHERE objoid = \'regcar.lift_hold\'::regproc' => qr/^-first rights\|function\|regcar\.lift_hold/m,
);
$node->safe_psql('altered', "SET allow_system_table_mods = on; $_") for sort keys %forgotten;
my $altered = Extension::difference($fresh, Extension::picture($node, 'altered'));
like($altered, $forgotten{$_}, "the comparison would see: $_") for sort keys %forgotten;

for my $release (@releases)
{
	(my $name = $release) =~ tr/./_/;
	install("bare_$name", $release);
	pass("release $release installs with this library");
	$node->safe_psql("bare_$name", 'ALTER EXTENSION regcar UPDATE');
	is(Extension::difference($fresh, Extension::picture($node, "bare_$name")), '', "updated from $release: all as in a fresh installation of $current");

	my $db = "incident_$name";
	install($db, $release);
	Incident::make($node, $db);
	my $before = Incident::seen($node, $db);
	Incident::held($node, $db);

	# A session that was there before tries to register all the while; it may have to wait, but never comes through.
	my $dealer = $node->background_psql($db, on_error_stop => 0);
	my $try = sub {
		$dealer->{stderr} = '';
		$dealer->query("INSERT INTO old_style VALUES ('AB74 ZZY', 'Rover')");
		return $dealer->{stderr} =~ /ERROR:  (\w+)/ ? $1 : 'it went in';
	};
	$dealer->query_safe("\\set VERBOSITY verbose\nSET ROLE dealer; SET statement_timeout = '${\(3 * $patience)} s'");
	is($try->(), 'RH001', "$db: held before the update");
	my $updater = $node->background_psql($db);
	$updater->query('BEGIN; ALTER EXTENSION regcar UPDATE');
	like($try->(), qr/RH001|57014/, "$db: while it is not committed");
	like($updater->{stderr}, qr/WARNING:  operator has to be made an operator again.*grant_operator\('operator'\)/s, "$db: the administrator is told whom to make an operator again");
	$updater->{stderr} = '';
	$updater->query_safe('COMMIT');
	$updater->quit;
	is($node->safe_psql($db, "SELECT pg_describe_object(classoid, objoid, 0) FROM pg_init_privs, aclexplode(initprivs) WHERE privtype = 'e' AND grantee = 'operator'::regrole"),
		'', "$db: what the administrator granted is no part of the installation, so that dumps have it");
	is($try->(), 'RH001', "$db: and after it");
	$dealer->quit;

	is($node->safe_psql($db, "SELECT extversion FROM pg_extension WHERE extname = 'regcar'"), $current, "$db: it is $current now");
	Incident::same($node, $db, $before);
	Incident::read_through_indexes($node, $db);
	Incident::held($node, $db);
	Incident::goes_on($node, $db);
	is($node->safe_psql($db, q{SELECT c.oid::regclass, a.grantee::regrole FROM pg_class c, aclexplode(relacl) a WHERE c.relnamespace = 'regcar_state'::regnamespace AND a.grantee <> c.relowner}),
		'', "$db: nobody keeps a right on a table of the state");
}

# A region that obeys headquarters goes on obeying, when headquarters is updated first.
for my $release (@releases)
{
	(my $name = $release) =~ tr/./_/;
	my ($hub, $branch) = ("hub_$name", "branch_$name");
	my $region = PostgreSQL::Test::Cluster->new("region_$name");
	$region->init(extra => [ '-E', 'UTF8' ]);
	$region->append_conf('postgresql.conf', "wal_retrieve_retry_interval = '200 ms'");
	$region->start;
	my $old_scripts_there = Extension::look_into_directory($region);
	my $tables = $release =~ /^0\.1\./ ? 'regcar.hold, regcar.exemption' : 'regcar_state.hold, regcar_state.exemption';
	install($hub, $release);
	$node->safe_psql($hub, "CREATE PUBLICATION holds FOR TABLE $tables");
	$region->safe_psql('postgres', "CREATE DATABASE $branch");
	$region->safe_psql($branch, "$old_scripts_there; CREATE EXTENSION regcar VERSION '$release'");
	$region->safe_psql($branch, "CREATE TABLE reg (mark regcar.plate, make text); SELECT regcar.guard('reg')");
	$region->safe_psql($branch, "CREATE SUBSCRIPTION $branch CONNECTION '" . $node->connstr . " dbname=$hub' PUBLICATION holds");
	# a hold that is placed before the first copy has ended may come a moment after the rest
	$region->poll_query_until($branch, q{SELECT count(*) = 0 FROM pg_subscription_rel WHERE srsubstate <> 'r'}) or die 'the tables were not copied';
	my $register = sub {
		my ($rc, $out, $err) = $region->psql($branch, "\\set VERBOSITY sqlstate\nINSERT INTO reg VALUES ('AB75 CDE', '$_[0]')");
		return $err =~ /ERROR:  (\w+)/ ? $1 : 'registered';
	};
	$node->safe_psql($hub, q{SELECT regcar.place_hold('before', '{"make": ["Jaguar", "Mini"]}')});
	$node->safe_psql($hub, q{SELECT regcar.exempt(1, '{"make": "Mini"}', 'clean')});
	$node->wait_for_catchup($branch);
	is($register->('Jaguar'), 'RH001', "$release: the region obeys");
	is($register->('Mini'), 'registered', "$release: what is exempt registers, where there is no table yet to count it in");
	my $offset = -s $region->logfile;
	$node->safe_psql($hub, 'ALTER EXTENSION regcar UPDATE');
	$node->safe_psql($hub, q{SELECT regcar.place_hold('between', '{"make": "Rover"}')});
	# where the tables moved, the region waits with what it does not know
	$region->wait_for_log(qr/regcar_state\.hold/, $offset) if $tables !~ /regcar_state/;
	is($register->('Jaguar'), 'RH001', "$release: it holds all the while");
	$region->safe_psql($branch, 'ALTER EXTENSION regcar UPDATE');
	$node->wait_for_catchup($branch);
	is($register->($_), 'RH001', "$release: with both updated it obeys, what came between too: $_") for 'Jaguar', 'Rover';
	is($register->('Mini'), 'registered', "$release: what is exempt registers");
	is($region->safe_psql($branch, 'SELECT exemption, let_through FROM regcar.exemption_report'), '1|1', "$release: and is counted from the update on");
	$node->safe_psql($hub, q{SELECT regcar.lift_all('over')});
	$node->wait_for_catchup($branch);
	is($register->('Rover'), 'registered', "$release: a lift arrives");
	is($region->safe_psql($branch, 'SELECT events, problem FROM regcar.verify_history()'), '5|', "$release: the history of the region fits");
	$region->safe_psql($branch, "DROP SUBSCRIPTION $branch");
	$region->stop;
}

$node->stop;
done_testing();
