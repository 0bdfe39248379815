# periods: under a hold, a row whose time an UPDATE of a portion cuts in pieces stays as it is. None of the pieces is queued.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('periods');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE EXTENSION periods CASCADE;
CREATE EXTENSION regcar;
ALTER DATABASE postgres SET search_path = public, regcar;
SET search_path = public, regcar;
CREATE TABLE reg (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, mark regcar.plate NOT NULL, since date NOT NULL, until date NOT NULL, keeper text);
SELECT periods.add_period('reg', 'kept', 'since', 'until');
SELECT periods.add_for_portion_view('reg', 'kept');
SELECT regcar.guard('reg');
INSERT INTO reg (mark, since, until, keeper) VALUES ('AB75 CDE', '2025-09-01', '2026-09-01', 'Okafor');
END
sub ask { return $node->safe_psql('postgres', $_[0]) }
sub sqlstate
{
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$_[0]");
	return $err =~ /ERROR:  (\w+)/ ? $1 : 'done';
}
sub rows { return ask("SELECT string_agg(keeper || ' ' || since, ', ' ORDER BY since), (SELECT count(*) FROM regcar.queue_entry) FROM reg") }
sub sell { return sqlstate("UPDATE reg__for_portion_of_kept SET keeper = 'Patel', since = '$_[0]', until = '$_[1]' WHERE mark = 'AB75 CDE'") }

for my $action ('queue', 'reject')
{
	ask("SELECT regcar.place_hold('attack', action => '$action')");
	is(sell('2026-01-01', '2026-09-01'), 'RH001', "$action: a portion at the end: the rest would come before it");
	is(sell('2025-09-01', '2026-01-01'), 'RH001', "$action: a portion at the beginning: the rest would come after it");
	is(sell('2026-01-01', '2026-02-01'), 'RH001', "$action: a portion in the middle");
	is(rows(), 'Okafor 2025-09-01|0', 'the row is as it was');
	ask("SELECT regcar.lift_all('over')");
}
is(sell('2026-01-01', '2026-02-01'), 'done', 'without a hold');
is(rows(), 'Okafor 2025-09-01, Patel 2026-01-01, Okafor 2026-02-01|0', 'there are three rows');

$node->stop;
done_testing();
