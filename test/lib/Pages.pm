# What people read: README.md and the pages of extension/doc, in sections.
package Pages;
use strict;
use warnings;
use PostgreSQL::Test::Utils;

sub pages { return ('README.md', sort glob 'extension/doc/*.md') }

# The sections of a page, each with its title, its text, and its blocks: what kind, and the text.
sub sections
{
	my ($page) = @_;
	my (@sections, $block);
	for my $line (split /\n/, slurp_file($page))
	{
		if ($block)
		{
			if ($line =~ /^\s*```\s*$/) { push @{ $sections[-1]{blocks} }, $block; undef $block; next; }
			$line =~ s/^$block->{indent}//;
			$block->{text} .= "$line\n";
		}
		elsif ($line =~ /^(\s*)```(\w*)\s*$/) { $block = { indent => $1, kind => $2, text => '' }; }
		elsif ($line =~ /^#+ (.*?)\s*$/) { push @sections, { page => $page, title => $1, blocks => [], text => '' }; }
		elsif (@sections) { $sections[-1]{text} .= "$line\n"; }
	}
	return @sections;
}

# The section of a page that has a title; undef if there is none.
sub section
{
	my ($page, $title) = @_;
	return (grep { $_->{title} eq $title } sections($page))[0];
}

# What a table says: the cells of each of its rows, those of its head left out.
sub rows
{
	my ($text) = @_;
	my @rows = map { [ split / \| /, $_ ] } $text =~ /^\s*\| (.*) \|$/mg;
	return grep { $_->[0] !~ /^-/ } @rows;
}

1;
