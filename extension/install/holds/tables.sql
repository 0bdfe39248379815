-- Holds and exemptions: the state, and what tells every backend that it changed.

-- The C code reads both tables by column number (table_hold.h): columns may be
-- added at the end alone.  No table of the extension has a foreign key: logical
-- replication and restores bring rows in any order.
CREATE TABLE regcar_state.hold (
    hold        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action      hold_action NOT NULL,
    scope       jsonb NOT NULL,
    reason      text NOT NULL,
    incident    text,
    placed_by   name NOT NULL,
    placed_at   timestamptz NOT NULL,
    starts_at   timestamptz,
    expires_at  timestamptz,
    lifted_by   name,
    lifted_at   timestamptz,
    lift_reason text,
    CONSTRAINT hold_lifted_whole CHECK (num_nulls(lifted_by, lifted_at, lift_reason) IN (0, 3))
);
COMMENT ON TABLE regcar_state.hold IS 'every hold ever placed; written by the functions of the extension alone, rows are never deleted';
COMMENT ON COLUMN regcar_state.hold.hold IS 'number of the hold';
COMMENT ON COLUMN regcar_state.hold.scope IS 'what it covers: all keys match, a list is of alternatives; {} is everything';
COMMENT ON COLUMN regcar_state.hold.incident IS 'reference of the incident in some other system';
COMMENT ON COLUMN regcar_state.hold.placed_by IS 'role that logged in (session_user)';
COMMENT ON COLUMN regcar_state.hold.starts_at IS 'by the clock; NULL at once';
COMMENT ON COLUMN regcar_state.hold.expires_at IS 'by the clock; NULL never';
COMMENT ON COLUMN regcar_state.hold.lifted_at IS 'NULL while it stands';

CREATE TABLE regcar_state.exemption (
    exemption     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold          bigint NOT NULL,
    scope         jsonb NOT NULL,
    reason        text NOT NULL,
    granted_by    name NOT NULL,
    granted_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    revoked_by    name,
    revoked_at    timestamptz,
    revoke_reason text,
    CONSTRAINT exemption_revoked_whole CHECK (num_nulls(revoked_by, revoked_at, revoke_reason) IN (0, 3))
);
CREATE INDEX exemption_hold ON regcar_state.exemption (hold);
COMMENT ON TABLE regcar_state.exemption IS 'what goes through although a hold stands; rows are never deleted';
COMMENT ON COLUMN regcar_state.exemption.exemption IS 'number of the exemption';
COMMENT ON COLUMN regcar_state.exemption.hold IS 'number of the hold';
COMMENT ON COLUMN regcar_state.exemption.scope IS 'as that of a hold; a NULL does not match';
COMMENT ON COLUMN regcar_state.exemption.granted_by IS 'role that logged in (session_user)';
COMMENT ON COLUMN regcar_state.exemption.expires_at IS 'by the clock; NULL with the hold';
COMMENT ON COLUMN regcar_state.exemption.revoked_at IS 'NULL while it stands';

-- Rows, not definitions: a held database dumps, restores and is still held.
SELECT pg_catalog.pg_extension_config_dump('regcar_state.hold', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.hold_hold_seq', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.exemption', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.exemption_exemption_seq', '');

CREATE OR REPLACE FUNCTION hold_changed() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_hold_changed';
COMMENT ON FUNCTION hold_changed() IS
    'trigger of regcar_state.hold and regcar_state.exemption: drops every backend''s copy at commit, and sends NOTIFY regcar';
REVOKE ALL ON FUNCTION hold_changed() FROM PUBLIC;

CREATE OR REPLACE FUNCTION tell_listeners(payload text) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_tell_listeners';
REVOKE ALL ON FUNCTION tell_listeners(text) FROM PUBLIC;
COMMENT ON FUNCTION tell_listeners(text) IS
    'NOTIFY regcar; a WARNING instead where the queue of notifications is half full, because a full one would make the COMMIT fail';

-- Row triggers, for logical replication fires no others, and ALWAYS for the same.
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON regcar_state.hold
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON regcar_state.hold
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON regcar_state.hold IS 'tells every backend at commit';
COMMENT ON TRIGGER hold_changed_truncate ON regcar_state.hold IS 'tells every backend at commit';
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON regcar_state.exemption
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON regcar_state.exemption
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON regcar_state.exemption IS 'tells every backend at commit';
COMMENT ON TRIGGER hold_changed_truncate ON regcar_state.exemption IS 'tells every backend at commit';

CREATE TABLE regcar_state.commit_gate ();
COMMENT ON TABLE regcar_state.commit_gate IS
    'has no rows: a transaction that registers locks it ROW SHARE while it commits, so that drain() can wait for it; pg_locks shows who';
