-- The rules about time and place: what may be issued and assigned when, where a mark was
-- first registered, and how a refusal is told.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL datestyle = 'ISO, YMD';
SET LOCAL timezone = 'UTC';

CREATE TEMP TABLE expected_series (
    series   text PRIMARY KEY,
    start    date NOT NULL,
    last_day date NOT NULL,
    ordinal  int NOT NULL UNIQUE
);
\copy expected_series FROM 'test/data/series.csv' WITH (FORMAT csv, HEADER)

-- Runs a statement that should fail and keeps what the error said.
CREATE TYPE pg_temp.failure AS (state text, message text, detail text);
CREATE FUNCTION pg_temp.failure_of(statement text) RETURNS pg_temp.failure LANGUAGE plpgsql AS $$
DECLARE
    f pg_temp.failure;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS f.state = RETURNED_SQLSTATE, f.message = MESSAGE_TEXT, f.detail = PG_EXCEPTION_DETAIL;
    RETURN f;
END $$;

-- One mark of every format, and what the rules say about the format.
CREATE TEMP TABLE sample (
    format       text PRIMARY KEY,
    mark         plate NOT NULL,
    compact      text NOT NULL,
    issuable     bool,              -- on any day; NULL where the series decides
    transferable bool NOT NULL
);
INSERT INTO sample VALUES
    ('current',            'AB75 CDE',  'AB75CDE',  NULL,  true),
    ('export',             'XA75 CDE',  'XA75CDE',  NULL,  true),
    ('prefix',             'A123 BCD',  'A123BCD',  NULL,  true),
    ('q',                  'Q123 ABC',  'Q123ABC',  true,  false),
    ('suffix',             'ABC 123D',  'ABC123D',  NULL,  true),
    ('dateless',           'ABC 123',   'ABC123',   false, true),
    ('dateless_reversed',  '123 ABC',   '123ABC',   false, true),
    ('ni',                 'AZ 1234',   'AZ1234',   true,  true),
    ('ni_reversed',        '1234 AZ',   '1234AZ',   false, true),
    ('ni_serial',          'AAZ 1234',  'AAZ1234',  true,  true),
    ('ni_serial_reversed', '1234 AAZ',  '1234AAZ',  false, true),
    ('qni',                'QNI 1234',  'QNI1234',  true,  false),
    ('diplomatic',         '101 D 101', '101D101',  false, false),
    ('military',           'AB 12 CD',  'AB12CD',   false, false),
    ('trade',              '01234',     '01234',    false, false),
    ('trailer',            'A123 4567', 'A1234567', false, false),
    ('irregular',          'QTR 1',     'QTR1',     false, true);

SELECT no_plan();

SELECT is((SELECT array_agg(format ORDER BY format) FROM sample),
          (SELECT array_agg(enumlabel::text ORDER BY enumlabel::text) FROM pg_enum WHERE enumtypid = 'regcar.plate_format'::regtype),
          'the samples name every format');
SELECT is(plate_format(mark)::text, format, format('"%s" is a mark of format %s', mark, format)) FROM sample;
SELECT is(plate_compact(mark), compact, format('"%s" without its spaces is %s', mark, compact)) FROM sample;

-- The age rule: a mark never makes a vehicle look newer
CREATE TEMP TABLE age_rule (mark text, registered date, allowed bool, why text);
INSERT INTO age_rule VALUES
    ('AB71 ABC', '2021-09-01', true,  'the series starts that day'),
    ('AB71 ABC', '2021-08-31', false, 'one day too new'),
    ('AB21 ABC', '2021-09-01', true,  'an older series on a newer vehicle'),
    ('AB21 ABC', '2021-02-28', false, 'the series starts 2021-03-01'),
    ('AB70 ABC', '2021-02-28', true,  'series 70 runs to that day'),
    ('CR15 ABC', '2014-12-01', false, 'the series starts 2015-03-01'),
    ('T123 ABC', '1999-02-28', false, 'T starts 1999-03-01'),
    ('S123 ABC', '1999-03-01', true,  'S came before'),
    ('Y123 ABC', '2001-08-31', true,  'the last day of the prefix letters'),
    ('AB51 ABC', '2001-08-31', false, 'the series starts 2001-09-01'),
    ('A123 ABC', '1983-07-31', false, 'the series starts 1983-08-01'),
    ('ABC 123Y', '1983-07-31', true,  'the last day of the suffix letters'),
    ('ABC 123E', '1966-12-31', false, 'the series starts 1967-01-01'),
    ('ABC 123A', '1962-06-01', false, 'the series starts 1963-01-01'),
    ('ABC 123',  '1930-01-01', true,  'dateless'),
    ('AAZ 1234', '2025-09-01', true,  'Northern Ireland marks carry no date'),
    ('Q123 ABC', '1950-01-01', true,  'a Q mark carries no date; that it cannot be moved is another rule'),
    ('AB51 ABC', '2049-12-31', true,  'an older series on a much newer vehicle'),
    ('XA75 ABC', '2025-08-31', false, 'an export mark has a series like any current mark'),
    ('XA75 ABC', '2025-09-01', true,  'an export mark has a series like any current mark'),
    ('AB76 ABC', (timestamptz '2026-08-31 23:30:00+00' AT TIME ZONE 'Europe/London')::date, true,
                 'at 23:30 UTC on 31 August 2026 it is 1 September in London'),
    ('AB26 ABC', (timestamptz '2026-03-01 00:00:00+00' AT TIME ZONE 'Europe/London')::date, true,
                 'the United Kingdom is on UTC in March');
