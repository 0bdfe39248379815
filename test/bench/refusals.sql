-- Cost of a refusal, which notes whom it stops: statements of one row under a hold, and the same into a table whose trigger,
-- in C, raises the same error and does nothing else. The product never refuses without a note, so there is no nearer reference.
-- There is no client: with one, both take longer by the same time.
\ir common.sql
SET client_min_messages = error;

CREATE FUNCTION refusing_trigger() RETURNS trigger LANGUAGE C AS :'refusing_trigger';
CREATE TABLE plain (mark regcar.plate, make text, dealer text);
CREATE TRIGGER t BEFORE INSERT ON plain FOR EACH ROW EXECUTE FUNCTION refusing_trigger();
CREATE TABLE noted (LIKE plain);
SELECT regcar.guard('noted') \g /dev/null

-- A new hold each time, because of each the first ten thousand refusals of a login are kept one by one.
CREATE PROCEDURE hold_anew() LANGUAGE plpgsql AS $$
BEGIN
    PERFORM regcar.lift_all('bench');
    PERFORM regcar.place_hold('bench', '{"dealer": "Okafor & Sons"}');
END
$$;
CREATE PROCEDURE be_refused(wanted int, statement text) LANGUAGE plpgsql AS $$
BEGIN
    FOR n IN 1 .. wanted LOOP
        BEGIN
            EXECUTE statement;
            RAISE 'this was not refused: %', statement;
        EXCEPTION WHEN SQLSTATE 'RH001' THEN NULL;
        END;
    END LOOP;
END
$$;
INSERT INTO statement (what, kind, before, statement)
SELECT 'refusal', kind, 'CALL hold_anew()',
       format('CALL be_refused(2000, %L)', format($$INSERT INTO %I VALUES ('AB75 CDE', 'Jaguar', 'Okafor & Sons')$$, kind))
FROM unnest('{plain,noted}'::text[]) kind;
CALL measure(:rounds);

SELECT format('| a refusal, noted | a trigger in C that raises the same error | %s |', ratio('refusal', 'noted', 'plain'));
