-- The types plate and plate_series: storage, input and output, order, hashing, operator
-- classes, and the arithmetic of series.
BEGIN;
SET LOCAL search_path = regcar, public;
SET LOCAL datestyle = 'ISO, YMD';

CREATE TEMP TABLE expected_series (
    series   text PRIMARY KEY,
    start    date NOT NULL,
    last_day date NOT NULL,
    ordinal  int NOT NULL UNIQUE
);
\copy expected_series FROM 'test/data/series.csv' WITH (FORMAT csv, HEADER)

SELECT no_plan();

-- What the catalogue says

SELECT results_eq(
    $$ SELECT typlen::int, typbyval, typalign, typtype FROM pg_type WHERE oid = 'regcar.plate'::regtype $$,
    $$ VALUES (8, true, 'd'::"char", 'b'::"char") $$,
    'a plate is a base type of 8 bytes, passed by value and aligned like int8');
SELECT results_eq(
    $$ SELECT typlen::int, typbyval, typalign, typtype FROM pg_type WHERE oid = 'regcar.plate_series'::regtype $$,
    $$ VALUES (2, true, 's'::"char", 'b'::"char") $$,
    'a plate_series is a base type of 2 bytes, passed by value and aligned like int2');
SELECT ok(typsend <> 0 AND typreceive <> 0, format('%s has binary input and output', t))
  FROM unnest('{regcar.plate,regcar.plate_series}'::regtype[]) AS t JOIN pg_type ON pg_type.oid = t;
SELECT ok(NOT EXISTS (SELECT FROM pg_cast
                       WHERE (castsource, casttarget) IN ((t, c), (c, t))),
          format('no cast between %s and %s is declared: only the explicit conversion through text', t, c))
  FROM unnest('{regcar.plate,regcar.plate_series}'::regtype[]) AS t,
       unnest('{text,varchar,bpchar,name,bigint,integer,smallint}'::regtype[]) AS c;
SELECT is_empty($$
    SELECT castsource::regtype, casttarget::regtype, castcontext FROM pg_cast
     WHERE castcontext <> 'e'
       AND ('{regcar.plate,regcar.plate_series}'::regtype[] && ARRAY[castsource::regtype, casttarget::regtype])
    $$, 'no cast from or to plate or plate_series is implicit');
SELECT is(castcontext, 'e'::"char", 'the cast from plate to plate_series is explicit')
  FROM (SELECT 1) AS one LEFT JOIN pg_cast ON castsource = 'regcar.plate'::regtype AND casttarget = 'regcar.plate_series'::regtype;
SELECT throws_ok($$ SELECT 'AB75 CDE'::text = 'AB75 CDE'::regcar.plate $$, '42883', NULL, 'a text is not compared with a mark by accident');
SELECT throws_ok($$ SELECT 1 = '75'::regcar.plate_series $$, '42883', NULL, 'a number is not compared with a series by accident');
SELECT enum_has_labels('regcar', 'plate_format',
    '{current,export,prefix,q,suffix,dateless,dateless_reversed,ni,ni_reversed,ni_serial,ni_serial_reversed,qni,diplomatic,military,trade,trailer,irregular}',
    'plate_format has its 17 labels in order');

-- Operator classes

SELECT ok(EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod
                   WHERE opcintype = t AND amname = am AND opcdefault),
          format('%s has a default operator class for %s', t, am))
  FROM unnest('{regcar.plate,regcar.plate_series}'::regtype[]) AS t, unnest('{btree,hash,brin,gist}'::text[]) AS am;
SELECT ok(amvalidate(o.oid), format('amvalidate has no objection to %s for %s', opcname, amname))
  FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod
 WHERE opcnamespace = 'regcar'::regnamespace ORDER BY amname, opcname;
SELECT ok(EXISTS (SELECT FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod
                    JOIN pg_amproc p ON amprocfamily = opcfamily AND amproclefttype = opcintype AND amprocrighttype = opcintype
                   WHERE opcintype = t AND amname = am AND opcdefault AND amprocnum = num),
          format('%s for %s has %s', am, t, what))
  FROM unnest('{regcar.plate,regcar.plate_series}'::regtype[]) AS t,
       (VALUES ('btree', 1, 'a comparison'), ('btree', 2, 'sort support'), ('btree', 4, 'an equalimage function, so that equal keys share their space'),
               ('hash', 1, 'a hash function'), ('hash', 2, 'a seeded hash function of 64 bits')) AS v (am, num, what);
