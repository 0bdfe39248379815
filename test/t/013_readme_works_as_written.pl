# What README.md and the pages of extension/doc say to type works as it stands there: every ```sql block is run in order, every
# transcript gives that output. Each page begins with a new database, in which the README's first blocks have been run.
# A block that begins by saying that it is for another server is run there.
use strict;
use warnings;
use IPC::Run;
use lib 'test/lib';
use Pages;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('readme');
$node->init(allows_streaming => 'logical');
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE oncall LOGIN');
my $citus = $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'");

# The others, made when a page first needs them: a region of the first, and a coordinator of Citus where there is Citus.
my %name = ('in the region' => 'region', 'on the coordinator' => 'coordinator');
my %server;

sub server
{
	my ($where) = @_;
	return $server{$where} if $server{$where};
	my $other = PostgreSQL::Test::Cluster->new($name{$where});
	$other->init;
	$other->append_conf('postgresql.conf', "shared_preload_libraries = 'citus'\nlisten_addresses = '127.0.0.1'\ncitus.node_conninfo = 'sslmode=prefer'")
	  if $where eq 'on the coordinator';
	$other->start;
	$other->safe_psql('postgres', 'CREATE ROLE oncall');
	$other->safe_psql('postgres', 'CREATE DATABASE register');
	$other->safe_psql('register', 'ALTER DATABASE register SET search_path = "$user", public, regcar');
	$other->safe_psql('register', 'CREATE EXTENSION regcar') if $where eq 'in the region';
	return $server{$where} = $other;
}

# What is called otherwise here than in the text; and a coordinator alone keeps the shards itself.
sub as_here
{
	my ($sql, $where) = @_;
	my %here;
	if ($where eq 'on the coordinator')
	{
		my $coordinator = "'127.0.0.1', " . server($where)->port;
		%here = ("'coordinator', 5432" => $coordinator,
			"citus_add_node('worker1', 5432)" => "citus_set_node_property($coordinator, 'shouldhaveshards', true)");
	}
	else
	{
		# quoted once more, in a string
		($here{'host=headquarters dbname=register'} = $node->connstr . ' dbname=register') =~ s/'/''/g;
	}
	$sql =~ s/\Q$_\E/$here{$_}/ for keys %here;
	return $sql;
}

# What has to be there, beside what the blocks before left, for a section's first block that has some words.
my %before = (
	'README.md: In an incident' => [
		'regcar.preview_hold' => <<'END',
-- two registrations that failed when they were released, numbers 17 and 18; the holds of the text are numbered from 1
ALTER TABLE regcar_state.hold ALTER hold RESTART 1000;
ALTER TABLE regcar_state.queue_entry ALTER id RESTART 17;
SELECT place_hold('earlier', action => 'queue');
INSERT INTO registration VALUES ('AB75 CDE', '2025-09-01'), ('AB75 CDE', '2025-09-01');
SELECT lift_all('earlier');
CALL release();
ALTER TABLE regcar_state.hold ALTER hold RESTART 1;
ALTER TABLE registration ADD dealer text, ADD make text;
END
	],
	'extension/doc/holds.md: What a hold covers' => [
		'"make": "manufacturer"' => <<'END',
SELECT unguard('registration');
ALTER TABLE registration ADD manufacturer text;
END
	],
	'extension/doc/many-machines.md: Regions after a failover of headquarters' => [
		'pg_drop_replication_slot' => <<'END',
-- the server that the region has left notices it in a moment
DO $$ BEGIN FOR i IN 1 .. 1000 LOOP EXIT WHEN NOT EXISTS (SELECT FROM pg_replication_slots WHERE active); PERFORM pg_sleep(0.01); END LOOP; END $$;
END
	],
	'extension/doc/moving-in.md: The list' => [
		'CREATE TABLE bad_mark' => <<'END',
ALTER TABLE registration RENAME TO moved;
CREATE TABLE registration (id bigint PRIMARY KEY, mark text);
INSERT INTO registration VALUES (1, 'ab75cde'), (17, 'AB75 IQC'), (42, 'LBO7 SEO');
END
	],
	'extension/doc/moving-in.md: Without a long lock' => [
		'ADD mark_as_plate' => <<'END',
DROP TABLE registration;
CREATE TABLE registration (id bigint PRIMARY KEY, mark text NOT NULL);
INSERT INTO registration VALUES (1, 'ab75cde'), (17, 'AB75 IQC'), (42, 'LBO7 SEO');
END
	],
);

# What the output of a section's blocks has among other things.
my %shows = (
	'README.md: In an incident' => [
		qr/hold 1 binds: nothing that it covers commits any more/,
		qr/ransomware in the dealer network/,
		qr/exemption 1 from hold 1 is revoked/,
		qr/hold 1 is lifted/,
		qr/no hold stands/,
		qr/queue entry 17 waits again/,
		qr/queue entry 18 is discarded/,
		qr/exemption 1 \{"dealer": "Okafor & Sons"\}: their systems are clean/,
	],
	'extension/doc/holds.md: What a hold covers' => [qr/registration is guarded/],
	'extension/doc/marks.md: Misread marks' => [qr/LB07 SEO/],
	'extension/doc/marks.md: Blocks' => [qr/Okafor & Sons/],
);

