-- The state moves to a schema of its own.  The gate is locked first, as a transaction that registers does it.
LOCK TABLE regcar.commit_gate, regcar.hold, regcar.exemption, regcar.history, regcar.queue_entry IN ACCESS EXCLUSIVE MODE;
\ir ../../install/state/schema.sql
ALTER TABLE regcar.commit_gate SET SCHEMA regcar_state;
ALTER TABLE regcar.hold SET SCHEMA regcar_state;
ALTER TABLE regcar.exemption SET SCHEMA regcar_state;
ALTER TABLE regcar.history SET SCHEMA regcar_state;
ALTER TABLE regcar.queue_entry SET SCHEMA regcar_state;

-- Operators read the views regcar.history and regcar.queue_entry instead of the tables.
DO $$
DECLARE
    r record;
BEGIN
    FOR r IN
        SELECT DISTINCT c.oid::regclass AS state, a.grantee
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'regcar_state'::regnamespace AND a.grantee <> c.relowner
    LOOP
        EXECUTE format('REVOKE ALL ON %s FROM %s', r.state, CASE r.grantee WHEN 0 THEN 'PUBLIC' ELSE r.grantee::regrole::text END);
    END LOOP;
END
$$;

-- drain() has another argument. Whatever somebody made of the one with a single argument keeps that, beside the extension.
DO $$
BEGIN
    DROP FUNCTION regcar.drain(interval);
EXCEPTION WHEN dependent_objects_still_exist THEN
    ALTER FUNCTION regcar.drain(interval) RENAME TO drain_of_0_1_0;
END
$$;

ALTER TABLE regcar_state.history ADD late boolean;
CREATE INDEX history_late ON regcar_state.history (id) WHERE late;
-- chain_tail() stands in for it
DROP FUNCTION regcar.history_tail();

-- No statement of an update may use the new value.
ALTER TYPE regcar.plate_format ADD VALUE 'irregular';
-- hold_for() also says until when a hold stands; key_columns() takes the place of the other.
DROP FUNCTION regcar.hold_for(regclass, jsonb);
DROP FUNCTION regcar.tables_without_key(text);
