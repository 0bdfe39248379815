# The wings of extension/src: which may see which, and that no file needs one that needs it.
use strict;
use warnings;
use File::Basename;
use File::Find;
use Test::More;

my $source = 'extension/src';

# What each wing may include besides itself. The files that are in no wing are the ground floor, and module.c, the roof.
my %sees = (
	core    => [],
	util    => ['ground'],
	types   => [qw(ground core util)],
	planner => [qw(ground core util types)],
	hold    => [qw(ground core util types)],
	queue   => [qw(ground core util types hold)],
	guard   => [qw(ground core util types hold queue)],
	admin   => [qw(ground core util types hold queue guard)],
	ground  => ['core'],
	roof    => [qw(ground core util types planner hold queue guard admin)],
);

# What the C core may include, because it works without a server.
my %pure = map { $_ => 1 } qw(math.h stdarg.h stdbool.h stddef.h stdint.h stdio.h string.h);

# Folders that the server's headers have: one of ours by that name would hide them.
my %taken = map { $_ => 1 } qw(access archive backup bootstrap catalog commands common datatype executor fe_utils foreign
	jit lib libpq mb nodes optimizer parser partitioning pch port portability postmaster regex replication rewrite snowball
	statistics storage tcop tsearch utils);

my $most_flat = 6;

sub wing_of
{
	my ($file) = @_;
	return $file =~ m{^(\w+)/} ? $1 : $file eq 'module.c' ? 'roof' : 'ground';
}

