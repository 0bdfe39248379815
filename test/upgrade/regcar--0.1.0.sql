\echo Use "CREATE EXTENSION regcar" to load this file. \quit

-- A schema of this name that somebody else made beforehand would be theirs to
-- change; the extension's rules are not.
DO $$
DECLARE
    owner name := (SELECT r.rolname
                   FROM pg_catalog.pg_namespace n
                   JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) n.nspowner
                   WHERE n.nspname OPERATOR(pg_catalog.=) 'regcar'
                   AND NOT r.rolsuper);
BEGIN
    IF owner IS NOT NULL THEN
        RAISE EXCEPTION 'schema "regcar" belongs to "%"', owner
            USING ERRCODE = 'insufficient_privilege',
                  DETAIL = 'Its owner is no superuser and could replace the rules.',
                  HINT = 'ALTER SCHEMA regcar OWNER TO a superuser, or drop it.';
    END IF;
END
$$;

GRANT USAGE ON SCHEMA regcar TO PUBLIC;
COMMENT ON SCHEMA regcar IS
    'United Kingdom vehicle registration: marks, series and holds';
-- plate_series: one age identifier, as an ordinal of two bytes.

CREATE TYPE plate_series;

CREATE FUNCTION plate_series_in(cstring) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_in';
CREATE FUNCTION plate_series_out(plate_series) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_out';
CREATE FUNCTION plate_series_recv(internal) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_recv';
CREATE FUNCTION plate_series_send(plate_series) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_send';

CREATE TYPE plate_series (
    INPUT = plate_series_in,
    OUTPUT = plate_series_out,
    RECEIVE = plate_series_recv,
    SEND = plate_series_send,
    INTERNALLENGTH = 2,
    PASSEDBYVALUE,
    ALIGNMENT = int2
);

COMMENT ON TYPE plate_series IS
    'series of registration marks: 75, S-prefix, S-suffix; ordered by time';
COMMENT ON FUNCTION plate_series_in(cstring) IS 'I/O; 22P02 for what is no series';
COMMENT ON FUNCTION plate_series_out(plate_series) IS 'I/O';
COMMENT ON FUNCTION plate_series_recv(internal) IS 'I/O; 22P03 for what is no series';
COMMENT ON FUNCTION plate_series_send(plate_series) IS 'I/O: the text in ASCII';
-- Comparison of series is that of smallint, by the server's own functions.

