-- A table that was altered while rows for it waited: they go in if they still fit, and fail with the reason if not.
-- Nothing is left out, rounded or cut on the way.
SET client_min_messages = error;
SET timezone = 'UTC';
SET datestyle = 'ISO';
SELECT no_plan();

CREATE SCHEMA elsewhere;
CREATE TYPE colour AS ENUM ('red', 'blue');
CREATE TYPE pair AS (a int, b text);
CREATE DOMAIN short AS text CHECK (length(VALUE) < 9);
CREATE TABLE other (mark regcar.plate PRIMARY KEY);
CREATE TABLE whole (mark regcar.plate, n int, note text) PARTITION BY LIST (n);
CREATE FUNCTION left_out() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';

-- What is done to a table %T in which one row is expected, what becomes of that row, and how it looks then or why it failed.
CREATE TABLE change (n int GENERATED ALWAYS AS IDENTITY, statement text, state text, want text);
INSERT INTO change (statement, state, want) VALUES
    ('SELECT', 'released', '^\("AB75 CDE",7,12.34,"some note",,"2025-09-01 10:00:00\+00",2025-09-01,red,"\(1,x\)",short\)$'),
    -- columns that came
    ('ALTER TABLE %T ADD extra text', 'released', ',short,\)$'),
    ('ALTER TABLE %T ADD extra int DEFAULT 5', 'released', ',short,5\)$'),
    ('ALTER TABLE %T ADD extra int NOT NULL', 'failed', '^23502: null value in column "extra" '),
    ('ALTER TABLE %T ADD twice int GENERATED ALWAYS AS (n * 2) STORED', 'released', ',short,14\)$'),
    -- columns that went
    ('ALTER TABLE %T DROP empty', 'released', ',"some note","2025'),
    ('ALTER TABLE %T DROP note', 'failed', '^There is a queued value for "note", which the table no longer takes'),
    ('ALTER TABLE %T DROP mark CASCADE', 'failed', '^There is a queued value for "mark", which the table no longer takes'),
    ('ALTER TABLE %T RENAME empty TO remark', 'released', ',"some note",,"2025'),
    ('ALTER TABLE %T RENAME note TO remark', 'failed', '^There is a queued value for "note", which the table no longer takes'),
    ('ALTER TABLE %T DROP note, ADD note text GENERATED ALWAYS AS (''x'') STORED', 'failed', '^There is a queued value for "note", which the table no longer takes'),
    ('ALTER TABLE %T DROP note; ALTER TABLE %T ADD note text', 'released', ',short,"some note"\)$'),
    ('ALTER TABLE %T DROP n; ALTER TABLE %T ADD n date', 'failed', '^22007: invalid input syntax for type date: "7"'),
    -- columns of another type
    ('ALTER TABLE %T ALTER n TYPE bigint', 'released', ',7,'),
    ('ALTER TABLE %T ALTER n TYPE numeric(8,2)', 'released', ',7.00,'),
    ('ALTER TABLE %T ALTER n TYPE text', 'released', ',7,'),
    ('ALTER TABLE %T ALTER price TYPE numeric(12,4)', 'released', ',12.3400,'),
    ('ALTER TABLE %T ALTER price TYPE float8', 'released', ',12.34,'),
    ('ALTER TABLE %T ALTER price TYPE numeric(10,1)', 'failed', '^Column "price" now has another type, which reads the queued value "12.34" as "12.3"'),
    ('ALTER TABLE %T ALTER price TYPE int', 'failed', '^22P02: invalid input syntax for type integer: "12.34"'),
    ('ALTER TABLE %T ALTER price TYPE numeric(3,2)', 'failed', '^22003: numeric field overflow'),
    ('ALTER TABLE %T ALTER note TYPE varchar(9)', 'released', ',"some note",'),
    ('ALTER TABLE %T ALTER note TYPE char(12)', 'released', ',"some note   ",'),
    ('ALTER TABLE %T ALTER note TYPE varchar(8)', 'failed', '^22001: value too long'),
    ('ALTER TABLE %T ALTER note TYPE name', 'released', ',"some note",'),
    ('ALTER TABLE %T ALTER note TYPE "char"', 'failed', 'reads the queued value "some note" as "s"'),
    ('ALTER TABLE %T ALTER note TYPE bytea USING NULL', 'failed', '^Column "note" now has another type'),
    ('ALTER TABLE %T ALTER at TYPE date', 'failed', '^Column "at" now has another type, which reads the queued value ".*" as "2025-09-01"'),
    ('ALTER TABLE %T ALTER at TYPE timestamp', 'failed', '^Column "at" now has another type'),
    ('ALTER TABLE %T ALTER at TYPE timestamptz(0)', 'released', ',"2025-09-01 10:00:00\+00",'),
    ('ALTER TABLE %T ALTER at TYPE text', 'released', ',2025-09-01T10:00:00\+00:00,'),
    ('ALTER TABLE %T ALTER day TYPE timestamptz', 'failed', '^Column "day" now has another type'),
    ('ALTER TABLE %T ALTER mark TYPE text', 'released', '^\("AB75 CDE",'),
    ('ALTER TABLE %T ALTER mark TYPE varchar(7)', 'failed', '^22001: '),
    ('ALTER TYPE %S.colour RENAME VALUE ''red'' TO ''rouge''', 'failed', '^22P02: invalid input value for enum .*"red"'),
    ('ALTER TYPE %S.colour ADD VALUE ''black'' BEFORE ''red''', 'released', ',red,'),
    ('ALTER TYPE %S.pair ADD ATTRIBUTE c int', 'failed', '^22P02: malformed record literal'),
    ('ALTER TYPE %S.pair RENAME ATTRIBUTE a TO z', 'released', ',"\(1,x\)",'),
    ('ALTER DOMAIN %S.short ADD CHECK (VALUE <> ''short'')', 'failed', '^23514: value for domain \S*short violates'),
    ('DROP DOMAIN %S.short CASCADE', 'failed', '^There is a queued value for "s", which the table no longer takes'),
    -- constraints, defaults, triggers and rules
    ('ALTER TABLE %T ADD CHECK (n < 0)', 'failed', '^23514: .*violates check constraint'),
    ('ALTER TABLE %T ADD UNIQUE (n); INSERT INTO %T (mark, n) VALUES (''AB75 CDF'', 7)', 'failed', '^23505: .* Key \(n\)=\(7\) already exists'),
    ('ALTER TABLE %T ADD FOREIGN KEY (mark) REFERENCES public.other', 'failed', '^23503: .* is not present in table "other"'),
    ('ALTER TABLE %T ADD FOREIGN KEY (mark) REFERENCES public.other DEFERRABLE INITIALLY DEFERRED', 'failed', '^23503: '),
    ('ALTER TABLE %T ADD EXCLUDE USING btree (n WITH =) DEFERRABLE INITIALLY DEFERRED; INSERT INTO %T (mark, n) VALUES (''AB75 CDF'', 7)', 'failed', '^23P01: '),
    ('ALTER TABLE %T ALTER n SET DEFAULT 99', 'released', ',7,'),
    ('ALTER TABLE %T ALTER n SET NOT NULL; ALTER TABLE %T ALTER n ADD GENERATED ALWAYS AS IDENTITY', 'released', ',7,'),
    ('CREATE TRIGGER t BEFORE INSERT ON %T FOR EACH ROW EXECUTE FUNCTION public.left_out()', 'failed', '^A trigger or rule of the table discarded the row'),
    ('CREATE RULE r AS ON INSERT TO %T DO INSTEAD NOTHING', 'failed', '^A trigger or rule of the table discarded the row'),
    ('CREATE RULE r AS ON INSERT TO %T DO INSTEAD INSERT INTO public.other VALUES (new.mark)', 'released', NULL),
    ('CREATE RULE r AS ON INSERT TO %T DO ALSO NOTIFY x', 'released', '^\("AB75 CDE",7,'),
    ('SELECT regcar.unguard(''%T'')', 'released', '^\("AB75 CDE",7,'),
    -- the table itself
    ('ALTER TABLE %T RENAME TO "another ""one"""', 'released', '^\("AB75 CDE",7,'),
    ('ALTER TABLE %T SET SCHEMA elsewhere', 'released', '^\("AB75 CDE",7,'),
    ('ALTER SCHEMA %S RENAME TO "another ""schema"""', 'released', '^\("AB75 CDE",7,'),
    ('ALTER TABLE %T SET UNLOGGED', 'released', '^\("AB75 CDE",7,'),
    ('DROP TABLE %T', 'failed', '^The table %T no longer exists'),
    ('DROP TABLE %T; CREATE TABLE %T (mark regcar.plate)', 'failed', '^The table %T no longer exists'),
    ('DROP TABLE %T; CREATE VIEW %T AS SELECT mark FROM public.other', 'failed', '^The table %T no longer exists'),
    ('DROP SCHEMA %S CASCADE', 'failed', '^The table %T no longer exists');
