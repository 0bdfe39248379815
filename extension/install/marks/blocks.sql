-- Blocks of marks: ranges, neighbours, counting, enumeration.

CREATE OR REPLACE FUNCTION plate_next(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_next';
COMMENT ON FUNCTION plate_next(plate) IS 'the next mark of the same format and series; NULL after the last';

CREATE OR REPLACE FUNCTION plate_prior(plate) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_prior';
COMMENT ON FUNCTION plate_prior(plate) IS 'the previous mark of the same format and series; NULL before the first';

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

COMMENT ON TYPE platerange IS 'a block of marks, such as those allocated to a dealer';
COMMENT ON TYPE platemultirange IS 'several blocks of marks';
COMMENT ON FUNCTION platerange(plate, plate) IS
    'a block from the first mark up to, but without, the second; NULL for no bound';
COMMENT ON FUNCTION platerange(plate, plate, text) IS
    'a block between two marks, with the bounds as the third argument says: [) () (] or []; NULL for no bound';
COMMENT ON FUNCTION platemultirange() IS 'no block';
COMMENT ON FUNCTION platemultirange(platerange) IS 'a single block as several';
COMMENT ON FUNCTION platemultirange(VARIADIC platerange[]) IS 'several blocks, those that touch or overlap joined';
COMMENT ON FUNCTION platerange_canonical(platerange) IS
    'writes a block as [first, after the last); a block with the very last mark keeps its upper bound';
COMMENT ON FUNCTION plate_distance(plate, plate) IS 'number of marks from the second to the first, for indexes on blocks';

CREATE OR REPLACE FUNCTION plate_block(tag text, plate_series) RETURNS platerange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_block';
COMMENT ON FUNCTION plate_block(text, plate_series) IS
    'all marks of a memory or export tag in one series; 22023 for an unknown tag, and for a series before 51, because the marks of one area code are then not a range';

CREATE OR REPLACE FUNCTION plate_count(platerange) RETURNS bigint
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_plate_count';
COMMENT ON FUNCTION plate_count(platerange) IS
    'how many marks a block has, by arithmetic; a missing bound stands for the first or the last mark of all; 0 for an empty block';

CREATE OR REPLACE FUNCTION block_first(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_first';
COMMENT ON FUNCTION block_first(platerange) IS
    'the first mark of a block: the very first if the block has no lower bound, NULL if it is empty';

CREATE OR REPLACE FUNCTION block_last(platerange) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_block_last';
COMMENT ON FUNCTION block_last(platerange) IS
    'the last mark of a block: the very last if the block has no upper bound, NULL if it is empty';

CREATE OR REPLACE FUNCTION plate_in_block_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_in_block_support';
COMMENT ON FUNCTION plate_in_block_support(internal) IS 'planner support: both bounds of a block as index conditions, and its share of a column';

CREATE OR REPLACE FUNCTION plate_in_block(plate, platerange) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 SUPPORT plate_in_block_support
    AS 'MODULE_PATHNAME', 'regcar_plate_in_block';
COMMENT ON FUNCTION plate_in_block(plate, platerange) IS
    'is the mark in the block? The same as <@, but it uses btree and BRIN indexes on the mark in every version and for any block, also in a join';

CREATE OR REPLACE FUNCTION plates_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plates_support';
COMMENT ON FUNCTION plates_support(internal) IS 'planner support: how many marks plates() returns';

CREATE OR REPLACE FUNCTION plates(platerange) RETURNS SETOF plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 ROWS 13824 SUPPORT plates_support
    AS 'MODULE_PATHNAME', 'regcar_plates';
COMMENT ON FUNCTION plates(platerange) IS
    'every mark in a block, in order; in a SELECT list they come one by one, in FROM the server collects them first';
