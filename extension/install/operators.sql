-- Who may do what: an operator may do everything with holds; anybody may use marks and ask hold_for().

CREATE OR REPLACE FUNCTION grant_operator(role regrole) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF role IS NULL THEN
        RAISE EXCEPTION 'role must not be null'
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'SELECT regcar.grant_operator(''role'');';
    END IF;
    EXECUTE format('GRANT EXECUTE ON FUNCTION regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz),'
                   ' regcar.preview_hold(jsonb, regclass, interval, interval),'
                   ' regcar.drain(interval, boolean), regcar.await_replicas(interval), regcar.lift_hold(bigint, text), regcar.lift_all(text),'
                   ' regcar.exempt(bigint, jsonb, text, timestamptz, integer, text), regcar.share_of(text), regcar.revoke_exemption(bigint, text),'
                   ' regcar.queue_length(bigint), regcar.release_batch(bigint, bigint, bigint, integer),'
                   ' regcar.retry(bigint), regcar.discard(bigint, text), regcar.reassign_queued(text, regrole, text), regcar.verify_history(), regcar.incident_account(text),'
                   ' regcar.incident_report(bigint), regcar.incident_of(bigint), regcar.incident_registrations(regcar.incident_span),'
                   ' regcar.xid_age_at(timestamptz), regcar.incident_page(regcar.incident_span, jsonb),'
                   ' regcar.guard(regclass, name, jsonb, boolean), regcar.guard_truncate(regclass), regcar.unguard(regclass),'
                   ' regcar.waive_guard(regclass, text), regcar.require_guard(regclass), regcar.drop_waivers(regclass), regcar.require_reason(text, text, text), regcar.check_size(text, text),'
                   ' regcar.check_guard_target(regclass), regcar.check_partitions_unguarded(regclass),'
                   ' regcar.mark_column(regclass, name), regcar.check_guard_keys(regclass, jsonb),'
                   ' regcar.registration_hold(), regcar.trigger_arguments(bytea), regcar.holds_on_nodes(), regcar.nodes(),'
                   ' regcar.node_states(), regcar.ask_nodes(text[], integer[], text[]), regcar.call_nodes(text),'
                   ' regcar.standing_holds(), regcar.compare_holds(jsonb), regcar.undrained_holds(), regcar.primary_since(), regcar.hold_rows(bigint[], bigint[]), regcar.skip_numbers(bigint, bigint),'
                   ' regcar.adopt_holds(jsonb), regcar.drain_node(interval), regcar.spread_holds(jsonb, interval, boolean),'
                   ' regcar.hand_holds(jsonb, jsonb), regcar.drain_nodes(jsonb, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.lockdown_on_nodes(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval),'
                   ' regcar.lift_hold_on_nodes(bigint, text), regcar.exempt_on_nodes(bigint, jsonb, text, timestamptz, integer, text),'
                   ' regcar.revoke_exemption_on_nodes(bigint, text, interval), regcar.sync_nodes(interval),'
                   ' regcar.release_on_nodes(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT EXECUTE ON PROCEDURE regcar.release(bigint, bigint, integer, interval) TO %s', role);
    EXECUTE format('GRANT SELECT ON regcar.active_holds, regcar.hold_history, regcar.active_exemptions, regcar.hold_report, regcar.guards,'
                   ' regcar.queue_entry, regcar.history TO %s', role);
    RETURN format('%s is an operator of holds', role);
END
$$;
REVOKE ALL ON FUNCTION grant_operator(regrole) FROM PUBLIC;
COMMENT ON FUNCTION grant_operator(regrole) IS
    'lets a role place and lift holds, drain, release the queue, and guard the tables that it owns; 42704 if there is no such role';
