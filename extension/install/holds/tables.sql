-- Holds and exemptions: the state, and what tells every session that it changed.

-- The C code reads both tables by column number (table_hold.h): columns may be
-- added only at the end.  No table of the extension has a foreign key, because logical
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
    approvals   integer,
    CONSTRAINT hold_lifted_whole CHECK (num_nulls(lifted_by, lifted_at, lift_reason) IN (0, 3))
);
COMMENT ON TABLE regcar_state.hold IS 'every hold that was ever placed; only the functions of the extension write it, and rows are never deleted';
COMMENT ON COLUMN regcar_state.hold.hold IS 'number of the hold';
COMMENT ON COLUMN regcar_state.hold.action IS 'what it does';
COMMENT ON COLUMN regcar_state.hold.scope IS 'what it covers: a row for which all keys match; a list gives alternatives; {} is everything';
COMMENT ON COLUMN regcar_state.hold.reason IS 'why it was placed; shown to everybody whom it stops';
COMMENT ON COLUMN regcar_state.hold.incident IS 'reference of the incident in some other system';
COMMENT ON COLUMN regcar_state.hold.placed_by IS 'the role that had logged in (session_user)';
COMMENT ON COLUMN regcar_state.hold.placed_at IS 'when it was placed, by the clock';
COMMENT ON COLUMN regcar_state.hold.starts_at IS 'from when, by the clock; NULL for at once';
COMMENT ON COLUMN regcar_state.hold.expires_at IS 'until when, by the clock; NULL for ever';
COMMENT ON COLUMN regcar_state.hold.lifted_by IS 'the role that had logged in and ended it; NULL while it stands';
COMMENT ON COLUMN regcar_state.hold.lifted_at IS 'NULL while it stands';
COMMENT ON COLUMN regcar_state.hold.lift_reason IS 'why it was ended; NULL while it stands';
COMMENT ON COLUMN regcar_state.hold.approvals IS 'how many operators it takes to end it; NULL for one';

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
    share         integer,
    share_by      text,
    CONSTRAINT exemption_revoked_whole CHECK (num_nulls(revoked_by, revoked_at, revoke_reason) IN (0, 3))
);
CREATE INDEX exemption_hold ON regcar_state.exemption (hold);
COMMENT ON TABLE regcar_state.exemption IS 'what may be registered in spite of a hold; rows are never deleted';
COMMENT ON COLUMN regcar_state.exemption.exemption IS 'number of the exemption';
COMMENT ON COLUMN regcar_state.exemption.hold IS 'number of the hold';
COMMENT ON COLUMN regcar_state.exemption.scope IS 'as that of a hold, but a NULL in the row does not match';
COMMENT ON COLUMN regcar_state.exemption.reason IS 'why it was granted';
COMMENT ON COLUMN regcar_state.exemption.granted_by IS 'the role that had logged in (session_user)';
COMMENT ON COLUMN regcar_state.exemption.granted_at IS 'when it was granted, by the clock';
COMMENT ON COLUMN regcar_state.exemption.expires_at IS 'until when, by the clock; NULL for as long as the hold';
COMMENT ON COLUMN regcar_state.exemption.revoked_by IS 'the role that had logged in and ended it; NULL while it stands';
COMMENT ON COLUMN regcar_state.exemption.revoked_at IS 'NULL while it stands';
COMMENT ON COLUMN regcar_state.exemption.revoke_reason IS 'why it was ended; NULL while it stands';
COMMENT ON COLUMN regcar_state.exemption.share IS 'how many of a hundred values of a key it lets through; NULL for all';
COMMENT ON COLUMN regcar_state.exemption.share_by IS 'that key; NULL where there is no share';

-- The rows are dumped: a held database dumps, restores and is still held.
SELECT pg_catalog.pg_extension_config_dump('regcar_state.hold', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.hold_hold_seq', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.exemption', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.exemption_exemption_seq', '');

CREATE OR REPLACE FUNCTION hold_changed() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_hold_changed';
COMMENT ON FUNCTION hold_changed() IS
    'trigger of regcar_state.hold and regcar_state.exemption: makes every session read the holds again when it commits, and sends NOTIFY regcar';
REVOKE ALL ON FUNCTION hold_changed() FROM PUBLIC;

CREATE OR REPLACE FUNCTION tell_listeners(payload text) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_tell_listeners';
REVOKE ALL ON FUNCTION tell_listeners(text) FROM PUBLIC;
COMMENT ON FUNCTION tell_listeners(text) IS
    'NOTIFY regcar at COMMIT; a WARNING instead where the queue of notifications is half full, because a full one would make the COMMIT fail, and where another COMMIT has had it locked for a second';

-- Row triggers, because logical replication fires no others, and ALWAYS for the same reason.
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON regcar_state.hold
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON regcar_state.hold
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON regcar_state.hold IS 'tells every session at commit';
COMMENT ON TRIGGER hold_changed_truncate ON regcar_state.hold IS 'tells every session at commit';
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON regcar_state.exemption
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON regcar_state.exemption
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON regcar_state.exemption IS 'tells every session at commit';
COMMENT ON TRIGGER hold_changed_truncate ON regcar_state.exemption IS 'tells every session at commit';
