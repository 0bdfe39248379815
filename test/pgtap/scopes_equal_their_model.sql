-- What a hold covers, by random holds and rows: the verdict of the guard, and the answer of hold_for(), against the rules of
-- extension/doc/holds.md written once more in SQL, slow and obvious. The number below decides what is tried.
SELECT setseed(0.75) \g /dev/null
SET client_min_messages = error;
SET search_path = public, regcar_state, regcar;

CREATE TABLE car (id int PRIMARY KEY, mark plate, make text, dealer char(5), n int, price numeric(6,1), b boolean, d date, note text);
SELECT guard('car', keys => '{"maker": "make"}') \g /dev/null

-- The rules

-- What a row has under each key that it can answer, as text that is the same for equal values; JSON null where it is known to
-- have nothing.
CREATE FUNCTION answers(r car) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'make', r.make, 'maker', r.make, 'dealer', rtrim(r.dealer), 'n', r.n::text, 'price', trim_scale(r.price)::text,
               'b', CASE WHEN r.b THEN 'true' WHEN NOT r.b THEN 'false' END, 'd', to_char(r.d, 'YYYY-MM-DD'), 'note', r.note,
               'mark', r.mark::text, 'format', plate_format(r.mark)::text, 'region', plate_region(r.mark)))
           || CASE WHEN r.mark IS NULL THEN '{}' ELSE jsonb_build_object('series', plate_series(r.mark)::text, 'tag', plate_tag(r.mark)) END
); END $$;
CREATE FUNCTION matches(scope jsonb, answers jsonb, unknown boolean) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT coalesce(bool_and(CASE WHEN answers ? key
               THEN EXISTS (SELECT FROM jsonb_array_elements_text('[]'::jsonb || value) v
                            WHERE answers ->> key = CASE key WHEN 'series' THEN v::plate_series::text
                                                             WHEN 'dealer' THEN rtrim(v)
                                                             WHEN 'n' THEN trim_scale(v::numeric)::text
                                                             WHEN 'price' THEN trim_scale(v::numeric)::text
                                                             WHEN 'b' THEN v::boolean::text
                                                             WHEN 'mark' THEN v::plate::text
                                                             ELSE v END)
               ELSE unknown END), true)
    FROM jsonb_each(scope)
); END $$;
-- Holds of some actions that stop a row, the one that decides first.
CREATE FUNCTION stopping(answers jsonb, actions hold_action[]) RETURNS bigint[] LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT coalesce(array_agg(h.hold ORDER BY h.action DESC, h.hold), '{}')
    FROM hold h WHERE h.lifted_at IS NULL AND h.action = ANY (actions) AND matches(h.scope, answers, true)
    AND NOT EXISTS (SELECT FROM exemption e WHERE e.hold = h.hold AND matches(e.scope, answers, false))
); END $$;
CREATE FUNCTION is_registration(o car, n car) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT o.mark IS DISTINCT FROM n.mark OR o.make IS DISTINCT FROM n.make     -- which the guard maps
        OR EXISTS (SELECT FROM (SELECT h.scope FROM hold h WHERE h.lifted_at IS NULL
                                UNION ALL SELECT e.scope FROM exemption e JOIN hold h USING (hold) WHERE h.lifted_at IS NULL) s, jsonb_object_keys(s.scope) key
                   WHERE answers(o) -> key IS DISTINCT FROM answers(n) -> key)
); END $$;
CREATE FUNCTION rule(kind text, o car, n car) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT coalesce((
        SELECT CASE WHEN kind = 'insert' AND h.action = 'queue' THEN 'queued by ' ELSE 'refused by ' END || h.hold
        FROM unnest(CASE kind WHEN 'insert' THEN stopping(answers(n), '{queue,reject,freeze}')
                              WHEN 'delete' THEN stopping(answers(o), '{freeze}')
                              ELSE stopping(answers(o), a) || stopping(answers(n), a) END) s (hold) JOIN hold h USING (hold)
        ORDER BY h.action DESC, h.hold LIMIT 1), 'done')
    FROM (SELECT CASE WHEN is_registration(o, n) THEN '{queue,reject,freeze}' ELSE '{freeze}' END::hold_action[] AS a) kinds
); END $$;

