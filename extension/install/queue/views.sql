-- What a submitter and an operator see of the queue.

-- Everybody's, because a view calls it with the rights of whoever reads the view.
CREATE OR REPLACE FUNCTION shown_row(row_data jsonb) RETURNS jsonb
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 2 AS 'MODULE_PATHNAME', 'regcar_shown_row';
COMMENT ON FUNCTION shown_row(jsonb) IS
    'a queued row as the views show it: if it is larger than regcar.queue_row_limit lets be queued, the first 1000 bytes of each value and its length';

CREATE OR REPLACE VIEW queue WITH (security_barrier) AS
SELECT id, hold, target::regclass, shown_row(coalesce(row_data, withdrawn)) AS row_data, submitted_by::regrole, submitted_at, state, outcome,
       coalesce(in_place, false) AS in_place
FROM regcar_state.queue_entry
WHERE (SELECT has_table_privilege('regcar.queue_entry', 'SELECT')) OR pg_has_role(submitted_by::regrole, 'USAGE')
ORDER BY id;
COMMENT ON VIEW queue IS 'registrations that were set aside, or wait in their table with the id as their ticket. An operator sees all of them, anybody else those that they submitted themselves';
GRANT SELECT ON queue TO PUBLIC;

CREATE OR REPLACE VIEW queue_summary WITH (security_barrier) AS
SELECT hold, target,
       count(*) FILTER (WHERE state = 'waiting') AS waiting,
       count(*) FILTER (WHERE state = 'released') AS released,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'discarded') AS discarded,
       min(submitted_at) FILTER (WHERE state = 'waiting') AS oldest_waiting
FROM queue
GROUP BY hold, target
ORDER BY hold, target;
COMMENT ON VIEW queue_summary IS 'how many registrations of the queue are in each state, by hold and table';
GRANT SELECT ON queue_summary TO PUBLIC;

CREATE OR REPLACE VIEW queue_entry AS
SELECT id, hold, target, shown_row(row_data) AS row_data, submitted_by, submitted_at, submitter, login, application, address, search_path,
       state, outcome, settled_by, settled_at, target_name, unnamed, in_place, shown_row(withdrawn) AS withdrawn, keys
FROM regcar_state.queue_entry;
COMMENT ON VIEW queue_entry IS
    'the queue with everything that is known of each registration. This view is for operators; the view queue is for everybody';
