-- Settings that change how names and texts are written or read, and one that makes transactions read only, change nothing: what
-- is guarded, held, queued, released, waived and reported is the same with each of them as with none.
SET client_min_messages = error;
CREATE ROLE set_operator;
CREATE ROLE "Set dealer";
SELECT regcar.grant_operator('set_operator') \g /dev/null
CREATE TABLE "Reg'\s" (mark regcar.plate, "Make\" text DEFAULT 'Ford', region text) PARTITION BY LIST (region);
CREATE TABLE part PARTITION OF "Reg'\s" DEFAULT;
CREATE TABLE archive (mark regcar.plate);
CREATE TABLE plain (vrm text, n integer);
GRANT INSERT ON "Reg'\s", plain TO "Set dealer";

-- A whole incident, as one text. Undone afterwards, so that the next is the same.
CREATE FUNCTION incident() RETURNS text LANGUAGE plpgsql AS $f$
DECLARE
    nr bigint;
    told text[];
    answer text;
BEGIN
    PERFORM regcar.guard('"Reg''\s"', keys => $${"make": "Make\\"}$$), regcar.guard('plain', 'vrm'), regcar.waive_guard('archive', $$it's \old$$);
    nr := regcar.place_hold($$O'Brien's \ "attack"$$, $${"make": ["Ford", "O'Brien \\"], "series": "75"}$$, 'queue', 'INC\1');
    told := told || (SELECT string_agg(format('%s %s %s %s %s', c.relname, g.plate_column, g.keys, g.status, g.reason), '; ' ORDER BY c.relname) FROM regcar.guards g JOIN pg_class c ON c.oid = g.target);
    SET LOCAL ROLE "Set dealer";
    INSERT INTO "Reg'\s" VALUES ('AB75 CDE', $$O'Brien \$$, 'n\'), ('AB75 CDF', DEFAULT, 'n'), ('AB74 CDE', DEFAULT, 'n');
    RESET ROLE;
    told := told || (SELECT string_agg(concat_ws(' ', h.action, h.reason, h.incident), '; ') FROM regcar.hold_for('"Reg''\s"', jsonb_build_object('mark', 'AB75 CDE', 'Make\', 'Ford')) h);
    BEGIN
        UPDATE "Reg'\s" SET "Make\" = 'Ford', mark = 'AB75 CDG';
    EXCEPTION WHEN OTHERS THEN
        told := told || SQLSTATE;
    END;
    PERFORM regcar.lift_hold(nr, $$it's over \$$);
    PERFORM regcar.release_batch(NULL, 0, 99, 99);
    told := told || (SELECT string_agg(format('%s %s %s %s %s', c.relname, q.row_data, r.rolname, q.state, q.outcome), '; ' ORDER BY q.row_data ->> 'mark') FROM regcar.queue q JOIN pg_class c ON c.oid = q.target JOIN pg_roles r ON r.oid = q.submitted_by);
    told := told || (SELECT string_agg(format('%s %s %s', r.mark, r."Make\", r.region), '; ' ORDER BY r.mark) FROM "Reg'\s" r);
    told := told || (SELECT string_agg(concat_ws(' ', h.event, h.detail ->> 'reason', h.detail ->> 'lift_reason', h.detail ->> 'scope', h.detail ->> 'change'), '; ' ORDER BY h.id) FROM regcar.history h);
    told := told || (SELECT coalesce(v.problem, 'whole') FROM regcar.verify_history() v);
    told := told || (SELECT string_agg(format('%s %s', s.series, s.registrations), '; ') FROM regcar.registrations_by_series('"Reg''\s"') s);
    told := told || (SELECT regexp_replace(string_agg(concat_ws(' ', a.event, a.detail), '; '), 'id \d+', 'id', 'g') FROM regcar.incident_account('INC\1') a);
    told := told || (SELECT count(*)::text FROM regexp_matches(regcar.incident_report(nr), $$O&#39;Brien|O'Brien$$, 'g'));
    PERFORM regcar.unguard('"Reg''\s"'), regcar.require_guard('archive');
    RAISE EXCEPTION USING ERRCODE = 'ZZ000', MESSAGE = array_to_string(told, E'\n');
EXCEPTION WHEN SQLSTATE 'ZZ000' THEN
    RETURN SQLERRM;
END
$f$;

SELECT no_plan();
SELECT incident() AS usual \gset
SELECT alike(:'usual'::text, '%AB75 CDE O''Brien%', 'an incident takes its course');
SELECT matches(:'usual'::text, 'released.*whole', 'to its end');
-- Names in texts are quoted as the setting says, and nothing else differs.
CREATE FUNCTION unquoted(text) RETURNS text LANGUAGE sql AS $$ SELECT replace($1, '"', '') $$;

SET quote_all_identifiers = on;
SELECT is(unquoted(incident()), unquoted(:'usual'::text), 'so it does with quote_all_identifiers = on');
RESET quote_all_identifiers;
SELECT is(incident(), :'usual'::text, 'and again');
SET standard_conforming_strings = off;
SET escape_string_warning = off;
SELECT is(incident(), :'usual'::text, 'with standard_conforming_strings = off');
RESET standard_conforming_strings;
SET backslash_quote = off;
SET transform_null_equals = on;
SET array_nulls = off;
SELECT is(incident(), :'usual'::text, 'with older habits of reading');
RESET backslash_quote;
RESET transform_null_equals;
RESET array_nulls;
SET bytea_output = escape;
SET extra_float_digits = 0;
SET xmloption = document;
SELECT is(incident(), :'usual'::text, 'with older habits of writing');
RESET ALL;
SET client_min_messages = error;

-- Transactions that are read only unless they say otherwise: an operator's calls say so
SELECT regcar.guard('"Reg''\s"') \g /dev/null
SET default_transaction_read_only = on;
SET SESSION AUTHORIZATION set_operator;
CALL regcar.lockdown('attack', wait => '0');
SELECT is(count(*), 1::bigint, 'lockdown works with default_transaction_read_only = on') FROM regcar.active_holds;
RESET SESSION AUTHORIZATION;
SELECT throws_ok('INSERT INTO part VALUES (''AB75 CDE'')', '25006', NULL, 'where nobody can register anyway');
\set ON_ERROR_STOP off
\set VERBOSITY sqlstate
SELECT regcar.lift_all('over') \g /dev/null
\set lift :LAST_ERROR_SQLSTATE
\set ON_ERROR_STOP on
SELECT is(:'lift'::text, '25006', 'the other calls need a transaction that may write');
BEGIN READ WRITE;
SELECT is(regcar.lift_all('over') ~ '^lifted', true, 'which an operator begins as BEGIN READ WRITE');
COMMIT;
RESET default_transaction_read_only;

SELECT * FROM finish();
RESET ROLE;
DROP OWNED BY set_operator, "Set dealer";
DROP ROLE set_operator, "Set dealer";
