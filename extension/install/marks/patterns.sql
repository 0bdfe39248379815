-- Partial marks: what a witness or a camera has read of a mark.

CREATE OR REPLACE FUNCTION plate_matches_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_matches_support';
COMMENT ON FUNCTION plate_matches_support(internal) IS
    'planner support: a constant pattern as an interval or a list of marks, and how much of a column matches';

CREATE OR REPLACE FUNCTION pattern_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_pattern_sel';
COMMENT ON FUNCTION pattern_sel(internal, oid, internal, integer) IS
    'restriction selectivity of ~~: the histogram, and how many of the marks in each bin match';

CREATE OR REPLACE FUNCTION pattern_nsel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_pattern_nsel';
COMMENT ON FUNCTION pattern_nsel(internal, oid, internal, integer) IS 'restriction selectivity of !~~';

CREATE OR REPLACE FUNCTION plate_matches(plate, pattern text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 SUPPORT plate_matches_support
    AS 'MODULE_PATHNAME', 'regcar_plate_matches';
COMMENT ON FUNCTION plate_matches(plate, text) IS
    'does the mark, without its space, match the pattern? A pattern has letters in either case, digits, ? or _ for one character and * or % for any number; spaces are ignored; 22023 for other characters';

CREATE OR REPLACE FUNCTION plate_not_matches(plate, pattern text) RETURNS boolean
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

CREATE OR REPLACE FUNCTION plate_intervals_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_intervals_support';
COMMENT ON FUNCTION plate_intervals_support(internal) IS 'planner support: how many intervals plate_intervals() returns';

CREATE OR REPLACE FUNCTION plate_intervals(pattern text) RETURNS SETOF platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 100 SUPPORT plate_intervals_support
    AS 'MODULE_PATHNAME', 'regcar_plate_intervals';
COMMENT ON FUNCTION plate_intervals(text) IS
    'the marks that match a pattern as intervals in order of issue; if there are more than 10,000, neighbouring intervals are joined and hold other marks too; 22023 as for plate_matches()';
