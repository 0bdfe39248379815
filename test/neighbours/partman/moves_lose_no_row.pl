# pg_partman: its new partitions have the whole guard, and under a hold its job that empties the default partition is refused
# instead of having its rows queued. An exemption of its login lets it go on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('partman');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'END');
CREATE SCHEMA partman;
CREATE EXTENSION pg_partman SCHEMA partman;
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate NOT NULL, registered date NOT NULL) PARTITION BY RANGE (registered);
SELECT regcar.guard('reg');
END
my $five = $node->safe_psql('postgres', "SELECT extversion >= '5' FROM pg_extension WHERE extname = 'pg_partman'") eq 't';
my $parent = $five ? "'range', p_interval := '1 month'" : "'native', 'monthly'";
$parent =~ s/^/p_type := / if $five;
$node->safe_psql('postgres', "SELECT partman.create_parent('public.reg', 'registered', $parent)");

my $unsound = "SELECT target, status FROM regcar.guards WHERE status <> 'ok'";
sub ask { return $node->safe_psql('postgres', $_[0]) }
sub sqlstate
{
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\n$_[0]");
	return $err =~ /ERROR:  (\w+)/ ? $1 : 'done';
}
sub rows { return ask('SELECT (SELECT count(*) FROM reg), (SELECT count(*) FROM reg_default), (SELECT count(*) FROM regcar.queue_entry)') }

cmp_ok(ask('SELECT count(*) FROM regcar.guards'), '>', 5, 'pg_partman makes partitions');
is(ask($unsound), 'partman.template_public_reg|not guarded', 'each has its guard, but not the template, which is empty for ever');
ask("SELECT regcar.waive_guard('partman.template_public_reg', 'a template of pg_partman')");
$unsound .= " AND status <> 'waived'";
is(ask($unsound), '', 'which can be said');
ask("INSERT INTO reg VALUES ('AB75 CDE', '1999-09-01'), ('AB75 CDF', '1999-10-01'), ('AB75 CDG', '1999-10-02')");
is(rows(), '3|3|0', 'rows that no partition is for are in the default partition');

my $job = "CALL partman.partition_data_proc('public.reg')";
for my $action ('queue', 'reject')
{
	ask("SELECT regcar.place_hold('attack', action => '$action')");
	is(sqlstate("INSERT INTO reg VALUES ('AB75 CDH', current_date)"), 'RH001', "$action: a registration is refused") if $action eq 'reject';
	is(sqlstate($job), 'RH001', "$action: the job is refused");
	is(rows(), '3|3|0', 'and every row is where it was');
	is(sqlstate("SELECT partman.run_maintenance('public.reg')"), 'done', 'maintenance goes on');
	is(ask($unsound), '', 'and what it makes is sound');
	ask("SELECT regcar.lift_all('over')") if $action eq 'queue';
}
ask("SELECT regcar.exempt(max(hold), jsonb_build_object('role', session_user), 'jobs') FROM regcar.active_holds");
is(sqlstate($job), 'done', 'with an exemption of its login the job goes on');
is(rows(), '3|0|0', 'and has moved the rows');
is(ask($unsound), '', 'to partitions that are sound');
is(ask('SELECT problem FROM regcar.verify_history()'), '', 'the history is whole');

$node->stop;
done_testing();
