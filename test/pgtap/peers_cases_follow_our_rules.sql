-- The test cases of other libraries (test/data/peer_cases.csv), held against the rules.
-- Where a library differs from the rules, test/data/peer_disagreements.csv says which rule
-- decides; an entry there that is no disagreement fails too.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL datestyle = 'ISO, YMD';

CREATE TEMP TABLE peer_case (
    line            int GENERATED ALWAYS AS IDENTITY (START 2),
    peer            text NOT NULL,
    input           text NOT NULL,
    expected_valid  text NOT NULL,      -- true, false, or empty where the case is about something else
    expected_format text NOT NULL,
    note            text NOT NULL
);
\copy peer_case (peer, input, expected_valid, expected_format, note) FROM 'test/data/peer_cases.csv' WITH (FORMAT csv, HEADER, FORCE_NOT_NULL (peer, input, expected_valid, expected_format, note), ENCODING 'UTF8')

CREATE TEMP TABLE disagreement (
    peer           text NOT NULL,
    input          text NOT NULL,
    expected_valid text NOT NULL,
    rule           text NOT NULL CHECK (rule ~ '^(valid|refused|the series)' AND length(rule) > 30),
    PRIMARY KEY (peer, input, expected_valid)
);
\copy disagreement FROM 'test/data/peer_disagreements.csv' WITH (FORMAT csv, HEADER, FORCE_NOT_NULL (peer, input, expected_valid, rule), ENCODING 'UTF8')

-- Each library has its own names for the formats and cuts them differently.
CREATE TEMP TABLE format_name (name text PRIMARY KEY, formats text[] NOT NULL);
INSERT INTO format_name VALUES
    ('current',            '{current,export}'),
    ('gb2001',             '{current,export}'),
    ('gb_2001',            '{current,export}'),
    ('gb_2001 only',       '{current,export}'),
    ('export',             '{export}'),
    ('prefix',             '{prefix}'),
    ('gb1983',             '{prefix}'),
    ('suffix',             '{suffix}'),
    ('gb1963',             '{suffix}'),
    ('dateless',           '{dateless}'),
    ('dateless reversed',  '{dateless_reversed}'),
    ('gb1903',             '{dateless,dateless_reversed}'),
    ('gb_1903',            '{dateless,dateless_reversed}'),
    ('gb1932',             '{dateless,dateless_reversed}'),
    ('dateless_letter',    '{dateless,ni,ni_serial}'),
    ('dateless_alpha_num', '{dateless,ni,ni_serial}'),
    ('dateless_number',    '{dateless_reversed,ni_reversed,ni_serial_reversed}'),
    ('dateless_num_alpha', '{dateless_reversed,ni_reversed,ni_serial_reversed}'),
    ('northernIreland',    '{ni,ni_reversed,ni_serial,ni_serial_reversed}'),
    ('ni1903',             '{ni,ni_reversed}'),
    ('ni1966',             '{ni_serial}'),
    ('ni_1966',            '{ni_serial}'),
    ('isleOfMan',          '{}'),
    ('diplomatic',         '{diplomatic}'),
    ('military',           '{military}');

-- Days "2019-01-01..2019-02-28", "2019-01" (the month) or "2019-01-01" as a range.
CREATE FUNCTION pg_temp.days(span text) RETURNS daterange LANGUAGE sql AS $$
    SELECT CASE
        WHEN span ~ '\.\.'                THEN daterange(split_part(span, '..', 1)::date, split_part(span, '..', 2)::date, '[]')
        WHEN span ~ '^\d{4}-\d\d$'        THEN daterange((span || '-01')::date, ((span || '-01')::date + interval '1 month')::date)
        ELSE daterange(span::date, span::date, '[]')
    END
$$;

-- The series in force on every one of those days, as a text; NULL reads as 'none'.
CREATE FUNCTION pg_temp.series_over(span daterange) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(DISTINCT coalesce(series_on(day::date)::text, 'none'), ' ')
      FROM generate_series(lower(span), upper(span) - 1, interval '1 day') AS day
$$;

-- NULL where the case and the rules agree, else what the rules say instead.
CREATE FUNCTION pg_temp.difference(c peer_case) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    m       text[];
    mark    plate;
    valid   bool;
    wanted  text;
    span    daterange;
    formats text[] := (SELECT f.formats FROM format_name f WHERE f.name = c.expected_format);
