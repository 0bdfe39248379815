-- Handing the holds of this node to the others.

CREATE OR REPLACE FUNCTION drain_node(wait interval) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    until timestamptz := clock_timestamp() + least(wait, '1 year');
    remaining jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM regcar.drain(wait) d);
    -- prepared by Citus for a transaction on several nodes; Citus ends it
    gids text[] := ARRAY(SELECT d ->> 'gid' FROM jsonb_array_elements(remaining) d WHERE d ->> 'gid' LIKE 'citus\_%');
BEGIN
    LOOP
        gids := ARRAY(SELECT p.gid FROM pg_prepared_xacts p WHERE p.gid = ANY (gids));
        EXIT WHEN gids = '{}' OR clock_timestamp() >= until;
        PERFORM pg_sleep(0.01);
    END LOOP;
    RETURN (SELECT coalesce(jsonb_agg(d), '[]') FROM jsonb_array_elements(remaining) d
            WHERE (d ->> 'gid' LIKE 'citus\_%') IS NOT TRUE OR d ->> 'gid' = ANY (gids));
END
$$;
REVOKE ALL ON FUNCTION drain_node(interval) FROM PUBLIC;
COMMENT ON FUNCTION drain_node(interval) IS
    'drain() of this node as one JSON array; it also waits for transactions that Citus prepared, because Citus ends them';

CREATE OR REPLACE FUNCTION hand_holds(states jsonb, own jsonb, until timestamptz) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    names text[];
    ports integer[];
    commands text[];
    named integer := 0;
    r record;
