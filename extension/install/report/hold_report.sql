-- What a hold came to.

CREATE OR REPLACE VIEW hold_report AS
SELECT hold, h.action, h.reason, h.incident, t.began_at, t.ended_at,
       -- it may have ended before it began, or may still have to begin
       CASE WHEN t.began_at < coalesce(t.ended_at, clock_timestamp())
            THEN date_trunc('second', coalesce(t.ended_at, clock_timestamp()) - t.began_at) ELSE '0' END AS duration,
       coalesce(q.queued, 0) AS queued, coalesce(q.released, 0) AS released, coalesce(q.failed, 0) AS failed,
       coalesce(q.discarded, 0) AS discarded, coalesce(q.waiting, 0) AS waiting, q.longest_wait, q.releases_per_hour,
       coalesce(r.refused, 0) AS refused, coalesce(e.let_through, 0) AS let_through
FROM regcar_state.hold h
CROSS JOIN LATERAL (
    SELECT greatest(h.placed_at, h.starts_at) AS began_at,
           CASE WHEN h.lifted_at <= h.expires_at OR h.expires_at IS NULL OR h.expires_at > clock_timestamp()
                THEN h.lifted_at ELSE h.expires_at END AS ended_at) t
LEFT JOIN (
    SELECT hold, count(*) AS queued,
           count(*) FILTER (WHERE state = 'released') AS released,
           count(*) FILTER (WHERE state = 'failed') AS failed,
           count(*) FILTER (WHERE state = 'discarded') AS discarded,
           count(*) FILTER (WHERE state = 'waiting') AS waiting,
           date_trunc('second', max(coalesce(settled_at, clock_timestamp()) - submitted_at)) AS longest_wait,
           -- from the first release to the last, but at least an hour
           round(count(*) FILTER (WHERE state = 'released')
                 / greatest(1, extract(epoch FROM max(settled_at) FILTER (WHERE state = 'released')
                                                - min(settled_at) FILTER (WHERE state = 'released')) / 3600), 1)
               AS releases_per_hour
    FROM regcar_state.queue_entry GROUP BY hold) q USING (hold)
LEFT JOIN (SELECT hold, sum(refused)::bigint AS refused FROM regcar_state.refusal_count GROUP BY hold) r USING (hold)
LEFT JOIN (SELECT x.hold, sum(u.registrations)::bigint AS let_through
           FROM regcar_state.exempted u JOIN regcar_state.exemption x USING (exemption) GROUP BY x.hold) e USING (hold)
ORDER BY h.hold;
COMMENT ON VIEW hold_report IS
    'for each hold, how long it stood and what became of the registrations that it queued: how many there were, the longest wait of one, and releases per hour between the first and the last; how many statements it refused; and how many registrations exemptions from it let through';
