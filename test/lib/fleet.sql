-- A fleet to test and measure on: fleet(n) returns about n different marks, spread over series, tags and formats as the
-- marks on the United Kingdom's roads are. To be included with \ir; the caller's search_path must have regcar.
--
-- First registrations by half-year (cars of 2025, SMMT: 1 041 882 from March to August, 978 641 from September to
-- February), the same every year; a vehicle is scrapped at 14.5 years on average, some are kept for good (and some old
-- marks sold to newer vehicles); 6 in 100 marks carry no date, half of them from Northern Ireland. Tags have from one to
-- nine parts of a series. What a tag has of a series are its first marks, as they are given out in order.

CREATE FUNCTION fleet_blocks(total bigint, OUT block platerange, OUT marks bigint) RETURNS SETOF record
    LANGUAGE sql STABLE
AS $$
    WITH share AS (             -- of a series, in registrations of a year
        SELECT series, format, lower(period) AS start,
               CASE extract(month FROM lower(period)) WHEN 3 THEN 0.516 WHEN 9 THEN 0.484 ELSE (upper(period) - lower(period)) / 365.0 END
                 * (0.008 + 1 / (1 + exp(('2026-03-01' - lower(period) - 14.5 * 365.25) / 365.25 / 2.7)))::numeric AS share
        FROM series WHERE series <= '75'
        UNION ALL SELECT NULL, unnest('{dateless,ni_serial}'::plate_format[]), NULL, 0.45
    ), part AS (                -- blocks of a series, and how much of it each has
        SELECT s.*, plate_block(tag, series) AS block, 1 + row_number() OVER (PARTITION BY series ORDER BY tag) * 7 % 9 AS weight
        FROM share s, memory_tags WHERE format = 'current'
        UNION ALL
        SELECT s.*, platerange((left(series::text, 1) || n || 'AAA')::plate, (left(series::text, 1) || n || 'YYY')::plate, '[]'), 1
        FROM share s, generate_series(1, 999) n WHERE format = 'prefix'
        UNION ALL
        SELECT s.*, platerange((a || 'AA1' || left(series::text, 1))::plate, (a || 'YY999' || left(series::text, 1))::plate, '[]'), 1
        FROM share s, regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') a WHERE format = 'suffix'
        UNION ALL
        SELECT s.*, platerange((a || 'AA1')::plate, (a || 'YY999')::plate, '[]'), 1
        FROM share s, regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') a WHERE format = 'dateless'
        UNION ALL
        SELECT s.*, platerange((a || 'AZ1')::plate, (a || 'YZ9999')::plate, '[]'), 1
        FROM share s, regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') a WHERE format = 'ni_serial'
    ), cut AS (
        SELECT block, start, total * share * weight / sum(weight) OVER (PARTITION BY series, format) / (SELECT sum(share) FROM share) AS part
        FROM part
    ), line AS (
        SELECT block, start, part, sum(part) OVER (ORDER BY start NULLS FIRST, block) AS upto FROM cut
    )
    SELECT block, (round(upto) - round(upto - part))::bigint FROM line ORDER BY start NULLS FIRST, block
$$;

CREATE FUNCTION fleet(total bigint) RETURNS SETOF plate
    LANGUAGE sql STABLE
AS $$
    SELECT mark FROM fleet_blocks(total), LATERAL (SELECT plates(block) LIMIT marks) m(mark)
$$;
