-- Whatever is wrong in a call is refused with the right SQLSTATE, a message that says what is wrong and what to say instead,
-- and nothing half done.
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;
SET timezone = 'UTC';

CREATE TYPE failure AS (state text, message text, help text);
CREATE FUNCTION failure(statement text) RETURNS failure LANGUAGE plpgsql AS $$
DECLARE
    f failure;
    d text;
    h text;
BEGIN
    EXECUTE statement;
    RETURN ROW('00000', 'done', '')::failure;
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS f.state = RETURNED_SQLSTATE, f.message = MESSAGE_TEXT, d = PG_EXCEPTION_DETAIL, h = PG_EXCEPTION_HINT;
    f.help := concat_ws(' / ', nullif(d, ''), nullif(h, ''));
    RETURN f;
END $$;

CREATE TABLE reg (mark plate, make text, note text, born date, seen timestamptz);
CREATE TABLE bare (mark plate, mark2 plate, make text);
CREATE VIEW reg_view AS SELECT * FROM reg;
SELECT guard('reg') \g /dev/null
SELECT place_hold('stands', '{"make": "Jaguar"}', 'queue', 'INC') AS stands, place_hold('is lifted') AS lifted, place_hold('has expired', expires_at => clock_timestamp() + interval '1 day') AS expired \gset
UPDATE hold SET expires_at = clock_timestamp() WHERE hold = 3;
SELECT lift_hold(2, 'over'), exempt(1, '{"note": "x"}', 'stands'), exempt(1, '{"note": "y"}', 'is revoked'), revoke_exemption(2, 'over') \g /dev/null
INSERT INTO reg VALUES ('AB75 CDE', 'Jaguar', 'waits'), ('AB75 CDF', 'Jaguar', 'is discarded');
SELECT discard(2, 'over') \g /dev/null
CREATE TEMP TABLE before AS
SELECT 'hold' AS name, to_jsonb(t) AS row FROM hold t UNION ALL SELECT 'exemption', to_jsonb(t) FROM exemption t
UNION ALL SELECT 'queue', to_jsonb(t) FROM queue_entry t UNION ALL SELECT 'history', to_jsonb(t) FROM history t UNION ALL SELECT 'trigger', to_jsonb(t) FROM pg_trigger t;

