-- Reference views, and the text of errors.
\set VERBOSITY default
SET search_path = public, regcar;
SET datestyle = 'ISO, YMD';

TABLE plate_formats;
SELECT * FROM series WHERE series IN ('A-suffix', 'E-suffix', 'F-suffix', 'Y-suffix', 'A-prefix', 'S-prefix', 'T-prefix', '51', '02', '75', '26', '99');
SELECT count(*), min(series), max(series) FROM series;
SELECT region, count(*) AS tags, count(DISTINCT office) AS offices FROM memory_tags GROUP BY region ORDER BY region;
SELECT * FROM explain_plate('ab75cde', '2025-08-31');
SELECT * FROM explain_plate('Q123 ABC', '2025-08-31');
SELECT * FROM explain_plate('MAN 1234', '2025-08-31');

-- Each kind of problem, as a person reads it.
SELECT mark, plate_problem(mark) FROM (VALUES
    (''), ('AB24ABCAB24ABC'), ('AB24-ABC'), ('AB5I ABC'), ('AB51 IQC'), ('QA51 ABC'), ('AB01 ABC'), ('AB50 ABC'),
    ('A012 BCD'), ('U123 ABC'), ('ABC 0A'), ('ABC 123Q'), ('AIK 1234'), ('ABC 1234'), ('MAN 1234'), ('LMN 1L'),
    ('J 12345'), ('1234'), ('00000'), ('100 D 101'), ('101 D 099'), ('101 C 101'), ('C123 4567'), ('12D3456'), ('QA 1234'), ('NIQ 1')
) v(mark);
SELECT '50'::plate_series;
SELECT '99'::plate_series + 1;
SELECT require_assignable('AB51 ABC', '2001-08-31');
SELECT require_issuable('ABC 123', '2025-09-01');
SELECT require_issuable('AB75 CDE', 'infinity');
