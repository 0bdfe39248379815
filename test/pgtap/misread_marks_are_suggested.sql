-- Marks that were misread: suggestions and look-alikes.
BEGIN;
SET LOCAL search_path = regcar, public;
SELECT no_plan();

-- All suggestions for a text, in order
CREATE FUNCTION pg_temp.suggestions(text) RETURNS text LANGUAGE sql AS
    $$ SELECT string_agg(s.plate || ':' || s.changes, ', ' ORDER BY n) FROM plate_suggest($1) WITH ORDINALITY s(plate, changes, n) $$;

SELECT is(pg_temp.suggestions(misread), wanted, format('"%s" may be %s', misread, coalesce(wanted, 'nothing')))
FROM (VALUES
    ('LBO7 SE0', 'LB07 SEO:2, LB07 SED:3, L807 SEO:4, L807 SED:5'), ('lbo7se0', 'LB07 SEO:2, LB07 SED:3, L807 SEO:4, L807 SED:5'),
    ('AB5I ABC', 'AB51 ABC:1, A851 ABC:3'), ('0Y17 LKK', 'OY17 LKK:1, DY17 LKK:2, OV17 LKK:3, DV17 LKK:4'),
    ('AB51 ABC', 'AB51 ABC:0, A851 ABC:2'), ('A851 ABC', 'A851 ABC:0, AB51 ABC:2'), ('ABS1 ABC', 'AB51 ABC:2, A851 ABC:4'),
    ('EO16 UHF', 'EO16 UHF:0'), ('E016UHF', 'EO16 UHF:1, ED16 UHF:2'),
    ('AB51-ABC', 'AB51 ABC:2, A851 ABC:4'), ('AB51' || chr(9) || 'ABC', 'AB51 ABC:0, A851 ABC:2'),
    ('10 AA', '10 AA:0, 1 OAA:1, 1 DAA:2'), ('J 11', 'J 11:0, JI 1:1'), ('1 1A', '11 A:0, 1 IA:1'),
    ('', NULL), ('AB5L ABC', NULL), ('AB24ABCAB24ABC', NULL), ('----------', NULL), ('AB51 АBC', NULL)
) v(misread, wanted);

SELECT is_empty($$
    SELECT m FROM unnest('{AB51 ABC,A123 BCD,ABC 123D,ABC 123,1234 AB,AAZ 1234,Q123 ABC,101 D 101,AB 12 CD,01234,A123 4567,S 0}'::plate[]) m
    WHERE NOT EXISTS (SELECT FROM plate_suggest(m::text) s WHERE s.plate = m AND s.changes = 0)
    $$, 'a mark is a suggestion for itself, at no cost');
SELECT is_empty($$
    SELECT t, s.plate, s.changes FROM unnest('{0OIO1 8BS,SSZZ28BB,O0O0O0O,1I1I1I,B8S5Z2G6,VYVYVY,8852 8S8,D0D0D0}'::text[]) t, plate_suggest(t) s
    WHERE length(plate_compact(s.plate)) <> length(replace(t, ' ', ''))
       OR translate(plate_compact(s.plate), 'OIBSZGDY', '01852' || '60V') <> translate(replace(t, ' ', ''), 'OIBSZGDY', '01852' || '60V')
    $$, 'a suggestion differs in confusable characters alone');
SELECT is_empty($$
    SELECT t FROM unnest('{0OIO1 8BS,SSZZ28BB,O0O0O0O,1I1I1I,B8S5Z2G6,88528S8}'::text[]) t,
        LATERAL (SELECT array_agg(changes ORDER BY n) AS given, array_agg(changes ORDER BY changes) AS sorted, count(*), count(DISTINCT plate) AS marks
                 FROM plate_suggest(t) WITH ORDINALITY s(plate, changes, n)) s
    WHERE given <> sorted OR count > 64 OR count <> marks
    $$, 'suggestions come cheapest first, each once, at most 64');
SELECT lives_ok($$ SELECT count(*) FROM plate_suggest(repeat('O', 1000000)) $$, 'a megabyte gives nothing');
SELECT lives_ok($$ SELECT count(*) FROM plate_suggest(repeat('-', 1000000) || 'AB51ABC') $$, 'nor does one of dashes');
SELECT is(pg_temp.suggestions(misread), NULL, format('"%s" has too many characters that no mark has', misread))
FROM (VALUES ('---------AB51ABC'), ('AB51ABC---------'), ('A-B-5-1-A-B-C---')) v(misread);

SELECT is(plate_lookalike(mark::plate), fold, format('%s looks like %s', mark, fold))
FROM (VALUES ('AOI 2', 'A012'), ('AO 12', 'A012'), ('1 IA', '11A'), ('11 A', '11A'), ('AB51 ABC', 'AB51ABC')) v(mark, fold);
SELECT is(count(*), 3::bigint, 'three marks look like 100A')
FROM unnest('{100 A,10 OA,1 OOA,100 B}'::plate[]) m WHERE plate_lookalike(m) = '100A';

SELECT * FROM finish();
ROLLBACK;