-- What happens; it is undone

CREATE FUNCTION verdict(kind text, o car, n car) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer text;
BEGIN
    CASE kind
        WHEN 'insert' THEN INSERT INTO car SELECT n.*;
        WHEN 'update' THEN UPDATE car SET (mark, make, dealer, n, price, b, d, note) = (SELECT (verdict.n).mark, (verdict.n).make, (verdict.n).dealer, (verdict.n).n, (verdict.n).price, (verdict.n).b, (verdict.n).d, (verdict.n).note) WHERE id = (o).id;
        WHEN 'delete' THEN DELETE FROM car WHERE id = (o).id;
    END CASE;
    GET DIAGNOSTICS answer = ROW_COUNT;
    RAISE SQLSTATE 'OK000' USING DETAIL = CASE WHEN answer = '1' THEN 'done' ELSE coalesce((SELECT 'queued by ' || max(hold) FROM queue_entry), 'nothing was done') END;
EXCEPTION
    WHEN SQLSTATE 'OK000' OR SQLSTATE 'RH001' THEN
        GET STACKED DIAGNOSTICS answer = PG_EXCEPTION_DETAIL;
        RETURN regexp_replace(answer, '^Hold (\d+): .*', 'refused by \1');
END $$;

-- What is tried

CREATE FUNCTION one_of(VARIADIC text[]) RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT $1[1 + floor(random() * cardinality($1))::int]
); END $$;
CREATE TABLE candidate (key text, value jsonb);     -- values of a scope
INSERT INTO candidate
SELECT key, jsonb_array_elements(list::jsonb)
FROM (VALUES ('make', '["Jaguar", "Rover", "jaguar", ""]'), ('maker', '["Jaguar", "Rover"]'), ('dealer', '["a", "b", "a    "]'), ('n', '[1, 2, "3", 2.0]'), ('price', '[1, 1.0, "2.5"]'),
             ('b', '[true, false, "true", "t"]'), ('d', '["2025-09-01", "2025-09-02"]'), ('series', '[75, "24", "s-prefix", "S-suffix"]'), ('format', '["current", "ni_serial", "prefix", "suffix", "trade"]'),
             ('region', '["Anglia", "London"]'), ('mark', '["AB75 CDE", "lb24abc"]'), ('tag', '["AB", "LB", "A", "X"]'), ('nowhere', '["x", "Jaguar"]')) v (key, list);
CREATE FUNCTION any_value(wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT value FROM candidate WHERE key = wanted ORDER BY random() LIMIT 1
); END $$;
CREATE FUNCTION any_scope() RETURNS jsonb LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT coalesce(jsonb_object_agg(key, CASE WHEN random() < 0.5 THEN any_value(key) ELSE jsonb_build_array(any_value(key), any_value(key), any_value(key)) END), '{}')
    FROM (SELECT one_of('make', 'maker', 'dealer', 'n', 'price', 'b', 'd', 'series', 'format', 'region', 'tag', 'mark', 'nowhere', 'make', 'dealer') AS key
          FROM generate_series(1, floor(random() * 3.2)::int)) k
); END $$;
CREATE FUNCTION any_row(id int) RETURNS car LANGUAGE plpgsql AS $$ BEGIN RETURN (
    SELECT ROW(id, one_of('AB75 CDE', 'LB24 ABC', 'S123 ABC', 'ABC 123S', 'AAZ 1234', '01234', 'CB75 ABC', NULL)::plate, one_of('Jaguar', 'Rover', 'jaguar', '', NULL), one_of('a', 'b', 'c', NULL),
               one_of('1', '2', '3', NULL)::int, one_of('1', '2.5', NULL)::numeric, one_of('true', 'false', NULL)::boolean, one_of('2025-09-01', '2025-09-02', NULL)::date, one_of('Jaguar', 'x', NULL))::car
); END $$;
-- A row that differs in one or two columns, or in none.
CREATE FUNCTION changed(r car) RETURNS car LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    other jsonb := to_jsonb(any_row((r).id));
    keys text[] := ARRAY[one_of('mark', 'make', 'dealer', 'n', 'price', 'b', 'd', 'note'), one_of('mark', 'make', 'dealer', 'n', 'note', 'note')];
