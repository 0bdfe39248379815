-- The account of what was done, each event chained to the one before it.

CREATE TABLE regcar_state.history (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq    bigint UNIQUE,
    at     timestamptz NOT NULL,
    event  text NOT NULL,
    hold   bigint,
    actor  name NOT NULL,
    detail jsonb NOT NULL,
    digest bytea,
    late   boolean,
    CONSTRAINT history_chained_whole CHECK (num_nulls(seq, digest) IN (0, 2))
);
COMMENT ON TABLE regcar_state.history IS 'what was done with holds, exemptions and the queue, in order of commit; rows are only ever added, and verify_history() checks them';
COMMENT ON COLUMN regcar_state.history.id IS 'number of the event; a rollback leaves gaps';
COMMENT ON COLUMN regcar_state.history.seq IS 'place in the chain, from 1 without gaps; NULL until COMMIT';
COMMENT ON COLUMN regcar_state.history.at IS 'when it was done, by the clock';
COMMENT ON COLUMN regcar_state.history.event IS 'placed, lifted, exempted, revoked, released, failed, retried, discarded, reassigned; of holds that no operator ends alone approved, relaxed; of guards guarded, unguarded, weakened, attached, detached, rewritten, dropped, waived, required';
COMMENT ON COLUMN regcar_state.history.hold IS 'number of the hold; NULL for a batch of several';
COMMENT ON COLUMN regcar_state.history.actor IS 'the role that had logged in (session_user)';
COMMENT ON COLUMN regcar_state.history.detail IS 'the hold or exemption as it then was, with times in UTC; for queued rows their ids, a SHA-256 over what was submitted, and the outcomes';
COMMENT ON COLUMN regcar_state.history.digest IS 'SHA-256 over the digest of the event before and this event';
COMMENT ON COLUMN regcar_state.history.late IS 'true while it has no place in the chain, because another transaction had the chain at its COMMIT: whoever comes next gives it one';
CREATE INDEX history_late ON regcar_state.history (id) WHERE late;
CREATE INDEX history_approved ON regcar_state.history (id) WHERE event = 'approved';
SELECT pg_catalog.pg_extension_config_dump('regcar_state.history', '');
SELECT pg_catalog.pg_extension_config_dump('regcar_state.history_id_seq', '');