SELECT is_empty($$
    SELECT oprname, oprleft::regtype, oprright::regtype FROM pg_operator
     WHERE oprleft = oprright AND oprleft IN ('regcar.plate'::regtype, 'regcar.plate_series'::regtype)
       AND (oprname IN ('<', '<=', '=', '<>', '>', '>=') AND (oprcom = 0 OR oprnegate = 0 OR oprrest = 0 OR oprjoin = 0)
            OR oprname = '=' AND NOT (oprcanmerge AND oprcanhash))
    $$, 'the comparison operators have commutator, negator and estimators, and = can merge and hash');
SELECT is((SELECT count(*) FROM pg_operator WHERE oprleft = t AND oprright = t AND oprname IN ('<', '<=', '=', '<>', '>', '>=')), 6::bigint,
          format('%s has all six comparison operators', t))
  FROM unnest('{regcar.plate,regcar.plate_series}'::regtype[]) AS t;

-- Samples. Each shape is a row of parts from left to right. A sample varies one part over
-- all its values while the other parts stay at their first, or at their last, value: so it
-- reaches both ends and every letter and digit at every position.

CREATE TEMP TABLE part (
    shape text,
    pos   int,
    kind  text CHECK (kind IN ('letters', 'number', 'series')),
    width int,              -- in the sort key
    gap   bool,             -- a space follows in the display form
    texts text[],           -- all values, in order
    PRIMARY KEY (shape, pos)
);
CREATE FUNCTION pg_temp.letters(alphabet text) RETURNS text[] LANGUAGE sql AS
    $$ SELECT regexp_split_to_array(alphabet, '') $$;
-- Numbers with every digit at every position among ones and among nines, and all powers of ten
CREATE FUNCTION pg_temp.numbers(low int, high int) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(n::text ORDER BY n) FROM generate_series(low, high) AS n
     WHERE n IN (low, low + 1, high - 1, high) OR n::text ~ '^([0-9]|[1-9][09]+|1+[0-9]1*|9+[0-9]9*)$'
