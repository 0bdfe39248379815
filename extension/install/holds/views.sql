-- What stands, and what stood.

CREATE OR REPLACE VIEW active_holds AS
SELECT hold, h.action, h.scope, h.reason, h.incident, h.placed_by, h.placed_at::timestamptz(0),
       h.starts_at::timestamptz(0), h.expires_at::timestamptz(0),
       (SELECT count(*) FROM regcar_state.exemption e
        WHERE e.hold = h.hold AND stands(e.revoked_at, e.expires_at)) AS exemptions,
       coalesce(q.queued, 0) AS queued, coalesce(h.approvals, 1) AS approvals
FROM regcar_state.hold h
LEFT JOIN (SELECT hold, count(*) AS queued FROM regcar_state.queue_entry WHERE state = 'waiting' GROUP BY hold) q USING (hold)
WHERE stands(h.lifted_at, h.expires_at)
ORDER BY hold;
COMMENT ON VIEW active_holds IS 'holds that stand, including those that are still to start, with the number of exemptions that stand and of registrations that wait';

CREATE OR REPLACE VIEW hold_history AS
SELECT hold, action, scope, reason, incident, placed_by, placed_at, starts_at, expires_at,
       lifted_by, lifted_at, lift_reason
FROM regcar_state.hold
ORDER BY hold;
COMMENT ON VIEW hold_history IS 'every hold ever placed: who, when, why, and how it ended';

CREATE OR REPLACE VIEW active_exemptions AS
SELECT e.exemption, e.hold, e.scope, e.reason, e.granted_by, e.granted_at::timestamptz(0), e.expires_at::timestamptz(0),
       e.share, e.share_by
FROM regcar_state.exemption e JOIN active_holds h USING (hold)
WHERE stands(e.revoked_at, e.expires_at)
ORDER BY e.exemption;
COMMENT ON VIEW active_exemptions IS 'exemptions that stand: what may be registered in spite of a hold';
