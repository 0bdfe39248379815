-- What a mark is and where it comes from.

CREATE OR REPLACE FUNCTION plate_property_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_property_support';
COMMENT ON FUNCTION plate_property_support(internal) IS
    'planner support: how frequent each format, series and region is among the marks of a column, and how many there are';

CREATE OR REPLACE FUNCTION plate_format(plate) RETURNS plate_format
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_property_support
    AS 'MODULE_PATHNAME', 'regcar_plate_format';
COMMENT ON FUNCTION plate_format(plate) IS 'format of a mark';

CREATE OR REPLACE FUNCTION plate_series(plate) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_property_support
    AS 'MODULE_PATHNAME', 'regcar_plate_series';
COMMENT ON FUNCTION plate_series(plate) IS 'series of a mark; NULL for an undated mark';

CREATE CAST (plate AS plate_series) WITH FUNCTION plate_series(plate);
COMMENT ON CAST (plate AS plate_series) IS 'series of a mark; explicit, because it loses the rest';

CREATE OR REPLACE FUNCTION plate_period(plate) RETURNS daterange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 SUPPORT plate_property_support
    AS 'MODULE_PATHNAME', 'regcar_plate_period';
COMMENT ON FUNCTION plate_period(plate) IS
    'UK days on which the mark''s series is issued; NULL for an undated mark';

CREATE OR REPLACE FUNCTION plate_compact(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_compact';
COMMENT ON FUNCTION plate_compact(plate) IS 'the mark without spaces: AB75CDE';

CREATE OR REPLACE FUNCTION plate_tag(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_tag';
COMMENT ON FUNCTION plate_tag(plate) IS
    'memory tag of a current or export mark, area code of a prefix, suffix, dateless or Northern Ireland mark; NULL for other marks';

CREATE OR REPLACE FUNCTION plate_office(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_office';
COMMENT ON FUNCTION plate_office(plate) IS
    'office, or Northern Ireland county, where the mark was first registered, by its tag (INF104); NULL if no list names the tag';

CREATE OR REPLACE FUNCTION plate_region(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 SUPPORT plate_property_support
    AS 'MODULE_PATHNAME', 'regcar_plate_region';
COMMENT ON FUNCTION plate_region(plate) IS
    'region where a current or Northern Ireland mark was first registered, by its tag (INF104); NULL for other marks';

CREATE OR REPLACE FUNCTION plate_is_valid(text) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_plate_is_valid';
COMMENT ON FUNCTION plate_is_valid(text) IS 'is the text a registration mark? Never an error';

CREATE OR REPLACE FUNCTION plate_problem(text) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 20 AS 'MODULE_PATHNAME', 'regcar_plate_problem';
COMMENT ON FUNCTION plate_problem(text) IS
    'the rule that the text breaks; NULL for a registration mark. Never an error';

CREATE OR REPLACE FUNCTION plate_transferable(plate) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_property_support
    AS 'MODULE_PATHNAME', 'regcar_plate_transferable';
COMMENT ON FUNCTION plate_transferable(plate) IS
    'may the mark move to another vehicle? Marks of the formats q, qni, diplomatic, military, trade and trailer may not';