# psql as a person has it, both outputs together.
sub psql
{
	my ($sql, $on) = @_;
	my $out;
	IPC::Run::run([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-v', 'SHOW_CONTEXT=never', '-d', ($on // $node)->connstr('register') ],
		'<', \$sql, '>&', \$out);
	return ($? == 0, $out);
}

# Each block of a section.
sub run_section
{
	my ($s, $for) = @_;
	my $title = "$s->{page}: $s->{title}";
	my $all = '';
	my $n = 0;
	my @ready = @{ $before{$title} // [] };
	for my $b (@{ $s->{blocks} })
	{
		my $name = ($for // '') . "$title, block " . ++$n;
		if (@ready && index($b->{text}, $ready[0]) >= 0)
		{
			my ($words, $sql) = splice @ready, 0, 2;
			my ($ok, $out) = psql($sql);
			ok($ok, "$name: made ready") or diag $out;
		}
		if ($b->{kind} eq 'sql')
		{
			(my $sql = $b->{text}) =~ s/(-- reconnect\b.*)/$1\n\\c/;
			my ($where) = $sql =~ /^-- (in the region|on the coordinator)\b/;
			if ($where && $where eq 'on the coordinator' && !$citus)
			{
			  SKIP: { skip "$name: no Citus for this server", 1; }
				next;
			}
			$sql = as_here($sql, $where) if $where;
			my ($ok, $out) = psql($sql, $where && server($where));
			ok($ok, $name) or diag $out;
			unlike($out, qr/^(psql:.*)?(ERROR|FATAL|PANIC):/m, "$name: no error");
			$all .= $out;
		}
		elsif ($b->{text} =~ /^=> /)
		{
			for my $try (split /^=> /m, $b->{text})
			{
				next unless $try =~ /\S/;
				my ($statement, $want) = split /\n/, $try, 2;
				my ($ok, $out) = psql($statement);
				$out =~ s/^LINE \d+: .*\n\s*\^\n//mg;
				is($out, $want, "$name: $statement");
			}
		}
		else { fail("$name is neither SQL nor a transcript"); }
	}
	is_deeply(\@ready, [], "$title: has the blocks that something is made ready for") if $before{$title};
	like($all, $_, "$title: shows $_") for @{ $shows{$title} // [] };
}

# A database as nobody has used it, and none of the other servers.
sub fresh
{
	$_->stop for values %server;
	%server = ();
	$node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM pg_replication_slots WHERE active') or die 'a subscriber is still there';
	$node->safe_psql('postgres', 'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
	$node->safe_psql('postgres', 'DROP DATABASE IF EXISTS register');
	$node->safe_psql('postgres', 'CREATE DATABASE register');
}

my %section;
my $start = Pages::section('README.md', 'Start in five statements');
for my $page (Pages::pages())
{
	my @sections = Pages::sections($page);
	for my $s (@sections)
	{
		ok(!$section{"$page: $s->{title}"}, "$page: one section is called '$s->{title}'");
		$section{"$page: $s->{title}"} = $s;
	}
	next unless grep { @{ $_->{blocks} } } @sections;
	fresh();
	run_section($start, "$page: ") unless $page eq 'README.md';
	run_section($_) for @sections;
}
cmp_ok(scalar(grep { @{ $_->{blocks} } } values %section), '>=', 5, 'there are sections with things to type');
ok($section{$_}, "there is a section '$_'") for sort keys %{ { %before, %shows } };

# What the rest looks at.
fresh();
run_section($start, 'at last: ');

# The table of what may be said of a lockdown.
my @lockdown = $section{'README.md: In an incident'}{text} =~ /^\s*\| [^|]+ \| `([a-z_]+ => .*)` \|$/mg;
cmp_ok(scalar(@lockdown), '>=', 4, 'lockdown: the table of what to say is found');
psql("SELECT regcar.grant_operator('oncall')");
for my $say (@lockdown)
{
	my ($ok, $out) = psql("BEGIN; CALL regcar.lockdown('try', $say); ROLLBACK;");
	ok($ok, "lockdown: $say") or diag $out;
}

# What guards is said to tell, it can tell.
my $guards = $node->safe_psql('register', "SELECT pg_get_viewdef('regcar.guards'::regclass)");
for my $statuses ($section{'extension/doc/holds.md: What a hold does not stop'}{text} =~ /`guards`: ((?:`[^`]+`(?:, )?)+)/g)
{
	for my $status ($statuses =~ /`([^`]+)`/g)
	{
		my $words = join '.*', map { quotemeta } split /…/, $status;
		like($guards, qr/'$words/, "guards: $status");
	}
}

# The page to print: A4 in a monospaced type of ten points, or psql's window.
{
	my ($page) = slurp_file('README.md') =~ /^(## In an incident\n.*?)^## /ms;
	my @lines = split /\n/, $page;
	cmp_ok(scalar(@lines), '<=', 66, 'the incident fits on a page');
	is(join("\n", grep { length > 125 } @lines), '', 'and none of its lines is too long for it');
}

# In psql at 100 columns.
{
	my ($ok, $out) = psql(<<'END');
\x auto
\pset columns 100
CALL regcar.lockdown('ransomware in the dealer network, seen at Gaydon at six in the morning', '{"make": ["Jaguar", "Land Rover"], "series": "75"}', incident => 'INC-2025-0901', expires_at => now() + interval '4 hours');
\echo ----
SELECT * FROM regcar.active_holds;
END
	my ($shown) = $out =~ /----\n(.*)/s;
	is(scalar(() = $shown =~ /^\w+ +\| /mg), 12, 'active_holds at 100 columns: twelve lines');
	is(join('', grep { length > 100 } split /\n/, $shown), '', 'none longer than the screen');
	psql("SELECT regcar.lift_all('over')");
}

done_testing();