SELECT is(plate_assignable(mark::plate, registered), allowed,
          format('%s %s go on a vehicle first registered on %s: %s', mark, CASE WHEN allowed THEN 'may' ELSE 'may not' END, registered, why))
  FROM age_rule;

SELECT is(plate_assignable(mark, day), true, format('the age rule never blocks %s (%s), here on %s', mark, format, day))
  FROM sample, unnest('{1900-01-01,2025-08-31}'::date[]) AS day
 WHERE format NOT IN ('current', 'export', 'prefix', 'suffix', 'trade');
SELECT is(plate_assignable('01234', '2025-09-01'), false, 'a trade mark is a licence''s and goes on no vehicle');

CREATE TEMP TABLE dated AS      -- marks of every series that has them
    SELECT s.*, m.text::plate AS mark
      FROM expected_series s,
           LATERAL (VALUES (CASE WHEN series ~ 'suffix' THEN 'ABC 123' || left(series, 1)
                                 WHEN series ~ 'prefix' THEN left(series, 1) || '123 ABC'
                                 ELSE 'AB' || series || ' CDE' END),
                           (CASE WHEN series ~ '^\d\d$' THEN 'XF' || series || ' ZZZ' END)) AS m (text)
     WHERE m.text IS NOT NULL;
SELECT is((SELECT count(*) FROM dated), 139 + 97::bigint, 'there is a mark of every series, and an export mark of every current one');

SELECT is_empty($$
    SELECT mark, start FROM dated
     WHERE plate_assignable(mark, start - 1) IS NOT FALSE OR plate_assignable(mark, start) IS NOT TRUE
        OR plate_assignable(mark, last_day + 1) IS NOT TRUE OR plate_assignable(mark, '2100-01-01') IS NOT TRUE LIMIT 5
    $$, 'a mark of any series is assignable from the first day of its series, and for ever');

-- New issue: the series in force, no other
SELECT is_empty($$
    SELECT mark, start, last_day FROM dated
     WHERE (plate_issuable(mark, start) IS NOT TRUE AND plate_format(mark) <> 'export') OR plate_issuable(mark, last_day) IS NOT TRUE LIMIT 5
    $$, 'a mark of any series is issuable on the first and on the last day of its series, an export mark of the last month on the last');
SELECT is_empty($$
    SELECT mark, start, last_day FROM dated
     WHERE plate_issuable(mark, start - 1) IS NOT FALSE OR plate_issuable(mark, last_day + 1) IS NOT FALSE LIMIT 5
    $$, 'a mark of any series is not issuable a day before or a day after it');
SELECT is(plate_issuable(mark, day), issuable,
          format('%s (%s) %s newly issued, here on %s', mark, format, CASE WHEN issuable THEN 'may be' ELSE 'is not' END, day))
  FROM sample, unnest('{2025-08-31,2025-09-01}'::date[]) AS day
 WHERE issuable IS NOT NULL;

-- Export marks: A with 75 is September, with 25 March, and so on to F (HMRC VEXMOTORS4100), to the day
CREATE TEMP TABLE export_month AS
    SELECT series, letter, format('X%s%s ABC', letter, series)::plate AS mark,
           (start + (n - 1) * interval '1 month')::date AS first, (start + n * interval '1 month')::date AS next
      FROM expected_series, unnest('{A,B,C,D,E,F}'::text[]) WITH ORDINALITY l(letter, n) WHERE series ~ '^\d\d$';
SELECT is((SELECT count(*) FROM export_month), 6 * 97::bigint, 'six months of each current series');
SELECT is_empty($$
    SELECT mark, first, day FROM export_month, generate_series(first - 40, next + 40, interval '1 day') day
     WHERE plate_issuable(mark, day::date) IS DISTINCT FROM (day >= first AND day < next) LIMIT 5
    $$, 'an export mark is issuable on the days of its month and on no other, every month of every series');
SELECT is(to_char(first, 'FMMonth YYYY'), month, format('%s is of %s', mark, month)) FROM export_month
  JOIN (VALUES ('XA75 ABC'::plate, 'September 2025'), ('XD75 ABC', 'December 2025'), ('XE75 ABC', 'January 2026'), ('XF75 ABC', 'February 2026'),
               ('XA25 ABC', 'March 2025'), ('XD25 ABC', 'June 2025'), ('XF25 ABC', 'August 2025'), ('XA51 ABC', 'September 2001')) v(mark, month) USING (mark);
