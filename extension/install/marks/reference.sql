-- Reference views: the calendar, the formats, the memory tags.

CREATE OR REPLACE VIEW series AS
SELECT s.series,
       s.series - 'A-suffix'::plate_series + 1 AS ordinal,
       CASE WHEN s.series < 'A-prefix' THEN 'suffix'
            WHEN s.series < '51' THEN 'prefix'
            ELSE 'current' END::plate_format AS format,
       series_period(s.series) AS period
FROM (SELECT 'A-suffix'::plate_series + n AS series
      FROM generate_series(0, '99'::plate_series - 'A-suffix') n) s;
COMMENT ON VIEW series IS 'all series in order, with the UK days on which each is issued';

CREATE OR REPLACE FUNCTION plate_format_list(
    OUT format plate_format, OUT example plate, OUT first_series plate_series,
    OUT last_series plate_series, OUT issued boolean, OUT transferable boolean,
    OUT marks bigint, OUT source text)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 17
    AS 'MODULE_PATHNAME', 'regcar_plate_format_list';
COMMENT ON FUNCTION plate_format_list() IS 'rows of the view plate_formats';

CREATE OR REPLACE VIEW plate_formats AS SELECT * FROM plate_format_list();
COMMENT ON VIEW plate_formats IS
    'the formats: an example, the series it is issued in, whether vehicles are still given it, whether it may move, how many marks it has, its source';

CREATE OR REPLACE FUNCTION irregular_mark_list(OUT mark plate, OUT source text, OUT suggested boolean)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 19
    AS 'MODULE_PATHNAME', 'regcar_irregular_mark_list';
COMMENT ON FUNCTION irregular_mark_list() IS 'rows of the view irregular_marks';

CREATE OR REPLACE VIEW irregular_marks AS SELECT * FROM irregular_mark_list();
COMMENT ON VIEW irregular_marks IS
    'marks that are on the register and fit no layout: the source of each, and whether plate_suggest() offers it';
COMMENT ON COLUMN irregular_marks.mark IS 'the mark';
COMMENT ON COLUMN irregular_marks.source IS 'who says that it exists';
COMMENT ON COLUMN irregular_marks.suggested IS
    'whether plate_suggest() offers it; never where it is so short that a slip makes it';

CREATE OR REPLACE VIEW memory_tags AS
SELECT tag, plate_region(mark) AS region, plate_office(mark) AS office
FROM (SELECT a || b AS tag, (a || b || '51AAA')::plate AS mark
      FROM regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') a,
           regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') b) t
WHERE plate_office(mark) IS NOT NULL;
COMMENT ON VIEW memory_tags IS
    'first two letters of current marks: region and office (INF104)';

GRANT SELECT ON series, plate_formats, irregular_marks, memory_tags TO PUBLIC;
