# The extension builds in a folder of its own, beside its sources (VPATH): it installs the same files, leaves the sources
# alone, finds all tests, and cleans up after itself. A release archive has everything that this takes.
use strict;
use warnings;
use File::Find;
use IO::Uncompress::Unzip;
use PostgreSQL::Test::Utils;
use Test::More;

my $pg_config = $ENV{PG_CONFIG} || 'pg_config';
my $dir = PostgreSQL::Test::Utils::tempdir();
my ($source, $build) = ("$dir/source", "$dir/build");
mkdir $_ or die "$_: $!" foreach $source, $build;

sub files_under
{
	my ($top) = @_;
	my @files;
	find({ no_chdir => 1, wanted => sub { push @files, $_ =~ s/^\Q$top\E//r if -f } }, $top);
	return sort @files;
}

# The settings of the make above must not reach this one.
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES)};
sub make { return system_log('make', '-s', @_, "PG_CONFIG=$pg_config") == 0 }

# As released: what git ignores is not part of it, objects above all, which make would find there and not build again.
system_or_bail('sh', '-c', "tar --exclude-from=.gitignore --exclude=./.git -cf - . | tar -C '$source' -xf -");
my @before = files_under($source);

# With bitcode where the server's compiler for that is here; the tree that the tests run in has none.
my ($clang) = map { /^CLANG\s*=\s*(\S+)/ } split /\n/, slurp_file(dirname_of(`$pg_config --pgxs`) . '/../Makefile.global');
my @bitcode = defined $clang && -x $clang ? () : ('with_llvm=no');
sub dirname_of { my ($path) = @_; chomp $path; return $path =~ s{/[^/]*$}{}r }

ok(make('-C', $build, '-f', "$source/Makefile", @bitcode, 'all'), 'it builds');
ok(make('-C', $build, '-f', "$source/Makefile", @bitcode, 'install', "DESTDIR=$dir/beside"), 'it installs');
ok(make('install', 'with_llvm=no', "DESTDIR=$dir/within"), 'so does the tree');
my @installed = files_under("$dir/beside");
my @others = grep { !m{/bitcode/} } @installed;
is_deeply(\@others, [files_under("$dir/within")], 'both install the same files');
SKIP:
{
	skip 'there is no clang for bitcode', 1 if @bitcode;
	my @sources = grep { /\.c$/ && m{/extension/src/} } @before;
	is(scalar(grep { m{/bitcode/} } @installed), @sources + 1, 'each source has its bitcode, and there is an index');
}
is_deeply([files_under($source)], \@before, 'nothing is written to the sources');

my $tests = `make -s -n -C '$build' -f '$source/Makefile' installcheck PG_CONFIG='$pg_config'`;
foreach my $test (grep { m{^/(sql/.*\.sql|test/isolation/specs/.*\.spec)$} } @before)
{
	my ($name) = $test =~ m{([^/]+)\.\w+$};
	ok($tests =~ / \Q$name\E( |$)/m, "installcheck has $name");
}

ok(make('-C', $build, '-f', "$source/Makefile", 'clean'), 'it cleans up');
is_deeply([files_under($build)], [], 'nothing is left');

SKIP:
{
	skip 'git is not installed', 1 if system_log('git', '--version') != 0;
	my @git = ('git', '-C', $source, '-c', 'user.name=test', '-c', 'user.email=test@localhost');
	system_or_bail(@git, 'init', '-q');
	system_or_bail(@git, 'add', '-A');
	system_or_bail(@git, 'commit', '-q', '-m', 'release');
	make('-C', $source, 'dist');
	my ($archive) = glob "$source/regcar-*.zip";
	my $zip = IO::Uncompress::Unzip->new($archive) or die "$archive: $IO::Uncompress::Unzip::UnzipError";
	my @packed;
	for (my $more = 1; $more > 0; $more = $zip->nextStream)
	{
		my $name = $zip->getHeaderInfo->{Name};
		push @packed, $name =~ s{^[^/]*}{}r unless $name =~ m{/$};
	}
	is_deeply([sort @packed], [grep { !m{^/\.(ci/|github/|editorconfig|gitattributes)} } @before], 'a release archive has every file');
}

done_testing();
