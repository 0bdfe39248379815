-- Holds: the state, and what tells every backend that it changed.

CREATE TYPE hold_action AS ENUM ('reject', 'freeze');
COMMENT ON TYPE hold_action IS
    'what a hold does: reject (no registration: insert, or an update that changes the mark), freeze (no insert, update, delete or truncate)';

-- The C code reads this table by column number (hold_state.c): columns may be
-- added at the end alone.
CREATE TABLE hold (
    hold        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action      hold_action NOT NULL,
    scope       jsonb NOT NULL CONSTRAINT hold_covers_everything CHECK (scope = '{}'),
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
COMMENT ON TABLE hold IS 'every hold ever placed; written by the functions of the extension alone, rows are never deleted';
COMMENT ON COLUMN hold.hold IS 'number of the hold';
COMMENT ON COLUMN hold.scope IS 'what it covers; {} is everything';
COMMENT ON COLUMN hold.incident IS 'reference of the incident in some other system';
COMMENT ON COLUMN hold.placed_by IS 'role that logged in (session_user)';
COMMENT ON COLUMN hold.starts_at IS 'by the clock; NULL at once';
COMMENT ON COLUMN hold.expires_at IS 'by the clock; NULL never';
COMMENT ON COLUMN hold.lifted_at IS 'NULL while it stands';

-- Rows, not definitions: a held database dumps, restores and is still held.
SELECT pg_catalog.pg_extension_config_dump('hold', '');
SELECT pg_catalog.pg_extension_config_dump('hold_hold_seq', '');

CREATE FUNCTION hold_changed() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_hold_changed';
COMMENT ON FUNCTION hold_changed() IS
    'trigger of regcar.hold: drops every backend''s copy of the holds at commit, and sends NOTIFY regcar';
REVOKE ALL ON FUNCTION hold_changed() FROM PUBLIC;

-- Row triggers, for logical replication fires no others, and ALWAYS for the same.
CREATE TRIGGER hold_changed_row AFTER INSERT OR UPDATE OR DELETE ON hold
    FOR EACH ROW EXECUTE FUNCTION hold_changed();
CREATE TRIGGER hold_changed_truncate AFTER TRUNCATE ON hold
    FOR EACH STATEMENT EXECUTE FUNCTION hold_changed();
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_changed_row;
ALTER TABLE hold ENABLE ALWAYS TRIGGER hold_changed_truncate;
COMMENT ON TRIGGER hold_changed_row ON hold IS 'tells every backend at commit';
COMMENT ON TRIGGER hold_changed_truncate ON hold IS 'tells every backend at commit';

CREATE TABLE commit_gate ();
COMMENT ON TABLE commit_gate IS
    'has no rows: a transaction that registers locks it ROW EXCLUSIVE while it commits, so that drain() can wait for it; pg_locks shows who';

CREATE VIEW active_holds AS
SELECT hold, action, scope, reason, incident, placed_by, placed_at::timestamptz(0),
       starts_at::timestamptz(0), expires_at::timestamptz(0)
FROM hold
WHERE lifted_at IS NULL
  AND (expires_at IS NULL OR expires_at > clock_timestamp())
ORDER BY hold;
COMMENT ON VIEW active_holds IS 'holds that stand, those too that are still to start';

CREATE VIEW hold_history AS
SELECT hold, action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at,
       lifted_by, lifted_at, lift_reason
FROM hold
ORDER BY hold;
COMMENT ON VIEW hold_history IS 'every hold ever placed: who, when, why, and how it ended';