SELECT is(plate_issuable('XF75 ABC', '2026-02-28'), true, 'to the last day of February');
SELECT is(plate_issuable('XF73 ABC', '2024-02-29'), true, 'in a leap year too');
SELECT is(plate_issuable('XA75 ABC', '2025-12-01'), false, 'a September tag is not for December');

-- Marks that no vehicle of the register is given
SELECT is(plate_issuable(mark, '2025-09-01'), false, format('%s is not issued: %s', mark, why))
  FROM (VALUES ('AB75 CD'::plate, 'a mark that lost a letter is military by shape'), ('45921', 'one that lost its letters is a trade mark'),
               ('MN75 ABC', 'INF104 keeps MN for the Isle of Man'), ('A123 4567', 'of a trailer'), ('101 D 101', 'of a mission'), ('QTR 1', 'given out by itself'),
               ('11', 'hardly ever meant'), ('AH 0', 'given out by itself')) v(mark, why);
SELECT is_empty($$
    SELECT m, day FROM plates('[MN75 AAA,MO75 AAB]') m, unnest('{2025-08-31,2025-09-01,2026-02-28,2026-03-01}'::date[]) day
     WHERE plate_issuable(m, day) IS DISTINCT FROM (plate_tag(m) = 'MO' AND series_on(day) = '75') LIMIT 5
    $$, 'no mark of MN is, and every one of MO');
SELECT is((SELECT count(*) FROM plates('[MM75 ZZZ,MN75 AAA]') m WHERE plate_issuable(m, '2025-09-01')), 1::bigint, 'nor is the tag before it touched');
SELECT is(detail, wanted, mark || ': the reason')
  FROM (VALUES ('AB75 CD', '2025-09-01'::date, 'A military mark is of the Ministry of Defence''s own register.'),
               ('45921', '2025-09-01', 'A trade mark belongs to a licence, not to a vehicle.'),
               ('A123 4567', '2025-09-01', 'A trailer mark is of the register of trailers.'),
               ('101 D 101', '2025-09-01', 'A diplomatic mark is given to a mission, not to a vehicle of the register.'),
               ('MN75 ABC', '2025-09-01', 'Tag MN is kept for the Isle of Man.'),
               ('QTR 1', '2025-09-01', 'An irregular mark carries no date and is no longer issued.'),
               ('XA75 ABC', '2025-12-01', 'Tag XA of series 75 is for exports from 2025-09-01 to 2025-09-30; this registration is dated 2025-12-01.'),
               ('XF75 ABC', '2026-03-01', 'Tag XF of series 75 is for exports from 2026-02-01 to 2026-02-28; this registration is dated 2026-03-01.')) v(mark, day, wanted),
       explain_plate(mark, day) e WHERE e.rule = 'issuable' AND NOT e.ok;
SELECT is(detail, 'A trade mark belongs to a licence, not to a vehicle.', 'why a trade mark goes on no vehicle')
  FROM explain_plate('45921', '2025-09-01') WHERE rule = 'assignable' AND NOT ok;

SELECT is(plate_issuable('AB75 CDE', '2025-08-31'), false, 'AB75 CDE is not issuable on 31 August 2025');
SELECT is(plate_issuable('AB75 CDE', '2025-09-01'), true, 'AB75 CDE is issuable on 1 September 2025');
SELECT is(plate_issuable('AB25 CDE', '2025-09-01'), false, 'AB25 CDE is no longer issuable on 1 September 2025');
SELECT is(plate_issuable('AB24 CDE', '2024-02-29'), false, 'AB24 CDE is not issuable on the leap day before its series');
SELECT is(plate_issuable('AB73 CDE', '2024-02-29'), true, 'AB73 CDE is issuable on the leap day that ends its series');

-- Private marks
SELECT is(plate_transferable(mark), transferable,
          format('%s (%s) %s', mark, format, CASE WHEN transferable THEN 'may move to another vehicle' ELSE 'stays where it is' END))
  FROM sample;

-- The same as a requirement
SELECT is(require_issuable('AB75 CDE', '2025-09-01'), true, 'require_issuable is true for a mark of the series in force');
SELECT is(require_assignable('AB71 ABC', '2025-09-01'), true, 'require_assignable is true for an older series on a newer vehicle');
SELECT is((pg_temp.failure_of($$ SELECT require_issuable('AB75 CDE', '2025-08-31') $$)).state, '23514',
          'a mark of a series to come is refused as a check violation');
SELECT is((pg_temp.failure_of($$ SELECT require_issuable('AB75 CDE', '2025-08-31') $$)).detail,
          'Series 75 may be used from 2025-09-01; this registration is dated 2025-08-31.',
          'the DETAIL tells a dealer from which day the series may be used');
SELECT ok((pg_temp.failure_of($$ SELECT require_issuable('AB75 CDE', '2025-08-31') $$)).message ~ 'AB75 CDE',
          'the message names the mark');
