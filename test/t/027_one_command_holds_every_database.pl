# regcar-lockdown holds, drains and lifts every database of a server that has regcar, whatever it is called; one that fails keeps
# none of the others; the exit status says whether all of it was done.
use strict;
use warnings;
use lib 'test/lib';
use IPC::Run;
use Patience;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('server');
$node->init(extra => [ '-E', 'UTF8' ]);
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->start;

my $strange = q{it's "one" \name dbname=x};
my @registers = ('register', $strange, 'refusing');
sub in_database { my ($db, $sql) = @_; return $node->safe_psql($db, $sql) }

$node->safe_psql('postgres', 'CREATE ROLE oncall LOGIN; CREATE DATABASE stock');
for my $db (@registers)
{
	$node->safe_psql('postgres', 'CREATE DATABASE "' . ($db =~ s/"/""/gr) . '" TEMPLATE ' . ($db eq $registers[0] ? 'template1' : $registers[0]));
	in_database($db, q{CREATE EXTENSION regcar; CREATE TABLE reg (mark regcar.plate); SELECT regcar.guard('reg'); SELECT regcar.grant_operator('oncall')}) if $db eq $registers[0];
}
$node->safe_psql('postgres', 'REVOKE CONNECT ON DATABASE refusing FROM PUBLIC');

# The exit status, what it prints, and its errors.
sub lockdown
{
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'extension/bin/regcar-lockdown', '-h', $node->host, '-p', $node->port, '-U', 'oncall', @_ ],
		'<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120 * $patience));
	return ($? >> 8, $out, $err);
}
sub holds { my ($db) = @_; return in_database($db, q{SELECT coalesce(string_agg(concat_ws('|', action, reason, incident, placed_by), E'\n' ORDER BY hold), '') FROM regcar.active_holds}) }
# Of these, the lines of databases without regcar are no concern.
sub lines_of { return grep { !/^without regcar: / } split /\n/, $_[0] }

# Words
my ($version) = slurp_file('regcar.control') =~ /^default_version = '(.*)'/m;
my ($rc, $out, $err) = lockdown('--version');
is("$rc $out", "0 regcar-lockdown (regcar) $version\n", '--version');
($rc, $out, $err) = lockdown('--help');
is("$rc $err", '0 ', '--help');
unlike($out, qr/.{101}/, 'which fits into a window');
my $page = slurp_file('extension/doc/regcar-lockdown.md');
is(join(' ', grep { $page !~ /`\Q$_\E[=`]/ } $out =~ /(--[a-z-]+)/g), '', 'and has no option that its page does not have');
is(join(' ', grep { $out !~ /\Q$_\E\b/ } $page =~ /`(--[a-z-]+)/g), '', 'nor the other way round');
my %wrong = ('no reason' => [], 'a blank reason' => [' '], 'two reasons' => [ 'a', 'b' ], 'an unknown option' => [ '--all', 'x' ], 'a missing argument' => [ 'x', '--scope' ],
	'two acts' => [ '--lift', '--drain' ], 'a reason to drain' => [ '--drain', 'x' ], 'a scope to lift' => [ '--lift', 'x', '--scope={}' ], 'no jobs' => [ '-j', '0', 'x' ],
	'an argument that is not taken' => [ '--status=now', 'x' ], 'approvals to drain' => [ '--drain', '--approvals=2' ],
	'a database without a name' => [ '-d', '', 'x' ]);
for my $what (sort keys %wrong)
{
	($rc, $out, $err) = lockdown(@{ $wrong{$what} });
	like("$rc $out$err", qr/^1 regcar-lockdown: error: .*\nregcar-lockdown: hint: .*--help/, "$what is refused");
}
is(join('', map { holds($_) } @registers), '', 'and nothing was placed');

# Open
($rc, $out, $err) = lockdown('--status');
is($rc, 1, '--status: not every database is held');
like($out, qr/^\Q$_\E: open: there has been no hold$/m, "$_ is open") for 'register', $strange;
like($out, qr/^refusing: no answer: .*permission denied for database "refusing"/m, 'one that refuses the connection is named');

# Placed, wherever that can be: with what people and databases call things
my $reason = q{it's $(id) `id` "x" \ %s ; --};
in_database('register', 'ALTER DATABASE register SET default_transaction_read_only = on; ALTER DATABASE register SET default_transaction_isolation = serializable; ALTER ROLE oncall IN DATABASE register SET client_min_messages = error');
($rc, $out, $err) = lockdown("--incident=INC-'42", '--action', 'freeze', '--scope={}', '--wait', '5 s', $reason);
is($rc, 1, 'one database refuses: 1');
for my $db ('register', $strange)
{
	like($out, qr/^\Q$db\E: hold 1 binds: no write that it covers commits any more \(drained in \d+ ms\)$/m, "$db: a line");
	is(holds($db), "freeze|$reason|INC-'42|oncall", "$db: is held, as the command line says");
}
like($out, qr/^refusing: not held: .*permission denied/m, 'refusing: a line');
like($out, qr/^without regcar: postgres, stock, template1$/m, 'and the others have no regcar');
is(scalar(lines_of($out)), 4, 'a line each, and the DETAIL of the error');
is(holds('refusing'), '', 'nothing was placed in it');
($rc, $out, $err) = lockdown('--status', '-d', 'register', '-d', $strange);
is($rc, 0, '--status: those that are named are held');
like($out, qr/^register: held since \d+.*: freeze by oncall: it's/, 'and since when, by whom and why');

# Lifted, of one incident or all
lockdown('--incident', 'INC-43', '-d', 'register', 'another');
($rc, $out, $err) = lockdown('--lift', '--incident', "INC-'42", 'over');
is($rc, 1, 'lifted, but for one');
is(holds('register') . holds($strange), 'reject|another|INC-43|oncall', 'the holds of that incident alone');
like($out, qr/^refusing: not lifted: /m, 'which is named');
$node->safe_psql('postgres', 'GRANT CONNECT ON DATABASE refusing TO PUBLIC');
($rc, $out, $err) = lockdown('--lift', 'over');
is("$rc $err", '0 ', 'all of them lifted');
is(join('', map { holds($_) } @registers), '', 'and nothing stands');
like($out, qr/^register: lifted: hold 2$/m, 'register: a line');

# A hold that takes more than one operator: still there, and so 2
in_database('register', q{SET default_transaction_read_only = off; SELECT regcar.place_hold('two', incident => 'INC-44', approvals => 2)});
($rc, $out, $err) = lockdown('--lift', '--incident=INC-44', 'over');
is($rc, 2, 'a hold that takes another operator still stands: 2');
like($out, qr/^register: lifting hold \d+ takes 2 operators: oncall approved/m, 'and who is missing is said');
is(holds('register') =~ /INC-44/, 1, 'it stands');
in_database('register', q{SET default_transaction_read_only = off; SELECT regcar.lift_hold(hold, 'over') FROM regcar.active_holds});
is(holds('register'), '', 'the other operator lifts it');

# An incident that there has never been: a typing error, and so 1
($rc, $out, $err) = lockdown('--lift', '--incident=INC-4', 'over');
is($rc, 1, 'no database has had a hold of the incident: 1');
like($out, qr/^register: there has been no hold of this incident$/m, 'each says so');
like($out, qr/^nothing was lifted: /m, 'and so does the last line');
($rc, $out, $err) = lockdown('--lift', '--incident=INC-44', 'over');
is($rc, 0, 'one that is over already: 0');

# What each action does, and from when
my %words = (reject => 'binds: nothing that it covers commits any more', freeze => 'binds: no write that it covers commits any more',
	queue => 'binds: nothing that it covers is registered any more, inserts are set aside',
	pend => 'binds: nothing that it covers is registered any more, inserts wait in tables that have tickets',
	observe => 'observes: it stops nobody, and notes whom it would have stopped');
for my $action (sort keys %words)
{
	($rc, $out, $err) = lockdown('-d', 'register', "--action=$action", '--expires-at=2100-01-01', 'x');
	is($rc, $action eq 'pend' ? 2 : 0, "$action: 0, but 2 where a table has no tickets");
	like($out, qr/^register: hold \d+ \Q$words{$action}\E/, "$action says what it does");
	like($out, qr/^ +DETAIL:  It expires at 2100-01-01/m, "$action says until when");
}
($rc, $out, $err) = lockdown('-d', 'register', '--action=observe', '--starts-at=2100-01-01', 'x');
like($out, qr/^register: hold \d+ observes from 2100-01-01.*: it stops nobody/, 'a rehearsal that is still to start says from when');
($rc, $out, $err) = lockdown('-d', 'register', '--approvals=2', 'x');
is(in_database('register', 'SELECT approvals FROM regcar.active_holds ORDER BY hold DESC LIMIT 1'), 2, '--approvals is what the hold takes');
in_database('register', q{SET default_transaction_read_only = off; SELECT regcar.lift_all('over')});
lockdown('--lift', 'over');
is(holds('register'), '', 'all of them are lifted');

# What may be wrong is seen, also by --quiet; and what cannot be written, by the exit status
in_database('register', q{SET default_transaction_read_only = off; ALTER TABLE reg ADD make text; INSERT INTO reg VALUES ('AB75 CDE', 'Jaguar'); GRANT SELECT ON reg TO oncall});
($rc, $out, $err) = lockdown('-q', '-d', 'register', '--scope={"make": "jaguar"}', 'x');
is($rc, 2, 'a value that nothing has: 2');
like($out, qr/^register: hold \d+ binds: .*\n +WARNING: .*"jaguar".*\n.*nearest value is "Jaguar"/, 'and it is shown');
($rc, $out, $err) = lockdown('-d', 'register', '--approvals=99', 'x');
is($rc, 1, 'what is refused: 1');
unlike($out, qr/PL\/pgSQL|SQL statement/, 'without the inside of a function');
my @full = ('extension/bin/regcar-lockdown', '-h', $node->host, '-p', $node->port, '-U', 'oncall', '-d', 'register');
SKIP: {
	skip 'no /dev/full here', 1 unless -c '/dev/full';
	IPC::Run::run([ @full, 'x' ], '<', \undef, '>', '/dev/full', '2>', \$err, IPC::Run::timeout(120 * $patience));
	is($? >> 8, 2, 'the line cannot be written: 2');
}
{
	my $bin = PostgreSQL::Test::Utils::tempdir;
	for my $tool (qw(bash mktemp rm))
	{
		my ($path) = grep { -x $_ } map { "$_/$tool" } split /:/, $ENV{PATH};
		symlink $path, "$bin/$tool" or die;
	}
	local $ENV{PATH} = $bin;
	($rc, $out, $err) = lockdown('x');
	is("$rc $err", "1 regcar-lockdown: error: there is no psql\nregcar-lockdown: hint: Put the directory of the programs of PostgreSQL into PATH.\n", 'no psql');
}
lockdown('--lift', 'over');

# Somebody who is named
in_database('refusing', q{BEGIN; INSERT INTO reg VALUES ('AB75 CDE'); PREPARE TRANSACTION 'dealer 7'});
($rc, $out, $err) = lockdown('-q', 'attack');
is($rc, 2, 'held everywhere, but a prepared transaction is named: 2');
like($out, qr/\Arefusing: hold \d+ binds everything except what is named above\n +WARNING: .*prepared transaction "dealer 7"/, 'with --quiet, it and nothing else is shown');
($rc, $out, $err) = lockdown('--status', '-d', 'refusing');
is($rc, 2, '--status: held, but something is wrong');
like($out, qr/^ +alarm: prepared transaction .*'dealer 7'/m, 'and says what');
($rc, $out, $err) = lockdown('--drain', '--wait=0');
is($rc, 2, '--drain: it is still there');
like($out, qr/^refusing: .*\n +prepared transaction 'dealer 7' of \S+ may still register$/m, 'and named');
in_database('refusing', q{ROLLBACK PREPARED 'dealer 7'});
($rc, $out, $err) = lockdown('--drain');
is($rc, 0, '--drain: nobody is left');
is(in_database('refusing', 'SELECT count(*) FROM regcar.undrained_holds()'), 0, 'and that is noted');
($rc, $out, $err) = lockdown('--status');
is($rc, 0, '--status: all are held');
lockdown('--lift', 'over');
in_database('refusing', q{SELECT regcar.unguard('reg')});
($rc, $out, $err) = lockdown('-d', 'refusing', 'attack');
is($rc, 2, 'a hold that stops nothing: 2');
like($out, qr/stops nothing: no table is guarded/, 'with the warning');

# An error of one keeps none of the others
in_database('refusing', q{SELECT regcar.lift_all('over')});
in_database($strange, q{SELECT regcar.revoke_operator('oncall')});
($rc, $out, $err) = lockdown('-j', '1', '--scope={"make": "Jaguar"}', 'x');
is($rc, 1, 'one after another, too');
like($out, qr/^\Q$strange\E: not held: .*permission denied for procedure lockdown/m, 'who is no operator is told');
is(join(',', map { holds($_) } 'register', 'refusing'), 'reject|x|oncall,reject|x|oncall', 'the others are held');
in_database($strange, q{SELECT regcar.grant_operator('oncall')});
($rc, $out, $err) = lockdown('--scope=nonsense', 'x');
is($rc, 1, 'nonsense is refused everywhere');
like($out, qr/^register: not held: .*invalid input syntax for type json/m, 'and why');
lockdown('--lift', 'over');

# A database that takes no connections: only who is connected already can register in it
$node->safe_psql('postgres', 'CREATE DATABASE closed');
my $session = $node->background_psql('closed');
$session->query_safe('SELECT 1');
$node->safe_psql('postgres', 'ALTER DATABASE closed ALLOW_CONNECTIONS false');
($rc, $out, $err) = lockdown('x');
is($rc, 1, 'a database that takes no connections, with a session in it: 1');
like($out, qr/^closed: not held: it takes no new connections, and there are sessions in it$/m, 'is named');
$session->quit;
$node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'closed'}) or die;
($rc, $out, $err) = lockdown('--lift', 'over');
is($rc, 0, 'without one, nothing can register in it');

# Ways to connect
my $base = 'host=' . $node->host . ' port=' . $node->port . ' user=oncall';
(my $uri = $node->host) =~ s/([^\w])/sprintf '%%%02X', ord $1/ge;
my @ways = ([ '--maintenance-db=stock' ], [ "--maintenance-db=$base dbname=stock application_name='a b'" ],
	[ "--maintenance-db=postgresql://oncall\@$uri:${\$node->port}/stock" ], [ "--maintenance-db=postgresql://oncall\@$uri:${\$node->port}/stock?application_name=a%20b" ]);
for my $way (@ways)
{
	($rc, $out, $err) = lockdown('-w', '-q', @$way, 'x');
	is($err, '', "@$way: no error");
	is(join(',', map { holds($_) } @registers), join(',', ('reject|x|oncall') x 3), "@$way: all are held");
	lockdown('--lift', 'over');
}
($rc, $out, $err) = lockdown('-d', 'stock', 'x');
is($rc, 1, 'a database that is named and has no regcar: 1');
{
	local $ENV{PGCONNECT_TIMEOUT} = 2;
	($rc, $out, $err) = lockdown('-h', '/nowhere', 'x');
	like("$rc $err", qr/^1 .*nothing was done/s, 'no server: 1');
}

$node->stop;
done_testing();
