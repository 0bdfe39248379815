# regcar builds with PGXS; `make demo`, `make test` and `make bench` need nothing but make and bash beforehand.

EXTENSION   = regcar
# In a VPATH build, by "make -f .../Makefile", sources are beside that Makefile and objects here.
SOURCE     := $(patsubst %/,%,$(dir $(firstword $(MAKEFILE_LIST))))
# The version is written in the control file and nowhere else. (VERSION is PostgreSQL's own here.)
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(SOURCE)/regcar.control)

MODULE_big  = regcar
WINGS      := $(patsubst $(SOURCE)/%/,%,$(sort $(wildcard $(SOURCE)/extension/src/*/)))
OBJS        = $(patsubst $(SOURCE)/%.c,%.o,$(sort $(wildcard $(SOURCE)/extension/src/*.c $(SOURCE)/extension/src/*/*.c)))
SHLIB_EXPORTS = extension/src/exports.txt
# Of libpq only the header is needed: citus_libpq.c takes the library that Citus has loaded.
PG_CPPFLAGS = -I$(SOURCE)/extension/src -I$(libpq_srcdir) -DREGCAR_VERSION=\"$(EXTVERSION)\"
PG_CFLAGS   = -Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Wno-missing-field-initializers
# A future compiler's new warning must not break a user's build, so only tests ask for this.
ifdef WERROR
PG_CFLAGS += -Werror
endif

# The SQL stands once, in parts: what CREATE EXTENSION runs is all of them in the order of a list, and an update from
# an older release has those again that can be run again, between what alters the tables and types that are there.
SQL         = $(SOURCE)/extension/install
ORDER       = $(SQL)/order
PARTS      := $(addprefix $(SQL)/,$(shell awk '/^[^\#]/ { print $$1 }' $(SOURCE)/extension/install/order))
UNLISTED    = $(filter-out $(PARTS),$(wildcard $(SQL)/*.sql $(SQL)/*/*.sql))
SCRIPT      = extension/regcar--$(EXTVERSION).sql
UPDATES    := $(patsubst $(SOURCE)/extension/upgrade/%/,extension/regcar--%.sql,$(wildcard $(SOURCE)/extension/upgrade/*--$(EXTVERSION)/))
DATA_built  = $(SCRIPT) $(UPDATES)
SCRIPTS_built = extension/bin/regcar-lockdown
# Of updates between older releases, as they were released.
DATA        = $(patsubst $(SOURCE)/%,%,$(wildcard $(SOURCE)/extension/upgrade/*.sql))
DOCS        = $(patsubst $(SOURCE)/%,%,$(wildcard $(SOURCE)/extension/doc/*.md $(SOURCE)/extension/monitoring/*.yaml))
EXTRA_CLEAN = extension/regcar--*.sql regcar-*.zip $(SHLIB_EXPORTS:.txt=.list)

REGRESS        = $(patsubst $(SOURCE)/sql/%.sql,%,$(sort $(wildcard $(SOURCE)/sql/*.sql)))
REGRESS_OPTS   = --load-extension=regcar
SPECS          = $(SOURCE)/test/isolation/specs
# The first makes what the others clean up with.
ISOLATION      = preparation $(filter-out preparation,$(patsubst $(SPECS)/%.spec,%,$(sort $(wildcard $(SPECS)/*.spec))))
ISOLATION_OPTS = --load-extension=regcar --inputdir=$(SOURCE)/test/isolation
TAP_TESTS      = 1
PROVE_TESTS    = test/t/*.pl

PG_CONFIG ?= pg_config
PGXS      := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)

all:
ifneq ($(wildcard $(PGXS)),)
include $(PGXS)

# PGXS puts the documents of all extensions into one folder. Ours get one of their own in it, because other extensions may
# have pages of the same names.
docmoduledir = extension/regcar

# PGXS tracks no headers; all objects on all headers is right and costs a second.
$(OBJS) $(OBJS:.o=.bc): $(wildcard $(SOURCE)/extension/src/*.h $(SOURCE)/extension/src/*/*.h) | wings
$(SHLIB_EXPORTS:.txt=.list): | wings

# A phony target, because make would find the folders of the sources and make none here.
wings:
	@mkdir -p $(WINGS)
.PHONY: wings
else
all install installcheck uninstall clean:
	@echo "regcar: '$(PG_CONFIG)' finds no PostgreSQL to build against; set PG_CONFIG, or run 'make test', which installs what is missing" >&2; exit 1
endif

$(SCRIPT) $(UPDATES): $(SQL)/assemble.awk $(ORDER) $(PARTS) $(wildcard $(SQL)/*/*.css $(SOURCE)/extension/upgrade/*/*.sql) $(SOURCE)/regcar.control
	@if [ -n '$(UNLISTED)' ]; then echo '$(ORDER) does not list $(UNLISTED)' >&2; exit 1; fi
	@mkdir -p $(@D)
	awk $(UPDATE) -f $(SQL)/assemble.awk $(ORDER) >$@.tmp && mv $@.tmp $@
$(UPDATES): UPDATE = -v update=$(@:extension/regcar--%.sql=$(SOURCE)/extension/upgrade/%)

$(SCRIPTS_built): %: $(SOURCE)/%.in $(SOURCE)/regcar.control
	@mkdir -p $(@D)
	sed 's/@VERSION@/$(EXTVERSION)/' $< >$@.tmp && chmod +x $@.tmp && mv $@.tmp $@

demo:
	@bash -p test/demo/run
test:
	@bash -p test/run
coverage:
	@COVERAGE='$(or $(COVERAGE),coverage.info)' bash -p test/run
bench:
	@bash -p test/bench/publish

# Only the lines that differ from the last commit: the look is pgindent's, which clang-format comes near to.
format:
	git clang-format HEAD -- $(wildcard extension/src/*.[ch] extension/src/*/*.[ch] test/unit/*.[ch] test/fuzz/*.[ch] test/bench/*.[ch] test/clients/c/*.c)

dist:
	git archive --format=zip --prefix=regcar-$(EXTVERSION)/ --output=regcar-$(EXTVERSION).zip HEAD

.PHONY: all demo test coverage bench format dist
