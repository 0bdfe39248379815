# How many times longer than usual something may take. PG_TEST_TIMEOUT_DEFAULT is PostgreSQL's variable for slow machines, of
# which an emulator is one; 180 seconds are usual.
package Patience;
use strict;
use warnings;
use Exporter 'import';
use POSIX 'ceil';

our @EXPORT = ('$patience');
our $patience = ceil(($ENV{PG_TEST_TIMEOUT_DEFAULT} || 180) / 180);

1;
