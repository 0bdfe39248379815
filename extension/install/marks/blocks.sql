-- Blocks of marks: ranges, neighbours, counting, enumeration.

CREATE OR REPLACE FUNCTION plate_next(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_next';
COMMENT ON FUNCTION plate_next(plate) IS 'the mark behind it in its format and series; NULL at their end';

CREATE OR REPLACE FUNCTION plate_prior(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_prior';
COMMENT ON FUNCTION plate_prior(plate) IS 'the mark before it in its format and series; NULL at their start';

CREATE TYPE platerange;

CREATE OR REPLACE FUNCTION platerange_canonical(platerange) RETURNS platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_platerange_canonical';
CREATE OR REPLACE FUNCTION plate_distance(plate, plate) RETURNS double precision
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
COMMENT ON FUNCTION platerange(plate, plate) IS
    'a block from the first mark up to, but without, the second; NULL for no bound';
COMMENT ON FUNCTION platerange(plate, plate, text) IS
    'a block between two marks, with the bounds as the third argument says: [) () (] or []; NULL for no bound';
COMMENT ON FUNCTION platemultirange() IS 'no block';
COMMENT ON FUNCTION platemultirange(platerange) IS 'a single block as several';
COMMENT ON FUNCTION platemultirange(VARIADIC platerange[]) IS 'several blocks, those that touch or overlap joined';
COMMENT ON FUNCTION platerange_canonical(platerange) IS
    'writes a block as [first, behind the last); one that holds the last mark of all keeps its upper bound';
COMMENT ON FUNCTION plate_distance(plate, plate) IS 'number of marks from the second to the first, for indexes on blocks';

CREATE OR REPLACE FUNCTION plate_block(tag text, plate_series) RETURNS platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_block';
COMMENT ON FUNCTION plate_block(text, plate_series) IS
    'all marks of a memory or export tag in one series; 22023 for a tag that never was, and for a series before 51, whose marks of one area code are no range';

CREATE OR REPLACE FUNCTION plate_count(platerange) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_count';
COMMENT ON FUNCTION plate_count(platerange) IS
    'number of marks in a block, by arithmetic; without a bound from the first or to the last mark of all, 0 for an empty one';

CREATE OR REPLACE FUNCTION block_first(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_first';
COMMENT ON FUNCTION block_first(platerange) IS
    'the first mark in a block; without a lower bound the first of all, NULL of an empty one';

CREATE OR REPLACE FUNCTION block_last(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_last';
COMMENT ON FUNCTION block_last(platerange) IS
    'the last mark in a block; without an upper bound the last of all, NULL of an empty one';

CREATE OR REPLACE FUNCTION plate_in_block_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_in_block_support';
COMMENT ON FUNCTION plate_in_block_support(internal) IS 'planner support: both bounds of a block as index conditions, and its share of a column';

CREATE OR REPLACE FUNCTION plate_in_block(plate, platerange) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 SUPPORT plate_in_block_support
    AS 'MODULE_PATHNAME', 'regcar_plate_in_block';
COMMENT ON FUNCTION plate_in_block(plate, platerange) IS
    'is the mark in the block? The same as <@, but uses btree and BRIN indexes on the mark in every version and for any block, of a join too';

CREATE OR REPLACE FUNCTION plates_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plates_support';
COMMENT ON FUNCTION plates_support(internal) IS 'planner support: how many marks plates() returns';

CREATE OR REPLACE FUNCTION plates(platerange) RETURNS SETOF plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 13824 SUPPORT plates_support
    AS 'MODULE_PATHNAME', 'regcar_plates';
COMMENT ON FUNCTION plates(platerange) IS
    'every mark in a block, in order; called in a SELECT list, one after another, in FROM the server gathers them first';
