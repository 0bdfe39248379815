-- The account of an incident.

CREATE OR REPLACE FUNCTION incident_account(
    incident text, OUT at timestamptz, OUT event text, OUT hold bigint, OUT actor text, OUT detail text)
    RETURNS SETOF record
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'postgres'
    COST 10000
AS $$
DECLARE
    holds bigint[] := ARRAY(SELECT h.hold FROM regcar_state.hold h WHERE h.incident = incident_account.incident ORDER BY 1);
BEGIN
    IF holds = '{}' THEN
        RAISE EXCEPTION 'there is no hold of incident %', coalesce(quote_literal(incident), 'null')
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT hold, incident, reason FROM regcar.hold_history;';
    END IF;
    RETURN QUERY
    SELECT a.at, a.event, a.hold, a.actor, a.detail
    FROM (
        SELECT h.at, h.event, h.hold, h.actor::text,
               CASE h.event
                   WHEN 'placed' THEN format('%s %s: %s', h.detail ->> 'action', h.detail ->> 'scope', h.detail ->> 'reason')
                   WHEN 'lifted' THEN h.detail ->> 'lift_reason'
                   WHEN 'exempted' THEN format('exemption %s %s%s: %s%s', h.detail ->> 'exemption', h.detail ->> 'scope',
                                                  ', ' || (h.detail ->> 'share') || ' per cent by ' || (h.detail ->> 'share_by'), h.detail ->> 'reason',
                                                  '; let through: ' || nullif(e.let_through, 0))
                   WHEN 'approved' THEN format('%s %s%s', h.detail ->> 'act', h.detail ->> 'subject', CASE WHEN (h.detail ->> 'done')::boolean THEN ', the last that it took' END)
                   WHEN 'relaxed' THEN 'needs no approvals any more'
                   WHEN 'revoked' THEN format('exemption %s: %s', h.detail ->> 'exemption', h.detail ->> 'revoke_reason')
               END AS detail, 0 AS rank, h.seq AS n
        FROM regcar_state.history h
        LEFT JOIN regcar.exemption_report e ON h.event = 'exempted' AND e.exemption = (h.detail ->> 'exemption')::bigint
        WHERE h.hold = ANY (holds) AND h.event IN ('placed', 'lifted', 'exempted', 'revoked', 'approved', 'relaxed')
        UNION ALL
        SELECT q.submitted_at, 'queued', q.hold, q.submitter,
               format('queue id %s for %s: %s', q.id, q.target_name, coalesce(regcar.shown_row(q.row_data)::text, 'in its table')), 1, q.id
        FROM regcar_state.queue_entry q WHERE q.hold = ANY (holds)
        UNION ALL
        SELECT h.at, h.event, q.hold, h.actor::text,
               format('queue id %s after %s%s', q.id, date_trunc('second', h.at - q.submitted_at), ': ' || (h.detail #>> ARRAY['outcomes', i.id])),
               2, q.id
        FROM regcar_state.history h, jsonb_array_elements_text(h.detail -> 'ids') AS i (id) JOIN regcar_state.queue_entry q ON q.id = i.id::bigint
        WHERE h.hold = ANY (holds) AND h.event IN ('released', 'failed', 'retried', 'discarded', 'reassigned')
        UNION ALL
        SELECT clock_timestamp(), 'waiting', q.hold, q.submitter,
               format('queue id %s after %s%s', q.id, date_trunc('second', clock_timestamp() - q.submitted_at), ': ' || q.outcome),
               3, q.id
        FROM regcar_state.queue_entry q WHERE q.hold = ANY (holds) AND q.state = 'waiting'
    ) a
    ORDER BY a.at, a.rank, a.n;
END
$$;
REVOKE ALL ON FUNCTION incident_account(text) FROM PUBLIC;
COMMENT ON FUNCTION incident_account(text) IS
    'what happened in an incident, in order: who placed, lifted, exempted and revoked what and why, and how many registrations an exemption let through; when each queued registration came and what became of it. Those that still wait are last. 22023 if no hold names the incident';
