# The extension in a database: as an older release installed it, and all that is known of it, to compare.
package Extension;
use strict;
use warnings;
use File::Copy 'copy';
use File::Path 'make_path';
use PostgreSQL::Test::Utils;

# Each release's script, as it was released.
my @scripts = glob 'test/upgrade/regcar--*.sql';

sub releases { return map { /--([0-9.]+)\.sql$/ } @scripts }

# How a server finds the old scripts in a directory of their own: a statement before CREATE EXTENSION. Scripts of updates,
# and the library, are those installed. Nothing where extensions are found in the server's own directories only.
sub look_into_directory
{
	my ($node) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir;
	my $share = $node->config_data('--sharedir');
	my %place = (extension_control_path => "$dir$share:\$system", extension_destdir => $dir);
	my $setting = $node->safe_psql('postgres',
		"SELECT name FROM pg_settings WHERE name IN ('extension_control_path', 'extension_destdir') ORDER BY name LIMIT 1");
	return if !$setting;
	make_path("$dir$share/extension");
	copy($_, "$dir$share/extension") or die "$_: $!" for 'regcar.control', @scripts;
	return "SET $setting = '$place{$setting}'";
}

# What no dump of a database shows: what belongs to the extension, with which rights it was installed, whose rows are dumped.
my $membership = <<'END';
SELECT 'extension', extversion, extrelocatable, extnamespace::regnamespace, extowner::regrole, obj_description(oid, 'pg_extension') FROM pg_extension WHERE extname = 'regcar';
SELECT 'needs', refclassid::regclass, pg_describe_object(refclassid, refobjid, 0), deptype FROM pg_depend
 WHERE classid = 'pg_extension'::regclass AND objid = (SELECT oid FROM pg_extension WHERE extname = 'regcar') ORDER BY 2, 3;
SELECT 'member', type, identity FROM pg_depend d, pg_identify_object(classid, objid, objsubid)
 WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'regcar')
   -- what the server makes for a range type pg_upgrade leaves with the type alone
   AND NOT EXISTS (SELECT FROM pg_depend i WHERE (i.classid, i.objid) = (d.classid, d.objid) AND i.refclassid = 'pg_type'::regclass AND i.deptype = 'i')
 ORDER BY 2, 3;
SELECT 'dumped', c::regclass, condition FROM pg_extension, unnest(extconfig, extcondition) u (c, condition) WHERE extname = 'regcar' ORDER BY c::regclass::text;
SELECT 'first rights', type, identity, a FROM pg_init_privs, pg_identify_object(classoid, objoid, objsubid), unnest(initprivs) a
 WHERE privtype = 'e' ORDER BY 2, 3, a::text;
END

# Whatever is no member is dumped in full. A table takes its row type with it, and a type its arrays.
my $make_ordinary = <<'END';
DO $$
DECLARE
    member record;
BEGIN
    LOOP
        SELECT i.type, i.identity INTO member
        FROM pg_depend d LEFT JOIN pg_type t ON (d.classid, d.objid) = ('pg_type'::regclass, t.oid), pg_identify_object(classid, objid, objsubid) i
        WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'regcar')
        ORDER BY d.classid <> 'pg_class'::regclass, t.oid IS NULL, t.typcategory = 'A', t.typtype <> 'r'
        LIMIT 1;
        EXIT WHEN NOT FOUND;
        EXECUTE format('ALTER EXTENSION regcar DROP %s %s', member.type, member.identity);
    END LOOP;
END $$;
END

# All that is known of the extension in a database, in a file. Its objects are the database's own afterwards.
sub picture
{
	my ($node, $db) = @_;
	my $file = PostgreSQL::Test::Utils::tempdir . "/$db";
	my $text = $node->safe_psql($db, $membership);
	$node->safe_psql($db, $make_ordinary);
	$node->run_log([ 'pg_dump', '-h', $node->host, '-p', $node->port, '--schema-only', '-f', "$file.dump", $db ]) or die 'pg_dump failed';
	my $dump = slurp_file("$file.dump");
	# A random word, for psql.
	$dump =~ s/^\\(un)?restrict .*\n//mg;
	append_to_file($file, "$text\n$dump");
	return $file;
}

sub difference
{
	my ($from, $to) = @_;
	my ($out, $err) = run_command([ 'diff', '-U2', $from, $to ]);
	return $out;
}

1;