SELECT is((pg_temp.failure_of($$ SELECT require_assignable('AB75 CDE', '2025-08-31') $$)).state, '23514',
          'a mark that would make a vehicle look newer is refused as a check violation');
SELECT ok((pg_temp.failure_of($$ SELECT require_assignable('AB75 CDE', '2025-08-31') $$)).detail ~ '75.*2025-09-01.*2025-08-31',
          'its DETAIL names the series, its first day and the date of the vehicle');
SELECT is((pg_temp.failure_of($$ SELECT require_issuable('AB25 CDE', '2025-09-01') $$)).detail,
          'Series 25 was in force from 2025-03-01 to 2025-08-31; this registration is dated 2025-09-01.',
          'the DETAIL for a series that is over names its first and its last day');
SELECT ok((pg_temp.failure_of($$ SELECT require_issuable('S123 ABC', '1998-07-31') $$)).detail ~ '1998-08-01.*1998-07-31',
          'the DETAIL names both dates for a prefix mark too');
SELECT ok((pg_temp.failure_of($$ SELECT require_issuable('ABC 123', '2025-09-01') $$)).detail ~ '\S',
          'the DETAIL for a mark that is no longer issued is not empty');
SELECT ok(require_issuable(NULL, '2025-09-01') IS NULL AND require_issuable('AB75 CDE', NULL) IS NULL
          AND require_assignable(NULL, '2025-09-01') IS NULL AND require_assignable('AB75 CDE', NULL) IS NULL,
          'a missing mark or date is no violation, as in any CHECK');

-- datestyle changes how dates are read and shown, never the DETAIL
SET LOCAL datestyle = 'SQL, DMY';
SELECT is((pg_temp.failure_of($$ SELECT require_issuable('AB75 CDE', date '31/08/2025') $$)).detail,
          'Series 75 may be used from 2025-09-01; this registration is dated 2025-08-31.',
          'the DETAIL has ISO dates whatever the session''s DateStyle');
SET LOCAL datestyle = 'ISO, YMD';

CREATE FUNCTION pg_temp.requirement(name text, mark plate, day date) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    f   pg_temp.failure;
    yes bool;
BEGIN
    EXECUTE format('SELECT %I($1, $2)', name) INTO yes USING mark, day;
    RETURN coalesce(yes::text, 'null');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS f.state = RETURNED_SQLSTATE, f.detail = PG_EXCEPTION_DETAIL;
    RETURN f.state || CASE WHEN f.detail ~ '\S' THEN '' ELSE ' without detail' END;
END $$;
CREATE TEMP TABLE trial AS
    SELECT mark, day FROM (SELECT mark FROM dated WHERE ordinal % 7 IN (0, 1) UNION SELECT mark FROM sample) m,
                          (SELECT start AS day FROM dated WHERE ordinal % 7 IN (0, 1) UNION SELECT last_day FROM dated WHERE ordinal % 7 IN (0, 1)) d;
SELECT is_empty($$
    SELECT mark, day, plate_issuable(mark, day), pg_temp.requirement('require_issuable', mark, day) FROM trial
     WHERE pg_temp.requirement('require_issuable', mark, day) <> CASE WHEN plate_issuable(mark, day) THEN 'true' ELSE '23514' END LIMIT 5
    $$, 'require_issuable is true where plate_issuable is, and else a check violation with a DETAIL');
SELECT is_empty($$
    SELECT mark, day, plate_assignable(mark, day), pg_temp.requirement('require_assignable', mark, day) FROM trial
     WHERE pg_temp.requirement('require_assignable', mark, day) <> CASE WHEN plate_assignable(mark, day) THEN 'true' ELSE '23514' END LIMIT 5
    $$, 'require_assignable is true where plate_assignable is, and else a check violation with a DETAIL');

-- Inside a CHECK constraint
CREATE TEMP TABLE registration (
    mark       plate,
    registered date,
    CONSTRAINT in_series CHECK (require_issuable(mark, registered))
);
SELECT lives_ok($$ INSERT INTO registration VALUES ('AB75 CDE', '2025-09-01'), ('AAZ 1234', '2025-09-01'), (NULL, '2025-09-01') $$,
                'a CHECK with require_issuable lets good rows in, and NULL');
SELECT throws_ok($$ INSERT INTO registration VALUES ('AB75 CDE', '2025-08-31') $$, '23514', NULL,
                 'a CHECK with require_issuable keeps a mark of a coming series out');
SELECT is((pg_temp.failure_of($$ INSERT INTO registration VALUES ('AB75 CDE', '2025-08-31') $$)).detail,
          'Series 75 may be used from 2025-09-01; this registration is dated 2025-08-31.',
          'the DETAIL reaches the one who inserts');
SELECT throws_ok($$ UPDATE registration SET registered = '2025-08-31' WHERE mark = 'AB75 CDE' $$, '23514', NULL,
                 'a CHECK with require_issuable holds for UPDATE too');
