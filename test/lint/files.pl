# What people and services read rather than run: shell scripts have no mistake that shellcheck knows, YAML is well formed, and
# the pages for contributors name what there is. The workflow is read by actionlint too, where that is installed.
use strict;
use warnings;
use File::Basename 'dirname';
use File::Find;
use Test::More;

my (@scripts, @yaml, @pages);
find({
	no_chdir => 1,
	wanted => sub {
		my $file = s{^\./}{}r;
		if (-d) { $File::Find::prune = 1 if $file =~ m{^(\.git|debian/\.debhelper|results|output_iso|tmp_check)$}; return; }
		push @yaml, $file if $file =~ /\.ya?ml$/;
		push @pages, $file if $file =~ m{^\.github/.*\.md$};
		return if $file =~ /\.(c|h|o|so|md|sql|out|csv)$/;
		open my $fh, '<', $_ or die "$_: $!";
		my $first = <$fh> // '';
		push @scripts, $file if $first =~ m{^#!.*\b(ba)?sh\b|^# shellcheck shell=};
	}
}, '.');

sub said { my ($command, @arguments) = @_; open my $fh, '-|', $command, @arguments or return "$command: $!"; return join '', <$fh>; }
sub text_of { open my $fh, '<', $_[0] or die "$_[0]: $!"; local $/; return <$fh>; }
sub there { return scalar grep { -x "$_/$_[0]" } split /:/, $ENV{PATH} }

cmp_ok(scalar @scripts, '>', 15, 'scripts are found: ' . @scripts);
# Those that are sourced get variables from the others.
is(said('shellcheck', '-f', 'gcc', '-S', 'warning', '-e', 'SC2154', $_), '', "shellcheck: $_") for sort @scripts;

is_deeply([ grep { -x && m{^(test|\.ci)/} && text_of($_) !~ m{\A#!/bin/bash -p\n.*^\. "\$\(dirname "\$0"\)/\S*lib/environment"$}ms } sort @scripts ], [],
	"every script that is called is deaf to the caller's environment");

cmp_ok(scalar @yaml, '>=', 3, 'YAML is found: ' . @yaml);
my $rules = '{extends: default, rules: {line-length: {max: 200}, truthy: {check-keys: false}, document-start: disable, comments: disable, braces: disable, brackets: disable}}';
is(said('yamllint', '-f', 'parsable', '-d', $rules, $_), '', "yamllint: $_") for sort @yaml;

for my $page (sort @pages)
{
	my $text = text_of($page);
	is_deeply([ grep { !-e dirname($page) . "/$_" } $text =~ /\]\((?!\w+:|#)([^)#]+)/g ], [], "$page: links lead somewhere");
	is_deeply([ grep { !-e } $text =~ /`((?:extension|test|\.github|debian)\/[^` ]+)`/g ], [], "$page: files that it names are there");
	is_deeply([ grep { text_of('Makefile') !~ /^$_:/m } $text =~ /^make (\w+)/mg ], [], "$page: so are make's targets");
	cmp_ok(($text =~ tr/\n//), '<', 60, "$page: at most a page");
}

# The forms: https://docs.github.com/communities/using-templates-to-encourage-useful-issues-and-pull-requests
for my $form (grep { m{ISSUE_TEMPLATE/(?!config)} } sort @yaml)
{
	my $text = text_of($form);
	my @ids = $text =~ /^    id: (\w+)$/mg;
	my @types = $text =~ /^  - type: (\w+)$/mg;
	my %seen;
	like($text, qr/^name: .+\ndescription: .+\n(labels: .+\n)?body:\n/m, "$form: name, description and body");
	is_deeply([ grep { !/^(markdown|input|textarea|dropdown|checkboxes)$/ } @types ], [], "$form: kinds of fields that there are");
	is_deeply([ grep { $seen{$_}++ } @ids ], [], "$form: each field has a name of its own");
	is(scalar @ids, scalar @types, "$form: and all have one");
	is(scalar(() = $text =~ /^      label: \S/mg), scalar @types, "$form: and a label");
}

# The workflow: what it calls is there, from the oldest server on.
my ($oldest) = text_of('test/lib/prepare') =~ /^oldest=(\d+)/m;
for my $workflow (grep { m{/workflows/} } sort @yaml)
{
	my ($majors) = text_of($workflow) =~ /^ *postgresql: \[([\d, ]+)\]/m;
	my @majors = split /, */, $majors // '';
	is($majors[0], $oldest, "$workflow: begins with the oldest server that is supported");
	is("@majors", join(' ', $majors[0] .. $majors[-1]), "$workflow: and leaves none out");
	like(text_of($workflow), qr{^ *run: \.ci/run$}m, "$workflow: runs all tests");
	ok(-x '.ci/run', "$workflow: by a script that can be executed");
	SKIP: {
		skip 'no actionlint here', 1 if !there('actionlint');
		is(said('actionlint', '-oneline', $workflow), '', "actionlint: $workflow");
	}
}

done_testing();
