-- Registrations that were set aside.

CREATE TYPE queue_state AS ENUM ('waiting', 'released', 'failed', 'discarded');
COMMENT ON TYPE queue_state IS
    'waiting: to be released; released: the row is in its table; failed: it was tried, see its outcome; discarded: an operator gave it up';

-- The C code writes this table by column number (table_queue_entry.h): columns may be added
-- only at the end.
CREATE TABLE regcar_state.queue_entry (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hold         bigint NOT NULL,
    target       table_ref NOT NULL,
    row_data     jsonb,
    submitted_by role_ref NOT NULL,
    submitted_at timestamptz NOT NULL,
    submitter    text NOT NULL,
    login        text NOT NULL,
    application  text NOT NULL,
    address      inet,
    search_path  text NOT NULL,
    state        queue_state NOT NULL,
    outcome      text,
    settled_by   name,
    settled_at   timestamptz,
    target_name  text NOT NULL,
    unnamed      text[],
    in_place     boolean,
    withdrawn    jsonb,
    keys         jsonb
);
-- only one index that has it, in the order of release, because each costs every registration that is set aside
CREATE INDEX queue_entry_waiting ON regcar_state.queue_entry (id) WHERE state = 'waiting';
-- no row is in it when it is set aside
CREATE INDEX queue_entry_failed ON regcar_state.queue_entry (id) WHERE state = 'failed';
COMMENT ON TABLE regcar_state.queue_entry IS 'registrations that a hold of action queue set aside, or let wait in their table; rows are never deleted';
COMMENT ON COLUMN regcar_state.queue_entry.id IS 'number, in order of arrival';
COMMENT ON COLUMN regcar_state.queue_entry.hold IS 'the hold that set it aside';
COMMENT ON COLUMN regcar_state.queue_entry.target IS 'the table that it is for';
COMMENT ON COLUMN regcar_state.queue_entry.target_name IS 'what that table was called';
COMMENT ON COLUMN regcar_state.queue_entry.unnamed IS 'columns that the submitter had no right to name; at release they get their defaults again';
COMMENT ON COLUMN regcar_state.queue_entry.row_data IS 'the row by column name, each value as text; NULL if it is in its table';
COMMENT ON COLUMN regcar_state.queue_entry.in_place IS 'true if the row waits in its table, with this number as its ticket; else NULL';
COMMENT ON COLUMN regcar_state.queue_entry.withdrawn IS 'a row that waited in its table, as it was when discard() deleted it';
COMMENT ON COLUMN regcar_state.queue_entry.keys IS 'of a row that waits in its table, the columns that the scope of the hold names, or that of an exemption from it; NULL if there are none, or the row is here';
COMMENT ON COLUMN regcar_state.queue_entry.submitted_by IS 'the role that inserted it, with whose rights it is released';
COMMENT ON COLUMN regcar_state.queue_entry.submitted_at IS 'when it was set aside, by the clock';
COMMENT ON COLUMN regcar_state.queue_entry.submitter IS 'what that role was called';
COMMENT ON COLUMN regcar_state.queue_entry.login IS 'the role that had logged in (session_user)';
COMMENT ON COLUMN regcar_state.queue_entry.application IS 'application_name of the session that inserted it';
COMMENT ON COLUMN regcar_state.queue_entry.address IS 'address of that session; NULL for a Unix socket';
COMMENT ON COLUMN regcar_state.queue_entry.search_path IS 'search_path of the session that inserted it, because triggers of the table may look names up';
COMMENT ON COLUMN regcar_state.queue_entry.state IS 'what has become of it';
COMMENT ON COLUMN regcar_state.queue_entry.outcome IS 'why it failed, why it is kept waiting, or why it was discarded';
COMMENT ON COLUMN regcar_state.queue_entry.settled_by IS 'the role that had logged in (session_user) and released, tried or discarded it';
COMMENT ON COLUMN regcar_state.queue_entry.settled_at IS 'when that was; NULL while it waits';
SELECT pg_catalog.pg_extension_config_dump('regcar_state.queue_entry', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.queue_entry_id_seq', '');
