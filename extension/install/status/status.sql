-- One screen for an operator: what stands, what is wrong, what to do.

CREATE OR REPLACE FUNCTION status_rows(
    reader name, OUT level text, OUT topic text, OUT state text, OUT since timestamptz, OUT detail text, OUT to_do text)
    RETURNS SETOF record
    LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
    COST 10000 ROWS 10
AS $$
DECLARE
    is_standby boolean := pg_is_in_recovery();
    -- standbys that are no more than milliseconds behind catch up while the rest is looked at
    target pg_lsn := CASE WHEN NOT is_standby THEN pg_current_wal_flush_lsn() END;
BEGIN
    FOR level, topic, state, since, detail, to_do IN
        SELECT s.* FROM regcar.status_of_holds() s
        UNION ALL SELECT s.* FROM regcar.status_of_approvals() s
        UNION ALL SELECT s.* FROM regcar.status_of_drains(reader) s
        UNION ALL SELECT s.* FROM regcar.status_of_guards(reader) s
        UNION ALL SELECT s.* FROM regcar.status_of_queue() s
        UNION ALL SELECT s.* FROM regcar.status_of_refusals() s
        UNION ALL SELECT s.* FROM regcar.status_of_servers(target) s
    LOOP
        -- on a standby one can look, and call nothing
        -- names that others chose: a line break after a comment would begin a statement, which nobody means to run
        detail := regexp_replace(detail, '[[:cntrl:]]+', ' ', 'g');
        to_do := regexp_replace(to_do, '[[:cntrl:]]+', ' ', 'g');
        IF is_standby AND to_do ~ '^[^-].*[(]|^[^-S]' THEN
            to_do := '-- on the primary: ' || to_do;
        END IF;
        RETURN NEXT;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION status_rows(name) FROM PUBLIC;
COMMENT ON FUNCTION status_rows(name) IS 'what the view status shows to a role';

CREATE OR REPLACE VIEW status AS
SELECT s.level, s.topic, s.state, s.since::timestamptz(0) AS since, s.detail, s.to_do
FROM status_rows(current_user) WITH ORDINALITY s (level, topic, state, since, detail, to_do, place)
ORDER BY array_position('{summary,alarm,warning,notice}'::text[], s.level), s.place;
COMMENT ON VIEW status IS
    'one screen: whether the register is held, then by severity what is wrong and what there is, each row with a statement that does something about it';
