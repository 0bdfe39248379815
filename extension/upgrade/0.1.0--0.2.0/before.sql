-- The state moves to a schema of its own.  The gate is locked first, as a transaction that registers does it.
LOCK TABLE regcar.commit_gate, regcar.hold, regcar.exemption, regcar.history, regcar.queue_entry IN ACCESS EXCLUSIVE MODE;
\ir ../../install/state/schema.sql
DROP TABLE regcar.commit_gate;
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

-- These have more arguments. Whatever somebody made of those of 0.1.0 keeps them, beside the extension.
DO $$
DECLARE
    old regprocedure;
BEGIN
    FOREACH old IN ARRAY ARRAY[
        'regcar.drain(interval)', 'regcar.exempt(bigint, jsonb, text, timestamptz)',
        'regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz)',
        'regcar.lockdown(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval)']::regprocedure[]
    LOOP
        BEGIN
            EXECUTE format('DROP ROUTINE %s', old);
        EXCEPTION WHEN dependent_objects_still_exist THEN
            EXECUTE format('ALTER ROUTINE %s RENAME TO %I', old, (SELECT p.proname || '_of_0_1_0' FROM pg_proc p WHERE p.oid = old));
        END;
    END LOOP;
END
$$;
-- guard() has another argument; a migration calls it, and nothing is made of it.
DROP FUNCTION regcar.guard(regclass, name, jsonb, boolean);

-- Rows may wait in their table.
ALTER TABLE regcar_state.queue_entry ALTER row_data DROP NOT NULL, ADD in_place boolean, ADD withdrawn jsonb, ADD keys jsonb;

ALTER TABLE regcar_state.hold ADD approvals integer;
ALTER TABLE regcar_state.exemption ADD share integer, ADD share_by text;
ALTER TABLE regcar_state.history ADD late boolean;
CREATE INDEX history_late ON regcar_state.history (id) WHERE late;
CREATE INDEX history_approved ON regcar_state.history (id) WHERE event = 'approved';
-- chain_tail() stands in for it
DROP FUNCTION regcar.history_tail();

CREATE INDEX queue_entry_failed ON regcar_state.queue_entry (id) WHERE state = 'failed';

-- No statement of an update may use the new values.
ALTER TYPE regcar.hold_action ADD VALUE 'observe' BEFORE 'queue';
ALTER TYPE regcar.hold_action ADD VALUE 'pend' BEFORE 'queue';
ALTER TYPE regcar.plate_format ADD VALUE 'irregular';
-- hold_for() also says until when a hold stands; key_columns() takes the place of the other.
DROP FUNCTION regcar.hold_for(regclass, jsonb);
DROP FUNCTION regcar.tables_without_key(text);
-- parts of the report that take the figures of the queue
DROP FUNCTION regcar.incident_summary(regcar.incident_span);
DROP FUNCTION regcar.incident_tables(regcar.incident_span, jsonb);
DROP FUNCTION regcar.incident_submitters(regcar.incident_span);