BEGIN
    -- what stands there differently from here, and what has ended only here
    SELECT array_agg(s ->> 'name'), array_agg((s ->> 'port')::integer),
           array_agg(format('SELECT regcar.adopt_holds(%L) FROM set_config(''lock_timeout'', ''4s'', true)', regcar.hold_rows(
               ARRAY(SELECT coalesce(o.key, t.key)::bigint
                     FROM jsonb_each(own -> 'hold') o FULL JOIN jsonb_each(s #> '{answer,hold}') t USING (key)
                     WHERE o.value IS DISTINCT FROM t.value),
               ARRAY(SELECT coalesce(o.key, t.key)::bigint
                     FROM jsonb_each(own -> 'exemption') o FULL JOIN jsonb_each(s #> '{answer,exemption}') t USING (key)
                     WHERE o.value IS DISTINCT FROM t.value))))
    INTO names, ports, commands
    FROM jsonb_array_elements(states) s WHERE s ->> 'problem' IS NULL AND NOT (s ->> 'here')::boolean;

    FOR r IN
        SELECT s ->> 'node' AS node, s ->> 'problem' AS problem
        FROM jsonb_array_elements(states) s WHERE s ->> 'problem' IS NOT NULL
        UNION ALL
        SELECT a.node, CASE WHEN a.success THEN p.problem ELSE coalesce(a.result, 'it does not answer') END
        FROM regcar.ask_nodes(names, ports, commands, regcar.answer_time(until)) a
        LEFT JOIN LATERAL jsonb_array_elements_text(CASE WHEN a.success THEN a.result::jsonb ELSE '[]' END) p (problem) ON true
    LOOP
        CONTINUE WHEN r.problem IS NULL;
        named := named + 1;
        RAISE WARNING 'node % does not have all holds and exemptions of this one', r.node
            USING DETAIL = r.problem,
                  HINT = CASE WHEN r.problem LIKE 'permission denied%'
                              THEN format('On that node, as a superuser: SELECT regcar.grant_operator(%L); ', current_user) ELSE '' END
                         || 'Once that is put right, CALL regcar.sync_nodes(); brings it up to date. SELECT * FROM regcar.holds_on_nodes(); shows what stands where.';
    END LOOP;
    RETURN named;
END
$$;
REVOKE ALL ON FUNCTION hand_holds(jsonb, jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION hand_holds(jsonb, jsonb, timestamptz) IS
    'hands what stands here, and what has ended, to the nodes that differ; each of them commits it. A WARNING names each node that does not obey; the result is how many there were';

CREATE OR REPLACE FUNCTION drain_nodes(states jsonb, until timestamptz) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    command text;
    names text[];
    ports integer[];
    commands text[];
    named integer := 0;
    r record;
BEGIN
    command := format('SELECT regcar.drain_node(%L)', greatest(least(until, clock_timestamp() + '1 year') - clock_timestamp(), '0'));
    -- a node that has not taken all holds may have taken some
    SELECT array_agg(s ->> 'name'), array_agg((s ->> 'port')::integer),
           array_agg(command)
    INTO names, ports, commands
    FROM jsonb_array_elements(states) s WHERE s ->> 'problem' IS NULL AND NOT (s ->> 'here')::boolean;
    FOR r IN
        SELECT d.node, d.success, d.result, e.value AS entry
        FROM (SELECT coalesce(a.node, (SELECT s ->> 'node' FROM jsonb_array_elements(states) s WHERE (s ->> 'here')::boolean)) AS node,
                     a.success, a.result
              FROM regcar.ask_nodes(names, ports, commands, until + '0.8 s', command) a) d
        LEFT JOIN LATERAL jsonb_array_elements(CASE WHEN d.success THEN d.result::jsonb ELSE '[]' END) e ON true
        WHERE NOT d.success OR e.value IS NOT NULL
    LOOP
        named := named + 1;
        IF NOT r.success THEN
            RAISE WARNING 'node % was not drained', r.node
                USING DETAIL = coalesce(r.result, 'It does not answer.'), HINT = 'CALL regcar.sync_nodes(); drains again.';
        ELSIF r.entry ->> 'gid' IS NOT NULL THEN
            RAISE WARNING 'on node % prepared transaction "%" of % may still register', r.node,
                          regexp_replace(r.entry ->> 'gid', '[[:cntrl:]]', '?', 'g'), r.entry ->> 'usename'
                USING HINT = CASE WHEN regcar.end_of_prepared(r.entry ->> 'gid') LIKE 'SELECT %'
                                  -- another node may have committed its part
                                  THEN 'On the coordinator, as a superuser: SELECT recover_prepared_transactions(); ends it as the other nodes ended it. Do not roll it back by hand.'
                                  ELSE format('On that node, as %s or a superuser: %s drops what it registered.', r.entry ->> 'usename', regcar.end_of_prepared(r.entry ->> 'gid')) END;
        ELSE
            RAISE WARNING 'on node % session % of % is still committing a registration', r.node, r.entry ->> 'pid', r.entry ->> 'usename'
                USING HINT = 'CALL regcar.sync_nodes(); waits for it again.';
        END IF;
    END LOOP;
    RETURN named;
END
$$;
REVOKE ALL ON FUNCTION drain_nodes(jsonb, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION drain_nodes(jsonb, timestamptz) IS
    'drains every node that answered. A WARNING names each node that was not drained and each transaction that is left; the result is how many there were';

CREATE OR REPLACE FUNCTION spread_holds(states jsonb, until timestamptz, drains boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    start timestamptz := clock_timestamp();
    own jsonb := regcar.standing_holds();
    standing bigint := (SELECT count(*) FROM jsonb_object_keys(own -> 'hold'));
    -- one that only observes, or is still to start, stops nothing
    stopping text[] := ARRAY(SELECT d FROM jsonb_array_elements_text(own -> 'does') d WHERE d NOT IN ('observe', 'to start'));
    named integer := regcar.hand_holds(states, own, until);
    missed text;
BEGIN
    IF drains THEN
        named := named + regcar.drain_nodes(states, until);
    END IF;
    FOR missed IN
        SELECT n.node FROM regcar.nodes() n
        WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(states) s WHERE s ->> 'node' = n.node)
    LOOP
        named := named + 1;
        RAISE WARNING 'node % came meanwhile and was not told', missed USING HINT = 'CALL regcar.sync_nodes(); tells it.';
    END LOOP;
    RAISE NOTICE '%', CASE
        WHEN named > 0 THEN format('all nodes have the holds of this one (%s standing), except as named above', standing)
        WHEN drains AND stopping <> '{}'
            THEN format('%s nodes have the holds of this one (%s standing): nothing that they cover %s any more (%s ms)', jsonb_array_length(states), standing,
                        CASE WHEN stopping <@ '{reject,freeze}' THEN 'commits' ELSE 'is registered' END,
                        round(extract(epoch FROM clock_timestamp() - start) * 1000))
        ELSE format('%s nodes have the holds of this one (%s standing)', jsonb_array_length(states), standing) END;
END
$$;
REVOKE ALL ON FUNCTION spread_holds(jsonb, timestamptz, boolean) FROM PUBLIC;
COMMENT ON FUNCTION spread_holds(jsonb, timestamptz, boolean) IS
    'after node_states(): hands what stands here, and what has ended, to the nodes that differ; then drains all of them. A WARNING names each node that does not obey and each transaction that is left';
