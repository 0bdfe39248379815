# pg_upgrade from an older major version in the middle of an incident: all that was there is there, the holds bind, and the
# extension is what a fresh installation has. The older server is OLD_PG_CONFIG's, or the oldest under /usr/lib/postgresql.
use strict;
use warnings;
use lib 'test/lib';
use Cwd 'getcwd';
use Extension;
use File::Basename 'dirname';
use Incident;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $new = PostgreSQL::Test::Cluster->new('new');
my $major = $new->pg_version =~ /^(\d+)/ ? $1 : die 'no version';
my ($older) = run_command([ 'bash', '-c', '. test/lib/prepare; find_older "$1"', 'bash', $major ]);
plan skip_all => "no PostgreSQL older than $major is here to upgrade from, or OLD_PG_CONFIG names none" if !$older;

# The extension built for the older server, with settings that find it.
my $dir = PostgreSQL::Test::Utils::tempdir;
command_ok([ 'bash', '-c', '. test/lib/prepare; . test/lib/build; PG_CONFIG=$1; build "$2"', 'bash', $older, $dir ], 'built for the older server');
my ($bindir) = run_command([ $older, '--bindir' ]);
my @initdb = ('-E', 'UTF8', '-k');
my $old = PostgreSQL::Test::Cluster->new('old', install_path => dirname($bindir));
{
	local $ENV{TEMP_CONFIG} = "$dir/settings.conf";
	$old->init(extra => \@initdb);
}
$old->start;
note('from ' . $old->safe_psql('postgres', 'SHOW server_version') . ' to ' . $new->pg_version);

my %before;
my $old_scripts = Extension::look_into_directory($old);
my @releases = $old_scripts ? Extension::releases() : ();
for my $release (@releases, '')
{
	my $db = $release ? 'incident_' . $release =~ tr/./_/r : 'incident';
	$old->safe_psql('postgres', "CREATE DATABASE $db");
	$old->safe_psql($db, $release ? "$old_scripts; CREATE EXTENSION regcar VERSION '$release'" : 'CREATE EXTENSION regcar');
	Incident::make($old, $db);
	$before{$db} = Incident::seen($old, $db);
	Incident::held($old, $db);
}
$old->safe_psql('postgres', 'CREATE DATABASE extension');
$old->safe_psql('extension', 'CREATE EXTENSION regcar');
$old->stop;

# Copies first: an old server does not start again after --link. pg_upgrade writes where it is called.
my $top = getcwd;
for my $mode ('--copy', '--link')
{
	my $what = $mode =~ s/^--//r;
	$new = PostgreSQL::Test::Cluster->new($what);
	$new->init(extra => \@initdb);
	my @pg_upgrade = ('pg_upgrade', '--no-sync', '-d', $old->data_dir, '-D', $new->data_dir, '-b', $bindir,
		'-B', $new->config_data('--bindir'), '-s', $new->host, '-p', $old->port, '-P', $new->port);
	chdir $dir or die;
	$new->command_ok([ @pg_upgrade, '--check' ], "$what: pg_upgrade --check finds nothing");
	# --copy, the default, is an option of newer ones alone.
	$new->command_ok([ @pg_upgrade, $mode eq '--link' ? $mode : () ], "$what: pg_upgrade")
	  or diag(map { slurp_file($_) =~ s/.*(?=(.*\n){20}\z)//sr } glob $new->data_dir . '/pg_upgrade_output.d/*/log/pg_upgrade_dump_*');
	chdir $top or die;
	$new->start;

	for my $db (sort keys %before)
	{
		Incident::same($new, $db, $before{$db});
		Incident::held($new, $db);
		$new->safe_psql($db, 'ALTER EXTENSION regcar UPDATE; SELECT regcar.complete_operator_families()');
		Incident::same($new, $db, $before{$db});
		$new->safe_psql($db, 'CREATE EXTENSION amcheck; ANALYZE');
		is( $new->safe_psql($db, "SELECT count(bt_index_check(c.oid, true)) > 10 FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE amname = 'btree' AND relkind = 'i' AND c.oid >= 16384 AND relpersistence = 'p'"),
			't', "$what, $db: amcheck finds nothing");
		Incident::read_through_indexes($new, $db);
		Incident::held($new, $db);
		Incident::goes_on($new, $db);
		next if $major < 18;
		is($new->psql($db, 'CREATE TABLE owned (mark regcar.plate, during daterange, PRIMARY KEY (mark, during WITHOUT OVERLAPS))'), 0,
			"$what, $db: keys WITHOUT OVERLAPS");
	}

	$new->safe_psql('extension', 'SELECT regcar.complete_operator_families()');
	$new->safe_psql('postgres', 'CREATE DATABASE fresh');
	$new->safe_psql('fresh', 'CREATE EXTENSION regcar');
	is(Extension::difference(map { Extension::picture($new, $_) } 'fresh', 'extension'), '', "$what: the extension is as in a fresh installation");
	$new->stop;
}

done_testing();
