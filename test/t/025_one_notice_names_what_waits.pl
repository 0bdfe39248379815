# What an application hears of rows that are set aside: one NOTICE for each statement, when it has ended, with the ids of
# all its rows; and none from a statement that failed.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use lib 'test/lib';
use Notices 'heard';

my $node = PostgreSQL::Test::Cluster->new('notices');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, make text);
CREATE TABLE part (mark regcar.plate, make text) PARTITION BY LIST (make);
CREATE TABLE part_j PARTITION OF part FOR VALUES IN ('Jaguar');
CREATE TABLE part_l PARTITION OF part FOR VALUES IN ('Lotus');
SELECT regcar.guard('reg'), regcar.guard('part');
CREATE FUNCTION one_by_one(n int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    FOR i IN 1 .. n LOOP
        INSERT INTO reg VALUES (('AB75 CD' || chr(64 + i))::regcar.plate, 'Jaguar');
    END LOOP;
END $$;
SELECT regcar.place_hold('stop', '{"make": "Jaguar"}', 'queue', 'INC-1'), regcar.place_hold('stop too', '{"make": "Lotus"}', 'queue');
END
my $hold = 'Hold 1: stop (incident INC-1), since then.';
my $one = 'It will be registered when the queue is released; regcar.queue shows its state.';
my $many = 'They will be registered when the queue is released; regcar.queue shows their state.';

is(heard($node, "INSERT INTO reg VALUES ('AB75 CDA', 'Jaguar')"),
	"NOTICE:  RH002: registration is queued | DETAIL:  Queue id 1. $hold | HINT:  $one | SCHEMA NAME:  public | TABLE NAME:  reg | ", 'one row');
is(heard($node, "INSERT INTO reg SELECT ('AB75 CD' || c)::regcar.plate, CASE c WHEN 'C' THEN 'Rover' ELSE 'Jaguar' END FROM unnest(array['B', 'C', 'D', 'E']) c"),
	"NOTICE:  RH002: registrations are queued | DETAIL:  Queue ids 2-4. $hold | HINT:  $many | SCHEMA NAME:  public | TABLE NAME:  reg | ", 'several rows, and one that is not covered');
is(heard($node, "INSERT INTO part VALUES ('AB75 CDA', 'Jaguar'), ('AB75 CDB', 'Lotus'), ('AB75 CDC', 'Jaguar')"),
	"NOTICE:  RH002: registrations are queued | DETAIL:  Queue ids 5-7. $hold Other holds cover some of them. | HINT:  $many | SCHEMA NAME:  public | TABLE NAME:  part_j | ",
	'rows for several partitions, under several holds');
my $copied = heard($node, "COPY reg FROM stdin;\nAB75CDA\tJaguar\nAB75CDB\tJaguar\n\\.\n");
is($copied, "NOTICE:  RH002: registrations are queued | DETAIL:  Queue ids 8-9. $hold | HINT:  $many | SCHEMA NAME:  public | TABLE NAME:  reg | ", 'COPY');
is(heard($node, "WITH a AS (INSERT INTO reg VALUES ('AB75 CDA', 'Jaguar')), b AS (INSERT INTO reg VALUES ('AB75 CDB', 'Jaguar')) INSERT INTO part VALUES ('AB75 CDC', 'Jaguar')"),
	"NOTICE:  RH002: registrations are queued | DETAIL:  Queue ids 10-12. $hold | HINT:  $many | SCHEMA NAME:  public | TABLE NAME:  part_j | ", 'one statement with three INSERTs');
my @each = split /(?=NOTICE)/, heard($node, "SELECT one_by_one(3)");
is(scalar @each, 3, 'each statement of a function speaks for itself');
like($each[2], qr/Queue id 15\./, 'by its own number');
like(heard($node, "INSERT INTO reg SELECT ('AB75 CD' || c)::regcar.plate, 'Jaguar' FROM unnest(array['B', 'C', 'I']) c"), qr/^ERROR: [^\n]*\|/s, 'a statement that fails says only that');
like(heard($node, "INSERT INTO part SELECT m, 'Jaguar' FROM regcar.plates(regcar.plate_block('AB', '75')) m LIMIT 100000"),
	qr/\ANOTICE:  RH002: registrations are queued \| DETAIL:  Queue ids \d+-\d+\. /, 'a hundred thousand rows are one range');
is(heard($node, "SET client_min_messages = warning; INSERT INTO reg VALUES ('AB75 CDA', 'Jaguar')"), '', 'nothing to a client that wants no notices');

# Another session takes a number between the rows: the first row waits until it has.
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION dblink;
CREATE FUNCTION elsewhere() RETURNS text LANGUAGE sql AS
    $$ SELECT public.dblink_exec('dbname=postgres options=''-c client_min_messages=warning''', 'INSERT INTO reg VALUES (''AB75 CXX'', ''Jaguar'')') $$;
END
like(heard($node, "INSERT INTO reg SELECT ('AB75 CD' || c)::regcar.plate, CASE WHEN elsewhere() = 'INSERT 0 0' THEN 'Jaguar' END FROM unnest(array['B', 'D']) c"),
	qr/Queue ids (\d+), (\d+)\./, 'numbers that do not follow each other are listed');

$node->stop;
done_testing();