# A .c file and its header are one room.
sub room_of { return $_[0] =~ s/\.[ch]$//r }

sub upwards
{
	my ($text) = @_;
	my @found;
	foreach my $file (sort keys %$text)
	{
		my $wing = wing_of($file);
		my %may = map { $_ => 1 } $wing, @{ $sees{$wing} // [] };
		push @found, "$file is in no wing that is known" unless $sees{$wing};
		foreach my $include ($text->{$file} =~ /^#\s*include\s+"([^"]+)"/mg)
		{
			next unless $text->{$include};
			push @found, "$file includes $include" unless $may{ wing_of($include) };
		}
	}
	return @found;
}

sub circles
{
	my ($text) = @_;
	my (%needs, %state, @found);
	foreach my $file (keys %$text)
	{
		my @includes = grep { $text->{$_} } $text->{$file} =~ /^#\s*include\s+"([^"]+)"/mg;
		$needs{ room_of($file) }{ room_of($_) } = 1 foreach @includes;
	}
	my $visit;
	$visit = sub {
		my ($room, @path) = @_;
		push @found, join ' -> ', @path, $room if ($state{$room} // '') eq 'open';
		return if $state{$room};
		$state{$room} = 'open';
		$visit->($_, @path, $room) foreach sort grep { $_ ne $room } keys %{ $needs{$room} };
		$state{$room} = 'done';
	};
	$visit->($_) foreach sort keys %needs;
	return @found;
}

# Without its header a .c file must not reach into another: that would be an arrow that nobody sees.
sub hidden_arrows
{
	my ($text) = @_;
	return map { my $file = $_; map { "$file declares $_" } $text->{$file} =~ /^extern\b.*?(\w+)\s*[(;\[]/mg }
		grep { /\.c$/ } sort keys %$text;
}

# A header declares what its own .c file defines, so that an include says which file is needed.
sub elsewhere_defined
{
	my ($text) = @_;
	my @found;
	foreach my $header (grep { /\.h$/ } sort keys %$text)
	{
		my $own = $text->{ room_of($header) . '.c' } // '';
		foreach my $name ($text->{$header} =~ /^extern\b[^;(\[]*?\b(\w+)\s*(?:\(|\[|;)/mg)
		{
			push @found, "$header declares $name" unless $own =~ /^[^\s#].*?\b\Q$name\E\b|^\Q$name\E\(/m;
		}
	}
	return @found;
}

sub impure
{
	my ($text) = @_;
	my @found;
	foreach my $file (grep { /^core\// } sort keys %$text)
	{
		push @found, map { "$file includes $_" } grep { !$pure{$_} } $text->{$file} =~ /^#\s*include\s+<([^>]+)>/mg;
		push @found, map { "$file includes $_" } grep { !$text->{$_} } $text->{$file} =~ /^#\s*include\s+"([^"]+)"/mg;
	}
	return @found;
}

# What only some compilers know has a name: in the core in one header, elsewhere the server's.
sub compiler_names
{
	my ($text) = @_;
	return map { my $file = $_; map { "$file says $_" } $text->{$file} =~ /\b(__(?!VA_ARGS__|FILE__|LINE__|STDC_|func__)\w+)/g }
		grep { $_ ne 'core/compiler.h' } sort keys %$text;
}

# Objects and bitcode of all wings meet in one library, and messages name files without their wing.
sub same_names
{
	my ($text) = @_;
	my %seen;
	return grep { $seen{ basename($_) }++ } sort keys %$text;
}

sub bad_folders { my ($text) = @_; return grep { $taken{$_} } map { /^(\w+)\// } sort keys %{ $_[0] } }

sub too_flat
{
	my ($text, @others) = @_;
	my @flat = grep { !m{/} } keys %$text, @others;
	return @flat > $most_flat ? "@flat" : ();
}

my (%text, @others);
find({
	no_chdir => 1,
	wanted => sub {
		my $name = $_ =~ s{^\Q$source\E/}{}r;
		return if !-f || /\.(o|bc|gcno|gcda|list)$/;
		if ($name !~ /\.[ch]$/) { push @others, $name; return; }
		open my $fh, '<', $_ or die "$_: $!";
		local $/;
		$text{$name} = <$fh>;
	}
}, $source);

cmp_ok(scalar keys %text, '>', 60, "$source has files");
is_deeply([upwards(\%text)], [], 'no file includes one of a wing above its own');
is_deeply([circles(\%text)], [], 'no file needs one that needs it');
is_deeply([hidden_arrows(\%text)], [], 'what a .c file uses of another is declared in a header');
is_deeply([elsewhere_defined(\%text)], [], 'what a header declares is in its own .c file');
is_deeply([impure(\%text)], [], 'the core includes nothing of the server');
is_deeply([compiler_names(\%text)], [], 'what only some compilers know is in core/compiler.h');
is_deeply([same_names(\%text)], [], 'no two files have one name');
is_deeply([bad_folders(\%text)], [], "no wing hides a folder of the server's headers");
is_deeply([too_flat(\%text, @others)], [], "at most $most_flat files are in no wing");

# The same questions about a small tree with one mistake each, so that they are known to find it.
my %sound = (
	'core/mark.h' => "extern int mark;\n", 'core/mark.c' => "#include \"core/mark.h\"\n#include <string.h>\nint mark;\n",
	'hold/hold.h' => "#include \"core/mark.h\"\nextern void hold(void);\n",
	'hold/hold.c' => "#include \"hold/hold.h\"\nvoid\nhold(void)\n",
	'guard/gate.h' => "#include \"hold/hold.h\"\n");
sub mistaken { my (%change) = @_; return { %sound, map { $_ => ($sound{$_} // '') . $change{$_} } keys %change } }
is_deeply([map { $_->(\%sound) } \&upwards, \&circles, \&hidden_arrows, \&elsewhere_defined, \&impure, \&same_names], [],
	'a sound tree has no mistake');
is_deeply([upwards(mistaken('hold/hold.c' => "#include \"guard/gate.h\"\n"))], ['hold/hold.c includes guard/gate.h'],
	'an include upwards is found');
is_deeply([upwards(mistaken('attic/box.c' => "\n"))], ['attic/box.c is in no wing that is known'],
	'a wing that nobody knows is found');
is_deeply([circles(mistaken('core/mark.c' => "#include \"hold/hold.h\"\n"))], ['core/mark -> hold/hold -> core/mark'],
	'a circle is found');
is_deeply([hidden_arrows(mistaken('core/mark.c' => "extern void hold(void);\n"))], ['core/mark.c declares hold'],
	'a declaration without a header is found');
is_deeply([elsewhere_defined(mistaken('core/mark.h' => "extern void hold(void);\n"))], ['core/mark.h declares hold'],
	"a declaration in another file's header is found");
is_deeply([impure(mistaken('core/mark.c' => "#include \"postgres.h\"\n"))], ['core/mark.c includes postgres.h'],
	"a header of the server's in the core is found");
is_deeply([compiler_names(mistaken('hold/hold.c' => "int n = __builtin_ctz(8);\n", 'core/compiler.h' => "__GNUC__\n"))], ['hold/hold.c says __builtin_ctz'],
	"a compiler's own name is found");
is_deeply([same_names(mistaken('hold/mark.c' => "\n"))], ['hold/mark.c'], 'a second file of one name is found');
is_deeply([bad_folders(mistaken('nodes/node.c' => "\n"))], ['nodes'], "a folder of the server's is found");
is_deeply([too_flat({ 'one.c' => '', 'two.c' => '' }, 'three', 'four', 'five', 'six')], [], 'six files in no wing are allowed');
isnt((too_flat({ 'one.c' => '', 'two.c' => '' }, 'three', 'four', 'five', 'six', 'seven'))[0], undef, 'a seventh is found');

done_testing();