CREATE TEMP TABLE wrong (statement text, state text, message text, help text);
INSERT INTO wrong VALUES
    -- reasons
    ('SELECT place_hold(NULL)', '22023', 'a hold needs a reason', 'shown to everybody'),
    ('SELECT place_hold('''')', '22023', 'a hold needs a reason', 'shown to everybody'),
    ('SELECT place_hold(E'' \t\n'')', '22023', 'a hold needs a reason', 'shown to everybody'),
    ('CALL lockdown(NULL)', '22023', 'a hold needs a reason', 'shown to everybody'),
    ('SELECT lift_hold(1, NULL)', '22023', 'lifting a hold needs a reason', 'regcar.lift_hold\(number, ''why''\)'),
    ('SELECT lift_hold(1, E''\n'')', '22023', 'lifting a hold needs a reason', 'regcar.lift_hold'),
    ('SELECT lift_all('' '')', '22023', 'lifting a hold needs a reason', 'regcar.lift_all\(''why''\)'),
    ('SELECT exempt(1, ''{}'', NULL)', '22023', 'an exemption needs a reason', 'regcar.exempt\(hold, scope, ''why''\)'),
    ('SELECT revoke_exemption(1, E''\t'')', '22023', 'revoking an exemption needs a reason', 'regcar.revoke_exemption'),
    ('SELECT discard(1, '''')', '22023', 'discarding a registration needs a reason', 'regcar.discard\(id, ''why''\)'),
    -- that show nothing: no-break, em and ideographic space, no width, Hangul filler, Braille, byte-order mark, tag
    (E'SELECT place_hold(E''\\u00a0'')', '22023', 'a hold needs a reason', 'shown to everybody'),
    (E'CALL lockdown(E''\\u200b\\u2060'')', '22023', 'a hold needs a reason', 'shown to everybody'),
    (E'SELECT lift_hold(1, E''\\u2003 \\u3000'')', '22023', 'lifting a hold needs a reason', 'regcar.lift_hold'),
    (E'SELECT lift_all(E''\\u3164'')', '22023', 'lifting a hold needs a reason', 'regcar.lift_all'),
    (E'SELECT exempt(1, ''{}'', E''\\u2800'')', '22023', 'an exemption needs a reason', 'regcar.exempt'),
    (E'SELECT revoke_exemption(1, E''\\ufeff'')', '22023', 'revoking an exemption needs a reason', 'regcar.revoke_exemption'),
    (E'SELECT discard(1, E''\\U000e0020'')', '22023', 'discarding a registration needs a reason', 'regcar.discard'),
    (E'SELECT revoke_approvals(1, E''\\u00ad'')', '22023', 'ending the need for approvals needs a reason', 'regcar.revoke_approvals'),
    (E'SELECT reassign_queued(''x'', current_user::regrole, E''\\u202e'')', '22023', 'handing registrations over needs a reason', 'regcar.reassign_queued'),
    (E'SELECT waive_guard(''bare'', E''\\u0085'')', '22023', 'leaving a table without a guard needs a reason', 'regcar.waive_guard'),
    (E'SELECT place_hold(''x'', incident => E''\\u00a0\\u200d'')', '22023', 'reference of the incident is empty', 'Leave it out'),
    -- scopes
    ('SELECT place_hold(''x'', NULL)', '22023', 'a hold needs a scope', 'Leave it out to cover everything'),
    ('SELECT exempt(1, NULL, ''x'')', '22023', 'an exemption needs a scope', 'For example'),
    ('SELECT place_hold(''x'', ''null'')', '22023', 'invalid scope', 'not a JSON object.*such as'),
    ('SELECT place_hold(''x'', ''1'')', '22023', 'invalid scope', 'not a JSON object'),
    ('SELECT place_hold(''x'', ''"make"'')', '22023', 'invalid scope', 'not a JSON object'),
    ('SELECT place_hold(''x'', ''[]'')', '22023', 'invalid scope', 'not a JSON object'),
    ('SELECT place_hold(''x'', ''[{"make": "x"}]'')', '22023', 'invalid scope', 'not a JSON object'),
    ('SELECT place_hold(''x'', ''{"make": null}'')', '22023', 'invalid scope', '"make" is null'),
    ('SELECT place_hold(''x'', ''{"make": ["a", null]}'')', '22023', 'invalid scope', '"make" is null'),
    ('SELECT place_hold(''x'', ''{"make": []}'')', '22023', 'invalid scope', 'list of "make" is empty'),
    ('SELECT place_hold(''x'', ''{"make": {}}'')', '22023', 'invalid scope', 'object of "make" is empty'),
    ('SELECT place_hold(''x'', ''{"make": {"<": "a", "<=": "b", ">": "c"}}'')', '22023', 'invalid scope', 'one or two of the bounds'),
    ('SELECT place_hold(''x'', ''{"make": {"<": ["a"]}}'')', '22023', 'invalid scope', '"make" is nested'),
    ('SELECT place_hold(''x'', ''{"make": {"<": null}}'')', '22023', 'invalid scope', '"make" is null'),
    ('SELECT place_hold(''x'', ''{"format": {"<": "current"}}'')', '22023', 'invalid scope', '"format" have no order'),
    ('SELECT place_hold(''x'', ''{"tag": "ABCD"}'')', '22023', 'there is no tag "ABCD"', 'capital letters'),
    ('SELECT place_hold(''x'', ''{"tag": "ab"}'')', '22023', 'there is no tag "ab"', 'capital letters'),
    ('SELECT place_hold(''x'', ''{"role": "nobody here"}'')', '22023', 'there is no role "nobody here"', 'logged in'),
    ('SELECT place_hold(''x'', ''{"make": {"not": "x"}}'')', '22023', 'invalid scope', '"make" is an object'),
    ('SELECT place_hold(''x'', ''{"make": [["a"]]}'')', '22023', 'invalid scope', '"make" is nested'),
    ('SELECT place_hold(''x'', ''{"make": ["a", {"b": 1}]}'')', '22023', 'invalid scope', '"make" is nested'),
    ('SELECT place_hold(''x'', ''{"make": ["a", []]}'')', '22023', 'invalid scope', '"make" is nested'),
    ('SELECT place_hold(''x'', ''{"": "x"}'')', '22023', 'invalid scope', 'key "" cannot name a column: a name has 1 to 63 bytes'),
    ('SELECT place_hold(''x'', jsonb_build_object(repeat(''k'', 64), 1))', '22023', 'invalid scope', 'cannot name a column: a name has 1 to 63 bytes'),
    ('SELECT place_hold(''x'', jsonb_build_object(repeat(''é'', 32), 1))', '22023', 'invalid scope', 'cannot name a column'),
    ('SELECT place_hold(''x'', (SELECT jsonb_object_agg(''k'' || n, 1) FROM generate_series(1, 17) n))', '22023', 'invalid scope', 'more than 16 keys'),
    ('SELECT place_hold(repeat(''x'', 10001))', '22023', 'reason has 10001 bytes', 'may have 10000'),
    ('SELECT place_hold(''x'', incident => repeat(''x'', 1001))', '22023', 'incident has 1001 bytes', 'may have 1000'),
    ('SELECT place_hold(''x'', incident => '''')', '22023', 'reference of the incident is empty', 'Leave it out'),
    ('CALL lockdown(''x'', incident => E'' \t'')', '22023', 'reference of the incident is empty', 'Leave it out'),
    ('SELECT lift_all(repeat(''£'', 5001))', '22023', 'reason has 10002 bytes', 'may have 10000'),
    ('SELECT place_hold(''x'', jsonb_build_object(''make'', repeat(''x'', 1000000)))', '22023', 'invalid scope', 'larger than 256 kB'),
    ('SELECT place_hold(''x'', jsonb_build_object(''make'', (SELECT jsonb_agg(n) FROM generate_series(1, 100000) n)))', '22023', 'invalid scope', 'larger than 256 kB'),
    ('SELECT place_hold(''x'', ''{"make": [1, 1e100000]}'')', '22023', 'invalid scope', '"make" has more than 1000 digits'),
    ('SELECT place_hold(''x'', ''{"series": "76x"}'')', '22023', 'invalid scope', 'no series "76x"; the view regcar.series'),
    ('SELECT place_hold(''x'', ''{"series": 50}'')', '22023', 'invalid scope', 'no series "50"'),
    ('SELECT place_hold(''x'', ''{"series": ["75", ""]}'')', '22023', 'invalid scope', 'no series ""'),
    ('SELECT place_hold(''x'', ''{"series": true}'')', '22023', 'invalid scope', 'no series "true"'),
    ('SELECT place_hold(''x'', ''{"format": "Current"}'')', '22023', 'invalid scope', 'no format "Current"; the view regcar.plate_formats'),
    ('SELECT place_hold(''x'', ''{"region": "anglia"}'')', '22023', 'invalid scope', 'no region "anglia"; the view regcar.memory_tags'),
    ('SELECT place_hold(''x'', jsonb_build_object(''region'', repeat(''x'', 100000)))', '22023', 'invalid scope', 'no region "x+\.\.\."'),
    ('SELECT exempt(1, ''{"region": "Wales"}'', ''x'')', '22023', 'invalid scope', 'no region "Wales"'),
    ('SELECT exempt(1, ''[]'', ''x'')', '22023', 'invalid scope', 'not a JSON object'),
    ('CALL lockdown(''x'', ''{"make": []}'')', '22023', 'invalid scope', 'Nothing was placed'),
    -- values that mean another thing later, and bounds with nothing between them
    ('SELECT place_hold(''x'', ''{"born": "today"}'')', '22023', 'the value "today" of "born" depends on when it is read', 'Write the day itself'),
    ('SELECT place_hold(''x'', ''{"born": ["2025-09-01", " Yesterday"]}'')', '22023', 'the value " Yesterday" of "born" depends', 'such as 20'),
    ('CALL lockdown(''x'', ''{"seen": {">=": "tomorrow 06:00"}}'')', '22023', 'the value "tomorrow 06:00" of "seen" depends', 'Nothing was placed'),
    ('SELECT exempt(1, ''{"seen": {"<": "NOW"}}'', ''x'')', '22023', 'the value "NOW" of "seen" depends', 'Each session reads it for itself'),
    ('SELECT place_hold(''x'', ''{"born": {">": "2025-09-02", "<": "2025-09-01"}}'')', '22023', 'nothing between the bounds of "born"', 'Exchange them'),
    ('SELECT place_hold(''x'', ''{"born": {">": "2025-09-01", "<=": "1 Sep 2025"}}'')', '22023', 'nothing between the bounds of "born"', 'They are: '),
    ('SELECT place_hold(''x'', ''{"make": {"<": "a", ">=": "b"}}'')', '22023', 'nothing between the bounds of "make"', 'They are: '),
    ('SELECT place_hold(''x'', ''{"series": {">=": "75", "<": "25"}}'')', '22023', 'nothing between the bounds of "series"', 'Exchange them'),
    -- actions and times
    ('SELECT place_hold(''x'', action => NULL)', '22023', 'a hold needs an action', 'queue, reject or freeze'),
    ('SELECT place_hold(''x'', action => ''rejct'')', '22P02', 'invalid input value for enum (regcar\.)?hold_action: "rejct"', ''),
    ('CALL lockdown(''x'', action => ''FREEZE'')', '22P02', 'invalid input value for enum (regcar\.)?hold_action: "FREEZE"', ''),
    ('CALL lockdown(''x'', ''freeze'')', '22P02', 'invalid input syntax for type json', ''),
    ('SELECT place_hold(''x'', starts_at => ''infinity'')', '22023', 'would never start', 'Leave starts_at out'),
    ('SELECT place_hold(''x'', expires_at => ''-infinity'')', '22023', 'would expire before it starts', 'expires_at is -infinity, starts_at is now'),
    ('SELECT place_hold(''x'', expires_at => ''2025-09-01'')', '22023', 'would expire before it starts', 'expires_at is 2025-09-01'),
    ('SELECT place_hold(''x'', starts_at => ''2100-01-02'', expires_at => ''2100-01-02'')', '22023', 'would expire before it starts', 'starts_at is 2100-01-02'),
    ('SELECT exempt(1, ''{}'', ''x'', ''2025-09-01'')', '22023', 'would expire before it starts', 'expires_at is 2025-09-01'),
    ('CALL lockdown(''x'', wait => NULL)', '22023', 'wait must not be null', '10 seconds'),
    ('SELECT * FROM drain(NULL)', '22023', 'wait must not be null', '10 seconds'),
    -- numbers of holds, exemptions, queue entries
    ('SELECT lift_hold(NULL, ''x'')', '22023', 'there is no hold null', 'active_holds'),
    ('SELECT lift_hold(-1, ''x'')', '22023', 'there is no hold -1', 'active_holds'),
    ('SELECT lift_hold(9223372036854775807, ''x'')', '22023', 'there is no hold 9223372036854775807', 'active_holds'),
    ('SELECT lift_hold(2, ''x'')', '55000', 'hold 2 has already been lifted', ' lifted it at .*: over'),
    ('SELECT exempt(NULL, ''{}'', ''x'')', '22023', 'there is no hold null', 'active_holds'),
    ('SELECT exempt(99, ''{}'', ''x'')', '22023', 'there is no hold 99', 'active_holds'),
    ('SELECT exempt(2, ''{}'', ''x'')', '55000', 'hold 2 has already been lifted', ' lifted it at .*: over.*active_holds'),
    ('SELECT exempt(3, ''{}'', ''x'')', '55000', 'hold 3 has expired', 'It expired at .*active_holds'),
    ('SELECT revoke_exemption(NULL, ''x'')', '22023', 'there is no exemption null', 'active_exemptions'),
    ('SELECT revoke_exemption(0, ''x'')', '22023', 'there is no exemption 0', 'active_exemptions'),
    ('SELECT revoke_exemption(2, ''x'')', '55000', 'exemption 2 has already been revoked', ' revoked it at .*: over'),
    ('SELECT retry(NULL)', '22023', 'there is no queue entry null', 'regcar.queue'),
    ('SELECT retry(-5)', '22023', 'there is no queue entry -5', 'regcar.queue'),
    ('SELECT retry(1)', '55000', 'queue entry 1 did not fail', 'Its state is waiting'),
    ('SELECT retry(2)', '55000', 'queue entry 2 did not fail', 'Its state is discarded'),
    ('SELECT discard(NULL, ''x'')', '22023', 'there is no queue entry null', 'regcar.queue'),
    ('SELECT discard(2, ''x'')', '55000', 'queue entry 2 is already discarded', ''),
    ('SELECT * FROM queue_length(99)', '22023', 'there is no hold 99', 'queue_summary'),
    ('SELECT * FROM incident_account(NULL)', '22023', 'there is no hold of incident null', 'hold_history'),
    ('SELECT * FROM incident_account(''inc'')', '22023', 'there is no hold of incident ''inc''', 'hold_history'),
    ('CALL release()', '25001', 'cannot run inside a transaction block', 'commits after each batch'),
    -- asking
    ('SELECT hold_for(NULL, ''{}'')', '22023', 'takes a table, and a row', 'to_jsonb\(row\)'),
    ('SELECT hold_for(''reg'', NULL)', '22023', 'takes a table, and a row', 'to_jsonb\(row\)'),
    ('SELECT hold_for(''reg'', ''[]'')', '22023', 'takes a table, and a row', 'to_jsonb\(row\)'),
    ('SELECT hold_for(''reg'', ''null'')', '22023', 'takes a table, and a row', 'to_jsonb\(row\)'),
    ('SELECT hold_for(''nowhere'', ''{}'')', '42P01', 'relation "nowhere" does not exist', ''),
    ('SELECT hold_for(1::regclass, ''{}'')', '42P01', 'there is no table with OID 1', ''),
    ('SELECT hold_for(''reg'', ''{"mark": "AB75 IDE"}'')', '22P02', 'invalid registration mark: "AB75 IDE"', 'Letter I'),
    -- guards
    ('SELECT guard(NULL)', '42P01', 'there is no table null', 'regcar.guards'),
    ('SELECT guard(999999::regclass)', '42P01', 'there is no table 999999', 'regcar.guards'),
    ('SELECT guard(''reg_view'')', '42809', '"public.reg_view" is not a table', 'where its rows are stored'),
    ('SELECT guard(''reg'')', '55000', '"public.reg" is already guarded', 'Its status is: ok.*regcar.unguard\(''public.reg''\)'),
    ('SELECT guard(''bare'')', '22023', 'has 2 columns of type plate', 'They are: mark, mark2.*regcar.guard\(''public.bare'', ''column''\)'),
    ('SELECT guard(''bare'', '''')', '22023', 'no column "" of type plate or text', 'Name the column'),
    ('SELECT guard(''bare'', ''Mark'')', '22023', 'no column "Mark" of type plate or text', 'Name the column'),
    ('SELECT guard(''bare'', ''mark'', NULL)', '22023', 'keys must be a JSON object', 'For example'),
    ('SELECT guard(''bare'', ''mark'', ''"make"'')', '22023', 'keys must be a JSON object', 'For example'),
    ('SELECT guard(''bare'', ''mark'', ''{"make": ["make"]}'')', '22023', 'keys must be a JSON object', 'For example'),
    ('SELECT guard(''bare'', ''mark'', ''{"": "make"}'')', '22023', 'keys must be a JSON object', '1 to 63 bytes'),
    ('SELECT guard(''bare'', ''mark'', jsonb_build_object(repeat(''k'', 64), ''make''))', '22023', 'keys must be a JSON object', '1 to 63 bytes'),
    ('SELECT guard(''bare'', ''mark'', ''{"a=b": "make"}'')', '22023', 'keys must be a JSON object', 'no equals sign'),
    ('SELECT guard(''bare'', ''mark'', ''{"series": "make"}'')', '22023', 'series, format and region cannot be columns', 'another key'),
    ('SELECT guard(''bare'', ''mark'', ''{"make": "Make", "m": "mk"}'')', '22023', 'has no column "Make", "mk"', 'a column of the table'),
    ('SELECT guard(''bare'', ''mark'', ''{"make": "ctid"}'')', '22023', 'has no column "ctid"', 'a column of the table'),
    ('SELECT guard(''bare'', ''mark'', replicated => NULL) || 1/0', '22012', '', ''),
    ('SELECT unguard(''bare'')', '55000', '"public.bare" is not guarded', 'regcar.guards'),
    ('SELECT unguard(NULL)', '55000', '"null" is not guarded', 'regcar.guards'),
    ('SELECT forget_refusals(NULL)', '22023', 'before must not be null', '90 days'),
    ('SELECT grant_operator(NULL)', '22023', 'role must not be null', 'grant_operator'),
    ('SELECT grant_operator(''nobody at all'')', '42602', 'invalid name syntax', ''),
    ('SELECT grant_operator(''nobody_at_all'')', '42704', 'role "nobody_at_all" does not exist', ''),
    -- written by a superuser, past the functions
    ('INSERT INTO hold (action, scope, reason, placed_by, placed_at) VALUES (''reject'', NULL, ''x'', ''x'', now())', '23502', 'null value in column "scope"', ''),
    ('INSERT INTO hold (action, scope, reason, placed_by, placed_at, lifted_at) VALUES (''reject'', ''{}'', ''x'', ''x'', now(), now())', '23514', 'hold_lifted_whole', ''),
    ('UPDATE exemption SET revoked_at = now(), revoked_by = NULL, revoke_reason = NULL', '23514', 'exemption_revoked_whole', '');

SELECT no_plan();
SELECT is(is_blank(t), t ~ '^[[:space:]]*$', format('blank: "%s"', t))
FROM unnest(ARRAY['', ' ', E'\t\n', '.', '-', '£', 'é', '€', U&'\2026', U&'\0E01', U&'\AC00', U&'\+01F697', U&'\00A0x', U&'x\200B', U&'\FFFC', U&'\FFFD']) t;
SELECT is((f).state, w.state, format('%s gives %s', left(w.statement, 150), w.state))
FROM wrong w, LATERAL (SELECT failure(w.statement) AS f OFFSET 0) x;
SELECT is_empty($$SELECT left(statement, 150), (f).message, (f).help FROM wrong w, LATERAL (SELECT failure(w.statement) AS f OFFSET 0) x
                  WHERE (f).message !~ w.message OR (f).help !~ w.help$$, 'each says what is wrong, and what to say instead');
SELECT is_empty($$SELECT left(statement, 150), (f).message, (f).help FROM wrong w, LATERAL (SELECT failure(w.statement) AS f OFFSET 0) x
                  WHERE (f).state IN ('22023', '55000') AND ((f).help = '' AND w.help <> '' OR length((f).message) > 200 OR length((f).help) > 500)$$, 'and is of a length to read');
SELECT results_eq($$SELECT name, row FROM before ORDER BY 1, 2$$,
    $$SELECT name, row FROM (SELECT 'hold' AS name, to_jsonb(t) AS row FROM hold t UNION ALL SELECT 'exemption', to_jsonb(t) FROM exemption t
      UNION ALL SELECT 'queue', to_jsonb(t) FROM queue_entry t UNION ALL SELECT 'history', to_jsonb(t) FROM history t UNION ALL SELECT 'trigger', to_jsonb(t) FROM pg_trigger t) n ORDER BY 1, 2$$,
    'nothing was placed, lifted, changed or attached');

-- Absurd, and understood

SELECT is((failure(statement)).state, '00000', 'is understood: ' || left(statement, 150))
FROM (VALUES
    ('SELECT place_hold(''x'', ''{"make": "today", "born": {">=": "2025-09-01", "<=": "2025-09-01"}}'')'), ('SELECT place_hold(''x'', ''{"born": {">": "2025-09-02", ">=": "2025-09-01"}, "series": {">=": "24", "<": "75"}}'')'), ('SELECT place_hold(''x'', ''{"seen": {"<": "infinity"}, "born": "epoch"}'')'),
    ('SELECT place_hold(''x'', ''{"make": ""}'')'), ('SELECT place_hold(''x'', starts_at => ''-infinity'', expires_at => ''infinity'')'), ('SELECT place_hold(repeat(''x'', 10000), incident => repeat(''x'', 1000))'),
    ('SELECT place_hold(''x'', jsonb_build_object(repeat(''k'', 63), 1))'), ('SELECT place_hold(''x'', (SELECT jsonb_object_agg(''k'' || n, 1) FROM generate_series(1, 16) n))'),
    ('SELECT place_hold(''x'', ''{"make": 1, "make": "x"}'')'), ('SELECT place_hold(''x'', ''{"make": ["x", "x", 1, true]}'')'),
    ('CALL lockdown(''x'', wait => ''-1 day'')'), ('CALL lockdown(''x'', wait => ''100000000 years'')'), ('CALL lockdown(''x'', wait => ''-100000000 years'')'), ('CALL lockdown(''x'', wait => ''0'')'),
    ('SELECT * FROM drain(''100000000 years'')'), ('SELECT * FROM drain(''-100000000 years'')'), ('SELECT * FROM drain(''-1 us'')'),
    ('SELECT exempt(1, ''{}'', ''x'', ''infinity'')'), ('SELECT * FROM release_batch(NULL, NULL, NULL, NULL)'), ('SELECT * FROM release_batch(-1, -5, 99999, 0)'), ('SELECT * FROM queue_length(NULL)'), ('SELECT lift_all(''over'')')) v (statement);
SELECT is_empty('SELECT * FROM active_holds', 'and is lifted again');
SELECT is(problem, 'hold 3 is not as this event left it', 'with a history that fits, but for what this test changed itself') FROM verify_history();

-- release(), which commits, at the top level
\set VERBOSITY terse
\set ON_ERROR_STOP off
\o /dev/null
CALL release(99);
\set no_hold :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(max_rows => 0);
\set no_rows :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(max_rows => -1);
\set few_rows :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(batch => 0);
\set no_batch :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(batch => NULL);
\set null_batch :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(batch => 10001);
\set big_batch :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(pause => '-1 s');
\set negative_pause :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(pause => NULL);
\set null_pause :LAST_ERROR_SQLSTATE ' ' :LAST_ERROR_MESSAGE
CALL release(2, 1, 10000, '100000000 years');
\set nothing_waits :SQLSTATE
\set ON_ERROR_STOP on
\o
SELECT is(got, want, want)
FROM (VALUES (:'no_hold', '22023 there is no hold 99'), (:'no_rows', '22023 max_rows must be at least 1, or NULL for all'), (:'few_rows', '22023 max_rows must be at least 1, or NULL for all'),
             (:'no_batch', '22023 batch must be from 1 to 10000 rows'), (:'null_batch', '22023 batch must be from 1 to 10000 rows'), (:'big_batch', '22023 batch must be from 1 to 10000 rows'),
             (:'negative_pause', '22023 pause must be an interval of zero or more'), (:'null_pause', '22023 pause must be an interval of zero or more')) v (got, want);
SELECT is((SELECT format('%s %s', :'nothing_waits', string_agg(state::text, ',' ORDER BY id)) FROM queue_entry), '00000 waiting,discarded', 'a pause of ages, where nothing is to be released, is none');

SELECT * FROM finish();
