# pg_repack: a guarded table can be repacked under every hold. No row is lost or queued, and its guard stays sound.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('repacked');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION pg_repack;
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, note text);
SELECT regcar.guard('reg');
INSERT INTO reg SELECT p, 'x' FROM regcar.plates('[AB75 CDA,AB75 CDZ]') p;
END
my $file = "SELECT pg_relation_filenode('reg')";
my $bin = $node->config_data('--bindir');
for my $action ('queue', 'reject', 'freeze')
{
	$node->safe_psql('postgres', "SELECT regcar.place_hold('attack', action => '$action')");
	my $before = $node->safe_psql('postgres', $file);
	command_ok([ "$bin/pg_repack", '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-t', 'reg' ], "$action: pg_repack ends well");
	isnt($node->safe_psql('postgres', $file), $before, 'the table is another file');
	is($node->safe_psql('postgres', 'SELECT count(*), (SELECT count(*) FROM regcar.queue) FROM reg'), '24|0', 'with every row');
	is($node->safe_psql('postgres', 'SELECT status FROM regcar.guards'), 'ok', 'and a sound guard');
	$node->safe_psql('postgres', "SELECT regcar.lift_all('over')");
}
is($node->safe_psql('postgres', 'SELECT problem FROM regcar.verify_history()'), '', 'the history is whole');

$node->stop;
done_testing();