$$;
CREATE FUNCTION pg_temp.parts(shape text, VARIADIC specs text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    great_britain text := 'ABCDEFGHJKLMNOPRSTUVWXY';        -- without I, Q, Z
    last_three    text := 'ABCDEFGHJKLMNOPRSTUVWXYZ';       -- without I, Q
    any_letter    text := 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
    northern      text[] := '{AZ,BZ,CZ,DZ,EZ,FZ,GZ,HZ,IA,IB,IG,IJ,IL,IW,JI,JZ,KZ,LZ,MZ,NZ,OI,OZ,PZ,RZ,SZ,TZ,UI,UZ,VZ,WZ,XI,XZ,YZ}';
    at            int := 0;
    spec          text;
BEGIN
    FOREACH spec IN ARRAY specs LOOP
        at := at + 1;
        INSERT INTO part
            SELECT shape, at,
                   CASE WHEN s IN ('age', 'suffix', 'prefix') THEN 'series'
                        WHEN s ~ '^(n|mission|serial|d|dd)[0-9]*$' THEN 'number' ELSE 'letters' END,
                   CASE WHEN s = 'n999' THEN 3 WHEN s IN ('n9999', '0') THEN 4 WHEN s IN ('group', 'zero', 'mission', 'serial') THEN 3
                        WHEN s IN ('dd', 'code') THEN 2 ELSE 1 END,
                   spec ~ ' $',
                   CASE WHEN s = 'L' THEN pg_temp.letters(great_britain)
                        WHEN s = 'R' THEN pg_temp.letters(last_three)
                        WHEN s = '26' THEN pg_temp.letters(any_letter)
                        WHEN s = 'trailer' THEN pg_temp.letters(replace(any_letter, 'C', ''))
                        WHEN s = 'A-F' THEN pg_temp.letters('ABCDEF')
                        WHEN s = 'DX' THEN pg_temp.letters('DX')
                        WHEN s = 'code' THEN northern
                        WHEN s = 'group' THEN       -- one or two letters; MN is the Isle of Man
                            ARRAY(SELECT g FROM (SELECT a || b AS g FROM regexp_split_to_table(great_britain, '') AS a,
                                                        unnest('{""}' || pg_temp.letters(great_britain)) AS b) x
                                   WHERE g <> 'MN' ORDER BY g COLLATE "C")
                        WHEN s = 'zero' THEN '{G,HS,LM,RG,S,SY,V,VS}'
                        WHEN s = 'n999' THEN pg_temp.numbers(1, 999)
                        WHEN s = 'n9999' THEN pg_temp.numbers(1, 9999)
                        WHEN s = 'mission' THEN pg_temp.numbers(101, 999)
                        WHEN s = 'serial' THEN pg_temp.numbers(100, 999)
                        WHEN s = 'd' THEN pg_temp.letters('0123456789')
                        WHEN s = 'dd' THEN ARRAY(SELECT to_char(n, 'FM00') FROM generate_series(0, 99) AS n)
                        WHEN s = 'age' THEN ARRAY(SELECT series FROM expected_series WHERE series ~ '^\d\d$' ORDER BY ordinal)
                        WHEN s IN ('prefix', 'suffix') THEN ARRAY(SELECT left(series, 1) FROM expected_series WHERE series ~ s ORDER BY ordinal)
                        ELSE ARRAY[s] END       -- a fixed text
              FROM rtrim(spec) AS s;
    END LOOP;
END $$;
SELECT pg_temp.parts('current',                   'L', 'L', 'age ', 'R', 'R', 'R');
SELECT pg_temp.parts('export',                    'X', 'A-F', 'age ', 'R', 'R', 'R');
SELECT pg_temp.parts('prefix',                    'prefix', 'n999 ', 'L', 'L', 'L');
SELECT pg_temp.parts('q',                         'Q', 'n999 ', 'L', 'L', 'L');
SELECT pg_temp.parts('suffix',                    'L', 'L', 'L ', 'n999', 'suffix');
SELECT pg_temp.parts('dateless: one, two',        'group ', 'n9999');
SELECT pg_temp.parts('dateless: three',           'L', 'L', 'L ', 'n999');
SELECT pg_temp.parts('dateless: zero',            'zero ', '0');
SELECT pg_temp.parts('dateless_reversed: one, two', 'n9999 ', 'group');
SELECT pg_temp.parts('dateless_reversed: three',  'n999 ', 'L', 'L', 'L');
SELECT pg_temp.parts('ni',                        'code ', 'n9999');
SELECT pg_temp.parts('ni_reversed',               'n9999 ', 'code');
SELECT pg_temp.parts('ni_serial',                 'L', 'code ', 'n9999');
SELECT pg_temp.parts('ni_serial_reversed',        'n9999 ', 'L', 'code');
SELECT pg_temp.parts('qni',                       'QNI ', 'n9999');
SELECT pg_temp.parts('diplomatic',                'mission ', 'DX ', 'serial');
SELECT pg_temp.parts('military: letters first',   '26', '26 ', 'dd ', '26', '26');
SELECT pg_temp.parts('military: numbers first',   'dd ', '26', '26 ', 'dd');
SELECT pg_temp.parts('trade',                     'd', 'd', 'd', 'd', 'd');
SELECT pg_temp.parts('trailer',                   'trailer', 'd', 'd', 'd ', 'd', 'd', 'd', 'd');
-- Numbers of three letters count like those of one and two: four places in the key
UPDATE part SET width = 4 WHERE shape ~ '^dateless' AND texts = pg_temp.numbers(1, 999);

CREATE TEMP TABLE sample AS
    SELECT shape, split_part(shape, ':', 1) AS format, display, replace(display, ' ', '') AS compact, ordinal,
           -- Sort key in issue order: series, format, then left to right, letters as in a dictionary, numbers as numbers
           to_char(coalesce(ordinal, 0), 'FM000') || to_char(enumsortorder::int, 'FM00') || key AS key,
           CASE WHEN plate_is_valid(display) THEN display::plate END AS mark
      FROM (SELECT DISTINCT p.shape,
                   string_agg(x.text || CASE WHEN q.gap THEN ' ' ELSE '' END, '' ORDER BY q.pos) AS display,
                   string_agg(CASE q.kind WHEN 'letters' THEN rpad(x.text, q.width) WHEN 'number' THEN lpad(x.text, q.width, '0') END, ''
                              ORDER BY q.pos) AS key,
                   max(x.text) FILTER (WHERE q.kind = 'series')
                       || CASE WHEN p.shape IN ('prefix', 'suffix') THEN '-' || p.shape ELSE '' END AS series
              FROM part p
             CROSS JOIN unnest(p.texts) AS varied
             CROSS JOIN unnest('{1,-1}'::int[]) AS rest
              JOIN part q USING (shape)
             CROSS JOIN LATERAL (SELECT CASE WHEN q.pos = p.pos THEN varied
                                             WHEN rest = 1 THEN q.texts[1]
                                             ELSE q.texts[array_upper(q.texts, 1)] END AS text) x
             GROUP BY p.shape, p.pos, varied, rest) s
      LEFT JOIN expected_series USING (series)
      LEFT JOIN pg_enum ON enumtypid = 'regcar.plate_format'::regtype AND enumlabel = split_part(shape, ':', 1)
     WHERE NOT (shape = 'current' AND display ~ '^X[A-F]')          -- those are export marks
       AND replace(display, ' ', '') !~ '^([A-Z]0000000|00000)$';   -- no rule says whether they exist
ANALYZE sample;

SELECT cmp_ok((SELECT count(*) FROM sample), '>', 5000::bigint, 'there are thousands of samples');
SELECT is((SELECT count(DISTINCT format) FROM sample), 16::bigint, 'the samples have every format');

-- Input and output

SELECT is_empty(format('SELECT display, plate_problem(display) FROM sample WHERE shape = %L AND mark IS NULL LIMIT 5', shape),
                format('every sample of %s is accepted', shape))
  FROM sample GROUP BY shape ORDER BY shape;
SELECT is_empty($$ SELECT display, mark::text FROM sample WHERE mark::text <> display LIMIT 5 $$,
                'a mark is shown with its letters, digits and gaps in their places');
SELECT is_empty($$ SELECT display, plate_compact(mark) FROM sample WHERE plate_compact(mark) <> compact LIMIT 5 $$,
                'plate_compact is the mark without spaces');
SELECT is_empty($$ SELECT display FROM sample WHERE compact::plate <> mark OR mark::text::plate <> mark LIMIT 5 $$,
                'a mark reads back from its compact form and from its display form');
SELECT is_empty($$ SELECT display FROM sample WHERE lower(compact)::plate <> mark
                       OR ('  ' || regexp_replace(lower(display), '(.)', '\1 ', 'g'))::plate <> mark LIMIT 5 $$,
                'lower case and spaces anywhere make no difference');
SELECT is_empty($$ SELECT display, plate_format(mark) FROM sample WHERE plate_format(mark)::text <> format LIMIT 5 $$,
                'a mark has the format that its shape and letters say');
SELECT is_empty($$ SELECT display, plate_series(mark) FROM sample LEFT JOIN expected_series USING (ordinal)
                    WHERE plate_series(mark)::text IS DISTINCT FROM series LIMIT 5 $$,
                'a mark has the series that it shows, or none');
SELECT is_empty($$ SELECT display FROM sample WHERE mark::plate_series IS DISTINCT FROM plate_series(mark) LIMIT 5 $$,
                'the cast to plate_series is the function plate_series');
SELECT is_empty(format($$ SELECT display, %s(mark) FROM sample WHERE %1$s(mark) <> convert_to(compact, 'UTF8') LIMIT 5 $$, typsend),
                'the binary form is the compact form as ASCII text')
  FROM pg_type WHERE oid = 'regcar.plate'::regtype;
SELECT is((SELECT count(DISTINCT mark) FROM sample), (SELECT count(DISTINCT display) FROM sample), 'different marks are different values');

CREATE TEMP TABLE kept (mark plate, series plate_series);
INSERT INTO kept SELECT mark, plate_series(mark) FROM sample;
INSERT INTO kept VALUES (NULL, NULL);
CREATE TEMP TABLE copied (LIKE kept);
\setenv REGCAR_COPY_FILE `mktemp`
\copy kept TO PROGRAM 'cat > "$REGCAR_COPY_FILE"' WITH (FORMAT binary)
\copy copied FROM PROGRAM 'cat "$REGCAR_COPY_FILE"' WITH (FORMAT binary)
SELECT bag_eq('SELECT mark::text, series::text FROM copied', 'SELECT mark::text, series::text FROM kept', 'COPY in binary format brings every mark and series back');
TRUNCATE copied;
\copy kept TO PROGRAM 'cat > "$REGCAR_COPY_FILE"'
\copy copied FROM PROGRAM 'cat "$REGCAR_COPY_FILE"'
SELECT bag_eq('SELECT mark::text, series::text FROM copied', 'SELECT mark::text, series::text FROM kept', 'COPY in text format brings every mark and series back');
\! rm -f "$REGCAR_COPY_FILE"

-- Order

SELECT is_empty($$
    SELECT * FROM (SELECT display, mark, lead(display) OVER w AS next_display, lead(mark) OVER w AS next_mark,
                          shape ~ 'military' AND shape <> lead(shape) OVER w AS undecided
                     FROM (SELECT DISTINCT display, mark, key, shape FROM sample) s WINDOW w AS (ORDER BY key COLLATE "C")) n
     WHERE next_mark IS NOT NULL AND NOT undecided AND NOT (mark < next_mark) LIMIT 5
    $$, 'marks sort by series, format and then left to right, with numbers as numbers');
SELECT is_empty($$
    SELECT * FROM (SELECT display, left(key, 5) AS block, lag(display) OVER w AS before, lag(left(key, 5)) OVER w AS block_before
                     FROM sample WINDOW w AS (ORDER BY mark)) n
     WHERE block < block_before COLLATE "C" LIMIT 5
    $$, 'in the order of marks no series and no format is torn apart');
SELECT results_eq(
    $$ SELECT DISTINCT ON (plate_series(mark)) coalesce(plate_series(mark)::text, 'undated') FROM sample ORDER BY plate_series(mark) NULLS FIRST, mark $$,
    $$ SELECT series FROM (SELECT series, ordinal FROM expected_series UNION ALL VALUES ('undated', 0)) s ORDER BY ordinal $$,
    'undated marks come first, then suffix A to Y, prefix A to Y, 51, 02, 52 and so on to 99');
CREATE FUNCTION pg_temp.ascends(marks text[]) RETURNS bool LANGUAGE sql AS $$
    SELECT bool_and(before IS NULL OR before < mark)
      FROM (SELECT mark::plate, lag(mark::plate) OVER (ORDER BY n) AS before FROM unnest(marks) WITH ORDINALITY AS m (mark, n)) s
$$;
SELECT ok(pg_temp.ascends(marks), array_to_string(marks, ' < '))
  FROM (VALUES
    ('{A 9,A 10,A 99,A 100,A 9999,AA 1}'::text[]),
    ('{A 1,AA 1,AAA 1,AAB 1,AB 1,ABA 1,B 1}'),
    ('{1 A,1 AA,1 AAA,1 AAB,1 AB,1 B,2 A,10 A,11 A}'),
    ('{RYY 999,S 0,S 1,S 9999,SA 1}'),
    ('{ABC 1A,ABC 2A,ABC 10A,ABD 1A}'),
    ('{A1 AAA,A1 AAB,A1 YYY,A2 AAA,A10 AAA,A999 YYY}'),
    ('{AZ 1,AZ 9999,BZ 1,IA 1,YZ 9999}'),
    ('{1 AZ,1 BZ,2 AZ,9999 YZ}'),
    ('{AAZ 1,AAZ 9999,ABZ 1,YYZ 9999}'),
    ('{Q1 AAA,Q1 AAB,Q2 AAA}'),
    ('{101 D 100,101 D 999,101 X 100,102 D 100}'),
    ('{AA 00 AA,AA 00 AB,AA 01 AA,AB 00 AA}'),
    ('{00 AA 00,00 AA 01,00 AB 00,01 AA 00}'),
    ('{00001,00002,00010,99999}'),
    ('{A000 0001,A000 0002,B000 0001,D000 0001}'),
    ('{AB51 AAA,AB51 AAB,AC51 AAA,XG51 AAA,XA51 AAA,AA02 AAA}'),
    ('{YY51 ZZZ,XF51 ZZZ,AA02 AAA,XF02 ZZZ,AA52 AAA,AA03 AAA}'),
    ('{A123 4567,AAA 1A,YYY 999Y,A1 AAA,Y999 YYY,AA51 AAA,XF99 ZZZ}'),
    ('{Q1 AAA,A 1,1 A,AZ 1,1 AZ,AAZ 1,1 AAZ,QNI 1,101 D 100,AA 00 AA,00001,A000 0001,AAA 1A}')) AS v (marks);

CREATE TEMP TABLE some_marks AS
    SELECT mark, key FROM (SELECT *, row_number() OVER (ORDER BY key COLLATE "C") AS n FROM sample WHERE shape !~ 'military: n' AND mark IS NOT NULL) s
     WHERE n % 23 = 0;
SELECT is_empty($$
    SELECT a.mark, b.mark FROM some_marks a, some_marks b
     WHERE (a.mark <  b.mark) <> (a.key <  b.key COLLATE "C") OR (a.mark <= b.mark) <> (a.key <= b.key COLLATE "C")
        OR (a.mark =  b.mark) <> (a.key =  b.key)             OR (a.mark <> b.mark) <> (a.key <> b.key)
        OR (a.mark >= b.mark) <> (a.key >= b.key COLLATE "C") OR (a.mark >  b.mark) <> (a.key >  b.key COLLATE "C") LIMIT 5
    $$, 'the six operators agree with that order on all pairs: of two marks exactly one is less, or they are equal');
SELECT is_empty(format($$
    SELECT a.mark, b.mark, %s(a.mark, b.mark) FROM some_marks a, some_marks b
     WHERE sign(%1$s(a.mark, b.mark)) <> (a.key > b.key COLLATE "C")::int - (a.key < b.key COLLATE "C")::int LIMIT 5
    $$, amproc), 'the comparison function of btree agrees with the operators')
  FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod JOIN pg_amproc ON amprocfamily = opcfamily AND amproclefttype = opcintype AND amprocrighttype = opcintype
 WHERE opcintype = 'regcar.plate'::regtype AND amname = 'btree' AND opcdefault AND amprocnum = 1;
SELECT is_empty($$
    SELECT a.series, b.series FROM expected_series a, expected_series b
     WHERE (a.series::plate_series <  b.series::plate_series) <> (a.ordinal <  b.ordinal)
        OR (a.series::plate_series <= b.series::plate_series) <> (a.ordinal <= b.ordinal)
        OR (a.series::plate_series =  b.series::plate_series) <> (a.ordinal =  b.ordinal)
        OR (a.series::plate_series <> b.series::plate_series) <> (a.ordinal <> b.ordinal)
        OR (a.series::plate_series >= b.series::plate_series) <> (a.ordinal >= b.ordinal)
        OR (a.series::plate_series >  b.series::plate_series) <> (a.ordinal >  b.ordinal) LIMIT 5
    $$, 'series compare by their place in the calendar, on all pairs');

-- Hashing. The functions are found through the operator class, as the server finds them.

CREATE FUNCTION pg_temp.hash_function(t regtype, num int) RETURNS regproc LANGUAGE sql AS $$
    SELECT amproc::regproc FROM pg_opclass o JOIN pg_am a ON a.oid = opcmethod
      JOIN pg_amproc ON amprocfamily = opcfamily AND amproclefttype = opcintype AND amprocrighttype = opcintype
     WHERE opcintype = t AND amname = 'hash' AND opcdefault AND amprocnum = num
$$;
CREATE TEMP TABLE hashed (origin text, mark plate);
INSERT INTO hashed SELECT DISTINCT 'the samples', mark FROM sample WHERE mark IS NOT NULL;
INSERT INTO hashed
    SELECT 'neighbours of one tag', ('AB75 ' || a || b || c)::plate
      FROM unnest(pg_temp.letters('ABCDEFGHJKLMNOPRSTUVWXYZ')) AS a, unnest(pg_temp.letters('ABCDEFGHJKLMNOPRSTUVWXYZ')) AS b,
           unnest(pg_temp.letters('ABCDEFGHJKLMNOPRSTUVWXYZ')) AS c;
INSERT INTO hashed
    SELECT 'one mark in every tag and series', (a || b || series || ' AAA')::plate
      FROM unnest(pg_temp.letters('ABCDEFGHJKLMNOPRSTUVWY')) AS a, unnest(pg_temp.letters('ABCDEFGH')) AS b, expected_series
     WHERE series ~ '^\d\d$';
SELECT is_empty(format($$
    SELECT origin, count(DISTINCT mark), count(DISTINCT %s(mark)) FROM hashed
     GROUP BY origin HAVING count(DISTINCT %1$s(mark)) < 0.99 * count(DISTINCT mark)
    $$, pg_temp.hash_function('regcar.plate', 1)), 'the hash function spreads samples, neighbours and series: 99 in 100 have a hash of their own');
SELECT is_empty(format($$
    SELECT origin, count(DISTINCT %s(mark, 0)) FROM hashed GROUP BY origin HAVING count(DISTINCT %1$s(mark, 0)) < count(DISTINCT mark)
    $$, pg_temp.hash_function('regcar.plate', 2)), 'the hash of 64 bits is different for each of them');
SELECT is_empty(format($$
    SELECT mark FROM hashed WHERE (%s(mark, 0) & 4294967295) <> (%s(mark)::bigint & 4294967295) LIMIT 5
    $$, pg_temp.hash_function('regcar.plate', 2), pg_temp.hash_function('regcar.plate', 1)),
    'with seed 0 the low half of the hash of 64 bits is the hash of 32 bits, as the server wants it');
SELECT is_empty(format($$
    SELECT display FROM sample WHERE %s(lower(compact)::plate) <> %1$s(display::plate) LIMIT 5
    $$, pg_temp.hash_function('regcar.plate', 1)), 'however a mark was written, equal marks have equal hashes');
SELECT is_empty(format($$
    SELECT mark FROM hashed WHERE %s(mark, 0) = %1$s(mark, 1) LIMIT 5
    $$, pg_temp.hash_function('regcar.plate', 2)), 'the seed changes the hash');
SELECT is_empty(format($$
    SELECT series FROM expected_series WHERE (%s(series::plate_series, 0) & 4294967295) <> (%s(series::plate_series)::bigint & 4294967295)
    $$, pg_temp.hash_function('regcar.plate_series', 2), pg_temp.hash_function('regcar.plate_series', 1)),
    'the two hashes of a series fit together too');
SELECT is((SELECT count(*) FROM (SELECT DISTINCT mark FROM (SELECT mark FROM kept UNION ALL SELECT lower(mark::text)::plate FROM kept) d) x),
          (SELECT count(*) + 1 FROM (SELECT mark FROM hashed WHERE origin = 'the samples') h), 'DISTINCT finds the same marks however they were written');

-- Indexes give what a scan of the table gives

CREATE TEMP TABLE stock AS SELECT mark, plate_series(mark) AS series FROM hashed WHERE mark IS NOT NULL;
CREATE FUNCTION pg_temp.tally(via text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    counts text;
BEGIN
    PERFORM set_config('enable_seqscan', CASE via WHEN 'table' THEN 'on' ELSE 'off' END, true);
    SELECT concat_ws(' ',
        (SELECT count(*) FROM stock WHERE mark = 'AB75 CDE'),
        (SELECT count(*) FROM stock WHERE mark = 'AB76 CDE'),
        (SELECT count(*) FROM stock WHERE mark < 'A 10'),
        (SELECT count(*) FROM stock WHERE mark <= 'AAA 1A'),
        (SELECT count(*) FROM stock WHERE mark BETWEEN 'AB75 AAA' AND 'AB75 BZZ'),
        (SELECT count(*) FROM stock WHERE mark > 'AA99 AAA'),
        (SELECT count(*) FROM stock WHERE mark >= 'AA99 AAA'),
        (SELECT count(*) FROM stock WHERE series = '75'),
        (SELECT count(*) FROM stock WHERE series < 'A-prefix'),
        (SELECT count(*) FROM stock WHERE series >= '51')) INTO counts;
    RETURN counts;
END $$;
CREATE TEMP TABLE by_table AS SELECT pg_temp.tally('table');
CREATE INDEX stock_mark ON stock USING btree (mark);
CREATE INDEX stock_series ON stock USING btree (series);
SELECT is(pg_temp.tally('btree'), (TABLE by_table), 'a btree index finds what a scan of the table finds');
DROP INDEX stock_mark, stock_series;
CREATE INDEX stock_mark ON stock USING hash (mark);
CREATE INDEX stock_series ON stock USING hash (series);
SELECT is(pg_temp.tally('hash'), (TABLE by_table), 'a hash index finds what a scan of the table finds');
DROP INDEX stock_mark, stock_series;
CREATE INDEX stock_mark ON stock USING brin (mark) WITH (pages_per_range = 1);
CREATE INDEX stock_series ON stock USING brin (series) WITH (pages_per_range = 1);
SELECT is(pg_temp.tally('brin'), (TABLE by_table), 'a BRIN index finds what a scan of the table finds');
SET LOCAL enable_seqscan = on;

-- Series: input and output

SELECT is_empty($$ SELECT series, series::plate_series::text FROM expected_series WHERE series::plate_series::text <> series $$,
                'every series is written as it is read');
SELECT is_empty($$ SELECT series FROM expected_series WHERE lower(series)::plate_series <> series::plate_series OR upper(series)::plate_series <> series::plate_series $$,
                'a series may be written in upper or lower case');
SELECT is_empty($$ SELECT series FROM expected_series WHERE ('''' || series)::plate_series <> series::plate_series AND series ~ '^\d\d$' $$,
                'a series may be written with the apostrophe that people use');
SELECT is((input::plate_series)::text, output, format('the series %s is read as %s', input, output))
  FROM (VALUES ('75', '75'), ('''75', '75'), ('s-PREFIX', 'S-prefix'), ('S-suffix', 'S-suffix'), ('a-Suffix', 'A-suffix'), ('02', '02')) AS v (input, output);
SELECT throws_ok(format('SELECT %L::plate_series', input), '22P02', NULL, format('"%s" is no series', input))
  FROM unnest(ARRAY['50', '01', '00', '7', '', ' ', '075', '175', '100', '-1', '7 5', '7a', 'I-prefix', 'O-prefix', 'Q-prefix', 'U-prefix', 'Z-prefix',
                    'I-suffix', 'O-suffix', 'Q-suffix', 'U-suffix', 'Z-suffix', 'S', 'S-', 'prefix', '-prefix', '75-prefix', 'S-prefixes', 'S_prefix',
                    'SS-prefix', '''', '''''75', '75''', 'current', U&'\FF17\FF15', U&'\0661\0662', repeat('75', 1000)]) AS input;
SELECT throws_ok($$ SELECT 'AB75 CDE'::plate_series $$, '22P02', NULL, 'a mark is no series');
SELECT is(count(DISTINCT send)::int, 139, 'every series has a binary form of its own')
  FROM (SELECT 1) AS one, LATERAL (SELECT record_send(ROW(series::plate_series)) AS send FROM expected_series) s;

-- Series: arithmetic

SELECT is(('75'::plate_series + 1)::text, '26', 'the series after 75 is 26');
SELECT is(('26'::plate_series - 1)::text, '75', 'the series before 26 is 75');
SELECT is(('51'::plate_series - 1)::text, 'Y-prefix', 'the series before 51 is prefix Y');
SELECT is(('Y-suffix'::plate_series + 1)::text, 'A-prefix', 'the series after suffix Y is prefix A');
SELECT is(('H-suffix'::plate_series + 1)::text, 'J-suffix', 'the series after suffix H is suffix J');
SELECT is('76'::plate_series - '75'::plate_series, 2, '76 comes two series after 75');
SELECT is('75'::plate_series - '76'::plate_series, -2, 'and 75 two before 76');
SELECT is(('99'::plate_series - '99'::plate_series), 0, 'a series is no distance from itself');
SELECT is_empty($$
    SELECT a.series, b.series FROM expected_series a, expected_series b
     WHERE b.series::plate_series - a.series::plate_series <> b.ordinal - a.ordinal
        OR a.series::plate_series + (b.ordinal - a.ordinal) <> b.series::plate_series
        OR a.series::plate_series - (a.ordinal - b.ordinal) <> b.series::plate_series LIMIT 5
    $$, 'sums and differences follow the calendar, on all pairs');
SELECT throws_ok(format('SELECT %s', e), '22003', NULL, format('%s is out of range', e))
  FROM unnest(ARRAY[$$'99'::plate_series + 1$$, $$'A-suffix'::plate_series - 1$$, $$'75'::plate_series + 1000$$, $$'75'::plate_series - 1000$$,
                    $$'75'::plate_series + 2147483647$$, $$'75'::plate_series - 2147483647$$,
                    $$'75'::plate_series + (-2147483648)$$, $$'75'::plate_series - (-2147483648)$$, $$'75'::plate_series + 65536$$]) AS e;

-- Values that are stored and are no mark or series, as on a damaged page

CREATE CAST (bigint AS plate) WITHOUT FUNCTION;
CREATE CAST (smallint AS plate_series) WITHOUT FUNCTION;
SELECT throws_ok(format('SELECT (%s)::bigint::plate::text', v), 'XX001', format('value %s is not a registration mark', v), format('%s is printed as no mark: %s', v, what))
  FROM (VALUES ((-1)::bigint, 'a sign'), (0, 'no format'), (1::bigint << 62, 'another register'), (18::bigint << 36, 'a format that there is not'), ((17::bigint << 36) + 19, 'an irregular mark that the list has not'), (255::bigint << 36, 'the last of those'),
               ((3::bigint << 36) - 1, 'a serial that the format has not'), (1::bigint << 36, 'a format without its series')) AS bad(v, what);
SELECT throws_ok(format('SELECT (%s)::smallint::plate_series::text', v), 'XX001', format('value %s is not a series', v), format('%s is printed as no series', v))
  FROM unnest(ARRAY[0, 140, -1, 32767]) AS v;
SELECT throws_ok($$ SELECT count_series('{}', (-1)::bigint::plate) $$, 'XX001', 'value -1 is not a registration mark', 'nor is one counted');

-- An enum that is not that of the version

ALTER TYPE plate_format RENAME VALUE 'trade' TO 'business';
PREPARE renamed AS SELECT plate_format('00001'::plate);
SELECT throws_ok('renamed', '42704', 'type plate_format has no label "trade"', 'a label that is missing is named');

SELECT * FROM finish();
ROLLBACK;