BEGIN
    RETURN jsonb_populate_record(r, (SELECT jsonb_object_agg(k, other -> k) FROM unnest(keys) k));
END $$;

CREATE TABLE tried (kind text, row_before car, row_after car, got text, want text, asked bigint[], would bigint[], holds text);
CREATE PROCEDURE try(rounds int, rows int) LANGUAGE plpgsql AS $$
DECLARE
    holds text;
    placed bigint;
BEGIN
    FOR round IN 1 .. rounds LOOP
        DELETE FROM car;
        INSERT INTO car SELECT r.* FROM generate_series(1, rows) i, any_row(i) r;
        -- a transaction that takes a row out of the table does not queue its mark
        COMMIT;
        FOR i IN 1 .. 1 + floor(random() * 4)::int LOOP
            placed := place_hold('random', any_scope(), one_of('queue', 'reject', 'freeze')::hold_action);
            PERFORM exempt(placed, scope, 'random') FROM (SELECT any_scope() AS scope FROM generate_series(1, floor(random() * 3)::int)) s WHERE scope <> '{}' OR random() < 0.2;
        END LOOP;
        SELECT string_agg(format('%s %s %s but %s', h.hold, h.action, h.scope, (SELECT array_agg(e.scope) FROM exemption e WHERE e.hold = h.hold)), '; ') INTO holds FROM hold h WHERE h.lifted_at IS NULL;
        INSERT INTO tried
        SELECT kind, b, a, verdict(kind, b, a), rule(kind, b, a),
               CASE kind WHEN 'insert' THEN ARRAY(SELECT hold FROM hold_for('car', to_jsonb(a)) WITH ORDINALITY ORDER BY ordinality) END,
               CASE kind WHEN 'insert' THEN stopping(answers(a), '{queue,reject,freeze}') END, holds
        FROM (SELECT car AS b, changed(car) AS c, any_row(1000) AS n FROM car OFFSET 0) r,
             LATERAL (VALUES ('insert', n), ('update', c), ('delete', NULL)) k (kind, a);
        PERFORM lift_all('random');
    END LOOP;
END $$;
CALL try(66, 12);

SELECT plan(8);
SELECT is_empty($$SELECT kind, row_before, row_after, got, want, holds FROM tried WHERE got IS DISTINCT FROM want LIMIT 5$$, 'the guard decides as the rules say');
SELECT is_empty($$SELECT row_after, asked, would, holds FROM tried WHERE kind = 'insert' AND asked IS DISTINCT FROM would LIMIT 5$$, 'hold_for() lists the holds that the rules say, in their order');
SELECT is_empty($$SELECT row_after, asked, got, holds FROM tried WHERE kind = 'insert' AND (got = 'done') <> (asked = '{}') LIMIT 5$$, 'hold_for() is empty where a registration goes through, and only there');
SELECT is((SELECT count(*) FROM tried), 2376::bigint, 'thousands of cases');
SELECT cmp_ok(min(n), '>', 100::bigint, 'of each kind many were done and many refused') FROM (SELECT count(*) AS n FROM tried GROUP BY kind, got = 'done') k;
SELECT cmp_ok(count(*), '>', 50::bigint, 'many were queued') FROM tried WHERE got ~ 'queued';
SELECT cmp_ok(count(*), '>', 200::bigint, 'many met more than one hold') FROM tried WHERE cardinality(asked) > 1;
SELECT cmp_ok(count(*), '>', 50::bigint, 'many were exempted') FROM tried WHERE kind = 'insert' AND got = 'done' AND EXISTS (SELECT FROM hold h WHERE tried.holds ~ ('(^|; )' || h.hold || ' ') AND matches(h.scope, answers(row_after), true));
SELECT * FROM finish();
