# The exporter's queries and Prometheus' alerts, with both programs on the loopback interface: each alert is provoked, fires
# and ends. How long an alert waits before it fires is for promtool to test; here none waits.
use strict;
use warnings;
use HTTP::Tiny;
use IPC::Run ();
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

# The directory with Debian's packages unpacked, or what is installed
my @places = (($ENV{MONITORING_ROOT} ? "$ENV{MONITORING_ROOT}/usr/bin" : ()), split /:/, $ENV{PATH});
my %program;
for my $name (qw(prometheus promtool prometheus-postgres-exporter))
{
	($program{$name}) = grep { -x } map { "$_/$name" } @places;
	next if $program{$name};
	SKIP: { skip "no $name here: alerts were not tested", 1 }
	done_testing();
	exit;
}
my ($queries, $alerts) = map { "extension/monitoring/regcar_$_.yaml" } qw(queries alerts);

# Without a server

for (['check', 'rules', $alerts], ['test', 'rules', 'test/monitoring/alerts_test.yaml'])
{
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([ $program{promtool}, @$_ ], '>', \$out, '2>', \$err), "promtool @$_") or diag("$out$err");
}

# The server, and a role that may do what the file says that it needs

my $node = PostgreSQL::Test::Cluster->new('monitored');
$node->init;
$node->append_conf('postgresql.conf', 'max_prepared_transactions = 5');
$node->start;
my @grants = slurp_file($queries) =~ /^#\s+((?:GRANT|ALTER ROLE) .*;)$/mg;
is(scalar @grants, 5, 'the file with the queries says what to grant');
$node->safe_psql('postgres', join "\n", 'CREATE EXTENSION regcar; CREATE ROLE monitor LOGIN;', @grants, <<'END');
SET search_path = public, regcar_state, regcar;
CREATE TABLE reg (mark plate PRIMARY KEY, make text CHECK (make <> 'never'));
SELECT guard('reg');
END
sub sql { return $node->safe_psql('postgres', "SET client_min_messages = error; SET search_path = public, regcar_state, regcar; $_[0]") }
for ('SELECT row_data FROM regcar.queue_entry', 'SELECT reason FROM regcar.active_holds', 'SELECT * FROM regcar_state.hold', 'SELECT * FROM regcar.history',
	'SELECT regcar.lift_all($$x$$)', 'SELECT regcar.incident_report(1)')
{
	my ($rc, $out, $err) = $node->psql('postgres', "\\set VERBOSITY sqlstate\nSET ROLE monitor; $_");
	like($err, qr/42501/, "a role that monitors may not: $_");
}

# The programs

my $directory = PostgreSQL::Test::Utils::tempdir();
my %port = map { $_ => PostgreSQL::Test::Cluster::get_free_port() } qw(exporter prometheus);
my %url = map { $_ => "http://127.0.0.1:$port{$_}" } keys %port;
my (%running, %log);
my $http = HTTP::Tiny->new(timeout => 5, proxy => undef, http_proxy => undef);

sub launch
{
	my ($name, @command) = @_;
	$log{$name} //= '';
	$running{$name} = IPC::Run::start(\@command, '<', \undef, '>', \$log{$name}, '2>', \$log{$name});
}
sub end
{
	my ($name) = @_;
	my $program = delete $running{$name} or return;
	$program->kill_kill(grace => 5);
}
END { my $status = $?; end($_) for keys %running; $? = $status }

