# What a server says beside its answers.
package Notices;
use strict;
use warnings;
use Exporter 'import';
use IPC::Run;

our @EXPORT_OK = ('heard');

# What a client hears of a script, each notice in a line.
sub heard
{
	my ($node, $script) = @_;
	my ($out, $err);
	IPC::Run::run([ 'psql', '-XAtq', '-v', 'VERBOSITY=verbose', '-v', 'SHOW_CONTEXT=never', '-d', $node->connstr('postgres') ], '<', \$script, '>', \$out, '2>', \$err);
	$err =~ s/^LOCATION:.*\n//mg;
	$err =~ s/^psql:\S+ //mg;
	$err =~ s/since [\d-]+ [\d:.]+[+-]\d+\./since then./g;
	$err =~ s/\n(?!NOTICE|ERROR|WARNING)/ | /g;
	return $err;
}

1;
