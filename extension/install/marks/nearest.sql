-- The nearest marks to what was read, and a class of GiST indexes for whatever is not a comparison. Beside a primary key,
-- an index of plate_gist_ops may be taken for mark = ..., which a btree answers sooner; one of plate_search_ops never is.

CREATE OR REPLACE FUNCTION plate_distance(plate, text) RETURNS real
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_text_distance';
COMMENT ON FUNCTION plate_distance(plate, text) IS
    'how far the mark is from what was read: the least cost of the mistakes between them, as plate_suggest() adds them up; 22023 for more than 64 characters';
CREATE OR REPLACE FUNCTION plate_distance(text, plate) RETURNS real
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_text_plate_distance';
COMMENT ON FUNCTION plate_distance(text, plate) IS 'how far what was read is from the mark';

CREATE OPERATOR <-> (
    FUNCTION = plate_distance, LEFTARG = plate, RIGHTARG = text, COMMUTATOR = <->
);
CREATE OPERATOR <-> (
    FUNCTION = plate_distance, LEFTARG = text, RIGHTARG = plate, COMMUTATOR = <->
);
COMMENT ON OPERATOR <-> (plate, text) IS 'how far is the mark from what was read? ORDER BY it uses GiST indexes on the mark';
COMMENT ON OPERATOR <-> (text, plate) IS 'how far is what was read from the mark? ORDER BY it uses GiST indexes on the mark';

CREATE OR REPLACE FUNCTION plate_gist_distance(internal, plate, smallint, oid, internal) RETURNS double precision
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_distance';
COMMENT ON FUNCTION plate_gist_distance(internal, plate, smallint, oid, internal) IS
    'GiST support: how far a mark is from a text, and how near those of a page may be';

ALTER OPERATOR FAMILY plate_gist_ops USING gist ADD
    OPERATOR 32 <@ (plate, plate_series),
    OPERATOR 33 <@ (anyelement, anyrange),
    OPERATOR 34 <@ (anyelement, anymultirange),
    OPERATOR 35 <-> (plate, text) FOR ORDER BY float_ops,
    FUNCTION 8 (plate, plate) plate_gist_distance(internal, plate, smallint, oid, internal);

CREATE OPERATOR CLASS plate_search_ops FOR TYPE plate USING gist AS
    OPERATOR 31 ~~ (plate, text),
    OPERATOR 32 <@ (plate, plate_series),
    OPERATOR 33 <@ (anyelement, anyrange),
    OPERATOR 34 <@ (anyelement, anymultirange),
    OPERATOR 35 <-> (plate, text) FOR ORDER BY float_ops,
    FUNCTION 1 plate_gist_consistent(internal, plate, smallint, oid, internal),
    FUNCTION 2 plate_gist_union(internal, internal),
    FUNCTION 3 plate_gist_compress(internal),
    FUNCTION 5 range_gist_penalty(internal, internal, internal),
    FUNCTION 6 range_gist_picksplit(internal, internal),
    FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
    FUNCTION 8 plate_gist_distance(internal, plate, smallint, oid, internal),
    FUNCTION 9 plate_gist_fetch(internal),
    FUNCTION 11 plate_gist_sortsupport(internal),
    STORAGE platerange;
COMMENT ON OPERATOR FAMILY plate_search_ops USING gist IS 'marks, for the nearest, patterns, series and blocks';
COMMENT ON OPERATOR CLASS plate_search_ops USING gist IS 'marks, for the nearest, patterns, series and blocks; beside a primary key';