# Nothing is kept for a minute here, and no alert waits.
sub shortened
{
	my ($file, $lines) = @_;
	append_to_file("$directory/" . ($file =~ s/.*\///r), join '', grep { !/$lines/ } split /^/, slurp_file($file));
}
shortened($queries, qr/^\s+cache_seconds: /);
shortened($alerts, qr/^\s+for: /);

# Of its own collectors, which differ from release to release, none.
my $usage = '';
IPC::Run::run([ $program{'prometheus-postgres-exporter'}, '--help' ], '>', \$usage, '2>&1');
my @switches = ('--disable-default-metrics', '--disable-settings-metrics', map { "--no-collector.$_" } $usage =~ /^\s+--(?:\[no-\])?collector\.(\w+) /mg);

sub launch_exporter
{
	local $ENV{DATA_SOURCE_NAME} = 'user=monitor dbname=postgres sslmode=disable host=' . $node->host . ' port=' . $node->port;
	launch('exporter', $program{'prometheus-postgres-exporter'}, @switches, "--extend.query-path=$directory/regcar_queries.yaml", "--web.listen-address=127.0.0.1:$port{exporter}");
}
launch_exporter();
append_to_file("$directory/prometheus.yml", <<END);
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 500ms}
rule_files: [regcar_alerts.yaml]
scrape_configs:
  - job_name: register
    static_configs: [{targets: ['127.0.0.1:$port{exporter}']}]
END
launch('prometheus', $program{prometheus}, "--config.file=$directory/prometheus.yml",
	"--storage.tsdb.path=$directory/data", "--web.listen-address=127.0.0.1:$port{prometheus}");

# Asks again until the answer is right, or a minute is over; the last answer.
sub wait_for
{
	my ($ask, $right) = @_;
	my $until = time + 60;
	my $answer;
	while (1)
	{
		$_->pump_nb for grep { $_->pumpable } values %running;
		$answer = eval { $ask->() };
		return $answer if defined $answer && $right->($answer) || time > $until;
		sleep 0.1;
	}
}
sub metrics
{
	my $answer = $http->get("$url{exporter}/metrics");
	return $answer->{success} ? join '', grep { /^(?:# \w+ )?regcar_/ } split /^/, $answer->{content} : undef;
}
sub wait_for_metric
{
	my ($line) = @_;
	return wait_for(\&metrics, sub { $_[0] =~ $line }) // '';
}
sub ask_prometheus { return decode_json($http->get("$url{prometheus}/api/v1/$_[0]")->{content})->{data} }
sub firing
{
	return join ' ', sort map { $_->{labels}{alertname} . ($_->{labels}{status} ? "($_->{labels}{status})" : '') }
		grep { $_->{state} eq 'firing' } @{ ask_prometheus('alerts')->{alerts} };
}
# What is firing then, and no more.
sub fires
{
	my ($statement, $want) = @_;
	sql($statement);
	is(wait_for(\&firing, sub { $_[0] eq $want }), $want, ($want || 'nothing') . " fires: $statement");
}

# What the exporter says

my $metrics = wait_for_metric(qr/^regcar_guarded_tables/m) || BAIL_OUT("the exporter does not answer: $log{exporter}");
$metrics =~ s/server="[^"]*"/server="x"/g;
is($metrics =~ s/^# .*\n//mgr =~ s/^(\S+) .*$/$1/mgr, <<'END', 'the exporter gives these series, and no others');
regcar_guarded_tables{server="x",status="ok"}
regcar_holds_active{action="freeze",server="x"}
regcar_holds_active{action="observe",server="x"}
regcar_holds_active{action="pend",server="x"}
regcar_holds_active{action="queue",server="x"}
regcar_holds_active{action="reject",server="x"}
regcar_holds_oldest_age_seconds{action="freeze",server="x"}
regcar_holds_oldest_age_seconds{action="observe",server="x"}
regcar_holds_oldest_age_seconds{action="pend",server="x"}
regcar_holds_oldest_age_seconds{action="queue",server="x"}
regcar_holds_oldest_age_seconds{action="reject",server="x"}
regcar_prepared_oldest_age_seconds{server="x"}
regcar_prepared_transactions{server="x"}
regcar_queue_failed{server="x"}
regcar_queue_oldest_waiting_age_seconds{server="x"}
regcar_queue_released_total{server="x"}
regcar_queue_submitted_total{server="x"}
regcar_queue_waiting{server="x"}
END
my ($lint, $complaint) = ('', '');
ok(IPC::Run::run([ $program{promtool}, 'check', 'metrics' ], '<', \$metrics, '>', \$lint, '2>', \$complaint),
	'their names are as Prometheus likes them') or diag("$lint$complaint");
is(wait_for(sub { scalar @{ ask_prometheus('query?query=regcar_holds_active')->{result} } }, sub { $_[0] == 5 }), 5,
	'Prometheus has them');
is(wait_for(\&firing, sub { $_[0] eq '' }), '', 'nothing fires on an ordinary day');

# Each alert

fires('CREATE TABLE stray (mark plate)', 'RegcarGuardUnsound(not guarded)');
fires('ALTER TABLE reg ENABLE TRIGGER ALL', 'RegcarGuardUnsound(not ENABLE ALWAYS) RegcarGuardUnsound(not guarded)');
fires("SELECT waive_guard('stray', 'scratch')", 'RegcarGuardUnsound(not ENABLE ALWAYS)');
fires('ALTER TABLE reg ENABLE ALWAYS TRIGGER "~registration_hold",'
	  . ' ENABLE ALWAYS TRIGGER "~registration_hold_truncate"', '');

sql("BEGIN; INSERT INTO reg VALUES ('AB75 AAA'); PREPARE TRANSACTION 'dealer 7'");
my $one = qr/^regcar_prepared_transactions\S* 1$/m;
like(wait_for_metric($one), $one, 'a prepared transaction that registered is counted');
fires("CALL lockdown('attack')", 'RegcarPreparedTransaction');
fires("ROLLBACK PREPARED 'dealer 7'", '');
fires("UPDATE hold SET placed_at = placed_at - interval '5 hours'", 'RegcarHoldStands');
fires("SELECT lift_all('over')", '');

sql("CALL lockdown('checked', action => 'queue')");
sql("INSERT INTO reg SELECT plates('[AB75 AAA,AB75 AAC]')");
wait_for_metric(qr/^regcar_queue_waiting\S* 3$/m);
sleep 2;			# growing is a matter of two samples
fires("INSERT INTO reg SELECT plates('[AC75 AAA,AC75 AFZ]')", 'RegcarQueueGrows');
fires("UPDATE queue_entry SET submitted_at = submitted_at - interval '25 hours' WHERE id = 1", 'RegcarQueueAges RegcarQueueGrows');
sql("INSERT INTO reg VALUES ('AB75 AAZ', 'never')");
fires("SELECT lift_all('over')", 'RegcarQueueAges RegcarQueueForgotten RegcarQueueGrows');
fires('CALL release()', 'RegcarQueueFailed');
like(wait_for_metric(qr/^regcar_queue_failed\S* 1$/m), qr/^regcar_queue_released_total\S* 147$/m, 'what was released is counted');
fires("SELECT discard(id, 'x') FROM queue WHERE state = 'failed'", '');

unlike($log{exporter}, qr/level=error/i, 'the exporter has nothing to complain of');
end('exporter');
fires('SELECT -- the exporter has ended', 'RegcarNotMonitored');
launch_exporter();
fires('SELECT -- it is there again', '');
fires('REVOKE EXECUTE ON FUNCTION regcar.trigger_arguments(bytea) FROM monitor', 'RegcarNotMonitored');

unlike($log{prometheus}, qr/level=error/i, 'Prometheus has nothing to complain of');
end($_) for keys %running;
$node->stop;
done_testing();
