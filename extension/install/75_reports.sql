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

CREATE FUNCTION registrations_by_series(
    target regclass, OUT series plate_series, OUT period daterange, OUT registrations bigint)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp COST 10000 ROWS 140
AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT s, regcar.series_period(s), n'
        ' FROM (SELECT regcar.plate_series(%1$s) AS s, count(*) AS n FROM %2$s WHERE %1$s IS NOT NULL GROUP BY 1) c'
        ' ORDER BY s NULLS FIRST', regcar.report_column(target), target);
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
        'SELECT regcar.plate_region(%1$s), count(*) FROM %2$s'
        ' WHERE %1$s OPERATOR(regcar.<@) $1 GROUP BY 1 ORDER BY 2 DESC, 1', regcar.report_column(target), target)
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