BEGIN
    IF c.expected_format <> '' AND formats IS NULL THEN
        RETURN format('format name "%s" has no meaning here', c.expected_format);
    END IF;

    -- "age id 51" with "year 2001 firstHalf=False": the series, not a mark
    m := regexp_match(c.input, '^age id (\d\d)$');
    IF m IS NOT NULL THEN
        IF NOT plate_is_valid('AA' || m[1] || ' AAA') THEN
            RETURN 'no such age identifier';
        END IF;
        wanted := substring(c.note FROM 'year (\d{4})') || CASE WHEN c.note ~ 'firstHalf=True' THEN '-03-01' ELSE '-09-01' END;
        RETURN nullif(lower(series_period(m[1]::plate_series))::text, wanted);
    END IF;

    -- "date 2019-03 export" with "XA19": the month's export mark belongs to the series of that month
    m := regexp_match(c.input, '^date (\S+) export$');
    IF m IS NOT NULL THEN
        mark := (substring(c.note FROM '^(X[A-F]\d\d):') || ' AAA')::plate;
        IF plate_format(mark)::text <> ALL (formats) THEN
            RETURN 'format ' || plate_format(mark);
        END IF;
        RETURN nullif(pg_temp.series_over(pg_temp.days(m[1])), plate_series(mark)::text);
    END IF;

    -- "date from..to" with "generates age id 68" or "TN07 issued instead", or a date that is refused
    m := regexp_match(c.input, '^date (\S+)( Edinburgh)?$');
    IF m IS NOT NULL THEN
        wanted := pg_temp.series_over(pg_temp.days(m[1]));
        IF c.expected_valid = 'false' THEN      -- no current series on that day
            RETURN CASE WHEN wanted ~ '^\d\d$' THEN 'series ' || wanted END;
        END IF;
        IF m[2] IS NOT NULL AND NOT plate_is_valid(substring(c.note FROM '([A-Z]{2}\d\d) issued') || ' AAA') THEN
            RETURN 'no mark';
        END IF;
        RETURN nullif(wanted, coalesce(substring(c.note FROM 'age id (\d\d)$'), substring(c.note FROM '[A-Z]{2}(\d\d) issued')));
    END IF;

    -- "AB74 CDE on car of 2019-05": the age rule
    m := regexp_match(c.input, '^(.*) on car of (\d{4}-\d\d)$');
    IF m IS NOT NULL THEN
        RETURN CASE WHEN plate_assignable(m[1]::plate, upper(pg_temp.days(m[2])) - 1)::text <> c.expected_valid
                    THEN 'assignable differs' END;
    END IF;

    -- No expectation on validity: the note has one of its own
    valid := plate_is_valid(c.input);
    IF c.expected_valid = '' THEN
        IF c.note ~ '^normalises to ' THEN
            IF NOT valid THEN RETURN 'refused'; END IF;
            RETURN nullif(plate_compact(c.input::plate), substring(c.note FROM '^normalises to (\w+)$'));
        ELSIF c.note ~ '^combinations: ' THEN
            -- of the ways to swap O with 0 and I with 1, one is a mark
            RETURN (SELECT 'marks: ' || count(*)
                      FROM regexp_split_to_table(substring(c.note FROM '^combinations: ([A-Z0-9 ]+)'), ' ') AS w
                     WHERE plate_is_valid(w)
                    HAVING count(*) <> 1);
        ELSIF c.note ~ 'carry no date' THEN
            RETURN (SELECT 'series ' || plate_series(c.input::plate)::text);
        END IF;
        RETURN 'a case without expectation';
    END IF;

    -- A mark: valid or not; "false" beside a format means "not of that format"
    IF c.expected_valid = 'false' THEN
        IF valid AND (formats IS NULL OR plate_format(c.input::plate)::text = ANY (formats)) THEN
            RETURN 'valid as ' || plate_format(c.input::plate);
        END IF;
        RETURN NULL;
    END IF;
    IF NOT valid THEN RETURN 'refused'; END IF;
    mark := c.input::plate;
    IF plate_format(mark)::text <> ALL (formats) THEN
        RETURN 'format ' || plate_format(mark);
    END IF;

    -- What the notes say about the display form and the period
    wanted := coalesce(substring(c.note FROM '^formatted: (.*)$'), rtrim(substring(c.note FROM '^formatted \(8 wide\): "(.*)"$')));
    IF mark::text <> wanted THEN RETURN 'displayed as ' || mark; END IF;
    IF c.note ~ '^issued ' THEN
        span := pg_temp.days(substring(c.note FROM '^issued (.*)$'));
    ELSIF c.note ~ '^\w+ \d{4} - \w+ \d{4}$' THEN     -- "Mar 2024 - Aug 2024"
        span := daterange(to_date(split_part(c.note, ' - ', 1), 'Mon YYYY'),
                          (to_date(split_part(c.note, ' - ', 2), 'Mon YYYY') + interval '1 month')::date);
    ELSIF c.note = 'Coerce first half 2007' THEN
        span := '[2007-03-01,2007-09-01)';
    END IF;
    IF plate_period(mark) <> span THEN RETURN 'period ' || plate_period(mark); END IF;
    RETURN NULL;
END $$;

SELECT plan(3 + (SELECT count(*) FROM peer_case)::int);

SELECT is((SELECT count(*) FROM peer_case), 447::bigint, 'the cases have been read');

-- One assertion per case: agreement, or a disagreement that is listed with its rule.
SELECT CASE WHEN d.rule IS NULL
            THEN is(pg_temp.difference(c), NULL::text,
                    format('line %s, %s: "%s"%s%s is as the rules say', c.line, c.peer, c.input,
                           CASE c.expected_valid WHEN 'false' THEN ' refused' WHEN 'true' THEN ' accepted' ELSE '' END,
                           CASE WHEN c.expected_format = '' THEN '' ELSE ' as ' || c.expected_format END))
            ELSE isnt(pg_temp.difference(c), NULL::text,
                    format('line %s, %s differs on "%s": %s', c.line, c.peer, c.input, d.rule)) END
  FROM peer_case c
  LEFT JOIN disagreement d USING (peer, input, expected_valid)
 ORDER BY c.line;

SELECT is_empty($$
    SELECT * FROM disagreement d
     WHERE NOT EXISTS (SELECT FROM peer_case c
                        WHERE (c.peer, c.input, c.expected_valid) = (d.peer, d.input, d.expected_valid))
    $$, 'every listed disagreement belongs to a case');

SELECT is_empty($$
    SELECT d.peer, d.input, d.rule FROM disagreement d
     WHERE d.rule ~ '^(valid|refused)' AND d.input !~ '^age id '
       AND plate_is_valid(d.input) <> (d.rule ~ '^valid')
    $$, 'what the list of disagreements says about a text is what the input function does with it');

SELECT * FROM finish();
ROLLBACK;
