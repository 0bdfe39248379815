-- Whom holds stopped.  The C code writes both tables (src/hold/refusal.c), row by row and
-- outside transactions, so that a note outlives the rollback of what was refused.  For
-- that they have no index, and each row fits into a page.

CREATE TABLE regcar_state.refusal (
    hold        bigint NOT NULL,
    at          timestamptz NOT NULL,
    target      table_ref,
    target_name text,
    mark        text,
    keys        jsonb NOT NULL,
    role        name NOT NULL,
    application text NOT NULL,
    address     inet
-- for each row the server compares all of its page with what it was, so pages are kept short
) WITH (vacuum_truncate = false, fillfactor = 60);
COMMENT ON TABLE regcar_state.refusal IS
    'statements that a hold refused: for each hold and login role the first 10 000. forget_refusals() deletes old ones, and nothing else does';
COMMENT ON COLUMN regcar_state.refusal.hold IS 'the hold that stopped it';
COMMENT ON COLUMN regcar_state.refusal.at IS 'when, by the clock';
COMMENT ON COLUMN regcar_state.refusal.target IS 'the table that it was for; NULL when a COMMIT was stopped';
COMMENT ON COLUMN regcar_state.refusal.target_name IS 'what that table was called';
COMMENT ON COLUMN regcar_state.refusal.mark IS 'the mark of the first row that was stopped; NULL for a TRUNCATE and a COMMIT';
COMMENT ON COLUMN regcar_state.refusal.keys IS 'of that row, the columns that the scope of the hold names, or that of an exemption from it';
COMMENT ON COLUMN regcar_state.refusal.role IS 'the role that had logged in (session_user)';
COMMENT ON COLUMN regcar_state.refusal.application IS 'application_name of the session';
COMMENT ON COLUMN regcar_state.refusal.address IS 'address of the session; NULL for a Unix socket';

-- Only columns of fixed width: a count grows in place.
CREATE TABLE regcar_state.refusal_count (
    hold     bigint NOT NULL,
    refused  bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    role     name NOT NULL
) WITH (vacuum_truncate = false);
COMMENT ON TABLE regcar_state.refusal_count IS
    'how many statements a hold refused to a login role, whether they are kept in refusal or not. A hold and role may have several rows, which add up';
COMMENT ON COLUMN regcar_state.refusal_count.hold IS 'the hold that stopped them';
COMMENT ON COLUMN regcar_state.refusal_count.refused IS 'how many';
COMMENT ON COLUMN regcar_state.refusal_count.first_at IS 'when the first was stopped, by the clock';
COMMENT ON COLUMN regcar_state.refusal_count.last_at IS 'when the last was stopped, by the clock';
COMMENT ON COLUMN regcar_state.refusal_count.role IS 'the role that had logged in (session_user)';

SELECT pg_catalog.pg_extension_config_dump('regcar_state.refusal', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.refusal_count', '');

CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.refusal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.refusal_count
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
ALTER TABLE regcar_state.refusal ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.refusal_count ENABLE ALWAYS TRIGGER refuse_deletion;
COMMENT ON TRIGGER refuse_deletion ON regcar_state.refusal IS 'refuses DELETE and TRUNCATE';
COMMENT ON TRIGGER refuse_deletion ON regcar_state.refusal_count IS 'refuses DELETE and TRUNCATE';

CREATE OR REPLACE VIEW refusals AS
SELECT r.hold, r.at, coalesce(c.oid::regclass::text, r.target_name) AS target, r.mark, r.keys, r.role, r.application, r.address
FROM regcar_state.refusal r LEFT JOIN pg_catalog.pg_class c ON c.oid = r.target::regclass
ORDER BY r.at;
COMMENT ON VIEW refusals IS
    'statements that a hold refused, for each hold and login role the first 10 000. A statement of many rows stands here once, by its first row that was stopped; a COMMIT that was stopped has no table and no mark';

CREATE OR REPLACE VIEW refusal_counts AS
SELECT hold, role, sum(refused)::bigint AS refused, min(first_at) AS first_at, max(last_at) AS last_at
FROM regcar_state.refusal_count
GROUP BY hold, role
ORDER BY hold, role;
COMMENT ON VIEW refusal_counts IS 'how many statements each hold refused to each login role, all of them, and when the first and the last';

CREATE OR REPLACE FUNCTION forget_refusals(before timestamptz) RETURNS bigint
    LANGUAGE C VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_forget_refusals';
REVOKE ALL ON FUNCTION forget_refusals(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION forget_refusals(timestamptz) IS
    'deletes the refusals of before a moment, because they have personal data; the counts stay. How many it deleted. For superusers, and whom they let';
