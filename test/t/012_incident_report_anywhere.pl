# The page about an incident beyond one database session: with and without commit timestamps, on a standby, in a file,
# and in a browser, where there is one.
use strict;
use warnings;
use Compress::Zlib;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('primary');
$node->init(allows_streaming => 1, extra => [ '-E', 'UTF8' ]);
$node->append_conf('postgresql.conf', 'track_commit_timestamp = off');
$node->start;
$node->safe_psql('postgres', <<'END');
SET client_min_messages = warning;
CREATE EXTENSION regcar;
SET search_path = public, regcar;
CREATE TABLE reg (mark plate PRIMARY KEY, make text);
SELECT guard('reg');
INSERT INTO reg SELECT plates('[AB75 AAA,AB75 AAZ]');
END

my $said = $node->safe_psql('postgres', <<'END');
SET client_min_messages = warning;
SELECT regcar.place_hold('first', incident => 'INC-1');
SELECT regcar.incident_report(1);
END
like($said, qr/track_commit_timestamp<\/code> is off/, 'without commit timestamps the page says so');
unlike($said, qr/<strong>Registrations (an hour|in each)/, 'and draws no registrations');

$node->append_conf('postgresql.conf', 'track_commit_timestamp = on');
$node->restart;
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $hostile = q{<script>parent.document.title = document.title = "taken over"</script>" onload="alert(1)"};
$node->safe_psql('postgres', $_) for
	"SELECT regcar.lift_all('over')",
	"INSERT INTO reg SELECT regcar.plates('[AC75 AAA,AC75 AAB]')",
	"CALL regcar.lockdown('$hostile', action => 'queue', incident => 'INC-1')",
	"SET client_min_messages = warning; INSERT INTO reg SELECT regcar.plates('[AD75 AAA,AD75 AAG]')",
	"SELECT regcar.exempt(2, '{\"make\": \"Ford\"}', '$hostile')",
	"INSERT INTO reg VALUES ('AD75 ABA', 'Ford'), ('AD75 ABB', 'Ford'), ('AD75 ABC', 'Ford')",
	"SELECT regcar.lift_hold(2, 'over')",
	'CALL regcar.release()';
$node->wait_for_catchup($standby);

# Rows of a table on the page: before, while held, between two holds, after.
sub registrations
{
	my ($page) = @_;
	return join(' ', $page =~ />public\.reg<\/bdi><\/th><td>ok<\/td><td class="n">(\d+)<\/td><td class="n">(\d+)<\/td><td class="n">(\d+)<\/td><td class="n">(\d+)</);
}
for my $server ($node, $standby)
{
	my $page = $server->safe_psql('postgres', 'SELECT regcar.incident_report(2)');
	is(registrations($page), '0 3 2 7', 'registrations that commits were recorded for are counted, on the ' . $server->name);
}

my ($rc, $out, $err) = $node->psql('postgres', "SET client_encoding = 'LATIN1'; SELECT length(regcar.incident_report(2))");
like($err, qr/WARNING:  the page says that it is in UTF-8, but client_encoding is LATIN1/, 'an encoding that the page does not say: a warning');

# As the README has it
my $directory = PostgreSQL::Test::Utils::tempdir();
my $file = "$directory/incident.html";
($out, $err) = run_command(
	[ 'sh', '-c', q{psql -XAt -d "$0" -c 'select regcar.incident_report(2)' > "$1"}, $node->connstr('postgres'), $file ]);
is($err, '', 'psql writes the page into a file, without a word');
my $page = slurp_file($file);
like($page, qr/\A<!DOCTYPE html>\n<html .*<\/html>\n\z/s, 'the file is the page and nothing else');

my ($browser) = grep { -x } map { my $d = $_; map { "$d/$_" } qw(chromium chromium-browser google-chrome) } split /:/, $ENV{PATH};
SKIP:
{
	skip 'no Chromium here: the page was not drawn', 13 unless $browser;

	# Nothing that it keeps outlives the test; nothing that it asks for leaves the machine.
	my $run = 0;
	my $browse = sub {
		my $profile = "$directory/profile" . ++$run;
		mkdir $profile;
		my ($out, $err) = run_command([
			'timeout', '-k', '5', '90', $browser, qw(--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
			  --disable-component-update --disable-sync --hide-scrollbars), '--host-resolver-rules=MAP * ~NOTFOUND', "--user-data-dir=$profile", @_ ]);
		return $out;
	};

	# The page in frames of several widths: a frame of this kind lets the page around it look into it.
	my $quoted = $page =~ s/&/&amp;/gr =~ s/"/&quot;/gr;
	my @widths = (380, 800, 1200);
	my $frames = "$directory/frames.html";
	append_to_file($frames, '<!DOCTYPE html><meta charset="utf-8"><title>not measured</title>'
		  . join('', map { qq{<iframe width="$_" height="900" srcdoc="$quoted"></iframe>} } @widths) . <<'END');
<script>
addEventListener('load', () => {
	const frames = [...document.querySelectorAll('iframe')].map(frame => {
		const page = frame.contentDocument, root = page.documentElement, all = selector => [...page.querySelectorAll(selector)];
		const outside = b => b.x < 72 || b.x + b.width > 713 || b.y < 27 || b.y + b.height > 201;
		return {
			title: page.title,
			live: all('script, [onload], [src]').length,
			overflow: root.scrollWidth - root.clientWidth,
			charts: all('figure > svg').filter(e => e.getBoundingClientRect().width > 300).length,
			outside: all('figure > svg rect').filter(e => outside(e.getBBox())).length,
			cut: all('figure > svg text').filter(e => {
				const text = e.getBoundingClientRect(), drawing = e.ownerSVGElement.getBoundingClientRect();
				return text.left < drawing.left - 1 || text.right > drawing.right + 1;
			}).length,
			columns: getComputedStyle(page.querySelector('.tiles')).gridTemplateColumns.split(' ').length,
		};
	});
	const result = document.createElement('pre');
	result.id = 'result';
	result.textContent = JSON.stringify({ title: document.title, frames }).replace(/[<>&]/g, ' ');
	document.body.append(result);
});
</script>
END
	my ($json) = $browse->('--dump-dom', "file://$frames") =~ /<pre id="result">(.*?)<\/pre>/s;
	my $seen = decode_json($json // '{"title": "no answer", "frames": []}');
	is($seen->{title}, 'not measured', 'nothing typed was run');
	is(scalar @{ $seen->{frames} }, @widths, 'the page was drawn at each width');
	is_deeply([ map { $_->{title} } @{ $seen->{frames} } ], [ ('Incident INC-1: report') x @widths ], 'with its title');
	is_deeply([ map { $_->{live} } @{ $seen->{frames} } ], [ (0) x @widths ], 'it has nothing to run or load');
	is_deeply([ map { $_->{overflow} } @{ $seen->{frames} } ], [ (0) x @widths ], 'it is as wide as its window, never wider');
	is_deeply([ map { $_->{outside} } @{ $seen->{frames} } ], [ (0) x @widths ], 'no column is drawn outside its plot');
	is_deeply([ map { $_->{cut} } @{ $seen->{frames} } ], [ (0) x @widths ], 'no text is outside its drawing, where print would cut it off');
	is_deeply([ map { $_->{charts} } @{ $seen->{frames} } ], [ (2) x @widths ], 'both charts are there, and wide');
	cmp_ok($seen->{frames}[0]{columns} // 99, '<', $seen->{frames}[2]{columns} // 0,
		'what is side by side on a large screen is not on a small one');

	# The colour of the first dot of a PNG, whatever its filter: there is nothing before it to differ from.
	my $corner = sub {
		my ($png, $data, $at) = (slurp_file($_[0]), '', 8);
		while ($at < length $png)
		{
			my ($length, $kind) = unpack('N a4', substr($png, $at, 8));
			$data .= substr($png, $at + 8, $length) if $kind eq 'IDAT';
			$at += $length + 12;
		}
		return unpack('x H6', uncompress($data) // '');
	};
	for (['light', 'ffffff'], ['dark', '14171b', '--blink-settings=preferredColorScheme=0'])
	{
		my ($scheme, $paper, @switches) = @$_;
		$browse->(@switches, '--window-size=1100,900', "--screenshot=$directory/$scheme.png", "file://$file");
		is($corner->("$directory/$scheme.png"), $paper, "drawn $scheme");
	}
	$browse->('--no-pdf-header-footer', '--blink-settings=preferredColorScheme=0', "--print-to-pdf=$directory/page.pdf", "file://$file");
	my $pdf = -e "$directory/page.pdf" ? slurp_file("$directory/page.pdf") : '';
	like($pdf, qr/\A%PDF-/, 'printed');
	cmp_ok(scalar(() = $pdf =~ /\/Type\s*\/Page\b/g), '>=', 2, 'on several pages');
}

$standby->stop;
# Nor does a table that somebody has locked.
my $locker = $node->background_psql('postgres');
$locker->query_safe('BEGIN; LOCK TABLE reg IN ACCESS EXCLUSIVE MODE');
($rc, $out, $err) = $node->psql('postgres', 'SELECT regcar.incident_report(2)');
is($err, '', 'a report of a table that is locked is no error');
like($out, qr/public\.reg: canceling statement due to lock timeout/, 'the page says what it lacks');
$locker->query_safe('ROLLBACK');
$locker->quit;

# A dealer's bytes that nothing in UTF-8 is the same as stop nobody's release, nor the history, nor the page.
for my $encoding ('SQL_ASCII', 'WIN1252', 'EUC_JP')
{
	my $bytes = { SQL_ASCII => '\xff\xc3', WIN1252 => '\x81', EUC_JP => '\x8fa1a1' }->{$encoding} =~ s/\\x8fa1a1/\\x8f\\xa1\\xa1/r;
	my $db = lc "in_$encoding";
	$node->safe_psql('postgres', "CREATE DATABASE $db TEMPLATE template0 ENCODING $encoding LC_COLLATE 'C' LC_CTYPE 'C'");
	$node->safe_psql($db, <<"END");
SET client_encoding = SQL_ASCII;
CREATE EXTENSION regcar;
CREATE TABLE reg (mark regcar.plate PRIMARY KEY, note text, CHECK (note <> E'no $bytes'), ticket bigint);
SELECT regcar.guard('reg', ticket => 'ticket'), regcar.place_hold('all', action => 'queue', incident => 'I');
INSERT INTO reg VALUES ('AB75 CDE', E'odd $bytes'), ('AB75 CDF', E'no $bytes'), ('AB75 CDG', E'$bytes'), ('AB75 CDH', 'even');
SELECT regcar.lift_all('over');
END
	my $queue = "SELECT string_agg(DISTINCT state::text, ' ' ORDER BY state::text) FROM regcar.queue";
	($rc, $out, $err) = $node->psql($db, "SET client_min_messages = warning; SELECT regcar.discard(3, 'given up'); CALL regcar.release(); $queue");
	is($err, '', "$encoding: the queue is released");
	like($out, qr/^discarded failed released$/m, 'each row for itself');
	is($node->safe_psql($db, 'SELECT problem FROM regcar.verify_history()'), '', 'the history fits');
	is($node->safe_psql($db, "SET client_encoding = SQL_ASCII; SELECT count(*) FROM reg WHERE note = E'odd $bytes'"), '1', 'the row is as it was submitted');
	cmp_ok($node->safe_psql($db, "SET client_encoding = SQL_ASCII; SET client_min_messages = error; SELECT length(regcar.incident_report(1))"), '>', 1000, 'there is a page');
	cmp_ok($node->safe_psql($db, "SELECT regcar.share_of(E'$bytes')"), '>=', 1, 'and a share');
}
$node->stop;
done_testing();