CREATE TEMP TABLE vehicle (
    mark             plate,
    first_registered date,
    CHECK (require_assignable(mark, first_registered))
);
SELECT lives_ok($$ INSERT INTO vehicle VALUES ('AB51 CDE', '2025-09-01'), ('ABC 123', '1950-01-01') $$,
                'a CHECK with require_assignable lets older marks on newer vehicles in');
SELECT throws_ok($$ INSERT INTO vehicle VALUES ('AB75 CDE', '2025-08-31') $$, '23514', NULL,
                 'a CHECK with require_assignable keeps marks out that would make the vehicle look newer');
SELECT results_eq('SELECT count(*) FROM registration', 'VALUES (3::bigint)', 'a refused row leaves nothing behind');

-- Memory tags (INF104). Second letters as ranges; I, Q and Z do not occur.
CREATE TEMP TABLE tag_range (first char, from_letter char, to_letter char, office text);
INSERT INTO tag_range VALUES
    ('A','A','N','Peterborough'), ('A','O','U','Norwich'), ('A','V','Y','Ipswich'),
    ('B','A','Y','Birmingham'),
    ('C','A','O','Cardiff'), ('C','P','V','Swansea'), ('C','W','Y','Bangor'),
    ('D','A','K','Chester'), ('D','L','Y','Shrewsbury'),
    ('E','A','Y','Chelmsford'),
    ('F','A','N','Nottingham'), ('F','P','P','Nottingham'), ('F','R','T','Lincoln'), ('F','V','Y','Lincoln'),
    ('G','A','O','Maidstone'), ('G','P','Y','Brighton'),
    ('H','A','J','Bournemouth'), ('H','K','Y','Portsmouth'),
    ('K','A','L','Borehamwood'), ('K','M','Y','Northampton'),
    ('L','A','J','Wimbledon'), ('L','K','T','Borehamwood'), ('L','U','Y','Sidcup'),
    ('M','A','M','Manchester'), ('M','O','Y','Manchester'),
    ('N','A','E','Newcastle'), ('N','G','O','Newcastle'), ('N','P','Y','Stockton'),
    ('O','A','Y','Oxford'),
    ('P','A','T','Preston'), ('P','U','Y','Carlisle'),
    ('R','A','Y','Theale'),
    ('S','A','J','Glasgow'), ('S','K','O','Edinburgh'), ('S','P','T','Dundee'), ('S','U','W','Aberdeen'), ('S','X','Y','Inverness'),
    ('V','A','Y','Worcester'),
    ('W','A','J','Exeter'), ('W','K','L','Truro'), ('W','M','Y','Bristol'),
    ('Y','A','L','Leeds'), ('Y','M','T','Sheffield'), ('Y','V','V','Sheffield'), ('Y','U','U','Beverley'), ('Y','W','Y','Beverley');
CREATE TEMP TABLE tag_region (first char PRIMARY KEY, region text);
INSERT INTO tag_region VALUES
    ('A','Anglia'), ('B','Birmingham'), ('C','Cymru'), ('D','Deeside to Shrewsbury'), ('E','Essex'), ('F','Forest and Fens'),
    ('G','Garden of England'), ('H','Hampshire and Dorset'), ('J',NULL), ('K','Luton and Northampton'), ('L','London'), ('M','Manchester and Merseyside'),
    ('N','North'), ('O','Oxford'), ('P','Preston'), ('R','Reading'), ('S','Scotland'), ('T',NULL), ('U',NULL), ('V','Severn Valley'),
    ('W','West of England'), ('X',NULL), ('Y','Yorkshire');
CREATE TEMP TABLE tag AS
    SELECT r.first || second AS tag, r.first, t.office,
           CASE WHEN t.office IS NOT NULL THEN region END AS region, region AS region_of_letter,
           (r.first || second || '75 CDE')::plate AS mark
      FROM tag_region r
     CROSS JOIN regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') AS second
      LEFT JOIN tag_range t ON t.first = r.first AND second BETWEEN from_letter AND to_letter;

SELECT is((SELECT count(*) FROM tag), 23 * 23::bigint, 'there are 529 memory tags of allowed letters, each with one office at most');
SELECT is_empty('SELECT tag, plate_tag(mark) FROM tag WHERE plate_tag(mark) IS DISTINCT FROM tag LIMIT 5',
                'plate_tag of a current or export mark is its first two letters');
SELECT is_empty(format('SELECT tag, plate_office(mark) AS have, office AS want FROM tag WHERE first = %L AND plate_office(mark) IS DISTINCT FROM office LIMIT 5', first),
                format('every tag that begins with %s has the office that INF104 gives it', first))
  FROM tag_region ORDER BY first;
SELECT is_empty(format('SELECT tag, plate_region(mark) AS have, region AS want FROM tag WHERE first = %L AND office IS NOT NULL AND plate_region(mark) IS DISTINCT FROM region LIMIT 5', first),
                format('every listed tag that begins with %s is of region %s', first, region))
  FROM tag_region WHERE region IS NOT NULL ORDER BY first;