CREATE FUNCTION about(change, text) RETURNS text LANGUAGE sql AS
    $$ SELECT replace(replace($2, '%T', format('s%s.reg', $1.n)), '%S', format('s%s', $1.n)) $$;

-- What is in the table that was s<n>.reg, wherever it is now.
CREATE FUNCTION stored(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result text;
BEGIN
    EXECUTE format('SELECT t::text FROM %s t WHERE mark::text = ''AB75 CDE''', (SELECT r.target FROM public.relation r WHERE r.n = stored.n)) INTO result;
    RETURN result;
EXCEPTION WHEN undefined_table OR undefined_column OR syntax_error THEN
    RETURN NULL;
END $$;

-- Each has a table and types of its own.
CREATE TABLE relation (n int PRIMARY KEY, target regclass);
\o /dev/null
SELECT format($$
    CREATE SCHEMA s%1$s
    CREATE TABLE reg (mark regcar.plate, n int, price numeric, note text, empty text, at timestamptz, day date);
    CREATE TYPE s%1$s.colour AS ENUM ('red', 'blue');
    CREATE TYPE s%1$s.pair AS (a int, b text);
    CREATE DOMAIN s%1$s.short AS text CHECK (length(VALUE) < 9);
    ALTER TABLE s%1$s.reg ADD c s%1$s.colour, ADD p s%1$s.pair, ADD s s%1$s.short;
    INSERT INTO relation VALUES (%1$s, 's%1$s.reg');
    SELECT regcar.guard('s%1$s.reg')$$, n)
FROM change \gexec
SELECT regcar.place_hold('queue', action => 'queue');
SELECT format($$INSERT INTO s%s.reg VALUES ('AB75 CDE', 7, 12.34, 'some note', NULL, '2025-09-01 10:00+00', '2025-09-01', 'red', '(1,x)', 'short')$$, n)
FROM change ORDER BY n \gexec
\o
SELECT is((SELECT count(*) FROM regcar.queue), (SELECT count(*) FROM change), 'a row waits for each table');
\o /dev/null
SELECT regcar.lift_all('over');
SELECT about(change, statement) FROM change ORDER BY n \gexec
\o
CALL regcar.release();
SELECT is(q.state::text, c.state, format('%s: %s', about(c, statement), c.state))
FROM change c JOIN regcar.queue q ON q.id = c.n ORDER BY c.n;
SELECT ok(CASE c.state WHEN 'failed' THEN q.outcome ~ about(c, want) AND stored(c.n) IS NULL
                       ELSE want IS NULL OR stored(c.n) ~ want END,
          format('%s: %s', about(c, statement), coalesce(q.outcome, stored(c.n), 'elsewhere')))
FROM change c JOIN regcar.queue q ON q.id = c.n ORDER BY c.n;
SELECT is((SELECT count(*) FROM other), 1::bigint, 'what a rule does instead is done');

-- What failed can be mended and tried again, or given up

SELECT n AS renamed FROM change WHERE statement ~ 'RENAME note' \gset
SELECT format('ALTER TABLE s%s.reg RENAME remark TO note', :renamed) \gexec
SELECT ok(regcar.retry(:renamed) ~ 'waits again', 'retry');
CALL regcar.release();
SELECT is((SELECT state::text FROM regcar.queue WHERE id = :renamed), 'released', 'released at the second try');
SELECT ok(stored(:renamed) ~ ',"some note",', 'with all that was queued');
SELECT ok(regcar.discard(n, 'by hand') ~ 'is discarded', 'discard') FROM change WHERE statement = 'DROP TABLE %T';

-- A row that has nothing, for a column that is gone

CREATE TABLE nothing (mark regcar.plate);
SELECT regcar.guard('nothing'), regcar.place_hold('nothing', action => 'queue') \g /dev/null
INSERT INTO nothing VALUES (NULL);
ALTER TABLE nothing ADD note text DEFAULT 'made anew';
ALTER TABLE nothing DROP mark CASCADE;
SELECT regcar.lift_all('over') \g /dev/null
CALL regcar.release();
SELECT results_eq('SELECT note FROM nothing', ARRAY['made anew'], 'has the defaults of those that there are');

-- A column that somebody added to the queue

ALTER TABLE regcar_state.queue_entry ADD "case" text DEFAULT 'open';
CREATE TABLE more (mark regcar.plate);
SELECT regcar.guard('more'), regcar.place_hold('more', action => 'queue') \g /dev/null
SELECT lives_ok($$INSERT INTO more VALUES ('AB75 CDE'), ('AB75 CDF')$$, 'a queue with a column more takes rows');
SELECT regcar.lift_all('over') \g /dev/null
CALL regcar.release(batch => 1, pause => '1 ms');
SELECT results_eq('SELECT mark::text FROM more ORDER BY mark', ARRAY['AB75 CDE', 'AB75 CDF'], 'and gives them back, with a pause between two batches');
ALTER TABLE regcar_state.queue_entry DROP "case";

-- Something that keeps whole batches from being done, twice

CREATE SEQUENCE tries;
CREATE FUNCTION in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('public.tries') < 3 THEN
        RAISE 'in the way' USING ERRCODE = 'serialization_failure';
    END IF;
    RETURN NEW;
END $$;
SELECT regcar.place_hold('in the way', action => 'queue') \g /dev/null
INSERT INTO more VALUES ('AB75 CDG'), ('AB75 CDH');
SELECT regcar.lift_all('over') \g /dev/null
CREATE TRIGGER in_the_way BEFORE UPDATE ON regcar_state.queue_entry FOR EACH ROW EXECUTE FUNCTION in_the_way();
CALL regcar.release();
DROP TRIGGER in_the_way ON regcar_state.queue_entry;
SELECT is((SELECT last_value FROM tries), 4::bigint, 'the batch is tried three times');
SELECT results_eq('SELECT mark::text FROM more ORDER BY mark OFFSET 2', ARRAY['AB75 CDG', 'AB75 CDH'], 'and each row is there once');

-- Partitions

CREATE TABLE partition_1 PARTITION OF whole FOR VALUES IN (1);
CREATE TABLE partition_2 PARTITION OF whole FOR VALUES IN (2);
CREATE TABLE partition_3 (note text, gone int, n int, mark regcar.plate);
ALTER TABLE partition_3 DROP gone;
ALTER TABLE whole ATTACH PARTITION partition_3 FOR VALUES IN (3);
CREATE TABLE partition_4 PARTITION OF whole FOR VALUES IN (4);
SELECT regcar.guard('whole') \g /dev/null
SELECT regcar.place_hold('partitions', action => 'queue') \g /dev/null
SELECT max(id) AS before FROM regcar.queue \gset
INSERT INTO whole VALUES ('AB75 CDE', 1, 'kept'), ('AB75 CDF', 2, 'detached'), ('AB75 CDG', 3, 'other order'), ('AB75 CDH', 4, 'dropped and made anew');
INSERT INTO partition_3 (mark, n, note) VALUES ('AB75 CDJ', 3, 'named directly');
INSERT INTO partition_2 (mark, n, note) VALUES ('AB75 CDK', 2, 'named directly, detached');
SELECT is((SELECT string_agg(DISTINCT target::text, ',') FROM regcar.queue WHERE id > :before), 'whole', 'what is for a partition is for the whole table');
ALTER TABLE whole DETACH PARTITION partition_2;
DROP TABLE partition_4;
CREATE TABLE partition_5 PARTITION OF whole FOR VALUES IN (4, 5);
SELECT regcar.lift_all('over') \g /dev/null
CALL regcar.release();
SELECT results_eq('SELECT tableoid::regclass::text, mark::text, n, note FROM whole ORDER BY mark',
                  $$VALUES ('partition_1', 'AB75 CDE', 1, 'kept'), ('partition_3', 'AB75 CDG', 3, 'other order'),
                           ('partition_5', 'AB75 CDH', 4, 'dropped and made anew'), ('partition_3', 'AB75 CDJ', 3, 'named directly')$$,
                  'each goes where it belongs now');
SELECT results_eq(format('SELECT state::text, outcome ~ ''^23514: no partition of relation "whole" found'' FROM regcar.queue WHERE id > %s AND state <> ''released''', :before),
                  $$VALUES ('failed', true), ('failed', true)$$, 'and fails where it belongs nowhere');
SELECT is((SELECT count(*) FROM partition_2), 0::bigint, 'a partition that was detached gets none');

SELECT is((SELECT problem FROM regcar.verify_history()), NULL, 'the history fits');
SELECT * FROM finish();
