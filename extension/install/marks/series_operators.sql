-- Comparison of series is that of smallint, by the server's own functions.

CREATE OR REPLACE FUNCTION plate_series_eq(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2eq';
CREATE OR REPLACE FUNCTION plate_series_ne(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ne';
CREATE OR REPLACE FUNCTION plate_series_lt(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2lt';
CREATE OR REPLACE FUNCTION plate_series_le(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2le';
CREATE OR REPLACE FUNCTION plate_series_gt(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2gt';
CREATE OR REPLACE FUNCTION plate_series_ge(plate_series, plate_series) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2ge';
CREATE OR REPLACE FUNCTION plate_series_cmp(plate_series, plate_series) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint2cmp';
CREATE OR REPLACE FUNCTION plate_series_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint2sortsupport';
CREATE OR REPLACE FUNCTION plate_series_hash(plate_series) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'hashint2';
CREATE OR REPLACE FUNCTION plate_series_hash_extended(plate_series, bigint) RETURNS bigint
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'hashint2extended';
CREATE OR REPLACE FUNCTION plate_series_smaller(plate_series, plate_series) RETURNS plate_series
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int2smaller';
CREATE OR REPLACE FUNCTION plate_series_larger(plate_series, plate_series) RETURNS plate_series
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

CREATE OR REPLACE AGGREGATE min(plate_series) (
    SFUNC = plate_series_smaller, STYPE = plate_series, COMBINEFUNC = plate_series_smaller,
    SORTOP = <, PARALLEL = SAFE
);
CREATE OR REPLACE AGGREGATE max(plate_series) (
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
COMMENT ON FUNCTION plate_series_cmp(plate_series, plate_series) IS 'less than, equal or greater';
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

CREATE OR REPLACE FUNCTION plate_series_pl(plate_series, integer) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_pl';
CREATE OR REPLACE FUNCTION plate_series_mi(plate_series, integer) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_mi';
CREATE OR REPLACE FUNCTION plate_series_diff(plate_series, plate_series) RETURNS integer
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