SELECT is_empty($$
    SELECT tag, plate_region(mark) FROM tag WHERE first IN ('J', 'T', 'U', 'X') AND plate_region(mark) IS NOT NULL LIMIT 5
    $$, 'tags that begin with J, T, U or X have no region');
SELECT is_empty($$
    SELECT tag, plate_region(mark) FROM tag WHERE office IS NULL AND plate_region(mark) <> region_of_letter LIMIT 5
    $$, 'a tag that INF104 does not list has the region of its first letter or none');
SELECT is(plate_office((t || '12 ABC')::plate), NULL::text, format('INF104 names no office for %s', t))
  FROM unnest('{FO,FU,NF,MN,JO,TN,US,XA,XF,XG}'::text[]) AS t;
SELECT is(plate_office((t || '12 ABC')::plate), o, format('%s is %s in INF104, where other lists differ', t, o))
  FROM (VALUES ('YL', 'Leeds'), ('YU', 'Beverley'), ('YV', 'Sheffield'), ('HW', 'Portsmouth'), ('NO', 'Newcastle'), ('AH', 'Peterborough')) AS v (t, o);
SELECT is(plate_tag('XA12 ABC'), 'XA', 'the tag of an export mark is its two letters');
SELECT is(ARRAY[plate_office('XA12 ABC'), plate_region('XA12 ABC')], ARRAY[NULL, NULL]::text[], 'an export mark has no office and no region');

-- Area codes before 2001
CREATE TEMP TABLE area (office text PRIMARY KEY, codes text);
INSERT INTO area (office, codes) VALUES
    ('Aberdeen', 'BS PS RS SA SE SO SS'),
    ('Bangor', 'CC EY FF JC'),
    ('Birmingham', 'DA JW OA OB OC OE OF OG OH OJ OK OL OM ON OP OV OX UK VP'),
    ('Bournemouth', 'AA CG EL FX HO JT LJ PR RU'),
    ('Brighton', 'AP CD DY FG HC JK NJ PN UF WV YJ'),
    ('Bristol', 'AE EU FB HT HU HW HY OU TC WS'),
    ('Cardiff', 'AX BO DW HB KG NY TG TX UH WO'),
    ('Carlisle', 'AO HH RM SM SW'),
    ('Chelmsford', 'AR EV HJ HK JN NO OO PU TW VW VX WC'),
    ('Chester', 'CA DM FM LG MA MB TU'),
    ('Coventry', 'AC DU HP KV RW VC WK'),
    ('Dudley', 'DH EA FD FK HA NX UE WD'),
    ('Dundee', 'ES SL SN SP SR TS'),
    ('Edinburgh', 'FS KS LS MS SC SF SG SH SX'),
    ('Exeter', 'CO DR DV FJ JY OD TA TK TT UN UO'),
    ('Glasgow', 'CS DS GA GB GD GE GG HS NS OS SB SD SJ SU US YS'),
    ('Gloucester', 'AD CJ DD DF DG FH FO VJ'),
    ('Guildford', 'PA PB PC PD PE PF PG PH PJ PK PL PM'),
    ('Haverfordwest', 'BX DE EJ'),
    ('Huddersfield', 'CP CX HD JX VH'),
    ('Hull', 'AG AT KH RH'),
    ('Inverness', 'AS JS SK ST'),
    ('Ipswich', 'BJ DX GV PV RT'),
    ('Leeds', 'BT DN NW UA UB UG UM VY WR WT WU WW WX WY YG'),
    ('Leicester', 'AY BC FP JF JU NR RY UT'),
    ('Lincoln', 'BE CT DO EE FE FU FW JL JV TL VL'),
    ('Liverpool', 'BG CM DJ ED EK EM FY HF JP KA KB KC KD KF LV TB TJ WM'),
    ('London (Central)',
        'HM HV HX JD UC UL UU UV UW YE YF YH YK YL YM YN YO YP YR YT YU YV YW YX YY'),
    ('London (North-East)', 'MC MD ME MF MG MH MK ML MM MP MT MU MV MX MY'),
    ('London (North-West)',
        'BY LA LB LC LD LE LF LH LK LL LM LN LO LP LR LT LU LW LX LY OY RK'),
    ('London (South-East)', 'GU GW GX GY'),
    ('London (South-West)', 'GC GF GH GJ GK GN GO GP GT'),
    ('Luton', 'BH BM GS KX MJ NK NM PP RO TM UR VD VS'),
    ('Maidstone', 'FN JG JJ KE KJ KK KL KM KN KO KP KR KT VB'),
    ('Manchester',
        'BA BN BU CB DB DK EN JA NA NB NC ND NE NF RJ TD TE VM VR VU WH'),
    ('Middlesbrough', 'AJ DC EF HN PY VN'),
    ('Newcastle upon Tyne', 'BB BR CN CU FT GR JR NL PT RG TN TY UP VK'),
    ('Northampton', 'BD NH NV RP VV'),
    ('Norwich', 'AH CL EX NG PW VF VG'),
    ('Nottingham', 'AL AU CH NN NU RA RB RC RR TO TV VO'),
    ('Oxford', 'BW FC JO UD WL'),
    ('Peterborough', 'AV CE EB EG ER EW FL JE VA VE'),
    ('Portsmouth', 'BK BP DL OR OT PO PX RV TP'),
    ('Preston', 'BV CK CW EC EO FR FV HG RN'),
    ('Reading', 'AN BL CF DP GM JB JH JM MO RD RX TF'),
    ('Sheffield', 'AK DT ET HE HL KU KW KY WA WB WE WF WG WJ'),
    ('Shrewsbury', 'AW NT UJ UX'),
    ('Southampton', 'CR OW TR'),
    ('Stoke-on-Trent', 'BF EH FA RE RF VT'),
    ('Swansea', 'CY EP TH WN'),
    ('Swindon', 'AM HR MR MW'),
    ('Taunton', 'YA YB YC YD'),
    ('Truro', 'AF CV GL RL'),
    ('Worcester', 'AB NP UY WP');
