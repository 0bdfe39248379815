-- The account of what was done, each event chained to the one before it.

CREATE TABLE history (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq    bigint UNIQUE,
    at     timestamptz NOT NULL,
    event  text NOT NULL,
    hold   bigint,
    actor  name NOT NULL,
    detail jsonb NOT NULL,
    digest bytea,
    CONSTRAINT history_chained_whole CHECK (num_nulls(seq, digest) IN (0, 2))
);
COMMENT ON TABLE history IS 'what was done with holds, exemptions and the queue, in order of commit; rows are only added, verify_history() checks them';
COMMENT ON COLUMN history.seq IS 'place in the chain, from 1 without gaps; given at COMMIT';
COMMENT ON COLUMN history.at IS 'by the clock, when it was done';
COMMENT ON COLUMN history.event IS 'placed, lifted, exempted, revoked, released, failed, retried, discarded';
COMMENT ON COLUMN history.hold IS 'number of the hold; NULL for a batch of several';
COMMENT ON COLUMN history.actor IS 'role that logged in (session_user)';
COMMENT ON COLUMN history.detail IS 'the row of the hold or exemption as it then was, times in UTC; of queued rows their ids, a SHA-256 over what was submitted, and outcomes';
COMMENT ON COLUMN history.digest IS 'SHA-256 over the digest before it and this event';
SELECT pg_catalog.pg_extension_config_dump('history', '');
SELECT pg_catalog.pg_extension_config_dump('history_id_seq', '');