CREATE FUNCTION plate_series_eq(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2eq';
CREATE FUNCTION plate_series_ne(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ne';
CREATE FUNCTION plate_series_lt(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2lt';
CREATE FUNCTION plate_series_le(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2le';
CREATE FUNCTION plate_series_gt(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2gt';
CREATE FUNCTION plate_series_ge(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ge';
CREATE FUNCTION plate_series_cmp(plate_series, plate_series) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint2cmp';
CREATE FUNCTION plate_series_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint2sortsupport';
CREATE FUNCTION plate_series_hash(plate_series) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'hashint2';
CREATE FUNCTION plate_series_hash_extended(plate_series, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'hashint2extended';
CREATE FUNCTION plate_series_smaller(plate_series, plate_series) RETURNS plate_series
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2smaller';
CREATE FUNCTION plate_series_larger(plate_series, plate_series) RETURNS plate_series
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2larger';

CREATE OPERATOR = (
    FUNCTION = plate_series_eq, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = =, NEGATOR = <>,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    FUNCTION = plate_series_ne, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = <>, NEGATOR = =,
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    FUNCTION = plate_series_lt, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = >, NEGATOR = >=,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    FUNCTION = plate_series_le, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = >=, NEGATOR = >,
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    FUNCTION = plate_series_gt, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = <, NEGATOR = <=,
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    FUNCTION = plate_series_ge, LEFTARG = plate_series, RIGHTARG = plate_series,
    COMMUTATOR = <=, NEGATOR = <,
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS plate_series_ops DEFAULT FOR TYPE plate_series USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 plate_series_cmp(plate_series, plate_series),
    FUNCTION 2 plate_series_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);

CREATE OPERATOR CLASS plate_series_ops DEFAULT FOR TYPE plate_series USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 plate_series_hash(plate_series),
    FUNCTION 2 plate_series_hash_extended(plate_series, bigint);

CREATE OPERATOR CLASS plate_series_minmax_ops DEFAULT FOR TYPE plate_series USING brin AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 brin_minmax_opcinfo(internal),
    FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 brin_minmax_union(internal, internal, internal);

CREATE AGGREGATE min(plate_series) (
    SFUNC = plate_series_smaller, STYPE = plate_series, COMBINEFUNC = plate_series_smaller,
    SORTOP = <, PARALLEL = SAFE
);
CREATE AGGREGATE max(plate_series) (
    SFUNC = plate_series_larger, STYPE = plate_series, COMBINEFUNC = plate_series_larger,
    SORTOP = >, PARALLEL = SAFE
);

COMMENT ON FUNCTION plate_series_eq(plate_series, plate_series) IS 'implementation of = operator';
COMMENT ON OPERATOR = (plate_series, plate_series) IS 'equal';
COMMENT ON FUNCTION plate_series_ne(plate_series, plate_series) IS 'implementation of <> operator';
COMMENT ON OPERATOR <> (plate_series, plate_series) IS 'not equal';
COMMENT ON FUNCTION plate_series_lt(plate_series, plate_series) IS 'implementation of < operator';
COMMENT ON OPERATOR < (plate_series, plate_series) IS 'issued before';
COMMENT ON FUNCTION plate_series_le(plate_series, plate_series) IS 'implementation of <= operator';
COMMENT ON OPERATOR <= (plate_series, plate_series) IS 'issued before, or equal';
COMMENT ON FUNCTION plate_series_gt(plate_series, plate_series) IS 'implementation of > operator';
COMMENT ON OPERATOR > (plate_series, plate_series) IS 'issued after';
COMMENT ON FUNCTION plate_series_ge(plate_series, plate_series) IS 'implementation of >= operator';
COMMENT ON OPERATOR >= (plate_series, plate_series) IS 'issued after, or equal';
COMMENT ON FUNCTION plate_series_cmp(plate_series, plate_series) IS 'less-equal-greater';
COMMENT ON FUNCTION plate_series_sortsupport(internal) IS 'sort support: the by-value comparison of int2';
COMMENT ON FUNCTION plate_series_hash(plate_series) IS 'hash';
COMMENT ON FUNCTION plate_series_hash_extended(plate_series, bigint) IS 'hash with a seed';
COMMENT ON FUNCTION plate_series_smaller(plate_series, plate_series) IS 'the first issued of two';
COMMENT ON FUNCTION plate_series_larger(plate_series, plate_series) IS 'the last issued of two';
COMMENT ON OPERATOR FAMILY plate_series_ops USING btree IS 'order of issue';
COMMENT ON OPERATOR CLASS plate_series_ops USING btree IS 'order of issue';
COMMENT ON OPERATOR FAMILY plate_series_ops USING hash IS 'equality';
COMMENT ON OPERATOR CLASS plate_series_ops USING hash IS 'equality';
COMMENT ON AGGREGATE min(plate_series) IS 'the first issued';
COMMENT ON AGGREGATE max(plate_series) IS 'the last issued';

CREATE FUNCTION plate_series_pl(plate_series, integer) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_pl';
CREATE FUNCTION plate_series_mi(plate_series, integer) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_mi';
CREATE FUNCTION plate_series_diff(plate_series, plate_series) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_diff';

CREATE OPERATOR + (
    FUNCTION = plate_series_pl, LEFTARG = plate_series, RIGHTARG = integer
);
CREATE OPERATOR - (
    FUNCTION = plate_series_mi, LEFTARG = plate_series, RIGHTARG = integer
);
CREATE OPERATOR - (
    FUNCTION = plate_series_diff, LEFTARG = plate_series, RIGHTARG = plate_series
);

COMMENT ON FUNCTION plate_series_pl(plate_series, integer) IS 'implementation of + operator';
COMMENT ON FUNCTION plate_series_mi(plate_series, integer) IS 'implementation of - operator';
COMMENT ON FUNCTION plate_series_diff(plate_series, plate_series) IS 'implementation of - operator';
COMMENT ON OPERATOR + (plate_series, integer) IS 'that many series later; 22003 outside the calendar';
COMMENT ON OPERATOR - (plate_series, integer) IS 'that many series earlier; 22003 outside the calendar';
COMMENT ON OPERATOR - (plate_series, plate_series) IS 'number of series between';
COMMENT ON OPERATOR FAMILY plate_series_minmax_ops USING brin IS 'first and last of a block range';
COMMENT ON OPERATOR CLASS plate_series_minmax_ops USING brin IS 'first and last of a block range; marks are ordered by issue';
-- plate: one registration mark, as an integer of eight bytes in issue order.

CREATE TYPE plate_format AS ENUM (
    'current', 'export', 'prefix', 'q', 'suffix', 'dateless',
    'dateless_reversed', 'ni', 'ni_reversed', 'ni_serial',
    'ni_serial_reversed', 'qni', 'diplomatic', 'military', 'trade', 'trailer'
);
COMMENT ON TYPE plate_format IS
    'formats of registration marks; the view plate_formats describes each';

CREATE TYPE plate;

CREATE FUNCTION plate_in(cstring) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_in';
CREATE FUNCTION plate_out(plate) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_out';
CREATE FUNCTION plate_recv(internal) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_recv';
CREATE FUNCTION plate_send(plate) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_send';

CREATE FUNCTION plate_typanalyze(internal) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_typanalyze';

CREATE TYPE plate (
    INPUT = plate_in,
    OUTPUT = plate_out,
    RECEIVE = plate_recv,
    SEND = plate_send,
    ANALYZE = plate_typanalyze,
    INTERNALLENGTH = 8,
    PASSEDBYVALUE,
    ALIGNMENT = double
);

COMMENT ON TYPE plate IS
    'United Kingdom registration mark: AB75 CDE; ordered by issue';
COMMENT ON FUNCTION plate_in(cstring) IS
    'I/O; 22P02 with the broken rule as DETAIL for what is no mark';
COMMENT ON FUNCTION plate_out(plate) IS 'I/O: display form';
COMMENT ON FUNCTION plate_recv(internal) IS 'I/O; 22P03 for what is no mark';
COMMENT ON FUNCTION plate_send(plate) IS 'I/O: compact form in ASCII';
COMMENT ON FUNCTION plate_typanalyze(internal) IS
    'statistics: those of any ordered type, and the share of each series';
-- Comparison of marks is that of bigint, by the server's own functions.

CREATE FUNCTION plate_eq(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8eq';
CREATE FUNCTION plate_ne(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ne';
CREATE FUNCTION plate_lt(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8lt';
CREATE FUNCTION plate_le(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8le';
CREATE FUNCTION plate_gt(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8gt';
CREATE FUNCTION plate_ge(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ge';
CREATE FUNCTION plate_cmp(plate, plate) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint8cmp';
CREATE FUNCTION plate_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint8sortsupport';
CREATE FUNCTION plate_hash(plate) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_hash';
CREATE FUNCTION plate_hash_extended(plate, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_hash_extended';
CREATE FUNCTION plate_smaller(plate, plate) RETURNS plate
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8smaller';
CREATE FUNCTION plate_larger(plate, plate) RETURNS plate
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8larger';

CREATE OPERATOR = (
    FUNCTION = plate_eq, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = =, NEGATOR = <>,
    RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);
CREATE OPERATOR <> (
    FUNCTION = plate_ne, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = <>, NEGATOR = =,
    RESTRICT = neqsel, JOIN = neqjoinsel
);
CREATE OPERATOR < (
    FUNCTION = plate_lt, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = >, NEGATOR = >=,
    RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
    FUNCTION = plate_le, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = >=, NEGATOR = >,
    RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
    FUNCTION = plate_gt, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = <, NEGATOR = <=,
    RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
    FUNCTION = plate_ge, LEFTARG = plate, RIGHTARG = plate,
    COMMUTATOR = <=, NEGATOR = <,
    RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR CLASS plate_ops DEFAULT FOR TYPE plate USING btree AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 plate_cmp(plate, plate),
    FUNCTION 2 plate_sortsupport(internal),
    FUNCTION 4 btequalimage(oid);

CREATE OPERATOR CLASS plate_ops DEFAULT FOR TYPE plate USING hash AS
    OPERATOR 1 =,
    FUNCTION 1 plate_hash(plate),
    FUNCTION 2 plate_hash_extended(plate, bigint);

CREATE OPERATOR CLASS plate_minmax_ops DEFAULT FOR TYPE plate USING brin AS
    OPERATOR 1 <,
    OPERATOR 2 <=,
    OPERATOR 3 =,
    OPERATOR 4 >=,
    OPERATOR 5 >,
    FUNCTION 1 brin_minmax_opcinfo(internal),
    FUNCTION 2 brin_minmax_add_value(internal, internal, internal, internal),
    FUNCTION 3 brin_minmax_consistent(internal, internal, internal),
    FUNCTION 4 brin_minmax_union(internal, internal, internal);

CREATE AGGREGATE min(plate) (
    SFUNC = plate_smaller, STYPE = plate, COMBINEFUNC = plate_smaller,
    SORTOP = <, PARALLEL = SAFE
);
CREATE AGGREGATE max(plate) (
    SFUNC = plate_larger, STYPE = plate, COMBINEFUNC = plate_larger,
    SORTOP = >, PARALLEL = SAFE
);

COMMENT ON FUNCTION plate_eq(plate, plate) IS 'implementation of = operator';
COMMENT ON OPERATOR = (plate, plate) IS 'equal';
COMMENT ON FUNCTION plate_ne(plate, plate) IS 'implementation of <> operator';
COMMENT ON OPERATOR <> (plate, plate) IS 'not equal';
COMMENT ON FUNCTION plate_lt(plate, plate) IS 'implementation of < operator';
COMMENT ON OPERATOR < (plate, plate) IS 'issued before';
COMMENT ON FUNCTION plate_le(plate, plate) IS 'implementation of <= operator';
COMMENT ON OPERATOR <= (plate, plate) IS 'issued before, or equal';
COMMENT ON FUNCTION plate_gt(plate, plate) IS 'implementation of > operator';
COMMENT ON OPERATOR > (plate, plate) IS 'issued after';
COMMENT ON FUNCTION plate_ge(plate, plate) IS 'implementation of >= operator';
COMMENT ON OPERATOR >= (plate, plate) IS 'issued after, or equal';
COMMENT ON FUNCTION plate_cmp(plate, plate) IS 'less-equal-greater';
COMMENT ON FUNCTION plate_sortsupport(internal) IS 'sort support: the by-value comparison of int8';
COMMENT ON FUNCTION plate_hash(plate) IS 'hash';
COMMENT ON FUNCTION plate_hash_extended(plate, bigint) IS 'hash with a seed';
COMMENT ON FUNCTION plate_smaller(plate, plate) IS 'the first issued of two';
COMMENT ON FUNCTION plate_larger(plate, plate) IS 'the last issued of two';
COMMENT ON OPERATOR FAMILY plate_ops USING btree IS 'order of issue';
COMMENT ON OPERATOR CLASS plate_ops USING btree IS 'order of issue';
COMMENT ON OPERATOR FAMILY plate_ops USING hash IS 'equality';
COMMENT ON OPERATOR CLASS plate_ops USING hash IS 'equality';
COMMENT ON AGGREGATE min(plate) IS 'the first issued';
COMMENT ON AGGREGATE max(plate) IS 'the last issued';
COMMENT ON OPERATOR FAMILY plate_minmax_ops USING brin IS 'first and last of a block range';
COMMENT ON OPERATOR CLASS plate_minmax_ops USING brin IS 'first and last of a block range; marks are ordered by issue';
-- Blocks of marks: ranges, neighbours, counting, enumeration.

CREATE FUNCTION plate_next(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_next';
COMMENT ON FUNCTION plate_next(plate) IS 'the mark behind it in its format and series; NULL at their end';

CREATE FUNCTION plate_prior(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_prior';
COMMENT ON FUNCTION plate_prior(plate) IS 'the mark before it in its format and series; NULL at their start';

CREATE TYPE platerange;

CREATE FUNCTION platerange_canonical(platerange) RETURNS platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_platerange_canonical';
CREATE FUNCTION plate_distance(plate, plate) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_plate_distance';

CREATE TYPE platerange AS RANGE (
    SUBTYPE = plate,
    SUBTYPE_OPCLASS = plate_ops,
    SUBTYPE_DIFF = plate_distance,
    CANONICAL = platerange_canonical,
    MULTIRANGE_TYPE_NAME = platemultirange
);

COMMENT ON TYPE platerange IS 'block of marks, such as those allocated to a dealer';
COMMENT ON TYPE platemultirange IS 'several blocks of marks';
COMMENT ON FUNCTION platerange_canonical(platerange) IS
    'writes a block as [first, behind the last); one that holds the last mark of all keeps its upper bound';
COMMENT ON FUNCTION plate_distance(plate, plate) IS 'number of marks from the second to the first, for indexes on blocks';

CREATE FUNCTION plate_block(tag text, plate_series) RETURNS platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_block';
COMMENT ON FUNCTION plate_block(text, plate_series) IS
    'all marks of a memory or export tag in one series; 22023 for a tag that never was, and for a series before 51, whose marks of one area code are no range';

CREATE FUNCTION plate_count(platerange) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_count';
COMMENT ON FUNCTION plate_count(platerange) IS
    'number of marks in a block, by arithmetic; without a bound from the first or to the last mark of all, 0 for an empty one';

CREATE FUNCTION block_first(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_first';
COMMENT ON FUNCTION block_first(platerange) IS
    'the first mark in a block; without a lower bound the first of all, NULL of an empty one';

CREATE FUNCTION block_last(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_last';
COMMENT ON FUNCTION block_last(platerange) IS
    'the last mark in a block; without an upper bound the last of all, NULL of an empty one';

CREATE FUNCTION plate_in_block_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_in_block_support';
COMMENT ON FUNCTION plate_in_block_support(internal) IS 'planner support: both bounds of a block as index conditions, and its share of a column';

CREATE FUNCTION plate_in_block(plate, platerange) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 SUPPORT plate_in_block_support
    AS 'MODULE_PATHNAME', 'regcar_plate_in_block';
COMMENT ON FUNCTION plate_in_block(plate, platerange) IS
    'is the mark in the block? The same as <@, but uses btree and BRIN indexes on the mark in every version and for any block, of a join too';

CREATE FUNCTION plates_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plates_support';
COMMENT ON FUNCTION plates_support(internal) IS 'planner support: how many marks plates() returns';

CREATE FUNCTION plates(platerange) RETURNS SETOF plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 13824 SUPPORT plates_support
    AS 'MODULE_PATHNAME', 'regcar_plates';
COMMENT ON FUNCTION plates(platerange) IS
    'every mark in a block, in order; called in a SELECT list, one after another, in FROM the server gathers them first';
-- The marks of a series: one interval of an index.

CREATE FUNCTION plate_first(plate_series) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_first';
COMMENT ON FUNCTION plate_first(plate_series) IS 'the first mark of a series in order of issue';

CREATE FUNCTION plate_last(plate_series) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_last';
COMMENT ON FUNCTION plate_last(plate_series) IS 'the last mark of a series in order of issue';

CREATE FUNCTION plate_in_series_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_in_series_support';
COMMENT ON FUNCTION plate_in_series_support(internal) IS 'planner support: both bounds of a series as index conditions; selectivity';

CREATE FUNCTION series_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_sel';
COMMENT ON FUNCTION series_sel(internal, oid, internal, integer) IS 'restriction selectivity of <@ and @>, from the shares of the series';

CREATE FUNCTION series_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_joinsel';
COMMENT ON FUNCTION series_joinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of <@ and @>, from the shares of the series';

CREATE FUNCTION plate_in_series(plate, plate_series) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_in_series_support
    AS 'MODULE_PATHNAME', 'regcar_plate_in_series';
COMMENT ON FUNCTION plate_in_series(plate, plate_series) IS 'implementation of <@ operator';

CREATE FUNCTION series_has_plate(plate_series, plate) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_in_series_support
    AS 'MODULE_PATHNAME', 'regcar_series_has_plate';
COMMENT ON FUNCTION series_has_plate(plate_series, plate) IS 'implementation of @> operator';

CREATE OPERATOR <@ (
    FUNCTION = plate_in_series, LEFTARG = plate, RIGHTARG = plate_series,
    COMMUTATOR = @>, RESTRICT = series_sel, JOIN = series_joinsel
);
CREATE OPERATOR @> (
    FUNCTION = series_has_plate, LEFTARG = plate_series, RIGHTARG = plate,
    COMMUTATOR = <@, RESTRICT = series_sel, JOIN = series_joinsel
);
COMMENT ON OPERATOR <@ (plate, plate_series) IS 'is the mark of the series? Uses btree and BRIN indexes on the mark';
COMMENT ON OPERATOR @> (plate_series, plate) IS 'has the series the mark? Uses btree and BRIN indexes on the mark';
-- Partial marks: what a witness or a camera has of a mark.

CREATE FUNCTION plate_matches_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_matches_support';
COMMENT ON FUNCTION plate_matches_support(internal) IS
    'planner support: a constant pattern as an interval or a list of marks, and how much of a column matches';

CREATE FUNCTION pattern_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_pattern_sel';
COMMENT ON FUNCTION pattern_sel(internal, oid, internal, integer) IS
    'restriction selectivity of ~~: the histogram, and how many of the marks in each bin match';

CREATE FUNCTION pattern_nsel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_pattern_nsel';
COMMENT ON FUNCTION pattern_nsel(internal, oid, internal, integer) IS 'restriction selectivity of !~~';

CREATE FUNCTION plate_matches(plate, pattern text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 SUPPORT plate_matches_support
    AS 'MODULE_PATHNAME', 'regcar_plate_matches';
COMMENT ON FUNCTION plate_matches(plate, text) IS
    'does the mark, without its space, match a pattern? Letters in either case and digits, ? or _ for one character, * or % for any number; spaces mean nothing; 22023 for other characters';

CREATE FUNCTION plate_not_matches(plate, pattern text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_not_matches';
COMMENT ON FUNCTION plate_not_matches(plate, text) IS 'implementation of !~~ operator';

CREATE OPERATOR ~~ (
    FUNCTION = plate_matches, LEFTARG = plate, RIGHTARG = text,
    NEGATOR = !~~, RESTRICT = pattern_sel, JOIN = likejoinsel
);
CREATE OPERATOR !~~ (
    FUNCTION = plate_not_matches, LEFTARG = plate, RIGHTARG = text,
    NEGATOR = ~~, RESTRICT = pattern_nsel, JOIN = nlikejoinsel
);
COMMENT ON OPERATOR ~~ (plate, text) IS
    'LIKE: does the mark match the pattern? ? is _ and * is %; uses btree, BRIN and GiST indexes on the mark';
COMMENT ON OPERATOR !~~ (plate, text) IS 'NOT LIKE: does the mark not match the pattern?';

CREATE FUNCTION plate_intervals_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_intervals_support';
COMMENT ON FUNCTION plate_intervals_support(internal) IS 'planner support: how many intervals plate_intervals() returns';

CREATE FUNCTION plate_intervals(pattern text) RETURNS SETOF platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100 SUPPORT plate_intervals_support
    AS 'MODULE_PATHNAME', 'regcar_plate_intervals';
COMMENT ON FUNCTION plate_intervals(text) IS
    'the marks that match a pattern as intervals in order of issue; if there are more than 10,000, intervals near to each other are joined and hold other marks too; 22023 as plate_matches()';
-- GiST over marks and series, for EXCLUDE USING gist (mark WITH =, during WITH &&):
-- one mark, one vehicle at a time; and for partial marks.  Strategy numbers are
-- core's for R-trees, so that PostgreSQL 18 knows them too; 31 is behind them.

CREATE FUNCTION plate_gist_consistent(internal, plate, smallint, oid, internal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_consistent';
CREATE FUNCTION plate_gist_compress(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_compress';
CREATE FUNCTION plate_gist_fetch(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_fetch';
CREATE FUNCTION plate_gist_union(internal, internal) RETURNS platerange
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'range_gist_union';
CREATE FUNCTION plate_gist_sortsupport(internal) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_sortsupport';
COMMENT ON FUNCTION plate_gist_sortsupport(internal) IS 'GiST support: indexes are built by sorting';
COMMENT ON FUNCTION plate_gist_union(internal, internal) IS 'GiST support: the server''s union of ranges';
COMMENT ON FUNCTION plate_gist_consistent(internal, plate, smallint, oid, internal) IS 'GiST support';
COMMENT ON FUNCTION plate_gist_compress(internal) IS 'GiST support: a mark as the range of just it';
COMMENT ON FUNCTION plate_gist_fetch(internal) IS 'GiST support: the mark back';

CREATE OPERATOR CLASS plate_gist_ops DEFAULT FOR TYPE plate USING gist AS
    OPERATOR 18 =,
    OPERATOR 20 <,
    OPERATOR 21 <=,
    OPERATOR 22 >,
    OPERATOR 23 >=,
    OPERATOR 31 ~~ (plate, text),
    FUNCTION 1 plate_gist_consistent(internal, plate, smallint, oid, internal),
    FUNCTION 2 plate_gist_union(internal, internal),
    FUNCTION 3 plate_gist_compress(internal),
    FUNCTION 5 range_gist_penalty(internal, internal, internal),
    FUNCTION 6 range_gist_picksplit(internal, internal),
    FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
    FUNCTION 9 plate_gist_fetch(internal),
    FUNCTION 11 plate_gist_sortsupport(internal),
    STORAGE platerange;
COMMENT ON OPERATOR FAMILY plate_gist_ops USING gist IS 'marks, for exclusion constraints and patterns';
COMMENT ON OPERATOR CLASS plate_gist_ops USING gist IS 'marks, for exclusion constraints and patterns';

CREATE FUNCTION series_gist_consistent(internal, plate_series, smallint, oid, internal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_consistent';
CREATE FUNCTION series_gist_compress(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_compress';
CREATE FUNCTION series_gist_fetch(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_fetch';
COMMENT ON FUNCTION series_gist_consistent(internal, plate_series, smallint, oid, internal) IS 'GiST support';
COMMENT ON FUNCTION series_gist_compress(internal) IS 'GiST support: a series as the range of just its first mark';
COMMENT ON FUNCTION series_gist_fetch(internal) IS 'GiST support: the series back';

CREATE OPERATOR CLASS plate_series_gist_ops DEFAULT FOR TYPE plate_series USING gist AS
    OPERATOR 18 =,
    OPERATOR 20 <,
    OPERATOR 21 <=,
    OPERATOR 22 >,
    OPERATOR 23 >=,
    FUNCTION 1 series_gist_consistent(internal, plate_series, smallint, oid, internal),
    FUNCTION 2 plate_gist_union(internal, internal),
    FUNCTION 3 series_gist_compress(internal),
    FUNCTION 5 range_gist_penalty(internal, internal, internal),
    FUNCTION 6 range_gist_picksplit(internal, internal),
    FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
    FUNCTION 9 series_gist_fetch(internal),
    FUNCTION 11 plate_gist_sortsupport(internal),
    STORAGE platerange;
COMMENT ON OPERATOR FAMILY plate_series_gist_ops USING gist IS 'series, for exclusion constraints';
COMMENT ON OPERATOR CLASS plate_series_gist_ops USING gist IS 'series, for exclusion constraints';

-- What 18 added: WITHOUT OVERLAPS finds the operator it needs, and skip scans.
DO $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 THEN
        ALTER OPERATOR FAMILY plate_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY plate_series_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY plate_ops USING btree ADD
            FUNCTION 6 (plate, plate) btint8skipsupport(internal);
        ALTER OPERATOR FAMILY plate_series_ops USING btree ADD
            FUNCTION 6 (plate_series, plate_series) btint2skipsupport(internal);
    END IF;
END
$$;
-- What a mark is and where it comes from.

CREATE FUNCTION plate_format(plate) RETURNS plate_format
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_format';
COMMENT ON FUNCTION plate_format(plate) IS 'format of a mark';

CREATE FUNCTION plate_series(plate) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_series';
COMMENT ON FUNCTION plate_series(plate) IS 'series of a mark; NULL for an undated one';

CREATE CAST (plate AS plate_series) WITH FUNCTION plate_series(plate);
COMMENT ON CAST (plate AS plate_series) IS 'series of a mark; explicit, for it loses the rest';

CREATE FUNCTION plate_period(plate) RETURNS daterange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_period';
COMMENT ON FUNCTION plate_period(plate) IS
    'UK days on which the mark''s series is issued; NULL for an undated mark';

CREATE FUNCTION plate_compact(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_compact';
COMMENT ON FUNCTION plate_compact(plate) IS 'the mark without spaces: AB75CDE';

CREATE FUNCTION plate_tag(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_tag';
COMMENT ON FUNCTION plate_tag(plate) IS
    'memory tag of a current or export mark, area code of a prefix, suffix, dateless or Northern Ireland mark; NULL elsewhere';

CREATE FUNCTION plate_office(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_office';
COMMENT ON FUNCTION plate_office(plate) IS
    'office, or Northern Ireland county, where the mark was first registered, by its tag (INF104); NULL where no list names the tag';

CREATE FUNCTION plate_region(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_region';
COMMENT ON FUNCTION plate_region(plate) IS
    'region where a current or Northern Ireland mark was first registered, by its tag (INF104); NULL elsewhere';

CREATE FUNCTION plate_is_valid(text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_plate_is_valid';
COMMENT ON FUNCTION plate_is_valid(text) IS 'is the text a registration mark? Never an error';

CREATE FUNCTION plate_problem(text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'regcar_plate_problem';
COMMENT ON FUNCTION plate_problem(text) IS
    'the rule that the text breaks, NULL for a registration mark; never an error';

CREATE FUNCTION plate_transferable(plate) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_transferable';
COMMENT ON FUNCTION plate_transferable(plate) IS
    'may the mark move to another vehicle? Not q, qni, diplomatic, military, trade, trailer';
-- The calendar, and which mark may be used on which day.  Days are UK days.

CREATE FUNCTION series_on(date) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_on';
COMMENT ON FUNCTION series_on(date) IS
    'series in force on a UK day; NULL before 1963-01-01 and after the last series';

CREATE FUNCTION series_at(timestamptz) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_series_at';
COMMENT ON FUNCTION series_at(timestamptz) IS
    'series in force in the UK at a moment: 1 September starts at 23:00 UTC the day before';

CREATE FUNCTION series_period(plate_series) RETURNS daterange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_series_period';
COMMENT ON FUNCTION series_period(plate_series) IS
    'UK days on which a series is issued, up to the day before the next';

CREATE FUNCTION uk_today() RETURNS date
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_uk_today';
COMMENT ON FUNCTION uk_today() IS
    'the day it is in the UK at the start of the transaction, whatever TimeZone is';

CREATE FUNCTION plate_issuable(plate, date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_issuable';
COMMENT ON FUNCTION plate_issuable(plate, date) IS
    'may the mark be newly issued that day? A dated one in its series'' period, an undated one if its format is still issued';

CREATE FUNCTION plate_assignable(plate, first_registered date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_assignable';
COMMENT ON FUNCTION plate_assignable(plate, date) IS
    'age rule (INF104 section 4): does the mark not make a vehicle first registered that day look newer?';

CREATE FUNCTION require_issuable(plate, date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_require_issuable';
COMMENT ON FUNCTION require_issuable(plate, date) IS
    'for CHECK: true where plate_issuable() is, otherwise error 23514 with the period as DETAIL';

CREATE FUNCTION require_assignable(plate, first_registered date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_require_assignable';
COMMENT ON FUNCTION require_assignable(plate, date) IS
    'for CHECK: true where plate_assignable() is, otherwise error 23514 with the dates as DETAIL';

CREATE FUNCTION explain_plate(text, date, OUT rule text, OUT ok boolean, OUT detail text)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4
    AS 'MODULE_PATHNAME', 'regcar_explain_plate';
COMMENT ON FUNCTION explain_plate(text, date) IS
    'each rule applied to one input and day (mark, issuable, assignable, transferable), for a screen; one row if it is no mark';
-- Reference views: the calendar, the formats, the memory tags.

CREATE VIEW series AS
SELECT s.series,
       s.series - 'A-suffix'::plate_series + 1 AS ordinal,
       CASE WHEN s.series < 'A-prefix' THEN 'suffix'
            WHEN s.series < '51' THEN 'prefix'
            ELSE 'current' END::plate_format AS format,
       series_period(s.series) AS period
FROM (SELECT 'A-suffix'::plate_series + n AS series
      FROM generate_series(0, '99'::plate_series - 'A-suffix') n) s;
COMMENT ON VIEW series IS 'all series in order, with the UK days on which each is issued';

CREATE FUNCTION plate_format_list(
    OUT format plate_format, OUT example plate, OUT first_series plate_series,
    OUT last_series plate_series, OUT issued boolean, OUT transferable boolean,
    OUT marks bigint, OUT source text)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 16
    AS 'MODULE_PATHNAME', 'regcar_plate_format_list';
COMMENT ON FUNCTION plate_format_list() IS 'rows of the view plate_formats';

CREATE VIEW plate_formats AS SELECT * FROM plate_format_list();
COMMENT ON VIEW plate_formats IS
    'the formats: an example, the series it is issued in, whether it is still issued and may move, how many marks it has, its source';

CREATE VIEW memory_tags AS
SELECT tag, plate_region(mark) AS region, plate_office(mark) AS office
FROM (SELECT a || b AS tag, (a || b || '51AAA')::plate AS mark
      FROM regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') a,
           regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') b) t
WHERE plate_office(mark) IS NOT NULL;
COMMENT ON VIEW memory_tags IS
    'first two letters of current marks: region and office (INF104); K has an office but no region';

GRANT SELECT ON series, plate_formats, memory_tags TO PUBLIC;
-- Finding a mark that was misread.

CREATE FUNCTION plate_lookalike(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_lookalike';
COMMENT ON FUNCTION plate_lookalike(plate) IS
    'the mark with O written 0 and I written 1, which are one drawing on a plate: a key for searching, never for identity';

CREATE FUNCTION plate_suggest(text, OUT plate plate, OUT changes integer)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 4
    AS 'MODULE_PATHNAME', 'regcar_plate_suggest';
COMMENT ON FUNCTION plate_suggest(text) IS
    'marks that a misread text may be, cheapest first, at most 64: O/0 and I/1 cost 1; B/8, S/5, Z/2, G/6, D/0 and V/Y cost 2, as does a stray character that is left out, up to eight of them';
-- A table and a role in rows that are dumped: by name, as regclass and regrole
-- write them, but a name that nothing bears where they are restored reads as 0.

CREATE TYPE table_ref;
CREATE FUNCTION table_ref_in(cstring) RETURNS table_ref
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_table_ref_in';
CREATE FUNCTION table_ref_out(table_ref) RETURNS cstring
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'regclassout';
CREATE FUNCTION table_ref_recv(internal) RETURNS table_ref
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidrecv';
CREATE FUNCTION table_ref_send(table_ref) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidsend';
CREATE TYPE table_ref (
    INPUT = table_ref_in, OUTPUT = table_ref_out, RECEIVE = table_ref_recv, SEND = table_ref_send,
    LIKE = pg_catalog.oid);
COMMENT ON FUNCTION table_ref_in(cstring) IS 'input of table_ref: 0 for a name that no table has, and for a number';
COMMENT ON FUNCTION table_ref_out(table_ref) IS 'output of table_ref: as regclass';
COMMENT ON FUNCTION table_ref_recv(internal) IS 'binary input of table_ref: an OID';
COMMENT ON FUNCTION table_ref_send(table_ref) IS 'binary output of table_ref: an OID';
COMMENT ON TYPE table_ref IS 'a table, as regclass, but restores where the table is missing: as 0';
CREATE CAST (table_ref AS regclass) WITHOUT FUNCTION;
CREATE CAST (regclass AS table_ref) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (table_ref AS regclass) IS 'the table';
COMMENT ON CAST (regclass AS table_ref) IS 'the table';

CREATE TYPE role_ref;
CREATE FUNCTION role_ref_in(cstring) RETURNS role_ref
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_role_ref_in';
CREATE FUNCTION role_ref_out(role_ref) RETURNS cstring
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'regroleout';
CREATE FUNCTION role_ref_recv(internal) RETURNS role_ref
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidrecv';
CREATE FUNCTION role_ref_send(role_ref) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidsend';
CREATE TYPE role_ref (
    INPUT = role_ref_in, OUTPUT = role_ref_out, RECEIVE = role_ref_recv, SEND = role_ref_send,
    LIKE = pg_catalog.oid);
COMMENT ON FUNCTION role_ref_in(cstring) IS 'input of role_ref: 0 for a name that no role has, and for a number';
COMMENT ON FUNCTION role_ref_out(role_ref) IS 'output of role_ref: as regrole';
COMMENT ON FUNCTION role_ref_recv(internal) IS 'binary input of role_ref: an OID';
COMMENT ON FUNCTION role_ref_send(role_ref) IS 'binary output of role_ref: an OID';
COMMENT ON TYPE role_ref IS 'a role, as regrole, but restores where the role is missing: as 0';
CREATE CAST (role_ref AS regrole) WITHOUT FUNCTION;
CREATE CAST (regrole AS role_ref) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (role_ref AS regrole) IS 'the role';
COMMENT ON CAST (regrole AS role_ref) IS 'the role';
-- Holds and exemptions: the state, and what tells every backend that it changed.

CREATE TYPE hold_action AS ENUM ('queue', 'reject', 'freeze');
COMMENT ON TYPE hold_action IS
    'what a hold does: queue (an insert is set aside, an update as reject), reject (no registration: insert, or an update that changes the mark or a scope key), freeze (no insert, update, delete or truncate); of several the strongest, freeze before reject before queue';

CREATE FUNCTION check_scope(scope jsonb) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_check_scope';
REVOKE ALL ON FUNCTION check_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION check_scope(jsonb) IS
    '22023, with the key named, for what is no scope: no object, a null, a nested value, an empty list, a series, format or region that does not exist';

-- The C code reads both tables by column number (hold_state.c): columns may be
-- added at the end alone.  No table of the extension has a foreign key: logical
-- replication and restores bring rows in any order.
CREATE TABLE hold (
    hold        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action      hold_action NOT NULL,
    scope       jsonb NOT NULL,
    reason      text NOT NULL,
    incident    text,
    placed_by   name NOT NULL,
    placed_at   timestamptz NOT NULL,
    starts_at   timestamptz,
    expires_at  timestamptz,
    lifted_by   name,
    lifted_at   timestamptz,
    lift_reason text,
    CONSTRAINT hold_lifted_whole CHECK (num_nulls(lifted_by, lifted_at, lift_reason) IN (0, 3))
);
COMMENT ON TABLE hold IS 'every hold ever placed; written by the functions of the extension alone, rows are never deleted';
COMMENT ON COLUMN hold.hold IS 'number of the hold';
COMMENT ON COLUMN hold.scope IS 'what it covers: all keys match, a list is of alternatives; {} is everything';
COMMENT ON COLUMN hold.incident IS 'reference of the incident in some other system';
COMMENT ON COLUMN hold.placed_by IS 'role that logged in (session_user)';
COMMENT ON COLUMN hold.starts_at IS 'by the clock; NULL at once';
COMMENT ON COLUMN hold.expires_at IS 'by the clock; NULL never';
COMMENT ON COLUMN hold.lifted_at IS 'NULL while it stands';

CREATE TABLE exemption (
    exemption     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold          bigint NOT NULL,
    scope         jsonb NOT NULL,
    reason        text NOT NULL,
    granted_by    name NOT NULL,
    granted_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    revoked_by    name,
    revoked_at    timestamptz,
    revoke_reason text,
    CONSTRAINT exemption_revoked_whole CHECK (num_nulls(revoked_by, revoked_at, revoke_reason) IN (0, 3))
);
CREATE INDEX exemption_hold ON exemption (hold);
COMMENT ON TABLE exemption IS 'what goes through although a hold stands; rows are never deleted';
COMMENT ON COLUMN exemption.exemption IS 'number of the exemption';
COMMENT ON COLUMN exemption.hold IS 'number of the hold';
COMMENT ON COLUMN exemption.scope IS 'as that of a hold; a NULL does not match';
COMMENT ON COLUMN exemption.granted_by IS 'role that logged in (session_user)';
COMMENT ON COLUMN exemption.expires_at IS 'by the clock; NULL with the hold';
COMMENT ON COLUMN exemption.revoked_at IS 'NULL while it stands';

-- Rows, not definitions: a held database dumps, restores and is still held.
SELECT pg_catalog.pg_extension_config_dump('hold', '');
SELECT pg_catalog.pg_extension_config_dump('hold_hold_seq', '');
SELECT pg_catalog.pg_extension_config_dump('exemption', '');
SELECT pg_catalog.pg_extension_config_dump('exemption_exemption_seq', '');

CREATE FUNCTION hold_changed() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_hold_changed';
COMMENT ON FUNCTION hold_changed() IS
    'trigger of regcar.hold and regcar.exemption: drops every backend''s copy at commit, and sends NOTIFY regcar';
REVOKE ALL ON FUNCTION hold_changed() FROM PUBLIC;

-- Row triggers, for logical replication fires no others, and ALWAYS for the same.
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON hold
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON hold
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON hold IS 'tells every backend at commit';
COMMENT ON TRIGGER hold_changed_truncate ON hold IS 'tells every backend at commit';
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON exemption
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON exemption
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE exemption ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE exemption ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON exemption IS 'tells every backend at commit';
COMMENT ON TRIGGER hold_changed_truncate ON exemption IS 'tells every backend at commit';

CREATE TABLE commit_gate ();
COMMENT ON TABLE commit_gate IS
    'has no rows: a transaction that registers locks it ROW EXCLUSIVE while it commits, so that drain() can wait for it; pg_locks shows who';
-- The account of what was done, each event chained to the one before it.

CREATE TABLE history (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq    bigint UNIQUE,
    at     timestamptz NOT NULL,
    event  text NOT NULL,
    hold   bigint,
    actor  name NOT NULL,
    detail jsonb NOT NULL,
    digest bytea,
    CONSTRAINT history_chained_whole CHECK (num_nulls(seq, digest) IN (0, 2))
);
COMMENT ON TABLE history IS 'what was done with holds, exemptions and the queue, in order of commit; rows are only added, verify_history() checks them';
COMMENT ON COLUMN history.seq IS 'place in the chain, from 1 without gaps; given at COMMIT';
COMMENT ON COLUMN history.at IS 'by the clock, when it was done';
COMMENT ON COLUMN history.event IS 'placed, lifted, exempted, revoked, released, failed, retried, discarded';
COMMENT ON COLUMN history.hold IS 'number of the hold; NULL for a batch of several';
COMMENT ON COLUMN history.actor IS 'role that logged in (session_user)';
COMMENT ON COLUMN history.detail IS 'the row of the hold or exemption as it then was, times in UTC; of queued rows their ids, a SHA-256 over what was submitted, and outcomes';
COMMENT ON COLUMN history.digest IS 'SHA-256 over the digest before it and this event';
SELECT pg_catalog.pg_extension_config_dump('history', '');
SELECT pg_catalog.pg_extension_config_dump('history_id_seq', '');

CREATE FUNCTION event_digest(
    previous bytea, seq bigint, id bigint, at timestamptz, event text, hold bigint, actor name, detail jsonb)
    RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(coalesce(previous, '') ||
                  convert_to(jsonb_build_array(seq, id, CASE WHEN isfinite(at) THEN to_jsonb(trunc(extract(epoch FROM at) * 1000000)) ELSE to_jsonb(at) END,
                                               event, hold, actor, detail)::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION event_digest(bytea, bigint, bigint, timestamptz, text, bigint, name, jsonb) IS
    'SHA-256 over the digest of the event before and the JSON array of this one''s place, number, microseconds since 1970, event, hold, actor and detail';

CREATE FUNCTION history_tail(OUT seq bigint, OUT digest bytea)
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_history_tail';
REVOKE ALL ON FUNCTION history_tail() FROM PUBLIC;
COMMENT ON FUNCTION history_tail() IS
    'the last event of the chain, whatever snapshot the transaction has; nobody else may add one until it ends. NULL, NULL before the first';

-- At COMMIT, so that a transaction which stays open keeps no other from placing
-- a hold meanwhile.  A restored event has its place already.
CREATE FUNCTION chain_event() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tail record := regcar.history_tail();
    place bigint := coalesce(tail.seq, 0) + 1;
BEGIN
    UPDATE regcar.history h
    SET seq = place,
        digest = regcar.event_digest(tail.digest, place, h.id, h.at, h.event, h.hold, h.actor, h.detail)
    WHERE h.id = NEW.id;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION chain_event() FROM PUBLIC;
COMMENT ON FUNCTION chain_event() IS 'trigger of regcar.history: gives an event its place in the chain';
CREATE CONSTRAINT TRIGGER chain_event AFTER INSERT ON history DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.digest IS NULL) EXECUTE FUNCTION chain_event();
ALTER TABLE history ENABLE ALWAYS TRIGGER chain_event;
COMMENT ON TRIGGER chain_event ON history IS 'gives an event its place in the chain at COMMIT';

CREATE FUNCTION record_event(event text, hold bigint, detail jsonb, at timestamptz DEFAULT clock_timestamp()) RETURNS void
    LANGUAGE sql SET search_path = pg_catalog, pg_temp
AS $$
    INSERT INTO regcar.history (at, event, hold, actor, detail)
    VALUES (at, event, hold, session_user, detail)
$$;
REVOKE ALL ON FUNCTION record_event(text, bigint, jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_event(text, bigint, jsonb, timestamptz) IS 'add an event to the history';

-- A row as an event keeps it, whatever the session's time zone.
CREATE FUNCTION event_detail(state anyelement) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$ SELECT to_jsonb(state) $$;
REVOKE ALL ON FUNCTION event_detail(anyelement) FROM PUBLIC;
COMMENT ON FUNCTION event_detail(anyelement) IS 'a row of hold or exemption as JSON, times in UTC';

CREATE FUNCTION is_replicated() RETURNS boolean
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_is_replicated';
REVOKE ALL ON FUNCTION is_replicated() FROM PUBLIC;
COMMENT ON FUNCTION is_replicated() IS 'is this a worker of logical replication?';

-- Holds and exemptions that another server placed are this one's history too.
CREATE FUNCTION record_replicated() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF regcar.is_replicated() THEN
        PERFORM regcar.record_event(
            CASE TG_TABLE_NAME
                WHEN 'hold' THEN CASE WHEN to_jsonb(NEW) ->> 'lifted_at' IS NULL THEN 'placed' ELSE 'lifted' END
                ELSE CASE WHEN to_jsonb(NEW) ->> 'revoked_at' IS NULL THEN 'exempted' ELSE 'revoked' END
            END, NEW.hold, regcar.event_detail(NEW));
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION record_replicated() FROM PUBLIC;
COMMENT ON FUNCTION record_replicated() IS
    'trigger of regcar.hold and regcar.exemption: records what logical replication brings';
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON hold
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
CREATE TRIGGER record_replicated AFTER INSERT OR UPDATE ON exemption
    FOR EACH ROW EXECUTE FUNCTION record_replicated();
ALTER TABLE hold ENABLE REPLICA TRIGGER record_replicated;
ALTER TABLE exemption ENABLE REPLICA TRIGGER record_replicated;
COMMENT ON TRIGGER record_replicated ON hold IS 'records what logical replication brings';
COMMENT ON TRIGGER record_replicated ON exemption IS 'records what logical replication brings';
-- Registrations that were set aside.

CREATE TYPE queue_state AS ENUM ('waiting', 'released', 'failed', 'discarded');
COMMENT ON TYPE queue_state IS
    'waiting (to be released), released (it is in its table), failed (it was tried; see its outcome), discarded (by an operator)';

-- The C code writes this table by column number (queue.c): columns may be added
-- at the end alone.
CREATE TABLE queue_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold         bigint NOT NULL,
    target       table_ref NOT NULL,
    row_data     jsonb NOT NULL,
    submitted_by role_ref NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitter    text NOT NULL,
    login        text NOT NULL,
    application  text NOT NULL,
    address      inet,
    search_path  text NOT NULL,
    state        queue_state NOT NULL,
    outcome      text,
    settled_by   name,
    settled_at   timestamptz,
    target_name  text NOT NULL,
    unnamed      text[]
);
-- one index alone, in the order of release: each costs every registration that is set aside
CREATE INDEX queue_entry_waiting ON queue_entry (id) WHERE state = 'waiting';
COMMENT ON TABLE queue_entry IS 'registrations that a hold of action queue set aside; rows are never deleted';
COMMENT ON COLUMN queue_entry.id IS 'number, in order of arrival';
COMMENT ON COLUMN queue_entry.hold IS 'hold that set it aside';
COMMENT ON COLUMN queue_entry.target IS 'table that it is for';
COMMENT ON COLUMN queue_entry.target_name IS 'what that table was called';
COMMENT ON COLUMN queue_entry.unnamed IS 'columns that the submitter had no right to name: they get their defaults again';
COMMENT ON COLUMN queue_entry.row_data IS 'the row by column name, each value as text';
COMMENT ON COLUMN queue_entry.submitted_by IS 'role that inserted, and whose rights it is released with';
COMMENT ON COLUMN queue_entry.submitter IS 'what that role was called';
COMMENT ON COLUMN queue_entry.login IS 'role that had logged in (session_user)';
COMMENT ON COLUMN queue_entry.search_path IS 'of the session that inserted; triggers of the table may look names up';
COMMENT ON COLUMN queue_entry.outcome IS 'why it failed, is kept waiting, or was discarded';
COMMENT ON COLUMN queue_entry.settled_by IS 'role that logged in (session_user) and released, tried or discarded it';
SELECT pg_catalog.pg_extension_config_dump('queue_entry', '');
SELECT pg_catalog.pg_extension_config_dump('queue_entry_id_seq', '');

CREATE VIEW queue WITH (security_barrier) AS
SELECT id, hold, target::regclass, row_data, submitted_by::regrole, submitted_at, state, outcome
FROM queue_entry
WHERE (SELECT has_table_privilege('regcar.queue_entry', 'SELECT')) OR pg_has_role(submitted_by::regrole, 'USAGE')
ORDER BY id;
COMMENT ON VIEW queue IS 'registrations that were set aside: to an operator all, to others those that they submitted themselves';
GRANT SELECT ON queue TO PUBLIC;

CREATE VIEW queue_summary WITH (security_barrier) AS
SELECT hold, target,
       count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'released') AS released,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'discarded') AS discarded,
       min(submitted_at) FILTER (WHERE state = 'waiting') AS oldest_waiting
FROM queue
GROUP BY hold, target
ORDER BY hold, target;
COMMENT ON VIEW queue_summary IS 'how many registrations of the queue are in which state, by hold and table';
GRANT SELECT ON queue_summary TO PUBLIC;

-- What is known of an entry when it is submitted, and never changes afterwards.
-- Times in UTC, so that the time zone of a session changes nothing.
CREATE FUNCTION entry_digest(entry queue_entry) RETURNS bytea
    LANGUAGE sql STABLE PARALLEL SAFE
AS $$
    SELECT pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
        (entry).id, (entry).hold, (entry).target_name, (entry).row_data, (entry).unnamed,
        (entry).submitter, (entry).login, (entry).application, (entry).address, (entry).search_path,
        pg_catalog.timezone('UTC', (entry).submitted_at))::text, 'UTF8'))
$$;
REVOKE ALL ON FUNCTION entry_digest(queue_entry) FROM PUBLIC;
COMMENT ON FUNCTION entry_digest(queue_entry) IS 'SHA-256 over what was submitted with a queue entry';

-- Queue entries as an event keeps them.
CREATE FUNCTION entries_detail(ids bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT jsonb_build_object(
        'ids', jsonb_agg(q.id ORDER BY q.id),
        'sha256', encode(sha256(string_agg(regcar.entry_digest(q), '' ORDER BY q.id)), 'hex'),
        'outcomes', coalesce(jsonb_object_agg(q.id, q.outcome) FILTER (WHERE q.outcome IS NOT NULL), '{}'))
    FROM regcar.queue_entry q WHERE q.id = ANY (ids)
$$;
REVOKE ALL ON FUNCTION entries_detail(bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION entries_detail(bigint[]) IS
    'ids of queue entries, a SHA-256 over their digests in order of id, and the outcome of each that has one';

CREATE FUNCTION record_entries(event text, hold bigint, ids bigint[], at timestamptz) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.record_event(event, hold, regcar.entries_detail(ids), at);
    PERFORM pg_notify('regcar', format('{"event":"%s","hold":%s}', event, hold));
END
$$;
REVOKE ALL ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION record_entries(text, bigint, bigint[], timestamptz) IS
    'add what became of queue entries of a hold at a time to the history, and NOTIFY';

-- Few rows of a table that may be large, by its key whatever the statistics say.
CREATE FUNCTION settle(ids bigint[], states text[], outcomes text[]) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    at timestamptz := clock_timestamp();
    e record;
BEGIN
    FOR e IN
        WITH settled AS (
            UPDATE regcar.queue_entry q
            SET state = u.state::regcar.queue_state, outcome = u.outcome,
                settled_by = CASE WHEN u.state <> 'waiting' THEN session_user END,
                settled_at = CASE WHEN u.state <> 'waiting' THEN at END
            FROM unnest(ids, states, outcomes) AS u (id, state, outcome)
            WHERE q.id = u.id AND (q.state::text, q.outcome) IS DISTINCT FROM (u.state, u.outcome)
            RETURNING q.id, q.hold, q.state)
        SELECT s.state::text AS event, s.hold, array_agg(s.id) AS ids
        FROM settled s WHERE s.state <> 'waiting'
        GROUP BY s.state, s.hold ORDER BY s.state, s.hold
    LOOP
        PERFORM regcar.record_entries(e.event, e.hold, e.ids, at);
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION settle(bigint[], text[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION settle(bigint[], text[], text[]) IS 'write down what became of queue entries: state and outcome of each';
-- What stands, and what stood.

CREATE VIEW active_holds AS
SELECT hold, h.action, h.scope, h.reason, h.incident, h.placed_by, h.placed_at::timestamptz(0),
       h.starts_at::timestamptz(0), h.expires_at::timestamptz(0),
       (SELECT count(*) FROM exemption e
        WHERE e.hold = h.hold AND e.revoked_at IS NULL
          AND (e.expires_at IS NULL OR e.expires_at > clock_timestamp())) AS exemptions,
       coalesce(q.queued, 0) AS queued
FROM hold h
LEFT JOIN (SELECT hold, count(*) AS queued FROM queue_entry WHERE state = 'waiting' GROUP BY hold) q USING (hold)
WHERE h.lifted_at IS NULL
  AND (h.expires_at IS NULL OR h.expires_at > clock_timestamp())
ORDER BY hold;
COMMENT ON VIEW active_holds IS 'holds that stand, those too that are still to start, with the number of exemptions that stand and of registrations that wait';

CREATE VIEW hold_history AS
SELECT hold, action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at,
       lifted_by, lifted_at, lift_reason
FROM hold
ORDER BY hold;
COMMENT ON VIEW hold_history IS 'every hold ever placed: who, when, why, and how it ended';

CREATE VIEW active_exemptions AS
SELECT e.exemption, e.hold, e.scope, e.reason, e.granted_by, e.granted_at::timestamptz(0), e.expires_at::timestamptz(0)
FROM exemption e JOIN active_holds h USING (hold)
WHERE e.revoked_at IS NULL AND (e.expires_at IS NULL OR e.expires_at > clock_timestamp())
ORDER BY e.exemption;
COMMENT ON VIEW active_exemptions IS 'what goes through although its hold stands';
-- What an operator calls.  Each says what it did; none is for PUBLIC.

CREATE FUNCTION warn_of_missing_keys(scope jsonb, consequence text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    missing record;
BEGIN
    FOR missing IN
        SELECT k.key, string_agg(t.target::text, ', ' ORDER BY t.target::text) AS targets
        FROM jsonb_object_keys(scope) AS k (key), regcar.tables_without_key(k.key) AS t (target)
        GROUP BY k.key ORDER BY k.key
    LOOP
        RAISE WARNING 'no column for key "%" in: %', missing.key, missing.targets
            USING DETAIL = consequence,
                  HINT = 'If the key is misspelt, end this and say it again. To map a key to a column, unguard the table and guard it again: SELECT regcar.guard(table, keys => ''{"key": "column"}'');';
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_missing_keys(jsonb, text) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_missing_keys(jsonb, text) IS
    'a WARNING for each key of a scope that some guarded table has no column for, with what follows from it';

CREATE FUNCTION place_hold(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL)
    RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    placed regcar.hold;
    guards bigint;
    unsound text;
BEGIN
    IF coalesce(reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'a hold needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'It is shown to everybody whom the hold stops.';
    ELSIF scope IS NULL THEN
        RAISE EXCEPTION 'a hold needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = '''{}'' covers everything; leave it out for that.';
    ELSIF action IS NULL THEN
        RAISE EXCEPTION 'a hold needs an action'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'queue, reject or freeze; leave it out for reject.';
    ELSIF starts_at = 'infinity' THEN
        RAISE EXCEPTION 'the hold would never start'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave starts_at out to start at once.';
    ELSIF expires_at <= clock_timestamp() OR expires_at <= starts_at THEN
        RAISE EXCEPTION 'the hold would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s, starts_at is %s.', expires_at,
                                  coalesce(starts_at::text, 'now'));
    END IF;

    PERFORM regcar.check_scope(scope);

    -- without its trigger no session would hear of the hold
    IF EXISTS (SELECT FROM pg_trigger t
               WHERE t.tgfoid = 'regcar.hold_changed'::regproc AND t.tgenabled IN ('D', 'R')) THEN
        RAISE EXCEPTION 'the triggers of regcar.hold are disabled'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = 'Nothing was placed: no session would have noticed.',
                  HINT = 'ALTER TABLE regcar.hold ENABLE ALWAYS TRIGGER hold_changed_row, ENABLE ALWAYS TRIGGER hold_changed_truncate;';
    END IF;

    INSERT INTO regcar.hold (action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at)
    VALUES (action, scope, reason, incident, session_user, clock_timestamp(), starts_at, expires_at)
    RETURNING hold.* INTO placed;
    PERFORM regcar.record_event('placed', placed.hold, regcar.event_detail(placed));

    -- seconds count here, so not the view guards, which looks at more
    SELECT count(*) FILTER (WHERE t.tgfoid = 'regcar.registration_hold'::regproc),
           string_agg(DISTINCT t.tgrelid::regclass::text, ', ') FILTER (WHERE t.tgenabled <> 'A')
    INTO guards, unsound
    FROM pg_trigger t
    WHERE t.tgfoid IN ('regcar.registration_hold'::regproc, 'regcar.hold_changed'::regproc);
    IF guards = 0 THEN
        RAISE WARNING 'hold % stops nothing: no table is guarded', placed.hold
            USING HINT = 'SELECT regcar.guard(''table'');';
    END IF;
    IF unsound IS NOT NULL THEN
        RAISE WARNING 'triggers that are not ENABLE ALWAYS may let rows through: %', unsound
            USING HINT = 'SELECT * FROM regcar.guards;';
    END IF;
    PERFORM regcar.warn_of_missing_keys(scope, format('Hold %s stops every registration there that its other keys match.', placed.hold));
    RETURN placed.hold;
END
$$;
REVOKE ALL ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION place_hold(text, jsonb, hold_action, text, timestamptz, timestamptz) IS
    'place a hold, binding when the transaction commits; its number. Afterwards drain(). 22023 for a missing reason or what is no scope; warns which guarded tables have no column for a key';

CREATE FUNCTION drain_gate(wait interval) RETURNS text[]
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE COST 1000
    AS 'MODULE_PATHNAME', 'regcar_drain_gate';
REVOKE ALL ON FUNCTION drain_gate(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_gate(interval) IS
    'wait for the transactions that are inside COMMIT with a registration; virtual ids of those left';

CREATE FUNCTION drain(
    wait interval DEFAULT '10 s', OUT pid integer, OUT gid text, OUT usename name,
    OUT application_name text, OUT xact_start timestamptz)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    COST 1000 ROWS 1
AS $$
DECLARE
    remaining text[];
BEGIN
    IF wait IS NULL THEN
        RAISE EXCEPTION 'wait must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Leave it out to wait for 10 seconds.';
    END IF;
    remaining := regcar.drain_gate(wait);
    IF remaining = '{}' THEN
        RETURN;
    END IF;
    -- a prepared transaction has no session; its lock on its own id leads to its name
    RETURN QUERY
    SELECT l.pid, p.gid, coalesce(p.owner, a.usename), a.application_name,
           coalesce(p.prepared, a.xact_start)
    FROM pg_locks l
    LEFT JOIN pg_stat_activity a ON a.pid = l.pid
    LEFT JOIN (pg_locks x JOIN pg_prepared_xacts p ON p.transaction = x.transactionid)
        ON l.pid IS NULL AND x.pid IS NULL AND x.locktype = 'transactionid'
        AND x.virtualtransaction = l.virtualtransaction
    WHERE l.locktype = 'relation' AND l.relation = 'regcar.commit_gate'::regclass
      AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
      AND l.mode = 'RowExclusiveLock' AND l.granted
      AND l.virtualtransaction = ANY (remaining);
END
$$;
REVOKE ALL ON FUNCTION drain(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain(interval) IS
    'after a hold was committed: wait for the transactions that were already committing a registration; those still left, prepared ones (gid) at once';

CREATE PROCEDURE lockdown(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown';
REVOKE ALL ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) IS
    'place a hold, commit it, drain, and say who could not be drained; when it returns naming nobody, nothing that it covers commits any more';

CREATE FUNCTION lift_hold(hold bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
AS $$
DECLARE
    h regcar.hold;
BEGIN
    IF coalesce(lift_hold.reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'lifting a hold needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.lift_hold(number, ''why'');';
    END IF;
    UPDATE regcar.hold t
    SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_hold.reason
    WHERE t.hold = lift_hold.hold AND t.lifted_at IS NULL
    RETURNING t.* INTO h;
    IF FOUND THEN
        PERFORM regcar.record_event('lifted', h.hold, regcar.event_detail(h));
        RETURN format('hold %s is lifted; it stood for %s', h.hold,
                      (SELECT r.duration FROM regcar.hold_report r WHERE r.hold = h.hold));
    END IF;
    SELECT t.* INTO h FROM regcar.hold t WHERE t.hold = lift_hold.hold;
    IF FOUND THEN
        RAISE EXCEPTION 'hold % is lifted already', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s lifted it at %s: %s', h.lifted_by, h.lifted_at, h.lift_reason);
    END IF;
    RAISE EXCEPTION 'there is no hold %', coalesce(lift_hold.hold::text, 'null')
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'SELECT * FROM regcar.active_holds;';
END
$$;
REVOKE ALL ON FUNCTION lift_hold(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION lift_hold(bigint, text) IS
    'end a hold when the transaction commits; 55000 if it was lifted already, 22023 if there is none of that number';

CREATE FUNCTION lift_all(reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    holds regcar.hold[];
BEGIN
    IF coalesce(lift_all.reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'lifting a hold needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.lift_all(''why'');';
    END IF;
    -- one statement, so that a hold which somebody else lifts meanwhile is passed over
    WITH lifted AS (
        UPDATE regcar.hold t
        SET lifted_by = session_user, lifted_at = clock_timestamp(), lift_reason = lift_all.reason
        WHERE t.lifted_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > clock_timestamp())
        RETURNING t.*
    )
    SELECT array_agg(l ORDER BY l.hold) INTO holds FROM lifted l;
    PERFORM regcar.record_event('lifted', l.hold, regcar.event_detail(l)) FROM unnest(holds) l;
    RETURN coalesce((SELECT 'lifted: hold ' || string_agg(l.hold::text, ', ') FROM unnest(holds) l),
                    'no hold stands');
END
$$;
REVOKE ALL ON FUNCTION lift_all(text) FROM PUBLIC;
COMMENT ON FUNCTION lift_all(text) IS 'end every hold that stands, those too that are still to start';

-- Who goes through although a hold stands.

CREATE FUNCTION exempt(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    h regcar.hold;
    granted regcar.exemption;
BEGIN
    IF coalesce(exempt.reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'an exemption needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.exempt(hold, scope, ''why'');';
    ELSIF exempt.scope IS NULL THEN
        RAISE EXCEPTION 'an exemption needs a scope'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'As in {"dealer": "Okafor & Sons"}.';
    ELSIF exempt.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'the exemption would expire before it starts'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = format('expires_at is %s.', exempt.expires_at);
    END IF;
    PERFORM regcar.check_scope(exempt.scope);
    SELECT t.* INTO h FROM regcar.hold t WHERE t.hold = exempt.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(exempt.hold::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.active_holds;';
    ELSIF h.lifted_at IS NOT NULL THEN
        RAISE EXCEPTION 'hold % is lifted already', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s lifted it at %s: %s', h.lifted_by, h.lifted_at, h.lift_reason),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    ELSIF h.expires_at <= clock_timestamp() THEN
        RAISE EXCEPTION 'hold % has expired', h.hold
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('It expired at %s.', h.expires_at),
                  HINT = 'SELECT * FROM regcar.active_holds;';
    END IF;
    INSERT INTO regcar.exemption (hold, scope, reason, granted_by, granted_at, expires_at)
    VALUES (exempt.hold, exempt.scope, exempt.reason, session_user, clock_timestamp(), exempt.expires_at)
    RETURNING exemption.* INTO granted;
    PERFORM regcar.record_event('exempted', granted.hold, regcar.event_detail(granted));
    PERFORM regcar.warn_of_missing_keys(exempt.scope, format('Exemption %s lets nothing through there.', granted.exemption));
    RETURN granted.exemption;
END
$$;
REVOKE ALL ON FUNCTION exempt(bigint, jsonb, text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION exempt(bigint, jsonb, text, timestamptz) IS
    'let rows of a scope through although a hold stands, when the transaction commits; number of the exemption. 22023 for no reason, no scope or no such hold, 55000 if it is lifted or has expired; warns which guarded tables have no column for a key';

CREATE FUNCTION revoke_exemption(exemption bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    e regcar.exemption;
BEGIN
    IF coalesce(revoke_exemption.reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'revoking an exemption needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.revoke_exemption(number, ''why'');';
    END IF;
    UPDATE regcar.exemption t
    SET revoked_by = session_user, revoked_at = clock_timestamp(), revoke_reason = revoke_exemption.reason
    WHERE t.exemption = revoke_exemption.exemption AND t.revoked_at IS NULL
    RETURNING t.* INTO e;
    IF FOUND THEN
        PERFORM regcar.record_event('revoked', e.hold, regcar.event_detail(e));
        RETURN format('exemption %s from hold %s is revoked; drain() after COMMIT', e.exemption, e.hold);
    END IF;
    SELECT t.* INTO e FROM regcar.exemption t WHERE t.exemption = revoke_exemption.exemption;
    IF FOUND THEN
        RAISE EXCEPTION 'exemption % is revoked already', e.exemption
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('%s revoked it at %s: %s', e.revoked_by, e.revoked_at, e.revoke_reason);
    END IF;
    RAISE EXCEPTION 'there is no exemption %', coalesce(revoke_exemption.exemption::text, 'null')
        USING ERRCODE = 'invalid_parameter_value',
              HINT = 'SELECT * FROM regcar.active_exemptions;';
END
$$;
REVOKE ALL ON FUNCTION revoke_exemption(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION revoke_exemption(bigint, text) IS
    'end an exemption when the transaction commits; afterwards drain(), as for a hold. 55000 if it was revoked already, 22023 if there is none of that number';
-- Feeding queued registrations back, and what to do with those that failed.

CREATE FUNCTION queue_length(hold bigint, OUT waiting bigint, OUT first bigint, OUT last bigint)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF hold IS NOT NULL AND NOT EXISTS (SELECT FROM regcar.hold h WHERE h.hold = queue_length.hold)
       AND NOT EXISTS (SELECT FROM regcar.queue_entry q WHERE q.hold = queue_length.hold) THEN
        RAISE EXCEPTION 'there is no hold %', hold
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT * FROM regcar.queue_summary;';
    END IF;
    SELECT count(*), min(q.id), max(q.id) INTO waiting, first, last
    FROM regcar.queue_entry q
    WHERE q.state = 'waiting' AND (queue_length.hold IS NULL OR q.hold = queue_length.hold);
END
$$;
REVOKE ALL ON FUNCTION queue_length(bigint) FROM PUBLIC;
COMMENT ON FUNCTION queue_length(bigint) IS
    'how many registrations of a hold, or of all, wait, and the first and last of their ids; 22023 if there is no such hold';

CREATE FUNCTION release_batch(
    hold bigint, after bigint, until bigint, max_rows integer,
    OUT taken integer, OUT released integer, OUT failed integer, OUT last bigint)
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE COST 10000
    SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'regcar_release_batch';
REVOKE ALL ON FUNCTION release_batch(bigint, bigint, bigint, integer) FROM PUBLIC;
COMMENT ON FUNCTION release_batch(bigint, bigint, bigint, integer) IS
    'one batch of release(): the next entries behind one id and up to another, each inserted as its submitter, in this transaction';

CREATE PROCEDURE release(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release';
REVOKE ALL ON PROCEDURE release(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release(bigint, bigint, integer, interval) IS
    'insert what the queue of a hold, or of all, has, in order of arrival, a transaction for each batch, with a pause between two. Rows that a hold still covers, or whose submitter may not insert them, stay. A batch that a new hold or another transaction keeps from COMMIT is done again. 25001 inside a transaction block';

CREATE FUNCTION retry(queue_id bigint) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    now_state regcar.queue_state;
BEGIN
    UPDATE regcar.queue_entry q
    SET state = 'waiting', outcome = NULL, settled_by = NULL, settled_at = NULL
    WHERE q.id = queue_id AND q.state = 'failed'
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('retried', of_hold, ARRAY[queue_id], clock_timestamp());
        RETURN format('queue entry %s waits again; CALL regcar.release()', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % did not fail', queue_id
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its state is %s.', now_state);
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;
REVOKE ALL ON FUNCTION retry(bigint) FROM PUBLIC;
COMMENT ON FUNCTION retry(bigint) IS
    'let a queued registration that failed wait for the next release; 55000 if it did not fail, 22023 if there is none of that id';

CREATE FUNCTION discard(queue_id bigint, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    of_hold bigint;
    at timestamptz := clock_timestamp();
    now_state regcar.queue_state;
BEGIN
    IF coalesce(discard.reason, '') !~ '[^[:space:]]' THEN
        RAISE EXCEPTION 'discarding a registration needs a reason'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.discard(id, ''why'');';
    END IF;
    UPDATE regcar.queue_entry q
    SET state = 'discarded', outcome = discard.reason, settled_by = session_user, settled_at = at
    WHERE q.id = queue_id AND q.state IN ('waiting', 'failed')
    RETURNING q.hold INTO of_hold;
    IF FOUND THEN
        PERFORM regcar.record_entries('discarded', of_hold, ARRAY[queue_id], at);
        RETURN format('queue entry %s is discarded; its row stays in regcar.queue', queue_id);
    END IF;
    SELECT q.state INTO now_state FROM regcar.queue_entry q WHERE q.id = queue_id;
    IF FOUND THEN
        RAISE EXCEPTION 'queue entry % is % already', queue_id, now_state
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RAISE EXCEPTION 'there is no queue entry %', coalesce(queue_id::text, 'null')
        USING ERRCODE = 'invalid_parameter_value', HINT = 'SELECT * FROM regcar.queue;';
END
$$;
REVOKE ALL ON FUNCTION discard(bigint, text) FROM PUBLIC;
COMMENT ON FUNCTION discard(bigint, text) IS
    'give up a queued registration that waits or failed, with the reason; 55000 if it is released or discarded, 22023 if there is none of that id';
-- Does the history fit together, and does the state fit the history?

CREATE FUNCTION verify_history(OUT events bigint, OUT head text, OUT first_misfit bigint, OUT problem text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC'
AS $$
DECLARE
    e record;
BEGIN
    -- those of this transaction take their places now rather than at COMMIT
    IF EXISTS (SELECT FROM regcar.history h WHERE h.seq IS NULL) THEN
        SET CONSTRAINTS regcar.chain_event IMMEDIATE;
    END IF;

    SELECT count(*), encode((array_agg(h.digest ORDER BY h.seq DESC))[1], 'hex') INTO events, head
    FROM regcar.history h WHERE h.seq IS NOT NULL;

    -- each event on the one before it
    FOR e IN
        SELECT h.*, lag(h.digest) OVER chain AS previous, row_number() OVER chain AS place
        FROM regcar.history h WHERE h.seq IS NOT NULL WINDOW chain AS (ORDER BY h.seq) ORDER BY h.seq
    LOOP
        IF e.seq <> e.place THEN
            first_misfit := e.place;
            problem := 'the event of this place is missing';
            RETURN;
        ELSIF e.digest IS DISTINCT FROM regcar.event_digest(e.previous, e.seq, e.id, e.at, e.event, e.hold, e.actor, e.detail) THEN
            first_misfit := e.seq;
            problem := 'its digest is not that of its content and of the event before it';
            RETURN;
        ELSIF e.event <> ALL ('{placed,lifted,exempted,revoked,released,failed,retried,discarded}') THEN
            first_misfit := e.seq;
            problem := 'there is no such event';
            RETURN;
        END IF;
    END LOOP;
    IF EXISTS (SELECT FROM regcar.history h WHERE h.seq IS NULL) THEN
        problem := 'an event has no place in the chain: the trigger chain_event of regcar.history was off';
        RETURN;
    END IF;

    -- holds and exemptions as the last event about each left them
    SELECT l.seq, CASE WHEN l.seq IS NULL THEN format('no event tells of %s %s', s.kind, s.id)
                       WHEN s.id IS NULL THEN format('%s %s is gone', l.kind, l.id)
                       ELSE format('%s %s is not as this event left it', s.kind, s.id) END
    INTO first_misfit, problem
    FROM (SELECT 'hold' AS kind, t.hold::text AS id, regcar.event_detail(t) AS detail FROM regcar.hold t
          UNION ALL
          SELECT 'exemption', t.exemption::text, regcar.event_detail(t) FROM regcar.exemption t) s
    FULL JOIN (SELECT DISTINCT ON (x.kind, x.id) x.*
               FROM (SELECT CASE WHEN h.event IN ('placed', 'lifted') THEN 'hold' ELSE 'exemption' END AS kind,
                            CASE WHEN h.event IN ('placed', 'lifted') THEN h.hold::text
                                 ELSE h.detail ->> 'exemption' END AS id, h.seq, h.detail
                     FROM regcar.history h WHERE h.event IN ('placed', 'lifted', 'exempted', 'revoked')) x
               ORDER BY x.kind, x.id, x.seq DESC) l
        ON (l.kind, l.id) = (s.kind, s.id)
    WHERE l.detail IS DISTINCT FROM s.detail
    ORDER BY l.seq, s.kind DESC, length(s.id), s.id LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;

    -- queued registrations as they were submitted, and as the last event about each left them
    SELECT h.seq, 'a queued registration that this event names is not as it was submitted'
    INTO first_misfit, problem
    FROM regcar.history h
    WHERE h.event IN ('released', 'failed', 'retried', 'discarded')
      AND h.detail - 'outcomes' IS DISTINCT FROM
          regcar.entries_detail(ARRAY(SELECT i::bigint FROM jsonb_path_query(h.detail, '$.ids[*] ? (@ >= 1 && @ <= 9223372036854775807)') i)) - 'outcomes'
    ORDER BY h.seq LIMIT 1;
    IF FOUND THEN
        RETURN;
    END IF;
    SELECT l.seq, CASE WHEN q.state::text <> coalesce(l.state, 'waiting') THEN format('queue entry %s is %s', q.id, q.state)
                       ELSE format('queue entry %s is not as this event left it', q.id) END
    INTO first_misfit, problem
    FROM regcar.queue_entry q
    LEFT JOIN (SELECT DISTINCT ON (i.id) i.id::bigint AS id, h.seq, h.actor, h.at, h.detail #>> ARRAY['outcomes', i.id] AS outcome,
                      CASE h.event WHEN 'retried' THEN 'waiting' ELSE h.event END AS state
               FROM regcar.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id)
               WHERE h.event IN ('released', 'failed', 'retried', 'discarded')
               ORDER BY i.id, h.seq DESC) l ON l.id = q.id
    -- release() says of one that goes on waiting why, and that is no event
    WHERE CASE WHEN coalesce(l.state, 'waiting') = 'waiting'
               THEN (q.state, q.settled_by, q.settled_at) IS DISTINCT FROM ('waiting', NULL, NULL)
               ELSE (q.state::text, q.settled_by, q.settled_at, q.outcome) IS DISTINCT FROM (l.state, l.actor, l.at, l.outcome) END
    ORDER BY l.seq, q.id LIMIT 1;
END
$$;
REVOKE ALL ON FUNCTION verify_history() FROM PUBLIC;
COMMENT ON FUNCTION verify_history() IS
    'number of events, digest of the last (note it elsewhere: cutting off the end shows by nothing else), and the place and problem of the first event that does not fit, NULL if all do';
-- Guards: which tables are under the rules.

CREATE FUNCTION registration_hold() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_registration_hold';
REVOKE ALL ON FUNCTION registration_hold() FROM PUBLIC;
COMMENT ON FUNCTION registration_hold() IS
    'trigger that guard() attaches: RH001 where a hold stops the row. Arguments: the mark''s column, then key=column for scope keys, then replicated';

-- Arguments of a trigger, each ended by a zero byte in pg_trigger.tgargs.
CREATE FUNCTION trigger_arguments(bytea) RETURNS text[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT array_agg(convert_from(decode(m[1], 'hex'), getdatabaseencoding()) ORDER BY n)
    FROM regexp_matches(encode($1, 'hex'), '((?:(?!00)..)*)00', 'g') WITH ORDINALITY r(m, n)
$$;
REVOKE ALL ON FUNCTION trigger_arguments(bytea) FROM PUBLIC;
COMMENT ON FUNCTION trigger_arguments(bytea) IS 'pg_trigger.tgargs as an array';

CREATE VIEW plate_columns AS
WITH RECURSIVE plate_type(oid) AS (
    SELECT 'regcar.plate'::regtype::oid
    UNION ALL
    SELECT t.oid FROM pg_type t JOIN plate_type p ON t.typbasetype = p.oid
)
SELECT a.attrelid::regclass AS target, a.attname AS plate_column
FROM pg_attribute a
JOIN plate_type p ON p.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped;
COMMENT ON VIEW plate_columns IS 'columns of type plate, or of a domain over it';
GRANT SELECT ON plate_columns TO PUBLIC;

CREATE VIEW guards AS
WITH trigger AS (
    SELECT t.tgrelid, t.tgname, t.tgenabled, trigger_arguments(t.tgargs) AS args,
           (t.tgtype & 1) = 1 AS is_row,
           -- BEFORE each row on insert, delete, update; BEFORE TRUNCATE
           t.tgtype IN (31, 34) AND t.tgqual IS NULL AND t.tgattr::text = '' AS sound
    FROM pg_trigger t
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc
),
guarded AS (
    SELECT c.oid, r.args,
           coalesce(r.args[1], (SELECT min(p.plate_column) FROM plate_columns p
                                WHERE p.target = c.oid HAVING count(*) = 1)) AS plate_column,
           r.tgname AS row_trigger, r.tgenabled AS row_enabled, r.sound AS row_sound,
           s.tgname AS truncate_trigger, s.tgenabled AS truncate_enabled, s.sound AS truncate_sound
    FROM pg_class c
    LEFT JOIN LATERAL (SELECT * FROM trigger t WHERE t.tgrelid = c.oid AND t.is_row
                       ORDER BY t.sound DESC, t.tgenabled <> 'A' LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT * FROM trigger t WHERE t.tgrelid = c.oid AND NOT t.is_row
                       ORDER BY t.sound DESC, t.tgenabled <> 'A' LIMIT 1) s ON true
    WHERE c.relkind IN ('r', 'p')
      AND NOT pg_is_other_temp_schema(c.relnamespace)
      AND (r.tgrelid IS NOT NULL OR s.tgrelid IS NOT NULL
           OR EXISTS (SELECT FROM plate_columns p WHERE p.target = c.oid))
)
SELECT g.oid::regclass AS target,
       g.plate_column::name AS plate_column,
       coalesce((SELECT jsonb_object_agg(split_part(a, '=', 1), substr(a, strpos(a, '=') + 1))
                 FROM unnest(g.args[2:]) a WHERE a LIKE '%=%'), '{}') AS keys,
       CASE
           WHEN row_trigger IS NULL AND truncate_trigger IS NULL THEN 'not guarded'
           WHEN row_trigger IS NULL THEN 'row trigger missing'
           WHEN truncate_trigger IS NULL THEN 'truncate trigger missing'
           WHEN row_enabled = 'D' OR truncate_enabled = 'D' THEN 'disabled'
           WHEN row_enabled <> 'A' OR truncate_enabled <> 'A' THEN 'not ENABLE ALWAYS'
           WHEN NOT row_sound OR NOT truncate_sound THEN 'does not fire on every write'
           WHEN NOT EXISTS (SELECT FROM pg_attribute a
                            WHERE a.attrelid = g.oid AND a.attname = g.plate_column
                              AND a.attnum > 0 AND NOT a.attisdropped)
               THEN 'column of the mark is gone'
           WHEN EXISTS (SELECT FROM pg_trigger t
                        WHERE t.tgrelid = g.oid AND t.tgtype & 67 = 3 AND NOT t.tgisinternal
                          AND t.tgname > g.row_trigger AND t.tgenabled <> 'D')
               THEN 'another trigger fires after it'
           ELSE 'ok'
       END AS status
FROM guarded g
UNION ALL
-- what --disable-triggers does to the extension's own tables
SELECT t.tgrelid::regclass, NULL, '{}', format('own trigger %s not ENABLE %s', t.tgname, o.enabled)
FROM pg_trigger t
JOIN (VALUES ('regcar.hold_changed'::regproc, 'ALWAYS'), ('regcar.chain_event', 'ALWAYS'),
             ('regcar.record_replicated', 'REPLICA')) AS o (function, enabled) ON t.tgfoid = o.function
WHERE t.tgenabled <> left(o.enabled, 1)
ORDER BY 1;
COMMENT ON VIEW guards IS
    'every guarded table and partition, and every table with a plate column: ok, or what is wrong with its guard';

CREATE FUNCTION guard_truncate(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER "~registration_hold_truncate" BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION regcar.registration_hold()', target);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "~registration_hold_truncate"', target);
END
$$;
REVOKE ALL ON FUNCTION guard_truncate(regclass) FROM PUBLIC;
COMMENT ON FUNCTION guard_truncate(regclass) IS 'attach the TRUNCATE trigger of a guard to one table or partition';

CREATE FUNCTION guard(
    target regclass, plate_column name DEFAULT NULL, keys jsonb DEFAULT '{}',
    replicated boolean DEFAULT false)
    RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    c pg_class := (SELECT r FROM pg_class r WHERE r.oid = target);
    has_row boolean;
    has_truncate boolean;
    columns name[];
    arguments text[];
    missing text;
    part regclass;
BEGIN
    IF c.oid IS NULL THEN
        RAISE EXCEPTION 'there is no table %', coalesce(target::text, 'null')
            USING ERRCODE = 'undefined_table', HINT = 'SELECT * FROM regcar.guards;';
    ELSIF c.relkind NOT IN ('r', 'p') THEN
        RAISE EXCEPTION '"%" is not a table', target
            USING ERRCODE = 'wrong_object_type',
                  HINT = 'Guard the table where its rows are stored.';
    ELSIF c.oid < 16384 OR c.relnamespace = 'regcar'::regnamespace THEN
        RAISE EXCEPTION 'permission denied: "%" is a system table', target
            USING ERRCODE = 'insufficient_privilege',
                  HINT = 'Guard the tables that hold registrations.';
    END IF;

    SELECT coalesce(bool_or(t.tgtype & 1 = 1), false), coalesce(bool_or(t.tgtype & 1 = 0), false)
    INTO has_row, has_truncate
    FROM pg_trigger t
    WHERE t.tgrelid = target AND t.tgfoid = 'regcar.registration_hold'::regproc;
    IF has_row AND has_truncate THEN
        RAISE EXCEPTION '"%" is guarded already', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  DETAIL = format('Its status is: %s.', (SELECT g.status FROM regcar.guards g
                                                         WHERE g.target = guard.target)),
                  HINT = format('SELECT regcar.unguard(%L); first, to change its settings.', target);
    ELSIF has_row THEN
        -- a partition that came later: its row trigger is its parent's
        PERFORM regcar.guard_truncate(target);
        RETURN format('%s is guarded against TRUNCATE too', target);
    END IF;
    SELECT t.tgrelid::regclass INTO part
    FROM pg_trigger t JOIN pg_partition_tree(target) p ON p.relid = t.tgrelid
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc
    LIMIT 1;
    IF part IS NOT NULL THEN
        RAISE EXCEPTION 'partition "%" has a guard of its own', part
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('SELECT regcar.unguard(%L); then guard the whole table.', part);
    END IF;

    IF plate_column IS NULL THEN
        SELECT array_agg(p.plate_column ORDER BY p.plate_column) INTO columns
        FROM regcar.plate_columns p WHERE p.target = guard.target;
        IF cardinality(columns) IS DISTINCT FROM 1 THEN
            RAISE EXCEPTION '"%" has % columns of type plate', target, coalesce(cardinality(columns), 0)
                USING ERRCODE = 'invalid_parameter_value',
                      DETAIL = format('They are: %s.', coalesce(array_to_string(columns, ', '), 'none')),
                      HINT = format('Name the column of the mark: SELECT regcar.guard(%L, ''column'');', target);
        END IF;
        plate_column := columns[1];
    ELSIF NOT EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                      WHERE a.attrelid = target AND a.attname = guard.plate_column
                        AND a.attnum > 0 AND NOT a.attisdropped
                        AND (t.typcategory = 'S'
                             OR EXISTS (SELECT FROM regcar.plate_columns p
                                        WHERE p.target = guard.target AND p.plate_column = a.attname)))
    THEN
        RAISE EXCEPTION '"%" has no column "%" of type plate or text', target, plate_column
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Name the column that holds the mark.';
    END IF;

    IF keys IS NULL OR jsonb_typeof(keys) <> 'object'
       OR EXISTS (SELECT FROM jsonb_each(keys) k
                  WHERE jsonb_typeof(k.value) <> 'string' OR k.key ~ '=' OR octet_length(k.key) NOT BETWEEN 1 AND 63)
    THEN
        RAISE EXCEPTION 'keys is a JSON object of scope keys and column names'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'As in {"make": "manufacturer"}; a key has 1 to 63 bytes and no equals sign.';
    ELSIF keys ?| '{series,format,region}'::text[] THEN
        RAISE EXCEPTION 'the keys series, format and region cannot be columns'
            USING ERRCODE = 'invalid_parameter_value',
                  DETAIL = 'They are computed from the mark.',
                  HINT = 'Give the column another key.';
    END IF;
    SELECT string_agg(format('"%s"', k.value), ', ' ORDER BY k.value COLLATE "C") INTO missing
    FROM jsonb_each_text(keys) k
    WHERE NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = target AND a.attname = k.value
                        AND a.attnum > 0 AND NOT a.attisdropped);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION '"%" has no column %', target, missing
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'keys maps a scope key to a column of the table.';
    END IF;

    arguments := plate_column::text
                 || ARRAY(SELECT k.key || '=' || k.value FROM jsonb_each_text(keys) k)
                 || CASE WHEN replicated THEN ARRAY['replicated'] END;

    EXECUTE format(
        'CREATE TRIGGER "~registration_hold" BEFORE INSERT OR UPDATE OR DELETE ON %s '
        'FOR EACH ROW EXECUTE FUNCTION regcar.registration_hold(%s)',
        target, (SELECT string_agg(quote_literal(a), ', ' ORDER BY n)
                 FROM unnest(arguments) WITH ORDINALITY u(a, n)));
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER "~registration_hold"', target);
    PERFORM regcar.guard_truncate(target) WHERE NOT has_truncate;
    -- TRUNCATE of a partition fires no trigger of its parent
    PERFORM regcar.guard_truncate(p.relid)
    FROM pg_partition_tree(target) p JOIN pg_class r ON r.oid = p.relid
    WHERE p.relid <> target AND r.relkind IN ('r', 'p');
    RETURN format('%s is guarded: mark in column %I', target, plate_column);
END
$$;
REVOKE ALL ON FUNCTION guard(regclass, name, jsonb, boolean) FROM PUBLIC;
COMMENT ON FUNCTION guard(regclass, name, jsonb, boolean) IS
    'put a table and its partitions under the rules: the column of the mark (NULL: its only plate column), scope keys that are other columns, whether replicated rows are held too. As the table''s owner';

CREATE FUNCTION unguard(target regclass) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target
                   AND t.tgfoid = 'regcar.registration_hold'::regproc) THEN
        RAISE EXCEPTION '"%" is not guarded', coalesce(target::text, 'null')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT * FROM regcar.guards;';
    ELSIF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target AND t.tgparentid <> 0
                  AND t.tgfoid = 'regcar.registration_hold'::regproc) THEN
        RAISE EXCEPTION '"%" is guarded as a partition', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('SELECT regcar.unguard(%L);', pg_partition_root(target));
    END IF;
    FOR found IN
        SELECT g.tgrelid::regclass AS rel, g.tgname
        FROM pg_trigger g
        WHERE g.tgfoid = 'regcar.registration_hold'::regproc AND g.tgparentid = 0
          AND (g.tgrelid = target OR g.tgrelid IN (SELECT p.relid FROM pg_partition_tree(target) p))
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.rel);
    END LOOP;
    RETURN format('%s is no longer guarded', target);
END
$$;
REVOKE ALL ON FUNCTION unguard(regclass) FROM PUBLIC;
COMMENT ON FUNCTION unguard(regclass) IS
    'take a table and its partitions from under the rules. As the table''s owner; 55000 if it is not guarded';

-- Keys that holds ask for, against what a guarded table can answer.
CREATE FUNCTION tables_without_key(key text) RETURNS SETOF regclass
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
    SELECT t.tgrelid::regclass
    FROM pg_trigger t
    CROSS JOIN LATERAL (
        SELECT coalesce((SELECT substr(a, length(key) + 2)
                         FROM unnest((regcar.trigger_arguments(t.tgargs))[2:]) a
                         WHERE a LIKE '%=%' AND split_part(a, '=', 1) = key LIMIT 1), key) AS column_name) c
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0
      AND key NOT IN ('series', 'format', 'region')
      AND NOT EXISTS (SELECT FROM pg_attribute a
                      WHERE a.attrelid = t.tgrelid AND a.attname = c.column_name
                        AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '')
$$;
REVOKE ALL ON FUNCTION tables_without_key(text) FROM PUBLIC;
COMMENT ON FUNCTION tables_without_key(text) IS
    'guarded tables that have no column for a scope''s key, or a generated one, which is computed after the triggers: there it matches every hold';

CREATE FUNCTION hold_for(
    target regclass, row_data jsonb, OUT hold bigint, OUT action hold_action,
    OUT reason text, OUT incident text, OUT since timestamptz)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE COST 1000 ROWS 1
    AS 'MODULE_PATHNAME', 'regcar_hold_for';
COMMENT ON FUNCTION hold_for(regclass, jsonb) IS
    'holds that would stop this row as a registration just now, the one that decides first; no row: it would be accepted. What the row leaves out matches every hold';
-- Reports over the marks of a table, with the caller's rights.

CREATE FUNCTION report_column(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns name[] := ARRAY(SELECT p.plate_column FROM regcar.plate_columns p
                            WHERE p.target = report_column.target ORDER BY 1);
BEGIN
    IF cardinality(columns) <> 1 THEN
        RAISE EXCEPTION '"%" has % columns of type plate', target, cardinality(columns)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Make a view that has just the one to report on.';
    END IF;
    RETURN quote_ident(columns[1]);
END
$$;
COMMENT ON FUNCTION report_column(regclass) IS 'the only column of type plate, quoted; 22023 if there is none or more';

-- There are few series and few regions, so both reports count into an array in one pass over the table or, where that is
-- cheaper, over an index on the mark alone: no row is hashed, and several processes may share the work.

CREATE FUNCTION count_series(bigint[], plate) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_count_series';
COMMENT ON FUNCTION count_series(bigint[], plate) IS 'transition function of tally_series()';

CREATE FUNCTION count_regions(bigint[], plate) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_count_regions';
COMMENT ON FUNCTION count_regions(bigint[], plate) IS 'transition function of tally_regions()';

CREATE FUNCTION tally_add(bigint[], bigint[]) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_tally_add';
COMMENT ON FUNCTION tally_add(bigint[], bigint[]) IS 'combine function of tally_series() and tally_regions()';

CREATE AGGREGATE tally_series(plate) (
    SFUNC = count_series, STYPE = bigint[], COMBINEFUNC = tally_add, INITCOND = '{}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally_series(plate) IS
    'how many marks of each series there are, by its ordinal in the view series; [0] counts undated marks';

CREATE AGGREGATE tally_regions(plate) (
    SFUNC = count_regions, STYPE = bigint[], COMBINEFUNC = tally_add, INITCOND = '{}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally_regions(plate) IS
    'how many marks of each region there are, by its place in region_names(); [0] counts marks of none';

CREATE FUNCTION region_names() RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_region_names';
COMMENT ON FUNCTION region_names() IS 'names of regions by their number; NULL at numbers without one';

CREATE FUNCTION registrations_by_series(
    target regclass, OUT series plate_series, OUT period daterange, OUT registrations bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp COST 10000 ROWS 140
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT s.series, s.period, n FROM (SELECT regcar.tally_series(%1$s) AS tally FROM %2$s) t,'
        ' unnest(tally) WITH ORDINALITY AS c(n, place) LEFT JOIN regcar.series s ON s.ordinal = place - 1'
        ' WHERE n > 0 ORDER BY place', regcar.report_column(target), target);
END
$$;
COMMENT ON FUNCTION registrations_by_series(regclass) IS
    'how many marks of each series a table or view has, oldest first; undated marks in a first row without a series';

CREATE FUNCTION registrations_by_region(
    target regclass, series plate_series, OUT region text, OUT registrations bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp COST 1000 ROWS 20
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT (regcar.region_names())[place - 1], n'
        ' FROM (SELECT regcar.tally_regions(%1$s) AS tally FROM %2$s WHERE %1$s OPERATOR(regcar.<@) $1) t,'
        ' unnest(tally) WITH ORDINALITY AS c(n, place)'
        ' WHERE n > 0 ORDER BY 2 DESC, 1', regcar.report_column(target), target)
    USING series;
END
$$;
COMMENT ON FUNCTION registrations_by_region(regclass, plate_series) IS
    'how many marks of one series a table or view has by region, most first; reads one interval of an index on the mark';

CREATE FUNCTION series_calendar("from" date, "to" date, OUT series plate_series, OUT period daterange)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    SELECT s.series, s.period FROM regcar.series s
    WHERE "from" <= "to" AND s.period && daterange("from", "to", '[]') ORDER BY s.series
$$;
COMMENT ON FUNCTION series_calendar(date, date) IS
    'series that are issued on some day from one to another, both included; none if they are the wrong way round';
-- What a hold came to, and the account of an incident.

CREATE VIEW hold_report AS
SELECT hold, h.action, h.reason, h.incident, t.began_at, t.ended_at,
       -- it may have ended before it began, or be still to begin
       CASE WHEN t.began_at < coalesce(t.ended_at, clock_timestamp())
            THEN date_trunc('second', coalesce(t.ended_at, clock_timestamp()) - t.began_at) ELSE '0' END AS duration,
       coalesce(q.queued, 0) AS queued, coalesce(q.released, 0) AS released, coalesce(q.failed, 0) AS failed,
       coalesce(q.discarded, 0) AS discarded, coalesce(q.waiting, 0) AS waiting, q.longest_wait, q.releases_per_hour
FROM hold h
CROSS JOIN LATERAL (
    SELECT greatest(h.placed_at, h.starts_at) AS began_at,
           CASE WHEN h.lifted_at <= h.expires_at OR h.expires_at IS NULL OR h.expires_at > clock_timestamp()
                THEN h.lifted_at ELSE h.expires_at END AS ended_at) t
LEFT JOIN (
    SELECT hold, count(*) AS queued,
           count(*) FILTER (WHERE state = 'released') AS released,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'discarded') AS discarded,
           count(*) FILTER (WHERE state = 'waiting') AS waiting,
           date_trunc('second', max(coalesce(settled_at, clock_timestamp()) - submitted_at)) AS longest_wait,
           -- from the first release to the last, and an hour at least
           round(count(*) FILTER (WHERE state = 'released')
                 / greatest(1, extract(epoch FROM max(settled_at) FILTER (WHERE state = 'released')
                                                - min(settled_at) FILTER (WHERE state = 'released')) / 3600), 1)
               AS releases_per_hour
    FROM queue_entry GROUP BY hold) q USING (hold)
ORDER BY h.hold;
COMMENT ON VIEW hold_report IS
    'each hold with how long it stood and what became of the registrations that it queued: how many, the longest wait of one, and releases per hour between the first and the last';

CREATE FUNCTION incident_account(
    incident text, OUT at timestamptz, OUT event text, OUT hold bigint, OUT actor text, OUT detail text)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
    COST 10000
AS $$
DECLARE
    holds bigint[] := ARRAY(SELECT h.hold FROM regcar.hold h WHERE h.incident = incident_account.incident ORDER BY 1);
BEGIN
    IF holds = '{}' THEN
        RAISE EXCEPTION 'no hold is of incident %', coalesce(quote_literal(incident), 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    RETURN QUERY
    SELECT a.at, a.event, a.hold, a.actor, a.detail
    FROM (
        SELECT h.at, h.event, h.hold, h.actor::text,
               CASE h.event
                   WHEN 'placed' THEN format('%s %s: %s', h.detail ->> 'action', h.detail ->> 'scope', h.detail ->> 'reason')
                   WHEN 'lifted' THEN h.detail ->> 'lift_reason'
                   WHEN 'exempted' THEN format('exemption %s %s: %s', h.detail ->> 'exemption', h.detail ->> 'scope', h.detail ->> 'reason')
                   WHEN 'revoked' THEN format('exemption %s: %s', h.detail ->> 'exemption', h.detail ->> 'revoke_reason')
               END AS detail, 0 AS rank, h.seq AS n
        FROM regcar.history h
        WHERE h.hold = ANY (holds) AND h.event IN ('placed', 'lifted', 'exempted', 'revoked')
        UNION ALL
        SELECT q.submitted_at, 'queued', q.hold, q.submitter,
               format('queue id %s for %s: %s', q.id, q.target_name, q.row_data), 1, q.id
        FROM regcar.queue_entry q WHERE q.hold = ANY (holds)
        UNION ALL
        SELECT h.at, h.event, q.hold, h.actor::text,
               format('queue id %s after %s%s', q.id, date_trunc('second', h.at - q.submitted_at), ': ' || (h.detail #>> ARRAY['outcomes', i.id])),
               2, q.id
        FROM regcar.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id) JOIN regcar.queue_entry q ON q.id = i.id::bigint
        WHERE h.hold = ANY (holds) AND h.event IN ('released', 'failed', 'retried', 'discarded')
        UNION ALL
        SELECT clock_timestamp(), 'waiting', q.hold, q.submitter,
               format('queue id %s after %s%s', q.id, date_trunc('second', clock_timestamp() - q.submitted_at), ': ' || q.outcome),
               3, q.id
        FROM regcar.queue_entry q WHERE q.hold = ANY (holds) AND q.state = 'waiting'
    ) a
    ORDER BY a.at, a.rank, a.n;
END
$$;
REVOKE ALL ON FUNCTION incident_account(text) FROM PUBLIC;
COMMENT ON FUNCTION incident_account(text) IS
    'what happened in an incident, in order: who placed, lifted, exempted and revoked what and why, and of each queued registration when it came and what became of it; those that still wait are last. 22023 if no hold names the incident';
-- What the pages of the extension are made of: text that means nothing to a
-- browser, numbers, durations, times, tables.  Each gives HTML that is well
-- formed as XML too; its own text is ASCII, whatever the database's encoding.

CREATE FUNCTION html_text(input text, longest integer DEFAULT 1000) RETURNS text
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- control characters, which XML forbids or nobody sees, and those that turn
    -- what follows around; other encodings than UTF8 have only the first
    hidden text := '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f'
                   || CASE getdatabaseencoding() WHEN 'UTF8'
                      THEN '\u0080-\u009f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff' ELSE '' END || ']';
    shown text := left(input, longest);
    c text;
BEGIN
    shown := replace(replace(replace(replace(replace(shown, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
    FOR c IN SELECT DISTINCT m[1] FROM regexp_matches(shown, hidden, 'g') m
    LOOP
        shown := replace(shown, c, format('[U+%s]', lpad(upper(to_hex(ascii(c))), 4, '0')));
    END LOOP;
    IF length(input) > longest THEN
        shown := format('%s&#8230; [%s characters more]', shown, length(input) - longest);
    END IF;
    RETURN shown;
END
$$;
REVOKE ALL ON FUNCTION html_text(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION html_text(text, integer) IS
    'text for an element or a quoted attribute: markup escaped, characters that nobody sees named as in [U+202E], cut where it is longer';

CREATE FUNCTION html_typed(input text, longest integer DEFAULT 1000) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT '<bdi>' || regcar.html_text(input, longest) || '</bdi>' $$;
REVOKE ALL ON FUNCTION html_typed(text, integer) FROM PUBLIC;
COMMENT ON FUNCTION html_typed(text, integer) IS
    'text that somebody typed, for an element: its direction ends where it ends';

CREATE FUNCTION html_number(n numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT to_char(n, CASE WHEN n = trunc(n) OR abs(n) >= 100 THEN 'FM999,999,999,999,999,990' ELSE 'FM990.0' END)
$$;
REVOKE ALL ON FUNCTION html_number(numeric) FROM PUBLIC;
COMMENT ON FUNCTION html_number(numeric) IS 'a number for reading, 12,345 or 1.5';

CREATE FUNCTION html_duration(d interval) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN s < 0 THEN '&#8722;' ELSE '' END
           || replace(CASE WHEN abs(s) < 60 THEN format('%s s', abs(s))
                           WHEN abs(s) < 3600 THEN format('%s min %s s', abs(s) / 60, abs(s) % 60)
                           WHEN abs(s) < 86400 THEN format('%s h %s min', abs(s) / 3600, abs(s) % 3600 / 60)
                           ELSE format('%s d %s h', abs(s) / 86400, abs(s) % 86400 / 3600) END, ' ', '&#160;')
    FROM (SELECT trunc(extract(epoch FROM d))::bigint) AS seconds (s)
$$;
REVOKE ALL ON FUNCTION html_duration(interval) FROM PUBLIC;
COMMENT ON FUNCTION html_duration(interval) IS 'a duration for reading, in its two greatest units: 3 d 4 h';

CREATE FUNCTION html_time(t timestamptz, seconds boolean DEFAULT true) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN isfinite(t)
                THEN format('<time datetime="%s">%s, %s&#160;<span class="zone">%s</span></time>',
                            to_char(t, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM'), to_char(t, 'FMDD"&#160;"Mon"&#160;"YYYY'),
                            to_char(t, CASE WHEN seconds THEN 'HH24:MI:SS' ELSE 'HH24:MI' END), regcar.html_text(to_char(t, 'TZ')))
                ELSE 'never' END
$$;
REVOKE ALL ON FUNCTION html_time(timestamptz, boolean) FROM PUBLIC;
COMMENT ON FUNCTION html_time(timestamptz, boolean) IS 'a moment in the session''s time zone, with the zone''s name';

-- A head that begins with # is of a column of numbers.
CREATE FUNCTION html_table(caption text, heads text[], cells text[], note text DEFAULT NULL) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '<div class="wide" role="region" tabindex="0" aria-label="' || caption || '"><table>'
           || '<caption>' || caption || '</caption>'
           || '<thead><tr>' || (SELECT string_agg(format('<th scope="col"%s>%s</th>',
                                                         CASE WHEN h LIKE '#%' THEN ' class="n"' END, ltrim(h, '#')), '' ORDER BY n)
                                FROM unnest(heads) WITH ORDINALITY u (h, n)) || E'</tr></thead>\n'
           || '<tbody>' || (SELECT string_agg(
                  (SELECT '<tr>' || string_agg(CASE WHEN c = 1 THEN format('<th scope="row"%s>%s</th>', class, cell)
                                                    ELSE format('<td%s>%s</td>', class, cell) END, '' ORDER BY c) || '</tr>'
                   FROM generate_subscripts(heads, 1) c,
                   LATERAL (SELECT coalesce(cells[r][c], '') AS cell, CASE WHEN heads[c] LIKE '#%' THEN ' class="n"' END AS class) v),
                  E'\n' ORDER BY r)
              FROM generate_subscripts(cells, 1) r) || '</tbody>'
           || coalesce('<tfoot><tr><td colspan="' || cardinality(heads) || '">' || note || '</td></tr></tfoot>', '')
           || E'</table></div>\n'
    WHERE cardinality(cells) > 0
$$;
REVOKE ALL ON FUNCTION html_table(text, text[], text[], text) FROM PUBLIC;
COMMENT ON FUNCTION html_table(text, text[], text[], text) IS
    'a table of cells that are HTML already, the first of each row its head, and a note below; NULL without rows';
-- Charts over time for a page that has the classes of incident_style().  A
-- drawing is 720 units wide and 240 high; its plot lies between x = 72 and 712, and
-- y = 28 and 200.  Text may be twice as large on a small screen: room is left, and
-- lines of text are told apart in em.

CREATE FUNCTION svg_x(at timestamptz, since timestamptz, until timestamptz) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT round(72 + 640 * least(1, greatest(0, extract(epoch FROM at - since) / extract(epoch FROM until - since))), 1)
$$;
REVOKE ALL ON FUNCTION svg_x(timestamptz, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION svg_x(timestamptz, timestamptz, timestamptz) IS 'where a moment is in a plot that shows a span of time';

CREATE FUNCTION svg_time_axis(since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    -- whole units of the clock on the wall, eight at most
    WITH step (step) AS (
        SELECT min(s) FROM unnest('{1 s,5 s,15 s,1 min,5 min,15 min,1 h,3 h,6 h,12 h,1 d,2 d,7 d,14 d,28 d,91 d,364 d,3640 d}'::interval[]) s
        WHERE extract(epoch FROM until - since) <= 8 * extract(epoch FROM s)
    ), tick AS (
        SELECT step, wall, wall::date IS DISTINCT FROM lag(wall::date) OVER (ORDER BY wall) AS new_day
        FROM step, generate_series(date_bin(step, since::timestamp, '2001-01-01'), until::timestamp, step) wall
        WHERE wall >= since::timestamp
    )
    SELECT '<g class="axis">' || coalesce(string_agg(
               format('<line x1="%1$s" y1="200" x2="%1$s" y2="205"/>', x)
               || CASE WHEN step < '1 d'
                       THEN format('<text x="%s" y="208" dy="1em">%s</text>', x,
                                   to_char(wall, CASE WHEN step < '1 min' THEN 'HH24:MI:SS' ELSE 'HH24:MI' END)) ELSE '' END
               || CASE WHEN step >= '1 d' OR new_day
                       THEN format('<text x="%s" y="208" dy="%sem">%s</text>', x, CASE WHEN step < '1 d' THEN 2.2 ELSE 1 END,
                                   to_char(wall, 'FMDD Mon')) ELSE '' END,
               '' ORDER BY wall), '')
           || '<line x1="72" y1="200" x2="712" y2="200"/></g>'
    FROM (SELECT t.*, regcar.svg_x(t.wall::timestamptz, since, until) AS x FROM tick t) t
$$;
REVOKE ALL ON FUNCTION svg_time_axis(timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION svg_time_axis(timestamptz, timestamptz) IS 'the lower edge of a plot: times in the session''s zone, dates where they change';

CREATE FUNCTION svg_ceiling(largest numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT min(m * 10 ^ e * 4) FROM unnest('{1,1.5,2,2.5,3,4,5}'::numeric[]) m, generate_series(0, 15) e
    WHERE m * 10 ^ e * 4 >= largest AND m * 10 ^ e = trunc(m * 10 ^ e)
$$;
REVOKE ALL ON FUNCTION svg_ceiling(numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_ceiling(numeric) IS 'the upper end of a scale that reaches a count: four round steps';

CREATE FUNCTION svg_y(n numeric, ceiling numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$ SELECT round(200 - 172 * n / ceiling, 1) $$;
REVOKE ALL ON FUNCTION svg_y(numeric, numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_y(numeric, numeric) IS 'where a count is in a plot that reaches up to another';

CREATE FUNCTION svg_count_axis(ceiling numeric) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT '<g class="counts">' || string_agg(
               format('<line x1="72" y1="%1$s" x2="712" y2="%1$s"/><text x="66" y="%1$s" dy=".35em">%2$s</text>', regcar.svg_y(v, ceiling),
                      CASE WHEN ceiling >= 10000 THEN regcar.html_number(v / 1000) || 'k' ELSE regcar.html_number(v) END), '' ORDER BY v) || '</g>'
    FROM (SELECT ceiling * n / 4 AS v FROM generate_series(0, 4) n) g
$$;
REVOKE ALL ON FUNCTION svg_count_axis(numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_count_axis(numeric) IS 'the left edge of a plot: counts from nothing to the end of its scale, and lines across';

CREATE FUNCTION svg_bars(
    at timestamptz[], class text[], n numeric[], step interval, since timestamptz, until timestamptz, ceiling numeric) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format('<rect class="%s" x="%s" y="%s" width="%s" height="%s"><title>%s: %s</title></rect>',
                                      b.class, b.x, regcar.svg_y(b.above, ceiling),
                                      greatest(regcar.svg_x(b.at + step, since, until) - b.x - 0.8, 0.6),
                                      regcar.svg_y(b.above - b.n, ceiling) - regcar.svg_y(b.above, ceiling),
                                      to_char(b.at, 'FMDD Mon HH24:MI'), regcar.html_number(round(b.n, 1))), E'\n' ORDER BY b.at, b.above), '')
    FROM (SELECT u.at, u.class, u.n, regcar.svg_x(u.at, since, until) AS x, sum(u.n) OVER (PARTITION BY u.at ORDER BY u.i) AS above
          FROM unnest(at, class, n) WITH ORDINALITY u (at, class, n, i)) b
$$;
REVOKE ALL ON FUNCTION svg_bars(timestamptz[], text[], numeric[], interval, timestamptz, timestamptz, numeric) FROM PUBLIC;
COMMENT ON FUNCTION svg_bars(timestamptz[], text[], numeric[], interval, timestamptz, timestamptz, numeric) IS
    'columns of a plot, each a step wide; those of one moment stand on each other in the order given';

CREATE FUNCTION svg_key(class text, meaning text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format('<span class="key"><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="%s" width="12" height="12"/></svg>&#160;%s</span> ', class, meaning)
$$;
REVOKE ALL ON FUNCTION svg_key(text, text) FROM PUBLIC;
COMMENT ON FUNCTION svg_key(text, text) IS 'what a colour or pattern of a chart means, for its caption';

CREATE FUNCTION svg_figure(id text, title text, caption text, description text, drawing text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT format(E'<figure><figcaption><strong>%2$s</strong> %3$s</figcaption>\n'
                  '<svg viewBox="0 0 720 240" role="img" aria-labelledby="%1$s-title %1$s-desc">'
                  '<title id="%1$s-title">%2$s</title><desc id="%1$s-desc">%4$s</desc>\n%5$s</svg></figure>\n',
                  id, title, caption, description, drawing)
$$;
REVOKE ALL ON FUNCTION svg_figure(text, text, text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION svg_figure(text, text, text, text, text) IS
    'a figure: title and caption above, the drawing, and a description of what is to be seen for those who do not see it';
-- What the report of an incident counts.

CREATE TYPE incident_span AS (
    holds     bigint[],
    began     timestamptz[],
    ended     timestamptz[],
    reference text,
    began_at  timestamptz,
    ended_at  timestamptz,
    as_of     timestamptz,
    since     timestamptz,
    until     timestamptz,
    step      interval
);
COMMENT ON TYPE incident_span IS
    'the holds of an incident, when each began and ended (NULL if it never did, or not yet), its reference; when the first began and the last ended; the moment of the report; what its charts show, from a day before to a day after, in steps of an hour or more';

CREATE FUNCTION incident_of(hold bigint) RETURNS incident_span
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    i regcar.incident_span;
    placed_at timestamptz;
    settled_at timestamptz;
BEGIN
    SELECT h.incident INTO i.reference FROM regcar.hold h WHERE h.hold = incident_of.hold;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'there is no hold %', coalesce(incident_of.hold::text, 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    i.as_of := clock_timestamp();
    -- one that was lifted before it started never began
    SELECT array_agg(h.hold ORDER BY h.hold), array_agg(h.began_at ORDER BY h.hold), array_agg(h.ended_at ORDER BY h.hold),
           min(h.placed_at), min(h.began_at), CASE WHEN bool_and(h.ended_at IS NOT NULL) AND min(h.began_at) IS NOT NULL THEN max(h.ended_at) END
    INTO i.holds, i.began, i.ended, placed_at, i.began_at, i.ended_at
    FROM (SELECT t.hold, t.placed_at, e.ended_at,
                 CASE WHEN isfinite(b.began_at) AND (b.began_at <= e.ended_at) IS NOT FALSE THEN b.began_at END AS began_at
          FROM regcar.hold t
          CROSS JOIN LATERAL (VALUES (greatest(t.placed_at, t.starts_at))) b (began_at)
          CROSS JOIN LATERAL (VALUES (CASE WHEN least(t.lifted_at, t.expires_at) <= i.as_of THEN least(t.lifted_at, t.expires_at) END)) e (ended_at)
          WHERE t.hold = incident_of.hold OR t.incident = i.reference) h;
    SELECT max(q.settled_at) INTO settled_at FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);

    i.until := least(i.as_of, coalesce(greatest(i.ended_at, settled_at), i.as_of) + interval '1 day');
    i.since := least(i.began_at, placed_at, i.until) - interval '1 day';
    -- 200 steps at most, on whole hours or days of the clock on the wall
    SELECT min(s) INTO i.step FROM unnest('{1 h,2 h,3 h,6 h,12 h,1 d,2 d,7 d,28 d,364 d}'::interval[]) s
    WHERE extract(epoch FROM i.until - i.since) <= 200 * extract(epoch FROM s);
    i.since := date_bin(i.step, i.since, date_trunc('day', i.since));
    RETURN i;
END
$$;
REVOKE ALL ON FUNCTION incident_of(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_of(bigint) IS 'the incident of a hold: that hold, and all of the same incident if it names one; 22023 if there is none of that number';

-- Commit timestamps come with a search in a file, xids are next to free.  The
-- order of xids is not quite that of commits, hence only a floor.
CREATE FUNCTION xid_age_at(moment timestamptz) RETURNS integer
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    upcoming bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    newer bigint := upcoming;
    older bigint := greatest(2, upcoming - 2000000000);
    middle bigint;
    committed_at timestamptz;
BEGIN
    WHILE newer - older > 1 LOOP
        middle := (newer + older) / 2;
        committed_at := NULL;
        -- aborted ones have none
        SELECT c.at INTO committed_at
        FROM (SELECT pg_xact_commit_timestamp((x % 4294967296)::text::xid) AS at
              FROM generate_series(middle, least(middle + 1000, upcoming - 1)) x WHERE x % 4294967296 > 2) c
        WHERE c.at IS NOT NULL LIMIT 1;
        IF committed_at >= moment THEN newer := middle; ELSE older := middle; END IF;
    END LOOP;
    RETURN upcoming - older;
END
$$;
REVOKE ALL ON FUNCTION xid_age_at(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION xid_age_at(timestamptz) IS 'how many transaction ids were given out since about then';

-- Nothing is known of an xmin's distribution; hashing is right whatever it is.
-- A policy would hide rows, and its function, the table owner's, would run with
-- the rights of an operator who did not ask for that table.
CREATE FUNCTION incident_registrations(
    i incident_span, OUT target regclass, OUT phase text, OUT at timestamptz, OUT registrations bigint, OUT problem text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET lock_timeout = '500ms' SET enable_sort = off SET row_security = off
AS $$
DECLARE
    budget CONSTANT interval := '500 ms';
    chunk CONSTANT bigint := 1024;
    deadline timestamptz := clock_timestamp() + budget;
    oldest integer;
    t record;
    first_page bigint;
    end_page bigint;
BEGIN
    IF current_setting('track_commit_timestamp') <> 'on' THEN
        RETURN;
    END IF;
    -- a transaction that took longer than a day to commit is left out
    oldest := regcar.xid_age_at(i.since - interval '1 day');
    -- the small ones first: they are done whatever the largest takes
    FOR t IN
        SELECT g.oid::regclass AS leaf, coalesce(pg_partition_root(g.oid), g.oid)::regclass AS root,
               pg_relation_size(g.oid) / current_setting('block_size')::bigint AS pages
        FROM (SELECT DISTINCT r.tgrelid AS oid FROM pg_trigger r JOIN pg_class c ON c.oid = r.tgrelid
              WHERE r.tgfoid = 'regcar.registration_hold'::regproc AND r.tgtype & 1 = 1 AND c.relkind = 'r') g
        ORDER BY pages, g.oid
    LOOP
        target := t.root;
        end_page := t.pages;
        IF NOT has_table_privilege(t.leaf, 'SELECT') THEN
            problem := format('%s may not read %s', current_user, t.leaf);
            RETURN NEXT;
            CONTINUE;
        END IF;
        BEGIN
            -- new rows are near the end, as a rule
            WHILE end_page > 0 AND clock_timestamp() < deadline LOOP
                first_page := greatest(0, end_page - chunk);
                RETURN QUERY EXECUTE format(
                    'SELECT $1, p.phase, date_bin($2, p.at, $3), count(*), NULL::text'
                    ' FROM (SELECT c.at, CASE WHEN c.at < $4 THEN ''before'' WHEN c.at < $5 THEN ''during'' ELSE ''after'' END AS phase'
                    '       FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM ONLY %s'
                    '             WHERE ctid >= $7 AND ctid < $8 AND age(xmin) <= $9 OFFSET 0) c'
                    '       WHERE c.at >= $3 AND c.at < $6) p GROUP BY 2, 3', t.leaf)
                USING t.root, i.step, i.since, coalesce(i.began_at, 'infinity'), coalesce(i.ended_at, 'infinity'), i.until,
                      format('(%s,0)', first_page)::tid, format('(%s,0)', end_page)::tid, oldest;
                end_page := first_page;
            END LOOP;
            IF end_page > 0 THEN
                problem := format('only the last %s of %s pages of %s were read', t.pages - end_page, t.pages, t.leaf);
                RETURN NEXT;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            problem := format('%s: %s', t.leaf, SQLERRM);
            RETURN NEXT;
        END;
        problem := NULL;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION incident_registrations(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_registrations(incident_span) IS
    'registrations in guarded tables by the moment of their commit, in steps, with the caller''s rights; and what could not be counted. Reads the tables from their ends for half a second at most. No row where track_commit_timestamp is off';

CREATE FUNCTION incident_scope(scope jsonb) RETURNS text
    LANGUAGE sql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(format('%s: %s', regcar.html_typed(k.key, 100), v.alternatives), '; ' ORDER BY k.n) FILTER (WHERE k.n <= 12)
                    || coalesce(' and ' || nullif(greatest(max(k.n) - 12, 0), 0) || ' more', ''), 'everything')
    FROM jsonb_each(scope) WITH ORDINALITY k (key, value, n)
    CROSS JOIN LATERAL (
        SELECT string_agg(regcar.html_typed(a.value, 100), ', ' ORDER BY a.n) FILTER (WHERE a.n <= 12)
               || coalesce(' and ' || nullif(greatest(max(a.n) - 12, 0), 0) || ' more', '') AS alternatives
        FROM jsonb_array_elements_text(CASE jsonb_typeof(k.value) WHEN 'array' THEN k.value ELSE jsonb_build_array(k.value) END)
             WITH ORDINALITY a (value, n)) v
$$;
REVOKE ALL ON FUNCTION incident_scope(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_scope(jsonb) IS 'a scope for reading';

-- Between two changes of what is held lies a stage.  Changes of one kind within
-- a minute make one, and the least eventful go with the one before them.
CREATE FUNCTION incident_stages(
    i incident_span, longest integer, OUT at timestamptz, OUT change text, OUT further bigint,
    OUT queued bigint, OUT released bigint, OUT failed bigint, OUT waiting bigint)
    RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH change (at, kind, n, hold, scope) AS (
        SELECT k.at, k.kind, h.hold, h.hold, h.scope
        FROM unnest(i.holds, i.began, i.ended) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)
        CROSS JOIN LATERAL (VALUES (r.began_at, 1), (r.ended_at, 2)) k (at, kind)
        UNION ALL
        SELECT e.granted_at, 3, e.exemption, e.hold, e.scope FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
        UNION ALL
        SELECT least(e.revoked_at, e.expires_at), 4, e.exemption, e.hold, e.scope FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold)
    ), joined AS (
        SELECT c.*, count(*) FILTER (WHERE c.is_new) OVER (ORDER BY c.at, c.kind, c.n) AS stage
        FROM (SELECT c.*, c.at > lag(c.at) OVER same + interval '1 min' OR c.kind IS DISTINCT FROM lag(c.kind) OVER same AS is_new
              FROM change c WHERE c.at <= i.as_of WINDOW same AS (ORDER BY c.at, c.kind, c.n)) c
    ), stage AS (
        SELECT j.stage, min(j.at) AS at,
               CASE WHEN count(*) = 1
                    THEN format((ARRAY['Hold %1$s begins', 'Hold %1$s ends', 'Exemption %1$s from hold %2$s', 'Exemption %1$s ends'])[min(j.kind)],
                                min(j.n), min(j.hold))
                         || ': ' || regcar.incident_scope(min(j.scope::text)::jsonb)
                    ELSE format((ARRAY['%s holds begin', '%s holds end', '%s exemptions', '%s exemptions end'])[min(j.kind)],
                                regcar.html_number(count(*))) END AS change
        FROM joined j GROUP BY j.stage
    ), bound AS (
        SELECT array_agg(s.at ORDER BY s.stage) AS at FROM stage s
    ), counted AS (
        SELECT s.stage, coalesce(a.queued, 0) AS queued, coalesce(b.released, 0) AS released,
               coalesce(b.failed, 0) AS failed, coalesce(b.discarded, 0) AS discarded
        FROM stage s
        LEFT JOIN (SELECT greatest(1, width_bucket(q.submitted_at, bound.at)) AS stage, count(*) AS queued
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound GROUP BY 1) a USING (stage)
        LEFT JOIN (SELECT greatest(1, width_bucket(q.settled_at, bound.at)) AS stage,
                          count(*) FILTER (WHERE q.state = 'released') AS released,
                          count(*) FILTER (WHERE q.state = 'failed') AS failed,
                          count(*) FILTER (WHERE q.state = 'discarded') AS discarded
                   FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold), bound WHERE q.settled_at IS NOT NULL GROUP BY 1) b USING (stage)
    ), folded AS (
        SELECT k.*, count(*) FILTER (WHERE k.rank <= longest OR k.stage = 1) OVER (ORDER BY k.stage) AS fold
        FROM (SELECT s.at, s.change, c.*, row_number() OVER (ORDER BY c.queued + c.released + c.failed DESC, s.stage) AS rank
              FROM stage s JOIN counted c USING (stage)) k
    )
    SELECT min(f.at), (array_agg(f.change ORDER BY f.stage))[1], count(*) - 1,
           sum(f.queued)::bigint, sum(f.released)::bigint, sum(f.failed)::bigint,
           (sum(sum(f.queued - f.released - f.failed - f.discarded)) OVER (ORDER BY f.fold))::bigint
    FROM folded f GROUP BY f.fold ORDER BY f.fold
$$;
REVOKE ALL ON FUNCTION incident_stages(incident_span, integer) FROM PUBLIC;
COMMENT ON FUNCTION incident_stages(incident_span, integer) IS
    'what was queued and released between two changes of holds and exemptions, and how many waited at the end of it';
-- The report of an incident: one page, for those who decide and those who audit.
-- It loads nothing and runs nothing; whatever somebody typed is escaped.

CREATE FUNCTION incident_style() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'
:root { --paper: #fff; --ink: #1b1f24; --soft: #57606b; --line: #d4d9df; --wash: #f3f5f7;
  --before: #77838f; --during: #b3261e; --after: #2c6e49; --queue: #9a6200; --band: .07; color-scheme: light; }
@media screen and (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e7eaee; --soft: #9ba6b2; --line: #363d46;
  --wash: #1d2127; --before: #8b97a4; --during: #ff8a7a; --after: #74c493; --queue: #f0b64c; --band: .13; color-scheme: dark; } }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 58rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 2rem; line-height: 1.2; text-wrap: balance; }
h2 { margin: 3rem 0 .75rem; font-size: 1.3rem; line-height: 1.25; }
p, ul { max-width: 44rem; }
code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .875em; }
.kicker { max-width: none; margin: 0 0 .75rem; color: var(--soft); }
.plate { display: inline-block; padding: 0 .4em; border-radius: .2em; background: #f7d117; color: #111; letter-spacing: .03em; }
.lead { font-size: 1.2rem; line-height: 1.5; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); gap: 1.25rem 1.5rem; margin: 2rem 0; }
.tiles div { padding-top: .4rem; border-top: 2px solid var(--line); }
.tiles dt { color: var(--soft); font-size: .875rem; }
.tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.3; }
.todo { padding: .9rem 1.25rem; border-left: .3rem solid var(--during); background: var(--wash); }
.todo ul { margin: .25rem 0 0; padding-left: 1.2rem; }
figure { margin: 1.25rem 0 2rem; }
figcaption { max-width: 44rem; margin-bottom: .75rem; font-size: .9rem; }
.note, .key { color: var(--soft); font-size: .9rem; }
.key { margin-right: .75rem; white-space: nowrap; }
.key svg { display: inline-block; width: .75rem; vertical-align: -.05rem; }
svg { display: block; width: 100%; height: auto; overflow: visible; }
svg text { font-size: 12px; fill: var(--soft); text-anchor: middle; }
svg .mark { font-weight: 600; fill: var(--ink); } .mark.left, .counts text { text-anchor: end; } .mark.right { text-anchor: start; }
.axis line { stroke: var(--soft); } .counts line { stroke: var(--line); }
.before { fill: var(--before); } .during { fill: var(--during); } .after { fill: var(--after); } .queue { fill: var(--queue); }
.fed { fill: url(#fed); stroke: var(--queue); stroke-width: .75; } .patterns { position: absolute; width: 0; height: 0; } #fed path { stroke: var(--queue); stroke-width: 1.5; }
.band { fill: var(--during); opacity: var(--band); } .edge { stroke: var(--ink); stroke-dasharray: 4 3; }
.depth { fill: var(--queue); fill-opacity: .2; stroke: var(--queue); stroke-width: 1.5; }
.change { stroke: var(--soft); stroke-dasharray: 1 3; }
.bar { display: inline-block; width: 6rem; height: .7rem; margin-right: .4rem; } .bar rect { fill: var(--queue); }
.wide { overflow-x: auto; margin: 1rem 0 2rem; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.4; }
caption { padding-bottom: .4rem; text-align: left; font-weight: 600; }
th, td { padding: .4rem 1rem .4rem 0; max-width: 20rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: inherit; overflow-wrap: break-word; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); vertical-align: bottom; border-color: var(--soft); }
.n { text-align: right; }
td.n, time { white-space: nowrap; }
tfoot td, .zone { color: var(--soft); }
@media (max-width: 36rem) { body { padding-top: 1.5rem; } h1 { font-size: 1.6rem; } .lead { font-size: 1.1rem; }
  svg text { font-size: 22px; } svg .stage { font-size: 18px; } table { font-size: .85rem; } th, td { padding-right: .75rem; }
  time { white-space: normal; } .bar { width: 3rem; } }
@media print { @page { margin: 15mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; } }
  body { padding: 0; max-width: none; font-size: 10pt; } .tiles { grid-template-columns: repeat(7, auto); gap: .75rem; }
  h2 { margin-top: 2rem; } h2, caption, thead { break-after: avoid; } tbody tr:first-child { break-before: avoid; }
  figure, tr, .tiles, .todo { break-inside: avoid; } .wide { overflow: visible; } table { font-size: 8.5pt; } time { white-space: normal; } .bar { width: 4rem; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
'
$$;
REVOKE ALL ON FUNCTION incident_style() FROM PUBLIC;
COMMENT ON FUNCTION incident_style() IS 'how the page of an incident looks: on a screen, light and dark, narrow, and in print';

CREATE FUNCTION incident_summary(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    q record;
    reason text := (SELECT h.reason FROM regcar.hold h WHERE h.hold = i.holds[1]);
    stand bigint[] := ARRAY(SELECT r.hold FROM unnest(i.holds, i.ended) r (hold, ended_at) WHERE r.ended_at IS NULL);
    unguarded bigint := (SELECT count(*) FROM regcar.guards g WHERE g.status <> 'ok');
    duration text := regcar.html_duration(least(i.ended_at, i.as_of) - i.began_at);
    lead text;
    todo text;
BEGIN
    SELECT count(*) AS queued,
           count(*) FILTER (WHERE e.state = 'released') AS released,
           count(*) FILTER (WHERE e.state = 'failed') AS failed,
           count(*) FILTER (WHERE e.state = 'discarded') AS discarded,
           count(*) FILTER (WHERE e.state = 'waiting') AS waiting,
           max(coalesce(e.settled_at, i.as_of) - e.submitted_at) AS longest_wait,
           count(*) FILTER (WHERE e.state = 'released')
           / greatest(1, extract(epoch FROM max(e.settled_at) FILTER (WHERE e.state = 'released')
                                          - min(e.settled_at) FILTER (WHERE e.state = 'released')) / 3600) AS releases_per_hour
    INTO q FROM regcar.queue_entry e JOIN unnest(i.holds) u (hold) USING (hold);

    lead := CASE WHEN i.began_at IS NULL THEN 'Nothing was held: no hold of this incident came into force.'
                 WHEN i.began_at > i.as_of THEN format('Registrations will be held from %s.', regcar.html_time(i.began_at, false))
                 WHEN i.ended_at IS NULL THEN format('Registrations have been held for %s, since %s.', duration, regcar.html_time(i.began_at, false))
                 ELSE format('Registrations were held for %s, from %s to %s.', duration, regcar.html_time(i.began_at, false), regcar.html_time(i.ended_at, false)) END
            || CASE WHEN q.queued = 0 THEN ' None was queued.'
                    ELSE format(' %s queued: %s', regcar.html_number(q.queued) || CASE q.queued WHEN 1 THEN ' was' ELSE ' were' END,
                                (SELECT string_agg(regcar.html_number(n) || ' ' || what, ', ' ORDER BY o)
                                 FROM (VALUES (1, q.released, 'by now registered'), (2, q.failed, 'failed'),
                                              (3, q.discarded, 'given up'), (4, q.waiting, 'waiting still')) v (o, n, what) WHERE n > 0)) || '.' END;

    SELECT string_agg('<li>' || item || '</li>', E'\n') INTO todo
    FROM (VALUES
        (CASE cardinality(stand) WHEN 0 THEN NULL WHEN 1 THEN format('Not ended: hold %1$s. <code>SELECT regcar.lift_hold(%1$s, ''why'')</code>', stand[1])
              ELSE format('Not ended: %s holds. <code>SELECT * FROM regcar.active_holds</code>', regcar.html_number(cardinality(stand))) END),
        (CASE WHEN q.waiting > 0 THEN format('Waiting: %s. <code>CALL regcar.release()</code>', regcar.html_number(q.waiting)) END),
        (CASE WHEN q.failed > 0 THEN format('Failed: %s. <code>SELECT regcar.retry(id)</code> or <code>regcar.discard(id, ''why'')</code>', regcar.html_number(q.failed)) END),
        (CASE WHEN unguarded > 0 THEN format('Tables without a sound guard: %s. <code>SELECT * FROM regcar.guards</code>', regcar.html_number(unguarded)) END)
    ) v (item) WHERE item IS NOT NULL;

    RETURN '<header>'
        || format('<p class="kicker">Report of an incident, as of %s. Times are in the zone %s.</p>',
                  regcar.html_time(i.as_of, false), regcar.html_text(current_setting('TimeZone'), 100))
        || format(E'<h1><span class="plate">%s</span> %s</h1>\n',
                  coalesce(regcar.html_typed(i.reference, 100), 'Hold ' || i.holds[1]), regcar.html_typed(reason, 200))
        || format(E'<p class="lead">%s</p>\n', lead)
        || '<dl class="tiles">'
        || (SELECT string_agg(format('<div><dt>%s</dt><dd>%s</dd></div>', what, coalesce(value, '&#8211;')), '' ORDER BY o)
            FROM (VALUES
                (1, CASE WHEN i.ended_at IS NULL THEN 'Held so far' ELSE 'Held for' END, CASE WHEN i.began_at <= i.as_of THEN duration END),
                (2, 'Queued', regcar.html_number(q.queued)),
                (3, 'Released', regcar.html_number(q.released)),
                (4, 'Failed', regcar.html_number(q.failed)),
                (5, 'Waiting', regcar.html_number(q.waiting)),
                (6, 'Longest wait', regcar.html_duration(q.longest_wait)),
                (7, 'Releases an hour', CASE WHEN q.released > 0 THEN regcar.html_number(round(q.releases_per_hour, 1)) END)) v (o, what, value))
        || E'</dl>\n'
        || coalesce('<section class="todo" aria-label="Still to do"><strong>Still to do</strong><ul>' || todo || E'</ul></section>\n', '')
        || E'</header>\n';
END
$$;
REVOKE ALL ON FUNCTION incident_summary(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_summary(incident_span) IS 'what happened in a sentence, the figures, and what is still to do';

CREATE FUNCTION incident_band(i incident_span, since timestamptz, until timestamptz) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce((
        SELECT format('<rect class="band" x="%s" y="28" width="%s" height="172"/>', x1, x2 - x1)
               || format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x1)
               || CASE WHEN i.ended_at IS NULL THEN '' ELSE format('<line class="edge" x1="%1$s" y1="10" x2="%1$s" y2="200"/>', x2) END
        FROM (SELECT regcar.svg_x(i.began_at, since, until), regcar.svg_x(coalesce(i.ended_at, until), since, until)) x (x1, x2)
        WHERE i.began_at < until), '')
$$;
REVOKE ALL ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION incident_band(incident_span, timestamptz, timestamptz) IS 'in a chart: from when to when something was held';

-- Beside the edges of the band, on the side where there is room.
CREATE FUNCTION incident_band_names(i incident_span) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(string_agg(CASE WHEN v.x < v.turn THEN format('<text class="mark right" x="%s" y="22">%s</text>', v.x + 5, v.name)
                                    ELSE format('<text class="mark left" x="%s" y="22">%s</text>', v.x - 5, v.name) END, '' ORDER BY v.x), '')
    FROM (VALUES (regcar.svg_x(i.began_at, i.since, i.until), 200, 'held', i.began_at),
                 (regcar.svg_x(i.ended_at, i.since, i.until), 600, 'open', i.ended_at)) v (x, turn, name, at)
    WHERE v.at < i.until
$$;
REVOKE ALL ON FUNCTION incident_band_names(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_band_names(incident_span) IS 'in a chart of an incident: what its dashed lines mean';

CREATE FUNCTION incident_hours(
    i incident_span, id text, title text, caption text, description text, at timestamptz[], class text[], n numeric[]) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    hours numeric := extract(epoch FROM i.step) / 3600;
    rates numeric[] := ARRAY(SELECT v / hours FROM unnest(n) WITH ORDINALITY u (v, o) ORDER BY o);
    ceiling numeric := regcar.svg_ceiling(coalesce((SELECT max(v.total) FROM (SELECT sum(u.rate) FROM unnest(at, rates) u (at, rate) GROUP BY u.at) v (total)), 0));
BEGIN
    RETURN regcar.svg_figure(id, title,
        caption || CASE WHEN hours > 1 THEN format(' Each column is the average over %s.', regcar.html_duration(i.step)) ELSE '' END,
        description,
        regcar.svg_count_axis(ceiling) || regcar.incident_band(i, i.since, i.until) || regcar.incident_band_names(i)
        || regcar.svg_bars(at, class, rates, i.step, i.since, i.until, ceiling) || regcar.svg_time_axis(i.since, i.until));
END
$$;
REVOKE ALL ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) FROM PUBLIC;
COMMENT ON FUNCTION incident_hours(incident_span, text, text, text, text, timestamptz[], text[], numeric[]) IS
    'a chart of something by the hour, from a day before to a day after';

CREATE FUNCTION incident_traffic(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    bars record;
    phases text[];
BEGIN
    WITH fed AS (
        SELECT coalesce(pg_partition_root(f.target), f.target)::regclass::text AS target, f.at, f.phase, sum(f.n) AS n
        FROM (SELECT q.target::regclass AS target, date_bin(i.step, q.settled_at, i.since) AS at,
                     CASE WHEN q.settled_at < i.began_at THEN 'before' WHEN (q.settled_at < i.ended_at) IS NOT FALSE THEN 'during' ELSE 'after' END AS phase,
                     count(*) AS n
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.state = 'released' GROUP BY 1, 2, 3) f
        GROUP BY 1, 2, 3
    ), counted AS (
        SELECT c.phase, c.at, sum(c.registrations) AS n, coalesce(sum(least(f.n, c.registrations)) FILTER (WHERE f.n > 0), 0) AS fed
        FROM jsonb_to_recordset(registrations) c (target text, phase text, at timestamptz, registrations numeric)
        LEFT JOIN fed f USING (target, at, phase) WHERE c.registrations IS NOT NULL GROUP BY c.phase, c.at
    ), bar AS (
        SELECT c.at, v.class, v.n, array_position('{before,during,after}', c.phase) * 2 + v.o AS place
        FROM counted c, LATERAL (VALUES (0, c.phase, c.n - c.fed), (1, 'fed', c.fed)) v (o, class, n) WHERE v.n > 0
    ), phase AS (
        SELECT v.*, (SELECT coalesce(sum(c.n), 0) FROM counted c WHERE c.phase = v.key) AS n,
               (SELECT coalesce(sum(c.fed), 0) FROM counted c WHERE c.phase = v.key) AS fed
        FROM (VALUES (1, 'before', 'Before', least(i.began_at, i.until) - i.since),
                     (2, 'during', 'While held', least(i.ended_at, i.until) - i.began_at),
                     (3, 'after', 'After', i.until - i.ended_at)) v (o, key, name, lasted)
        WHERE v.lasted >= '0'
    )
    SELECT coalesce(array_agg(b.at ORDER BY b.at, b.place), '{}') AS at, coalesce(array_agg(b.class ORDER BY b.at, b.place), '{}') AS class,
           coalesce(array_agg(b.n ORDER BY b.at, b.place), '{}') AS n,
           (SELECT array_agg(ARRAY[p.name, regcar.html_duration(p.lasted), regcar.html_number(p.n), regcar.html_number(p.fed),
                                   CASE WHEN p.lasted >= '1 min' THEN regcar.html_number(round(p.n * 3600 / extract(epoch FROM p.lasted), 1)) END] ORDER BY p.o)
            FROM phase p) AS phases
    INTO bars FROM bar b;
    RETURN regcar.incident_hours(i, 'traffic', 'Registrations an hour',
               'Committed in guarded tables, whatever the scope of the holds. '
               || regcar.svg_key('before', 'before') || regcar.svg_key('during', 'while anything was held') || regcar.svg_key('after', 'after')
               || regcar.svg_key('fed', 'fed back from the queue'),
               (SELECT string_agg(format('%s: %s in %s.', bars.phases[g][1], bars.phases[g][3], bars.phases[g][2]), ' ' ORDER BY g) FROM generate_subscripts(bars.phases, 1) g),
               bars.at, bars.class, bars.n)
        || regcar.html_table('Registrations before, while held and after', '{When,Lasted,#Registrations,#From the queue,#An hour}', bars.phases)
        || coalesce((SELECT '<p class="note">Not counted: ' || string_agg(regcar.html_typed(p.problem, 200), '; ') FILTER (WHERE p.n <= 5)
                            || CASE WHEN count(*) > 5 THEN format('; and %s more', count(*) - 5) ELSE '' END || E'.</p>\n'
                     FROM (SELECT c.problem, row_number() OVER (ORDER BY c.problem) AS n
                           FROM jsonb_to_recordset(registrations) c (problem text) WHERE c.problem IS NOT NULL) p), '');
END
$$;
REVOKE ALL ON FUNCTION incident_traffic(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_traffic(incident_span, jsonb) IS 'registrations an hour before, while anything was held, and after';

CREATE FUNCTION incident_queue_traffic(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<p class="note">How many registrations were made is not known: <code>track_commit_timestamp</code> is off on this server. '
           'Instead, what went into the queue and what came out of it.</p>\n'
           || string_agg(regcar.incident_hours(i, v.class, v.title, v.caption, v.caption, b.at, array_fill(v.class, ARRAY[cardinality(b.at)]), b.n), '' ORDER BY v.o)
    FROM (VALUES (1, 'queue', 'Queued an hour', 'Registrations that were set aside.'),
                 (2, 'fed', 'Released an hour', 'Registrations that were fed back from the queue.')) v (o, class, title, caption)
    CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(c.at ORDER BY c.at), '{}') AS at, coalesce(array_agg(c.n ORDER BY c.at), '{}') AS n
        FROM (SELECT date_bin(i.step, CASE v.o WHEN 1 THEN q.submitted_at ELSE q.settled_at END, i.since) AS at, count(*)::numeric AS n
              FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE (v.o = 1 OR q.state = 'released') GROUP BY 1) c) b
$$;
REVOKE ALL ON FUNCTION incident_queue_traffic(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_queue_traffic(incident_span) IS 'what was queued and released an hour: all that is known where commits carry no time';

-- The chart and the table of an incident's stages, which it numbers.
CREATE FUNCTION incident_restart(i incident_span) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    since timestamptz := coalesce(i.began_at, i.since);
    until timestamptz;
    d record;
    ceiling numeric;
    stages record;
    x numeric;
    numbered_x numeric := 0;
    marks text := '';
BEGIN
    SELECT array_agg(s.at ORDER BY s.n) AS at, array_agg(ARRAY[
               s.n::text, s.change || CASE WHEN s.further > 0 THEN format(' and %s further changes', regcar.html_number(s.further)) ELSE '' END,
               regcar.html_time(s.at),
               format('<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect x="%s" width="%s" height="10"/></svg> %s',
                      100 - s.share, s.share, regcar.html_number(s.released)),
               regcar.html_number(s.queued), regcar.html_number(s.failed), regcar.html_number(s.waiting), regcar.html_duration(s.lasted)] ORDER BY s.n) AS lines
    INTO stages
    FROM (SELECT s.*, row_number() OVER (ORDER BY s.at) AS n, coalesce(lead(s.at) OVER (ORDER BY s.at), i.as_of) - s.at AS lasted,
                 round(100.0 * s.released / greatest(max(s.released) OVER (), 1), 1) AS share
          FROM regcar.incident_stages(i, 20) s) s;

    SELECT CASE WHEN bool_or(q.state = 'waiting') THEN i.as_of ELSE max(q.settled_at) END INTO until
    FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold);
    IF until IS NULL THEN
        RETURN E'<p>Nothing was queued.</p>\n'
               || coalesce(regcar.html_table('Stages', '{#No.,What changed,At}', stages.lines[:][1:3]), '');
    END IF;
    until := greatest(until, since + interval '10 s');

    -- in 320 strips, each two units wide: the most, and what is left to the next
    WITH change AS (
        SELECT q.submitted_at AS at, 1 AS n FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold)
        UNION ALL
        SELECT q.settled_at, -1 FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.settled_at IS NOT NULL
    ), depth AS (
        SELECT c.at, c.n AS change, sum(c.n) OVER (ORDER BY c.at, c.n DESC ROWS UNBOUNDED PRECEDING) AS n FROM change c
    ), strip AS (
        SELECT width_bucket(date_part('epoch', x.at), date_part('epoch', since), date_part('epoch', until), 320) AS n,
               max(x.n) AS most, sum(x.change) AS change, max(ARRAY[x.n, -date_part('epoch', x.at)]) AS peak
        FROM depth x GROUP BY 1
    )
    SELECT array_agg(ARRAY[s.n, s.most, s.remaining] ORDER BY s.n) AS strips, max(s.most) AS most, to_timestamp(-(max(s.peak))[2]) AS peak_at,
           (array_agg(s.remaining ORDER BY s.n DESC))[1] AS last
    INTO d FROM (SELECT t.n, t.most, t.peak, sum(t.change) OVER (ORDER BY t.n) AS remaining FROM strip t) s;
    ceiling := regcar.svg_ceiling(d.most);
    FOR n IN 1 .. cardinality(stages.at)
    LOOP
        x := regcar.svg_x(stages.at[n], since, until);
        marks := marks || format('<line class="change" x1="%1$s" y1="28" x2="%1$s" y2="200"/>', x);
        IF x - numbered_x >= 22 AND stages.at[n] <= until THEN
            marks := marks || format('<text class="mark stage" x="%s" y="22">%s</text>', x, n);
            numbered_x := x;
        END IF;
    END LOOP;

    RETURN regcar.svg_figure('depth', 'Registrations waiting in the queue',
               format('At most %s, on %s; %s at the end. The numbers are those of the stages below.', regcar.html_number(d.most),
                      regcar.html_time(d.peak_at, false), regcar.html_number(d.last)),
               format('From none to %s, then down to %s.', regcar.html_number(d.most), regcar.html_number(d.last)),
               regcar.svg_count_axis(ceiling) || regcar.incident_band(i, since, until)
               || (SELECT '<path class="depth" d="M72 200' || string_agg(format('H%sV%sV%s', 70 + 2 * least(greatest(d.strips[g][1], 1), 321), regcar.svg_y(d.strips[g][2], ceiling),
                                                                                regcar.svg_y(d.strips[g][3], ceiling)), '' ORDER BY g) || 'H712V200"/>'
                   FROM generate_subscripts(d.strips, 1) g)
               || marks
               || regcar.svg_time_axis(since, until))
        || regcar.html_table('Releases by stage', '{#No.,What changed,At,#Released,#Queued,#Failed,#Waiting at the end,#Lasted}', stages.lines);
END
$$;
REVOKE ALL ON FUNCTION incident_restart(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_restart(incident_span) IS 'how many registrations waited over time, and what was released in which stage, with a bar for each';

CREATE FUNCTION incident_decisions(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT coalesce(regcar.html_table('Holds', '{#Hold,What,Scope,Why,Placed by,Began,Ended}',
        (SELECT array_agg(ARRAY[h.hold::text, h.action::text, regcar.incident_scope(h.scope), regcar.html_typed(h.reason, 300), regcar.html_typed(h.placed_by),
                                CASE WHEN r.began_at <= i.as_of THEN regcar.html_time(r.began_at)
                                     WHEN r.ended_at IS NULL THEN 'starts ' || regcar.html_time(h.starts_at) ELSE 'never' END,
                                CASE WHEN r.ended_at IS NULL THEN 'stands' ELSE regcar.html_time(r.ended_at) END
                                || CASE WHEN r.ended_at = h.lifted_at THEN format(' by %s: %s', regcar.html_typed(h.lifted_by), regcar.html_typed(h.lift_reason, 300))
                                        WHEN r.ended_at IS NOT NULL THEN ', expired'
                                        WHEN h.expires_at IS NOT NULL THEN ', expires ' || regcar.html_time(h.expires_at) ELSE '' END] ORDER BY h.hold)
         FROM unnest(i.holds[:50], i.began[:50], i.ended[:50]) r (hold, began_at, ended_at) JOIN regcar.hold h USING (hold)),
        CASE WHEN cardinality(i.holds) > 50 THEN format('%s more: <code>SELECT * FROM regcar.hold_report</code>', regcar.html_number(cardinality(i.holds) - 50)) END), '')
        || coalesce(regcar.html_table('Exemptions', '{#No.,#From hold,For,Why,Granted by,Granted,Ended}',
        (SELECT array_agg(ARRAY[e.exemption::text, e.hold::text, regcar.incident_scope(e.scope), regcar.html_typed(e.reason, 300), regcar.html_typed(e.granted_by),
                                regcar.html_time(e.granted_at),
                                CASE WHEN e.revoked_at <= e.expires_at OR e.revoked_at IS NOT NULL AND e.expires_at IS NULL
                                     THEN format('%s by %s: %s', regcar.html_time(e.revoked_at), regcar.html_typed(e.revoked_by), regcar.html_typed(e.revoke_reason, 300))
                                     WHEN e.expires_at <= i.as_of THEN regcar.html_time(e.expires_at) || ', expired'
                                     WHEN e.expires_at IS NOT NULL THEN 'expires ' || regcar.html_time(e.expires_at)
                                     ELSE 'with the hold' END] ORDER BY e.exemption)
         FROM (SELECT * FROM regcar.exemption x JOIN unnest(i.holds) u (hold) USING (hold) ORDER BY x.exemption LIMIT 50) e),
        (SELECT format('%s more: <code>SELECT * FROM regcar.history WHERE event = ''exempted''</code>', regcar.html_number(count(*) - 50))
         FROM regcar.exemption x JOIN unnest(i.holds) u (hold) USING (hold) HAVING count(*) > 50)), '')
$$;
REVOKE ALL ON FUNCTION incident_decisions(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_decisions(incident_span) IS 'the holds of an incident and the exemptions from them';

CREATE FUNCTION incident_tables(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH guarded AS (
        SELECT coalesce(pg_partition_root(g.target), g.target)::regclass::text AS target, string_agg(DISTINCT g.status, ', ') AS status
        FROM regcar.guards g JOIN pg_class c ON c.oid = g.target WHERE c.relnamespace <> 'regcar'::regnamespace GROUP BY 1
    ), queued AS (
        SELECT q.target::regclass::text AS target, count(*) AS queued, count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed, count(*) FILTER (WHERE q.state = 'discarded') AS discarded,
               count(*) FILTER (WHERE q.state = 'waiting') AS waiting, max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY 1
    ), counted AS (
        SELECT c.target, sum(c.registrations) FILTER (WHERE c.phase = 'before') AS before,
               sum(c.registrations) FILTER (WHERE c.phase = 'during') AS during, sum(c.registrations) FILTER (WHERE c.phase = 'after') AS after
        FROM jsonb_to_recordset(registrations) c (target text, phase text, registrations numeric)
        WHERE c.registrations IS NOT NULL GROUP BY c.target
    ), line AS (
        SELECT row_number() OVER (ORDER BY coalesce(q.queued, 0) DESC, target) AS n, target, g.status,
               q.queued, q.released, q.failed, q.discarded, q.waiting, q.longest_wait, c.before, c.during, c.after
        FROM guarded g FULL JOIN queued q USING (target) FULL JOIN counted c USING (target)
    )
    SELECT coalesce(regcar.html_table('Registrations and queue of each table', '{Table,Guard today,#Before,#While held,#After,#Queued,#Released,#Failed,#Given up,#Waiting,Longest wait}',
        (SELECT array_agg(ARRAY[regcar.html_typed(l.target), coalesce(l.status, 'none'),
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.before, 0)) END,
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.during, 0)) END,
                                CASE WHEN registrations IS NULL THEN '?' ELSE regcar.html_number(coalesce(l.after, 0)) END,
                                regcar.html_number(coalesce(l.queued, 0)), regcar.html_number(coalesce(l.released, 0)), regcar.html_number(coalesce(l.failed, 0)),
                                regcar.html_number(coalesce(l.discarded, 0)), regcar.html_number(coalesce(l.waiting, 0)),
                                regcar.html_duration(l.longest_wait)] ORDER BY l.n) FROM line l WHERE l.n <= 50),
        (SELECT format('%s more: <code>SELECT * FROM regcar.queue_summary</code>', regcar.html_number(count(*) - 50)) FROM line HAVING count(*) > 50)), '')
$$;
REVOKE ALL ON FUNCTION incident_tables(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_tables(incident_span, jsonb) IS 'the figures of each guarded table, and of each that something was queued for';

CREATE FUNCTION incident_submitters(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT q.submitter, q.application, count(*) AS queued, count(*) FILTER (WHERE q.state = 'released') AS released,
               count(*) FILTER (WHERE q.state = 'failed') AS failed, count(*) FILTER (WHERE q.state = 'waiting') AS waiting,
               max(coalesce(q.settled_at, i.as_of) - q.submitted_at) AS longest_wait,
               row_number() OVER (ORDER BY count(*) DESC, q.submitter, q.application) AS n
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) GROUP BY q.submitter, q.application
    )
    SELECT coalesce(regcar.html_table('Whose registrations were queued', '{Role,Application,#Queued,#Released,#Failed,#Waiting,Longest wait}',
        (SELECT array_agg(ARRAY[regcar.html_typed(l.submitter), regcar.html_typed(l.application), regcar.html_number(l.queued), regcar.html_number(l.released),
                                regcar.html_number(l.failed), regcar.html_number(l.waiting), regcar.html_duration(l.longest_wait)] ORDER BY l.n)
         FROM line l WHERE l.n <= 20),
        (SELECT format('%s more, with %s registrations', regcar.html_number(count(*)), regcar.html_number(sum(l.queued)))
         FROM line l WHERE l.n > 20 HAVING count(*) > 0)), '')
$$;
REVOKE ALL ON FUNCTION incident_submitters(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_submitters(incident_span) IS 'which role and application the queued registrations came from, most first';

-- What a row says of a keeper is nobody's business here: its id leads there.
CREATE FUNCTION incident_unsettled(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH line AS (
        SELECT q.state, q.target::regclass AS target, q.outcome, count(*) AS n, array_agg(q.id ORDER BY q.id) AS ids, max(q.settled_at) AS last,
               row_number() OVER (ORDER BY q.state, count(*) DESC, q.target::regclass, q.outcome) AS place
        FROM regcar.queue_entry q JOIN unnest(i.holds) u (hold) USING (hold) WHERE q.state <> 'released' GROUP BY 1, 2, 3
    )
    SELECT coalesce(regcar.html_table('Not registered', '{State,Table,Why,#Registrations,Queue ids,Last}',
        (SELECT array_agg(ARRAY[CASE l.state WHEN 'discarded' THEN 'given up' ELSE l.state::text END, regcar.html_typed(l.target::text),
                                coalesce(regcar.html_typed(l.outcome, 300), 'not tried yet'), regcar.html_number(l.n),
                                array_to_string(l.ids[:8], ', ') || CASE WHEN l.n > 8 THEN format(' and %s more', regcar.html_number(l.n - 8)) ELSE '' END,
                                regcar.html_time(l.last)] ORDER BY l.place)
         FROM line l WHERE l.place <= 30),
        (SELECT format('%s more, with %s registrations: <code>SELECT * FROM regcar.queue WHERE state &lt;&gt; ''released''</code>', regcar.html_number(count(*)), regcar.html_number(sum(l.n)))
         FROM line l WHERE l.place > 30 HAVING count(*) > 0)), '')
$$;
REVOKE ALL ON FUNCTION incident_unsettled(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_unsettled(incident_span) IS 'queued registrations that wait, failed or were given up, by what was said of them';

-- What was done with the queue between two decisions is one line for each who did it.
CREATE FUNCTION incident_log(i incident_span) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    WITH done (at, until, event, hold, actor, what, seq) AS (
        SELECT h.at, NULL::timestamptz, h.event, h.hold, regcar.html_typed(h.actor),
               CASE h.event
                   WHEN 'placed' THEN format('%s, %s: %s', h.detail ->> 'action', regcar.incident_scope(h.detail -> 'scope'), regcar.html_typed(h.detail ->> 'reason', 300))
                   WHEN 'lifted' THEN regcar.html_typed(h.detail ->> 'lift_reason', 300)
                   WHEN 'exempted' THEN format('exemption %s, %s: %s', h.detail ->> 'exemption', regcar.incident_scope(h.detail -> 'scope'), regcar.html_typed(h.detail ->> 'reason', 300))
                   WHEN 'revoked' THEN format('exemption %s: %s', h.detail ->> 'exemption', regcar.html_typed(h.detail ->> 'revoke_reason', 300))
               END, h.seq::text
        FROM regcar.history h JOIN unnest(i.holds) u (hold) USING (hold) WHERE NOT h.detail ? 'ids'
        UNION ALL
        SELECT min(w.at), max(w.at), w.event, w.hold, regcar.html_typed(w.actor),
               format(CASE WHEN sum(jsonb_array_length(w.detail -> 'ids')) = 1 THEN '1 registration' WHEN count(*) = 1 THEN '%1$s registrations'
                           ELSE '%1$s registrations in %2$s batches' END,
                      regcar.html_number(sum(jsonb_array_length(w.detail -> 'ids'))), regcar.html_number(count(*)))
               || coalesce(': ' || regcar.html_typed(w.outcome, 300), ''),
               min(w.seq) || CASE WHEN count(*) > 1 THEN '&#8211;' || max(w.seq) ELSE '' END
        FROM (SELECT h.*, count(*) FILTER (WHERE NOT h.detail ? 'ids') OVER (ORDER BY h.at, h.id) AS decisions,
                     CASE h.event WHEN 'discarded' THEN (SELECT q.outcome FROM regcar.queue_entry q WHERE q.id = (h.detail -> 'ids' ->> 0)::bigint) END AS outcome
              FROM regcar.history h JOIN unnest(i.holds) u (hold) USING (hold)) w
        WHERE w.detail ? 'ids' GROUP BY w.decisions, w.event, w.hold, w.actor, w.outcome
        UNION ALL
        SELECT r.ended_at, NULL, 'expired', r.hold, 'the clock', '', ''
        FROM unnest(i.holds, i.ended) r (hold, ended_at) JOIN regcar.hold h USING (hold) WHERE r.ended_at IS DISTINCT FROM h.lifted_at
        UNION ALL
        SELECT e.expires_at, NULL, 'expired', e.hold, 'the clock', format('exemption %s', e.exemption), ''
        FROM regcar.exemption e JOIN unnest(i.holds) u (hold) USING (hold) WHERE e.expires_at <= i.as_of AND (e.revoked_at > e.expires_at) IS NOT FALSE
    ), numbered AS (
        SELECT d.*, row_number() OVER (ORDER BY d.at, d.seq) AS n, count(*) OVER () AS lines FROM done d
    )
    SELECT coalesce(regcar.html_table('What was done, from the history', '{When,What,#Hold,Who,Particulars,#Place in history}',
        (SELECT array_agg(CASE WHEN d.n = 101 AND d.lines > 200
                               THEN ARRAY['&#8230;', format('%s lines are left out here', regcar.html_number(d.lines - 199)), '', '', '<code>SELECT * FROM regcar.history</code>', '']
                               ELSE ARRAY[regcar.html_time(d.at) || CASE WHEN d.until > d.at + interval '1 s' THEN ' to ' || regcar.html_time(d.until) ELSE '' END,
                                          d.event, d.hold::text, d.actor, d.what, d.seq] END ORDER BY d.n)
         FROM numbered d WHERE d.n <= 101 OR d.n > d.lines - 99)), '')
$$;
REVOKE ALL ON FUNCTION incident_log(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_log(incident_span) IS
    'from the history: who placed, exempted, revoked, lifted, released, retried and discarded, when and why; the first hundred and the last';

CREATE FUNCTION incident_sources(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    last record;
    history record;
    seal text;
BEGIN
    SELECT h.seq, encode(h.digest, 'hex') AS digest INTO last FROM regcar.history h WHERE h.seq IS NOT NULL ORDER BY h.seq DESC LIMIT 1;
    seal := format('The last of the %s events in the history has the digest <code>%s</code>.', regcar.html_number(coalesce(last.seq, 0)), coalesce(last.digest, 'none'));
    -- it looks at every registration that was ever queued
    IF (SELECT count(*) <= 50000 FROM (SELECT FROM regcar.queue_entry LIMIT 50001) q) THEN
        SELECT v.* INTO history FROM regcar.verify_history() v;
        seal := CASE WHEN history.problem IS NULL THEN seal || ' Each event fits the one before it, the holds and the queue.'
                     ELSE format('<strong>The history does not fit together</strong>, first at place %s: %s. ',
                                 coalesce(history.first_misfit::text, 'unknown'), regcar.html_typed(history.problem)) || seal END;
    ELSE
        seal := seal || ' Whether all of it fits was not looked at, for the queue is long: <code>SELECT * FROM regcar.verify_history()</code>';
    END IF;
    RETURN format(E'<ul>\n<li>Made %s by %s in database %s, with regcar %s on PostgreSQL %s.</li>\n', regcar.html_time(i.as_of), regcar.html_typed(session_user),
                  regcar.html_typed(current_database()), (SELECT regcar.html_text(x.extversion) FROM pg_extension x WHERE x.extname = 'regcar'),
                  regcar.html_text(current_setting('server_version')))
        || CASE WHEN registrations IS NULL THEN ''
                ELSE E'<li>A registration counts when its row was last written: one that was updated since counts at the update, one that was deleted does not count, '
                     'nor does one from before <code>track_commit_timestamp</code> was on. Tables are read with the rights of the role that asks.</li>\n' END
        || E'<li>Refused registrations leave no trace in the database; the server''s log has them under SQLSTATE <code>RH001</code>.</li>\n'
        || format(E'<li>%s</li>\n</ul>\n', seal);
END
$$;
REVOKE ALL ON FUNCTION incident_sources(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_sources(incident_span, jsonb) IS 'when and by whom the report was made, how its figures came about, and whether the history fits';

CREATE FUNCTION incident_page(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT E'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
           -- should ever something slip through that is no text, no browser runs or loads it
           '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>'
           '\n<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<meta name="generator" content="regcar"/>\n'
           || format(E'<title>%s: report</title>\n<style>%s</style>\n</head>\n<body>\n',
                     coalesce('Incident ' || regcar.html_text(i.reference, 100), 'Hold ' || i.holds[1]), regcar.incident_style())
           || regcar.incident_summary(i)
           || E'<svg class="patterns" aria-hidden="true"><pattern id="fed" width="4" height="4" patternUnits="userSpaceOnUse"><path d="M0 4L4 0"/></pattern></svg>\n<main>\n'
           || (SELECT string_agg(format(E'<section>\n<h2>%s</h2>\n%s</section>\n', s.title, s.body), '' ORDER BY s.n)
               FROM (VALUES (1, 'Registrations', CASE WHEN registrations IS NULL THEN regcar.incident_queue_traffic(i) ELSE regcar.incident_traffic(i, registrations) END),
                            (2, 'Queue and restart', regcar.incident_restart(i)),
                            (3, 'Queued registrations', regcar.incident_unsettled(i) || regcar.incident_submitters(i)),
                            (4, 'Holds and exemptions', regcar.incident_decisions(i)),
                            (5, 'Table by table', regcar.incident_tables(i, registrations)),
                            (6, 'Who did what', regcar.incident_log(i)),
                            (7, 'About this report', regcar.incident_sources(i, registrations))) s (n, title, body) WHERE s.body <> '')
           || E'</main>\n</body>\n</html>'
$$;
REVOKE ALL ON FUNCTION incident_page(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_page(incident_span, jsonb) IS 'the page of incident_report(), of registrations that were counted for it';

-- Compiling its many small queries would take longer than they do.
CREATE FUNCTION incident_report(hold bigint) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET jit = off COST 100000
AS $$
DECLARE
    i regcar.incident_span := regcar.incident_of(hold);
    registrations jsonb;
BEGIN
    IF pg_client_encoding() <> 'UTF8' THEN
        RAISE WARNING 'the page says that it is in UTF-8, and client_encoding is %', pg_client_encoding()
            USING HINT = 'SET client_encoding = ''UTF8'';';
    END IF;
    -- the one part that is done with the caller's rights
    IF current_setting('track_commit_timestamp') = 'on' THEN
        SELECT coalesce(jsonb_agg(r), '[]') INTO registrations
        FROM (SELECT c.target, c.phase, c.at, sum(c.registrations) AS registrations, c.problem
              FROM regcar.incident_registrations(i) c GROUP BY c.target, c.phase, c.at, c.problem) r;
    END IF;
    RETURN regcar.incident_page(i, registrations);
END
$$;
REVOKE ALL ON FUNCTION incident_report(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_report(bigint) IS
    'a page of HTML about the incident of a hold, for a file: what happened, figures and charts, who did what. Guarded tables are counted with the caller''s rights, for half a second at most. 22023 if there is no such hold';
-- Who may do what: an operator all of it, others use marks and ask hold_for().

CREATE FUNCTION grant_operator(role regrole) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION 'role must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.grant_operator(''role'');';
    END IF;
    EXECUTE format('GRANT EXECUTE ON FUNCTION regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz),'
                   ' regcar.drain(interval), regcar.lift_hold(bigint, text), regcar.lift_all(text),'
                   ' regcar.exempt(bigint, jsonb, text, timestamptz), regcar.revoke_exemption(bigint, text),'
                   ' regcar.queue_length(bigint), regcar.release_batch(bigint, bigint, bigint, integer),'
                   ' regcar.retry(bigint), regcar.discard(bigint, text), regcar.verify_history(), regcar.incident_account(text),'
                   ' regcar.incident_report(bigint), regcar.incident_of(bigint), regcar.incident_registrations(regcar.incident_span),'
                   ' regcar.xid_age_at(timestamptz), regcar.incident_page(regcar.incident_span, jsonb),'
                   ' regcar.guard(regclass, name, jsonb, boolean), regcar.guard_truncate(regclass), regcar.unguard(regclass),'
                   ' regcar.registration_hold(), regcar.trigger_arguments(bytea) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.release(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT SELECT ON regcar.active_holds, regcar.hold_history, regcar.active_exemptions, regcar.hold_report, regcar.guards,'
                   ' regcar.queue_entry, regcar.history TO %s', role);
    RETURN format('%s is an operator of holds', role);
END
$$;
REVOKE ALL ON FUNCTION grant_operator(regrole) FROM PUBLIC;
COMMENT ON FUNCTION grant_operator(regrole) IS
    'let a role place and lift holds, drain, and guard the tables it owns; 42704 if there is no such role';
