# postgres_fdw and dblink: with extensions 'regcar' conditions on marks are evaluated where the table is, and its holds stop what
# comes from elsewhere. What they do not bring along is as the documentation says.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('remote');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE far; CREATE DATABASE near');
for my $db ('far', 'near')
{
	$node->safe_psql($db, "CREATE EXTENSION regcar; ALTER DATABASE $db SET search_path = public, regcar");
}
$node->safe_psql('far', <<'END');
CREATE TABLE reg (mark plate PRIMARY KEY, make text);
CREATE TABLE old (mark text);
INSERT INTO reg SELECT p, 'Ford' FROM plates('[AB75 CDA,AB75 CDZ]') p;
SELECT guard('reg'), guard('old', 'mark');
END
my ($host, $port) = ($node->host, $node->port);
$node->safe_psql('near', <<"END");
CREATE EXTENSION postgres_fdw;
CREATE EXTENSION dblink;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '$host', port '$port', dbname 'far', extensions 'regcar');
CREATE USER MAPPING FOR CURRENT_USER SERVER far;
CREATE FOREIGN TABLE reg (mark plate, make text) SERVER far;
CREATE FOREIGN TABLE old (mark text) SERVER far;
END
sub ask { return $node->safe_psql($_[0], $_[1]) }
sub near
{
	my ($rc, $out, $err) = $node->psql('near', "\\set VERBOSITY verbose\n$_[0]");
	return $err =~ /ERROR:  (\w+): .*?\nDETAIL:  ([^\n]*)/s ? "$1 $2" : $err ne '' ? $err : $out;
}

# What is evaluated there
for my $condition ("mark = 'AB75 CDE'", "mark IN ('AB75 CDE', 'AB75 CDF')", "mark BETWEEN 'AB75 CDE' AND 'AB75 CDF'", "mark <@ '75'::plate_series",
	"mark <@ ANY ('{74,75}'::plate_series[])", "mark <@ '[AB75 CDA,AB75 CDM)'::platerange", "plate_in_block(mark, '[AB75 CDA,AB75 CDM)')", "plate_series(mark) = '75'")
{
	my $plan = ask('near', "EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM reg WHERE $condition");
	ok($plan =~ /Remote SQL: .* WHERE / && $plan !~ /Filter:/, "evaluated where the table is: $condition") or diag($plan);
	my $query = "SELECT string_agg(mark::text, ',' ORDER BY mark) FROM reg WHERE $condition";
	is(ask('near', $query), ask('far', $query), 'with the same answer');
}
# postgres_fdw ships no operator that has a text but no column of text.
for my $condition ("mark LIKE 'AB75*'", "plate_tag(mark) = 'AB'")
{
	my $plan = ask('near', "EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM reg WHERE $condition");
	like($plan, qr/Filter:/, "evaluated here: $condition");
}
my $plan = ask('near', q{EXPLAIN (VERBOSE, COSTS OFF) SELECT * FROM reg WHERE mark LIKE 'AB75*' AND mark <@ (SELECT range_agg(i) FROM plate_intervals('AB75*') i)});
like($plan, qr/Remote SQL: .* WHERE \(\(mark <@ /, 'but its intervals are sent, so that only rows in them come') or diag($plan);

# Holds
my $insert = "INSERT INTO reg VALUES ('AB75 AAA', 'Ford')";
ask('far', "SELECT place_hold('attack', '{\"make\": \"Ford\"}')");
like(near($insert), qr/^RH001 Hold 1: attack/, 'an INSERT from elsewhere is refused, with its SQLSTATE and DETAIL');
like(near("SELECT dblink_exec('host=$host port=$port dbname=far', \$\$$insert\$\$)"), qr/^RH001 Hold 1: attack/, 'by dblink too');
like(near("INSERT INTO old VALUES ('AB75 AAA')"), qr/^RH001 Hold 1: attack/, 'and with marks as text');
ask('far', "SELECT lift_all('over'), place_hold('later', action => 'queue')");
is(near($insert), '', 'under queue nothing says that the row was queued');
is(near("SELECT dblink_exec('host=$host port=$port dbname=far', \$\$INSERT INTO reg VALUES ('AB75 AAB', 'Ford')\$\$)"), 'INSERT 0 0', 'nor by dblink, but for the count');
is(ask('far', 'SELECT count(*) FROM regcar.queue'), '2', 'but both are in the queue');
like(near("INSERT INTO reg VALUES ('AB75 AAC', 'Ford') RETURNING mark"), qr/^RH004 Hold 2: later/, 'whoever asks for the row back hears of it');
ask('near', "INSERT INTO reg VALUES ('AB75 AAC', 'Ford')");
ask('far', "SELECT lift_all('over'); ");
ask('far', 'CALL release()');
is(ask('near', "SELECT count(*) FROM reg WHERE mark <@ '[AB75 AAA,AB75 AAZ]'::platerange"), '3', 'from which they are released');
like(near("SELECT guard('reg')"), qr/42809/, 'a guard belongs where the rows are');

$node->stop;
done_testing();
