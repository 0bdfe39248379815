-- What exemptions let through.  The C code writes the table (src/guard/exempted_counts.c): a
-- row for each transaction and exemption, which commits with the registrations that it
-- counts.  It has no index, because nobody looks for a row of it.

CREATE TABLE regcar_state.exempted (
    exemption     bigint NOT NULL,
    registrations bigint NOT NULL,
    at            timestamptz NOT NULL
);
COMMENT ON TABLE regcar_state.exempted IS
    'how many registrations each exemption let through, a row for each transaction; never deleted';
COMMENT ON COLUMN regcar_state.exempted.exemption IS 'the exemption; of several from the same hold the oldest';
COMMENT ON COLUMN regcar_state.exempted.registrations IS 'how many registrations of one transaction would have been stopped without it';
COMMENT ON COLUMN regcar_state.exempted.at IS 'when that transaction began to commit or was prepared, by the clock';

SELECT pg_catalog.pg_extension_config_dump('regcar_state.exempted', '');

CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.exempted
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
ALTER TABLE regcar_state.exempted ENABLE ALWAYS TRIGGER refuse_deletion;
COMMENT ON TRIGGER refuse_deletion ON regcar_state.exempted IS 'refuses DELETE and TRUNCATE';

CREATE OR REPLACE VIEW exemption_report AS
SELECT exemption, e.hold, e.scope, e.share, e.share_by, e.reason,
       coalesce(u.let_through, 0) AS let_through, u.first_at, u.last_at
FROM regcar_state.exemption e
LEFT JOIN (SELECT exemption, sum(registrations)::bigint AS let_through, min(at) AS first_at, max(at) AS last_at
           FROM regcar_state.exempted GROUP BY exemption) u USING (exemption)
ORDER BY exemption;
COMMENT ON VIEW exemption_report IS
    'for each exemption, how many registrations it let through on this server: those that the hold would have stopped without it, whose transactions committed, and when the first and the last did. Where several exemptions from a hold let a registration through, the oldest counts it';
