-- Which columns hold marks, and reports over the marks of a table with the caller's rights.

CREATE OR REPLACE VIEW plate_columns AS
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

CREATE OR REPLACE FUNCTION report_column(target regclass) RETURNS text
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    columns name[] := ARRAY(SELECT p.plate_column FROM regcar.plate_columns p
                            WHERE p.target = report_column.target ORDER BY 1);
BEGIN
    IF cardinality(columns) <> 1 THEN
        RAISE EXCEPTION '"%" has % columns of type plate', target, cardinality(columns)
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Make a view that has only the column to report on.';
    END IF;
    RETURN quote_ident(columns[1]);
END
$$;
COMMENT ON FUNCTION report_column(regclass) IS 'the only column of type plate, quoted; 22023 if there is none or more than one';

-- There are few series and few regions, so both reports count into an array in one pass over the table or, where that is
-- cheaper, over an index on the mark alone. No row is hashed, and several processes may share the work.

CREATE OR REPLACE FUNCTION count_series(bigint[], plate) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_count_series';
COMMENT ON FUNCTION count_series(bigint[], plate) IS 'transition function of tally_series()';

CREATE OR REPLACE FUNCTION count_regions(bigint[], plate) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_count_regions';
COMMENT ON FUNCTION count_regions(bigint[], plate) IS 'transition function of tally_regions()';

CREATE OR REPLACE FUNCTION tally_add(bigint[], bigint[]) RETURNS bigint[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_tally_add';
COMMENT ON FUNCTION tally_add(bigint[], bigint[]) IS 'combine function of tally_series() and tally_regions()';

CREATE OR REPLACE AGGREGATE tally_series(plate) (
    SFUNC = count_series, STYPE = bigint[], COMBINEFUNC = tally_add, INITCOND = '{}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally_series(plate) IS
    'how many marks of each series there are, by its ordinal in the view series; [0] counts undated marks';

CREATE OR REPLACE AGGREGATE tally_regions(plate) (
    SFUNC = count_regions, STYPE = bigint[], COMBINEFUNC = tally_add, INITCOND = '{}', PARALLEL = SAFE
);
COMMENT ON AGGREGATE tally_regions(plate) IS
    'how many marks of each region there are, by its place in region_names(); [0] counts marks without a region';

CREATE OR REPLACE FUNCTION region_names() RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_region_names';
COMMENT ON FUNCTION region_names() IS 'names of regions by their number; NULL at numbers without one';

CREATE OR REPLACE FUNCTION registrations_by_series(
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

CREATE OR REPLACE FUNCTION registrations_by_region(
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

CREATE OR REPLACE FUNCTION series_calendar("from" date, "to" date, OUT series plate_series, OUT period daterange)
    RETURNS SETOF record
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp ROWS 10
AS $$
    SELECT s.series, s.period FROM regcar.series s
    WHERE "from" <= "to" AND s.period && daterange("from", "to", '[]') ORDER BY s.series
$$;
COMMENT ON FUNCTION series_calendar(date, date) IS
    'series that are issued between two days, both included; none if the days are the wrong way round';