CREATE TEMP TABLE area_code AS
    SELECT first || second AS code, office
      FROM regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') AS first
     CROSS JOIN regexp_split_to_table('ABCDEFGHJKLMNOPRSTUVWXY', '') AS second
      LEFT JOIN (SELECT office, code FROM area, regexp_split_to_table(codes, '\s+') AS code) a ON code = first || second
     WHERE first || second <> 'MN';        -- the Isle of Man
CREATE TEMP TABLE area_mark AS
    SELECT code, office, m.text::plate AS mark
      FROM area_code, LATERAL (VALUES ('A' || code || ' 123D'), ('A123 B' || code), (code || ' 1234'), ('1234 ' || code),
                                      ('A' || code || ' 123'), ('123 A' || code)) AS m (text);
INSERT INTO area_mark
    SELECT code, office, m.text::plate
      FROM (VALUES
               ('A','London'), ('B','Lancashire'), ('C','West Yorkshire'), ('D','Kent'), ('E','Staffordshire'), ('F','Essex'),
               ('G','Glasgow'), ('H','London'), ('J','Durham'), ('K','Liverpool'), ('L','Glamorganshire'), ('M','Cheshire'),
               ('N','Manchester'), ('O','Birmingham'), ('P','Surrey'), ('R','Derbyshire'), ('S','Edinburgh'), ('T','Devon'),
               ('U','Leeds'), ('V','Lanarkshire'), ('W','Sheffield'), ('X','Northumberland'), ('Y','Somerset')
           ) AS single (code, office),
           LATERAL (VALUES (code || ' 1234'), ('1234 ' || code)) AS m (text);
INSERT INTO area_mark VALUES ('S', 'Edinburgh', 'S 0'), ('HS', 'Glasgow', 'HS 0'), ('LM', 'London (North-West)', 'LM 0');

SELECT is((SELECT count(*) FROM area_code WHERE office IS NOT NULL), 503::bigint, '503 area codes of two letters have an office');
SELECT is_empty('SELECT mark, plate_tag(mark) AS have, code AS want FROM area_mark WHERE plate_tag(mark) IS DISTINCT FROM code LIMIT 5',
                'plate_tag of a prefix, suffix or dateless mark is its area code: the last two letters of the group, or the single letter');
SELECT is_empty(format('SELECT mark, plate_office(mark) AS have, office AS want FROM area_mark WHERE plate_format(mark) = %L AND plate_office(mark) IS DISTINCT FROM office LIMIT 5', f),
                format('every area code in marks of format %s has its office, or none where none is listed', f))
  FROM unnest('{prefix,suffix,dateless,dateless_reversed}'::text[]) AS f;
SELECT is_empty('SELECT mark, plate_region(mark) FROM area_mark WHERE plate_region(mark) IS NOT NULL LIMIT 5',
                'a mark from before 2001 has no region');
SELECT is(plate_office(m::plate), o, format('%s was first registered at %s', m, coalesce(o, 'a place that is not listed')))
  FROM (VALUES ('ABC 123D', 'Leicester'), ('A123 BCD', 'Brighton'), ('A 1', 'London'), ('RR 1', 'Nottingham'), ('SV 9999', NULL), ('SY 0', NULL)) AS v (m, o);

-- Northern Ireland
CREATE TEMP TABLE ni_code (code text PRIMARY KEY, place text);
INSERT INTO ni_code VALUES
    ('AZ','Belfast'), ('BZ','Down'), ('CZ','Belfast'), ('DZ','Antrim'), ('EZ','Belfast'), ('FZ','Belfast'), ('GZ','Belfast'),
    ('HZ','Tyrone'), ('IA','Antrim'), ('IB','Armagh'), ('IG','Fermanagh'), ('IJ','Down'), ('IL','Fermanagh'), ('IW','Londonderry'),
    ('JI','Tyrone'), ('JZ','Down'), ('KZ','Antrim'), ('LZ','Armagh'), ('MZ','Belfast'), ('NZ','Londonderry'), ('OI','Belfast'),
    ('OZ','Belfast'), ('PZ','Belfast'), ('RZ','Antrim'), ('SZ','Down'), ('TZ','Belfast'), ('UI','Londonderry'), ('UZ','Belfast'),
    ('VZ','Tyrone'), ('WZ','Belfast'), ('XI','Belfast'), ('XZ','Armagh'), ('YZ','Londonderry');
