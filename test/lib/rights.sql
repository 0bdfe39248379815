-- Who may use which object of the extension: a function (EXECUTE), a view or table (SELECT), a type or schema (USAGE). Nobody
-- but a superuser has any other right. An object without a row makes rights_matrix.sql fail. What a type, an operator or an
-- operator class calls needs no row: it is everybody's. Tables of the state are named with their schema. To be included with
-- \ir.
CREATE TEMP TABLE object_right AS
SELECT who, kind, topic, name
FROM (VALUES
    ('everybody', 'schema', 'all', 'regcar'),

    -- Marks, series and reports: nothing of a hold is in them. The reports read tables with the rights of the caller.
    ('everybody', 'type', 'marks', 'plate plate_series plate_format platerange platemultirange'),
    ('everybody', 'relation', 'marks', 'series plate_formats irregular_marks memory_tags plate_columns'),
    ('everybody', 'function', 'marks', $$
        plate_format plate_series plate_period plate_compact plate_tag plate_office plate_region plate_is_valid plate_problem
        plate_next plate_prior plate_block plate_count plates plate_first plate_last plate_lookalike plate_suggest plate_matches
        plate_intervals plate_in_block block_first block_last series_on series_at series_period uk_today plate_issuable
        plate_assignable plate_transferable require_issuable require_assignable explain_plate $$),
    ('everybody', 'function', 'reports', $$
        report_column registrations_by_series registrations_by_region series_calendar tally_series tally_regions count_series
        count_regions tally_add region_names $$),

    -- Holds and the queue: an application may ask whether it is held, and sees its own rows in the queue.
    ('everybody', 'type', 'holds', 'hold_action queue_state table_ref role_ref incident_span'),
    ('everybody', 'relation', 'holds', 'queue queue_summary'),
    ('everybody', 'function', 'holds', 'hold_for shown_row submit guard_waived stands'),
    ('operator', 'relation', 'holds', $$
        active_holds active_exemptions pending_approvals hold_history hold_report guards queue_entry history refusals refusal_counts exemption_report operators status $$),
    ('operator', 'function', 'holds', $$
        preview_hold place_hold write_hold warn_of_hold lockdown drain await_replicas undrained_holds primary_since lift_hold lift_all revoke_approvals approve_unguard approvers approvals_given exempt share_of revoke_exemption
        queue_length release release_batch retry discard reassign_queued
        guard guard_truncate unguard waive_guard require_guard drop_waivers require_reason check_size is_blank trigger_arguments mark_column check_guard_keys check_guard_target
        check_partitions_unguarded check_ticket_column
        require_writable status_rows
        verify_history incident_account incident_report incident_of incident_page incident_registrations xid_age_at $$),
    -- whoever owns a guarded table needs it for partitions and a restore
    ('operator and owner', 'function', 'holds', 'registration_hold'),
    ('operator', 'function', 'holds', 'end_of_prepared'),
    ('operator', 'function', 'nodes', $$
        lockdown_on_nodes lift_hold_on_nodes exempt_on_nodes revoke_exemption_on_nodes release_on_nodes sync_nodes
        holds_on_nodes nodes node_states answer_time ask_nodes call_nodes standing_holds compare_holds hold_rows skip_numbers give_number take_number use_number report_queues adopt_holds drain_node
        drain_nodes hand_holds spread_holds $$),

    -- What the functions above are made of runs with the rights of the extension's owner, or is called by one that does.
    ('nobody', 'relation', 'holds', $$
        regcar_state.hold regcar_state.exemption regcar_state.queue_entry regcar_state.history
        regcar_state.hold_hold_seq regcar_state.exemption_exemption_seq regcar_state.queue_entry_id_seq
        regcar_state.history_id_seq regcar_state.server_seq regcar_state.drained regcar_state.refusal regcar_state.refusal_count regcar_state.exempted $$),
    ('nobody', 'schema', 'holds', 'regcar_state'),
    ('nobody', 'function', 'holds', $$
        forget_refusals check_hold check_scope hold_changed unlifted_hold warn_of_guards warn_of_missing_keys warn_of_missing_tickets warn_of_shards why_none_waits withdraw_row
        drain_gate await_transactions await_announcements gate_sessions commit_locally note_drained sync_standby_names replica_problems
        next_number pass_number server_fingerprint tell_listeners merge_arriving copy_end key_columns unread_values bounds_cross check_scope_lasts check_scope_values adopt_row
        look_at_rows looking_time_left warn_of_values scope_covers scopes_part_at check_share exempt_subject check_approvals approve
        entries_detail entry_digest row_digest record_entries settle
        chain_event event_detail event_digest chain_tail chain_events chain_late_events late_events is_replicated record_event record_replicated
        verify_chain verify_holds verify_queue refuse_deletion keep_replicated
        utf8_bytes record_guard_change guard_partition watch_commands watch_detaches watch_drops watch_rewrites $$),
    ('nobody', 'function', 'operators', $$
        grant_operator revoke_operator operator_rights_of warn_of_operator warn_of_too_few_approvers check_incident require_primary say_what_waits
        status_text status_of_holds status_of_approvals status_of_drains status_of_guards status_of_queue status_of_refusals status_of_servers guard_repair $$),
    ('nobody', 'relation', 'holds', 'text_mark_columns'),
    ('nobody', 'function', 'marks', 'complete_operator_families'),
    ('nobody', 'function', 'incident report', $$
        html_duration html_more html_number html_table html_text html_time html_typed
        incident_band incident_band_names incident_bounds incident_decisions incident_depth incident_exempted incident_held incident_hours incident_impact incident_log incident_plain_words incident_queue incident_queue_tables incident_queue_traffic
        incident_refused incident_restart incident_scope incident_sources incident_stages incident_style incident_submitters incident_summary
        incident_table incident_tables incident_traffic incident_unsettled incident_value incident_values
        svg_bars svg_ceiling svg_count_axis svg_figure svg_key svg_time_axis svg_x svg_y $$)) v (who, kind, topic, names),
    regexp_split_to_table(btrim(names, E' \n'), '\s+') AS name;
