-- Comparison of marks is that of bigint, by the server's own functions.

CREATE OR REPLACE FUNCTION plate_eq(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8eq';
CREATE OR REPLACE FUNCTION plate_ne(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ne';
CREATE OR REPLACE FUNCTION plate_lt(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8lt';
CREATE OR REPLACE FUNCTION plate_le(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8le';
CREATE OR REPLACE FUNCTION plate_gt(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8gt';
CREATE OR REPLACE FUNCTION plate_ge(plate, plate) RETURNS boolean
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8ge';
CREATE OR REPLACE FUNCTION plate_cmp(plate, plate) RETURNS integer
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'btint8cmp';
CREATE OR REPLACE FUNCTION plate_sortsupport(internal) RETURNS void
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'btint8sortsupport';
CREATE OR REPLACE FUNCTION plate_hash(plate) RETURNS integer
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_hash';
CREATE OR REPLACE FUNCTION plate_hash_extended(plate, bigint) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_hash_extended';
CREATE OR REPLACE FUNCTION plate_smaller(plate, plate) RETURNS plate
    LANGUAGE internal IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'int8smaller';
CREATE OR REPLACE FUNCTION plate_larger(plate, plate) RETURNS plate
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

CREATE OR REPLACE AGGREGATE min(plate) (
    SFUNC = plate_smaller, STYPE = plate, COMBINEFUNC = plate_smaller,
    SORTOP = <, PARALLEL = SAFE
);
CREATE OR REPLACE AGGREGATE max(plate) (
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
COMMENT ON FUNCTION plate_cmp(plate, plate) IS 'less than, equal or greater';
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