CREATE TEMP TABLE ni_mark AS
    SELECT code, place, m.text::plate AS mark
      FROM ni_code, LATERAL (VALUES (code || ' 1'), ('9999 ' || code), ('A' || code || ' 1'), ('9999 Y' || code)) AS m (text);
SELECT is((SELECT count(*) FROM ni_mark), 4 * 33::bigint, 'each of the 33 codes of Northern Ireland makes marks of four formats');
SELECT is_empty('SELECT mark, plate_tag(mark) FROM ni_mark WHERE plate_tag(mark) IS DISTINCT FROM code LIMIT 5',
                'plate_tag of a Northern Ireland mark is its code of two letters');
-- UI was the city of Londonderry, which may be said
SELECT is_empty($$
    SELECT mark, plate_office(mark) AS have, place AS want FROM ni_mark
     WHERE plate_office(mark) IS DISTINCT FROM place AND (code <> 'UI' OR plate_office(mark) IS DISTINCT FROM 'Londonderry (city)') LIMIT 5
    $$, 'plate_office of a Northern Ireland mark is its county or city');
SELECT is_empty($$ SELECT mark, plate_region(mark) FROM ni_mark WHERE plate_region(mark) IS DISTINCT FROM 'Northern Ireland' LIMIT 5 $$,
                'the region of a Northern Ireland mark is Northern Ireland');

SELECT is(ARRAY[plate_tag(mark), plate_office(mark), plate_region(mark)], ARRAY[NULL, NULL, NULL]::text[],
          format('%s (%s) has no tag, no office and no region', mark, format))
  FROM sample WHERE format IN ('q', 'qni', 'diplomatic', 'military', 'trade', 'trailer');

-- Every rule applied to one text
SELECT lives_ok($$ SELECT rule, ok, detail FROM explain_plate('AB75 CDE', '2025-09-01') $$, 'explain_plate has the columns rule, ok and detail');
SELECT is(e.rule, 'mark', format('the first thing that explain_plate says about "%s" is whether it is a mark', t))
  FROM unnest('{AB75 CDE,AAZ 1234,AB51 IQC,nonsense,""}'::text[]) AS t,
       explain_plate(t, '2025-09-01') WITH ORDINALITY AS e (rule, ok, detail, n) WHERE n = 1;
SELECT is(e.ok, plate_is_valid(t), format('explain_plate says whether "%s" is a mark', t))
  FROM unnest('{AB75 CDE,AAZ 1234,AB51 IQC,nonsense,""}'::text[]) AS t,
       explain_plate(t, '2025-09-01') WITH ORDINALITY AS e (rule, ok, detail, n) WHERE n = 1;
SELECT is(e.detail, plate_problem(t), format('explain_plate says why "%s" is no mark', t))
  FROM unnest('{AB51 IQC,nonsense,"",MAN 1234,AB01 ABC}'::text[]) AS t,
       explain_plate(t, '2025-09-01') WITH ORDINALITY AS e (rule, ok, detail, n) WHERE n = 1;
SELECT is_empty($$ SELECT * FROM explain_plate('AB75 CDE', '2025-09-01') WHERE ok IS NOT TRUE $$,
                'every rule is met by a mark of the series in force');
SELECT isnt_empty($$ SELECT * FROM explain_plate('AB75 CDE', '2025-08-31') WHERE NOT ok AND detail ~ '2025-09-01' $$,
                  'explain_plate says from which day a mark of a coming series may be used');
SELECT isnt_empty($$ SELECT * FROM explain_plate('Q123 ABC', '2025-09-01') WHERE NOT ok $$,
                  'explain_plate says that a Q mark cannot be moved');
SELECT is_empty($$ SELECT t, e.* FROM unnest('{AB75 CDE,Q123 ABC,ABC 123,AAZ 1234,nonsense}'::text[]) AS t, explain_plate(t, '2025-08-31') AS e
                    WHERE e.ok IS FALSE AND e.detail !~ '\S' OR e.detail IS NULL AND NOT e.ok OR e.rule !~ '\S' $$,
                'whatever is not met has a name and a reason');
SELECT is_empty($$ SELECT t, e.rule FROM unnest('{AB75 CDE,Q123 ABC,ABC 123,AAZ 1234,nonsense}'::text[]) AS t, explain_plate(t, '2025-08-31') AS e
                    GROUP BY 1, 2 HAVING count(*) > 1 $$,
                'explain_plate names each rule once');
SELECT is_empty($$ SELECT * FROM explain_plate(NULL, '2025-09-01') $$, 'explain_plate has nothing to say about NULL');

SELECT * FROM finish();
ROLLBACK;
