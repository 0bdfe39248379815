# pglogical: what its apply worker brings is treated as what the server's own replication brings, and a replicated hold
# binds and is in the history.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($provider, $subscriber) = map { PostgreSQL::Test::Cluster->new($_) } qw(provider subscriber);
for my $node ($provider, $subscriber)
{
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', <<'END');
shared_preload_libraries = 'pglogical'
track_commit_timestamp = on
max_worker_processes = 20
END
	$node->start;
	# Newer minor releases load only output plugins that this names.
	if ($node->safe_psql('postgres', "SELECT count(*) FROM pg_settings WHERE name = 'output_plugin_libraries'"))
	{
		$node->safe_psql('postgres', "ALTER SYSTEM SET output_plugin_libraries = pgoutput, pglogical_output");
		$node->reload;
	}
	my $dsn = $node->connstr('postgres');
	$node->safe_psql('postgres', <<"END");
CREATE EXTENSION pglogical;
CREATE EXTENSION regcar;
CREATE TABLE through (mark regcar.plate PRIMARY KEY, note text);
CREATE TABLE held (mark regcar.plate PRIMARY KEY, note text);
SELECT pglogical.create_node(\$\$${\$node->name}\$\$, \$\$$dsn\$\$);
END
}
$provider->safe_psql('postgres', "SELECT pglogical.replication_set_add_table('default', t::regclass) FROM unnest('{through, held, regcar_state.hold}'::text[]) t");
$subscriber->safe_psql('postgres', <<"END");
SELECT regcar.guard('through'), regcar.guard('held', replicated => true);
CREATE ROLE dealer;
GRANT INSERT ON through, held TO dealer;
END
$subscriber->safe_psql('postgres', "SELECT pglogical.create_subscription('sub', \$\$${\$provider->connstr('postgres')}\$\$, synchronize_data := false)");
$subscriber->poll_query_until('postgres', "SELECT status = 'replicating' FROM pglogical.show_subscription_status('sub')") or die 'no subscription';

sub caught_up { $provider->safe_psql('postgres', 'SET statement_timeout = $$120s$$; SELECT pglogical.wait_slot_confirm_lsn(NULL, NULL)') }
# What is said at the provider is applied when this returns; a worker that fails starts again.
sub provide
{
	my ($sql) = @_;
	$provider->safe_psql('postgres', $sql);
	caught_up();
}
sub ask { return $subscriber->safe_psql('postgres', $_[0]) }
my $rows = "SELECT string_agg(mark::text || ' ' || note, ',' ORDER BY mark) FROM through";

# A hold of the subscriber's own.
ask("SELECT regcar.place_hold('regional', action => 'queue')");
ask("SET ROLE dealer; INSERT INTO through VALUES ('AB75 CDE', 'here')");
provide("INSERT INTO through VALUES ('AB75 CDF', 'there')");
is(ask($rows), 'AB75 CDF there', 'what pglogical applies goes through, what is registered here does not');
is(ask('SELECT count(*) FROM regcar.queue_entry'), '1', 'and alone is queued');
provide("UPDATE through SET note = 'changed' WHERE note = 'there'");
is(ask($rows), 'AB75 CDF changed', 'so the next change finds its row');

# A guard that holds replicated rows too: refused, because the next change of a queued row would be lost.
my $offset = -s $subscriber->logfile;
$provider->safe_psql('postgres', "INSERT INTO held VALUES ('AB75 CDE', 'there')");
$subscriber->wait_for_log(qr/registrations are held/, $offset);
is(ask('SELECT count(*) FROM held'), '0', 'a guard with replicated stops the apply');
is(ask('SELECT count(*) FROM regcar.queue_entry'), '1', 'and queues nothing of it');
ask("SELECT regcar.lift_all('over')");
caught_up();
is(ask('SELECT count(*) FROM held'), '1', 'it arrives when the hold is lifted');

# A hold of the provider's.
ask("CALL regcar.release()");
ask("CREATE TABLE reg (mark regcar.plate)");
ask("SELECT regcar.guard('reg')");
provide("ALTER SEQUENCE regcar_state.hold_hold_seq RESTART 1000");
provide("SELECT regcar.place_hold('attack', '{}', 'freeze')");
my ($rc, $out, $err) = $subscriber->psql('postgres', "\\set VERBOSITY verbose\nINSERT INTO reg VALUES ('AB75 CDE')");
like($err, qr/RH001/, 'a hold that pglogical brings binds');
is(ask("SELECT event || ' ' || hold FROM regcar.history ORDER BY id DESC LIMIT 1"), 'placed 1000', 'is in the history');
is(ask('SELECT problem FROM regcar.verify_history()'), '', 'which is whole');

$_->stop for $subscriber, $provider;
done_testing();
