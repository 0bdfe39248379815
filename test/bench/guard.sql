-- Cost of a guard with no hold in force: the same INSERT ... SELECT of one
-- million marks, and the same COPY, into tables that differ in their trigger.
\ir common.sql

CREATE FUNCTION empty_trigger() RETURNS trigger LANGUAGE C AS :'empty_trigger';

-- what a careful team writes today: a settings table and a trigger in PL/pgSQL
CREATE TABLE settings (registrations_held boolean NOT NULL);
INSERT INTO settings VALUES (false);
CREATE FUNCTION settings_trigger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT registrations_held FROM settings) THEN
        RAISE EXCEPTION 'registrations are held';
    END IF;
    RETURN new;
END
$$;

-- without WAL, whose cost is the same for all and varies more than theirs
CREATE UNLOGGED TABLE marks (mark regcar.plate, registered date);
INSERT INTO marks
SELECT (t.tag || '75 ' || chr(65 + (n / 529) % 8) || chr(65 + (n / 23) % 8) || chr(65 + n % 8))::regcar.plate, '2025-09-01'
FROM generate_series(1, 2000) n, (SELECT tag FROM regcar.memory_tags ORDER BY tag LIMIT 500) t;

CREATE UNLOGGED TABLE bare (LIKE marks);
CREATE UNLOGGED TABLE empty (LIKE marks);
CREATE TRIGGER t BEFORE INSERT ON empty FOR EACH ROW EXECUTE FUNCTION empty_trigger();
CREATE UNLOGGED TABLE plpgsql (LIKE marks);
CREATE TRIGGER t BEFORE INSERT ON plpgsql FOR EACH ROW EXECUTE FUNCTION settings_trigger();
CREATE UNLOGGED TABLE guarded (LIKE marks);
SELECT regcar.guard('guarded') \g /dev/null

SELECT format('COPY marks TO %L', :'dir' || '/marks') \gexec
VACUUM ANALYZE marks;
CHECKPOINT;
CREATE TABLE load (load text, name text, place int);
INSERT INTO load VALUES ('INSERT', 'INSERT … SELECT', 1), ('COPY', 'COPY', 2);
INSERT INTO statement (what, kind, before, statement)
SELECT load, kind, format('TRUNCATE %I', kind),
       CASE load WHEN 'INSERT' THEN format('INSERT INTO %I SELECT * FROM marks', kind)
                 ELSE format('COPY %I FROM %L', kind, :'dir' || '/marks') END
FROM load, unnest('{bare,empty,guarded,plpgsql}'::text[]) kind ORDER BY place;
CALL measure(:rounds);

SELECT format('| %s: %s of 1 M rows | %s | %s |', what, name, reference, ratio(load, kind, other))
FROM load, (VALUES
    (1, 'guard, no hold', 'guarded', 'empty', 'empty C row trigger'),
    (2, 'guard, no hold', 'guarded', 'plpgsql', 'PL/pgSQL trigger with settings table'),
    (3, 'guard, no hold', 'guarded', 'bare', 'no trigger'),
    (4, 'PL/pgSQL trigger with settings table', 'plpgsql', 'bare', 'no trigger')) v(n, what, kind, other, reference)
ORDER BY place, n;
-- milliseconds of a million rows are nanoseconds of one
SELECT format('| overhead a row, %s | PL/pgSQL trigger beyond no trigger: %s ns | guard beyond an empty C trigger: %s ns |',
              name, difference(load, 'plpgsql', 'bare'), difference(load, 'guarded', 'empty'))
FROM load ORDER BY place;
