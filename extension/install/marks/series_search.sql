-- The marks of a series: one interval of an index.

CREATE OR REPLACE FUNCTION plate_first(plate_series) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_first';
COMMENT ON FUNCTION plate_first(plate_series) IS 'the first mark of a series in order of issue';

CREATE OR REPLACE FUNCTION plate_last(plate_series) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_last';
COMMENT ON FUNCTION plate_last(plate_series) IS 'the last mark of a series in order of issue';

CREATE OR REPLACE FUNCTION plate_in_series_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_in_series_support';
COMMENT ON FUNCTION plate_in_series_support(internal) IS 'planner support: both bounds of a series as index conditions; selectivity';

CREATE OR REPLACE FUNCTION series_sel(internal, oid, internal, integer) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_sel';
COMMENT ON FUNCTION series_sel(internal, oid, internal, integer) IS 'restriction selectivity of <@ and @>, from the shares of the series';

CREATE OR REPLACE FUNCTION series_joinsel(internal, oid, internal, smallint, internal) RETURNS double precision
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_joinsel';
COMMENT ON FUNCTION series_joinsel(internal, oid, internal, smallint, internal) IS 'join selectivity of <@ and @>, from the shares of the series';

CREATE OR REPLACE FUNCTION plate_in_series(plate, plate_series) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_in_series_support
    AS 'MODULE_PATHNAME', 'regcar_plate_in_series';
COMMENT ON FUNCTION plate_in_series(plate, plate_series) IS 'implementation of <@ operator';

CREATE OR REPLACE FUNCTION series_has_plate(plate_series, plate) RETURNS boolean
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
COMMENT ON OPERATOR <@ (plate, plate_series) IS 'does the mark belong to the series? Uses btree and BRIN indexes on the mark';
COMMENT ON OPERATOR @> (plate_series, plate) IS 'does the series include the mark? Uses btree and BRIN indexes on the mark';
