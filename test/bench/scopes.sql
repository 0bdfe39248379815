-- Cost of holds that do not cover a row: one on a single dealer, and ten thousand of them.
\ir common.sql
SET client_min_messages = error;

CREATE UNLOGGED TABLE dealt AS
SELECT mark, 'dealer ' || row_number() OVER () % 5000 AS dealer
FROM regcar.plates(regcar.plate_block('AB', '75')) mark, generate_series(1, 15);
CREATE UNLOGGED TABLE registered (LIKE dealt);
SELECT regcar.guard('registered') \g /dev/null

CREATE PROCEDURE hold_dealers(wanted int) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM regcar.lift_all('bench');
    -- where there are rows, each call looks for a twentieth of a second whether one has the value
    TRUNCATE registered;
    PERFORM regcar.place_hold('bench', jsonb_build_object('dealer', 'nobody ' || n)) FROM generate_series(1, wanted) n;
END
$$;
INSERT INTO statement (what, kind, before, statement)
SELECT 'insert', wanted, format('CALL hold_dealers(%s)', wanted), 'INSERT INTO registered SELECT * FROM dealt'
FROM unnest('{0,1,10000}'::int[]) wanted;
CALL measure(:rounds);

SELECT format('| guard, row not covered: 10 000 single-dealer holds | one such hold | %s |', ratio('insert', '10000', '1'));
SELECT format('| guard, row not covered: one single-dealer hold | no hold | %s |', ratio('insert', '1', '0'));
