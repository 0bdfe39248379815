-- One hold on every node of a Citus cluster.
--
-- A shard's guard goes by the holds of the node that it is on.  So the node where
-- an operator says something writes it down and commits it, as without Citus, and
-- then hands its rows to the others: a hold has one number everywhere.  Rows only
-- ever gain an end (lifted, revoked), so that handing them over again, from
-- whichever node, never undoes anything.  All runs with the operator's own rights
-- on each node.  Nothing here needs Citus before it is called.

CREATE FUNCTION standing_holds() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH e AS (
        SELECT t.exemption, t.hold, encode(sha256(convert_to(regcar.event_detail(t)::text, 'UTF8')), 'hex') AS digest
        FROM regcar.active_exemptions a JOIN regcar.exemption t USING (exemption))
    SELECT jsonb_build_object(
        'hold', (SELECT coalesce(jsonb_object_agg(t.hold, encode(sha256(convert_to(regcar.event_detail(t)::text, 'UTF8')), 'hex')), '{}')
                 FROM regcar.active_holds a JOIN regcar.hold t USING (hold)),
        'exemption', (SELECT coalesce(jsonb_object_agg(e.exemption, e.digest), '{}') FROM e),
        'exempt', (SELECT coalesce(jsonb_object_agg(o.hold, o.digests), '{}')
                   FROM (SELECT e.hold, jsonb_agg(e.digest ORDER BY e.exemption) AS digests FROM e GROUP BY e.hold) o),
        'last_hold', (SELECT last_value - (NOT is_called)::integer FROM regcar.hold_hold_seq),
        'last_exemption', (SELECT last_value - (NOT is_called)::integer FROM regcar.exemption_exemption_seq))
$$;
REVOKE ALL ON FUNCTION standing_holds() FROM PUBLIC;
COMMENT ON FUNCTION standing_holds() IS
    'what nodes compare: a SHA-256 over each hold and exemption that stands on this one, by number, those of the exemptions also by hold, and the last number of each kind';

CREATE FUNCTION hold_rows(holds bigint[], exemptions bigint[]) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH e AS (SELECT t.* FROM regcar.exemption t WHERE t.exemption = ANY (exemptions))
    SELECT jsonb_build_object(
        -- an exemption goes with its hold, by which the other node knows that it means the same one
        'hold', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar.hold t
                 WHERE t.hold = ANY (holds) OR t.hold IN (SELECT e.hold FROM e)),
        'exemption', (SELECT coalesce(jsonb_agg(regcar.event_detail(t)), '[]') FROM regcar.exemption t
                      WHERE t.exemption IN (SELECT e.exemption FROM e)))
$$;
REVOKE ALL ON FUNCTION hold_rows(bigint[], bigint[]) FROM PUBLIC;
COMMENT ON FUNCTION hold_rows(bigint[], bigint[]) IS 'holds and exemptions of this node by number, as one hands them to another node';

CREATE FUNCTION skip_numbers(hold bigint, exemption bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- a JSON number that every reader keeps exactly; the sequence never ends by this
    SELECT setval('regcar.hold_hold_seq', hold) FROM regcar.hold_hold_seq
    WHERE hold >= last_value + is_called::integer AND hold < 9007199254740992;
    SELECT setval('regcar.exemption_exemption_seq', exemption) FROM regcar.exemption_exemption_seq
    WHERE exemption >= last_value + is_called::integer AND exemption < 9007199254740992;
$$;
REVOKE ALL ON FUNCTION skip_numbers(bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION skip_numbers(bigint, bigint) IS
    'let this node go on counting behind numbers that another node has given to a hold and an exemption';

CREATE FUNCTION adopt_holds(rows jsonb) RETURNS jsonb
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '5 s'
AS $$
DECLARE
    ends text[] := '{lifted_by,lifted_at,lift_reason,revoked_by,revoked_at,revoke_reason}';
    same bigint[] := '{}';
    problems text[] := '{}';
    new_hold regcar.hold;
    hold regcar.hold;
    new_exemption regcar.exemption;
    exemption regcar.exemption;
BEGIN
    -- rows say who placed a hold: an operator brings what others did only where there are nodes to bring it from
    IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user) THEN
        PERFORM regcar.nodes();
    END IF;
    PERFORM regcar.skip_numbers((SELECT max((h ->> 'hold')::bigint) FROM jsonb_array_elements(rows -> 'hold') h),
                                (SELECT max((e ->> 'exemption')::bigint) FROM jsonb_array_elements(rows -> 'exemption') e));
    FOR new_hold IN
        SELECT (jsonb_populate_record(NULL::regcar.hold, h)).* FROM jsonb_array_elements(rows -> 'hold') h ORDER BY 1
    LOOP
        PERFORM regcar.check_scope(new_hold.scope);
        INSERT INTO regcar.hold OVERRIDING SYSTEM VALUE SELECT new_hold.*
        ON CONFLICT ON CONSTRAINT hold_pkey DO NOTHING;
        IF FOUND THEN
            PERFORM regcar.record_event(CASE WHEN new_hold.lifted_at IS NULL THEN 'placed' ELSE 'lifted' END,
                                        new_hold.hold, regcar.event_detail(new_hold));
        ELSE
            SELECT t.* INTO hold FROM regcar.hold t WHERE t.hold = new_hold.hold FOR UPDATE;
            IF regcar.event_detail(hold) - ends <> regcar.event_detail(new_hold) - ends THEN
                problems := problems || format('hold %s is another one there: %s', hold.hold, hold.reason);
                CONTINUE;
            ELSIF hold.lifted_at IS NULL AND new_hold.lifted_at IS NOT NULL THEN
                UPDATE regcar.hold t
                SET lifted_by = new_hold.lifted_by, lifted_at = new_hold.lifted_at, lift_reason = new_hold.lift_reason
                WHERE t.hold = new_hold.hold;
                PERFORM regcar.record_event('lifted', new_hold.hold, regcar.event_detail(new_hold));
            ELSIF hold.lifted_at IS NOT NULL AND new_hold.lifted_at IS NULL THEN
                problems := problems || format('hold %s was lifted there by %s at %s: %s',
                                               hold.hold, hold.lifted_by, hold.lifted_at, hold.lift_reason);
            END IF;
        END IF;
        same := same || new_hold.hold;
    END LOOP;
    FOR new_exemption IN
        SELECT (jsonb_populate_record(NULL::regcar.exemption, e)).* FROM jsonb_array_elements(rows -> 'exemption') e ORDER BY 1
    LOOP
        -- never from a hold that only has the same number
        CONTINUE WHEN new_exemption.hold <> ALL (same);
        PERFORM regcar.check_scope(new_exemption.scope);
        INSERT INTO regcar.exemption OVERRIDING SYSTEM VALUE SELECT new_exemption.*
        ON CONFLICT ON CONSTRAINT exemption_pkey DO NOTHING;
        IF FOUND THEN
            PERFORM regcar.record_event(CASE WHEN new_exemption.revoked_at IS NULL THEN 'exempted' ELSE 'revoked' END,
                                        new_exemption.hold, regcar.event_detail(new_exemption));
        ELSE
            SELECT t.* INTO exemption FROM regcar.exemption t WHERE t.exemption = new_exemption.exemption FOR UPDATE;
            IF regcar.event_detail(exemption) - ends <> regcar.event_detail(new_exemption) - ends THEN
                problems := problems || format('exemption %s is another one there: %s', exemption.exemption, exemption.reason);
            ELSIF exemption.revoked_at IS NULL AND new_exemption.revoked_at IS NOT NULL THEN
                UPDATE regcar.exemption t
                SET revoked_by = new_exemption.revoked_by, revoked_at = new_exemption.revoked_at,
                    revoke_reason = new_exemption.revoke_reason
                WHERE t.exemption = new_exemption.exemption;
                PERFORM regcar.record_event('revoked', new_exemption.hold, regcar.event_detail(new_exemption));
            ELSIF exemption.revoked_at IS NOT NULL AND new_exemption.revoked_at IS NULL THEN
                problems := problems || format('exemption %s was revoked there by %s at %s: %s',
                                               exemption.exemption, exemption.revoked_by, exemption.revoked_at, exemption.revoke_reason);
            END IF;
        END IF;
    END LOOP;
    -- now, where lock_timeout counts, rather than at COMMIT
    SET CONSTRAINTS regcar.chain_event IMMEDIATE;
    RETURN to_jsonb(problems);
END
$$;
REVOKE ALL ON FUNCTION adopt_holds(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION adopt_holds(jsonb) IS
    'take over what hold_rows() of another node gave: place, exempt, lift and revoke what is not so here yet, each with its event, whose actor is who brought it; what could not be taken over and why, as an array of text. 22023 for what is no scope, 0A000 without Citus';

CREATE FUNCTION drain_node(wait interval) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    until timestamptz := clock_timestamp() + least(wait, '1 year');
    remaining jsonb := (SELECT coalesce(jsonb_agg(to_jsonb(d)), '[]') FROM regcar.drain(wait) d);
    -- prepared by Citus for a transaction on several nodes, which then ends by itself
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
    'drain() of this node as one JSON array; transactions that Citus prepared are waited for too, for Citus ends them';

CREATE FUNCTION nodes(OUT node text, OUT name text, OUT port integer, OUT here boolean, OUT active boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RAISE EXCEPTION 'there are no other nodes: this database has no Citus'
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'CALL regcar.lockdown(...) and the like are for one server; a publication of regcar.hold and regcar.exemption carries holds to others.';
    END IF;
    RETURN QUERY EXECUTE
        'SELECT format(''%s:%s'', n.nodename, n.nodeport), n.nodename::text, n.nodeport, n.groupid = g.groupid, n.isactive '
        'FROM pg_dist_node n CROSS JOIN pg_dist_local_group g '
        'WHERE n.noderole = ''primary'' AND n.nodecluster = current_setting(''citus.cluster_name'') '
        'UNION ALL '
        -- a coordinator that was not told its own address is no node of Citus, but has tables
        'SELECT ''this node'', NULL, NULL, true, true FROM pg_dist_local_group g '
        'WHERE NOT EXISTS (SELECT FROM pg_dist_node n WHERE n.groupid = g.groupid) '
        'ORDER BY 2, 3';
END
$$;
REVOKE ALL ON FUNCTION nodes() FROM PUBLIC;
COMMENT ON FUNCTION nodes() IS
    'primary nodes of the Citus cluster, this one among them, those too that are disabled; 0A000 without Citus';

-- Each node commits what it is told, whatever becomes of the caller's transaction.
CREATE FUNCTION ask_nodes(names text[], ports integer[], commands text[], OUT node text, OUT success boolean, OUT result text)
    RETURNS SETOF record
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    patience text := current_setting('citus.node_connection_timeout');
    ms integer := (SELECT s.setting FROM pg_settings s WHERE s.name = 'citus.node_connection_timeout');
BEGIN
    IF coalesce(cardinality(names), 0) = 0 THEN
        RETURN;
    END IF;
    -- the nodes that answer wait for those that do not
    PERFORM set_config('citus.node_connection_timeout', least(ms, 5000)::text, true);
    RETURN QUERY EXECUTE
        'SELECT format(''%s:%s'', r.node_name, r.node_port), r.success, r.result '
        'FROM master_run_on_worker($1, $2, $3, true) r' USING names, ports, commands;
    PERFORM set_config('citus.node_connection_timeout', patience, true);
END
$$;
REVOKE ALL ON FUNCTION ask_nodes(text[], integer[], text[]) FROM PUBLIC;
COMMENT ON FUNCTION ask_nodes(text[], integer[], text[]) IS
    'run a command on each of some nodes at once, as the caller; what it gave, or why it failed. Connecting takes citus.node_connection_timeout, but at most 5 s';

CREATE FUNCTION node_states() RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    states jsonb;
BEGIN
    WITH n AS (SELECT * FROM regcar.nodes()),
    other AS (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports, array_agg('SELECT regcar.standing_holds()'::text) AS commands
              FROM n WHERE NOT n.here AND n.active)
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'node', n.node, 'name', n.name, 'port', n.port, 'here', n.here,
               'answer', CASE WHEN n.here THEN regcar.standing_holds() WHEN a.success THEN a.result::jsonb END,
               'problem', CASE WHEN NOT n.active THEN 'it is disabled in Citus'
                               WHEN NOT n.here AND a.success IS NOT TRUE THEN coalesce(a.result, 'it does not answer') END)
               ORDER BY n.name, n.port), '[]')
    INTO states
    FROM n LEFT JOIN (other CROSS JOIN LATERAL regcar.ask_nodes(other.names, other.ports, other.commands) a) ON a.node = n.node;

    -- what this node places next has a number that is free on each of them
    PERFORM regcar.skip_numbers(max((s #>> '{answer,last_hold}')::bigint), max((s #>> '{answer,last_exemption}')::bigint))
    FROM jsonb_array_elements(states) s;
    RETURN states;
END
$$;
REVOKE ALL ON FUNCTION node_states() FROM PUBLIC;
COMMENT ON FUNCTION node_states() IS
    'what standing_holds() is on each node, or the problem with it; this node then counts on behind all of them. 0A000 without Citus';

CREATE FUNCTION spread_holds(states jsonb, wait interval, drains boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    start timestamptz := clock_timestamp();
    own jsonb := regcar.standing_holds();
    names text[];
    ports integer[];
    commands text[];
    named integer := 0;
    r record;
BEGIN
    -- what does not stand there as it stands here, and what has ended here alone
    SELECT array_agg(s ->> 'name'), array_agg((s ->> 'port')::integer),
           array_agg(format('SELECT regcar.adopt_holds(%L)', regcar.hold_rows(
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
        FROM regcar.ask_nodes(names, ports, commands) a
        LEFT JOIN LATERAL jsonb_array_elements_text(CASE WHEN a.success THEN a.result::jsonb ELSE '[]' END) p (problem) ON true
    LOOP
        CONTINUE WHEN r.problem IS NULL;
        named := named + 1;
        RAISE WARNING 'node % does not have all holds and exemptions of this one', r.node
            USING DETAIL = r.problem,
                  HINT = 'CALL regcar.sync_nodes(); brings it up to date once that is put right; SELECT * FROM regcar.holds_on_nodes(); shows what stands where.';
    END LOOP;

    IF drains THEN
        -- a node with a problem may hold all the same but for that
        SELECT array_agg(format('SELECT regcar.drain_node(%L)', wait)) INTO commands FROM unnest(names);
        FOR r IN
            SELECT d.node, d.success, d.result, e.value AS entry
            FROM (SELECT s ->> 'node' AS node, true AS success, regcar.drain_node(wait)::text AS result
                  FROM jsonb_array_elements(states) s WHERE (s ->> 'here')::boolean
                  UNION ALL
                  SELECT a.node, a.success, a.result FROM regcar.ask_nodes(names, ports, commands) a) d
            LEFT JOIN LATERAL jsonb_array_elements(CASE WHEN d.success THEN d.result::jsonb ELSE '[]' END) e ON true
            WHERE NOT d.success OR e.value IS NOT NULL
        LOOP
            named := named + 1;
            IF NOT r.success THEN
                RAISE WARNING 'node % was not drained', r.node
                    USING DETAIL = coalesce(r.result, 'It does not answer.'), HINT = 'CALL regcar.sync_nodes(); drains again.';
            ELSIF r.entry ->> 'gid' IS NOT NULL THEN
                RAISE WARNING 'on node % prepared transaction "%" of % may still register', r.node, r.entry ->> 'gid', r.entry ->> 'usename'
                    USING HINT = format('There: ROLLBACK PREPARED %L; to drop what it registered.', r.entry ->> 'gid');
            ELSE
                RAISE WARNING 'on node % session % of % is still committing a registration', r.node, r.entry ->> 'pid', r.entry ->> 'usename'
                    USING HINT = 'CALL regcar.sync_nodes(); waits for it again.';
            END IF;
        END LOOP;
    END IF;

    RAISE NOTICE '%', CASE
        WHEN named > 0 THEN format('all nodes have the holds of this one (%s standing) but for what is named above',
                                   (SELECT count(*) FROM jsonb_object_keys(own -> 'hold')))
        WHEN drains THEN format('%s nodes have the holds of this one (%s standing): nothing that they cover commits any more (%s ms)',
                                jsonb_array_length(states), (SELECT count(*) FROM jsonb_object_keys(own -> 'hold')),
                                round(extract(epoch FROM clock_timestamp() - start) * 1000))
        ELSE format('%s nodes have the holds of this one (%s standing)',
                    jsonb_array_length(states), (SELECT count(*) FROM jsonb_object_keys(own -> 'hold'))) END;
END
$$;
REVOKE ALL ON FUNCTION spread_holds(jsonb, interval, boolean) FROM PUBLIC;
COMMENT ON FUNCTION spread_holds(jsonb, interval, boolean) IS
    'after node_states(): hand what stands here, and what has ended, to the nodes that have it otherwise, all of which commit it; then drain all of them. A WARNING for each node that does not obey and each transaction that is left';

CREATE FUNCTION call_nodes(command text) RETURNS void
    LANGUAGE plpgsql STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    r record;
BEGIN
    FOR r IN
        WITH n AS (SELECT * FROM regcar.nodes())
        SELECT n.node, 'it is disabled in Citus' AS problem FROM n WHERE NOT n.active
        UNION ALL
        SELECT a.node, coalesce(a.result, 'it does not answer')
        FROM (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports, array_agg(command) AS commands
              FROM n WHERE NOT n.here AND n.active) o
        CROSS JOIN LATERAL regcar.ask_nodes(o.names, o.ports, o.commands) a WHERE a.success IS NOT TRUE
    LOOP
        RAISE WARNING 'node % did not: %', r.node, command USING DETAIL = r.problem;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION call_nodes(text) FROM PUBLIC;
COMMENT ON FUNCTION call_nodes(text) IS 'run a command on every other node; a WARNING for each that could not, disabled ones too';

CREATE FUNCTION holds_on_nodes(OUT node text, OUT hold bigint, OUT status text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS MATERIALIZED (SELECT regcar.standing_holds() AS state),
    n AS MATERIALIZED (SELECT s FROM jsonb_array_elements(regcar.node_states()) s)
    SELECT s ->> 'node', h.hold, coalesce(s ->> 'problem', h.status, 'no hold stands')
    FROM n CROSS JOIN own
    LEFT JOIN LATERAL (
        SELECT key::bigint AS hold,
               CASE WHEN o.value IS NULL AND EXISTS (SELECT FROM regcar.hold_history p WHERE p.hold = key::bigint) THEN 'stands there still'
                    WHEN o.value IS NULL THEN 'stands there alone'
                    WHEN t.value IS NULL THEN 'does not stand there'
                    WHEN t.value <> o.value THEN 'another hold has this number there'
                    WHEN s #> ARRAY['answer', 'exempt', key] IS DISTINCT FROM state #> ARRAY['exempt', key] THEN 'stands, with other exemptions'
                    ELSE 'stands' END AS status
        FROM jsonb_each(state -> 'hold') o FULL JOIN jsonb_each(s #> '{answer,hold}') t USING (key)
        WHERE s ->> 'problem' IS NULL) h ON true
    ORDER BY s ->> 'name', (s ->> 'port')::integer, h.hold
$$;
REVOKE ALL ON FUNCTION holds_on_nodes() FROM PUBLIC;
COMMENT ON FUNCTION holds_on_nodes() IS
    'each node with each hold that stands here or there: stands, or in what it differs from this node; a node that does not answer with the reason. 0A000 without Citus';

CREATE PROCEDURE lockdown_on_nodes(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown_on_nodes';
REVOKE ALL ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval) IS
    'lockdown() of a Citus cluster: place a hold here and on every node, each of which commits it, then drain all of them. A WARNING names each node that does not obey and each transaction that is left; 0A000 without Citus, 25001 inside a transaction block';

CREATE PROCEDURE lift_hold_on_nodes(hold bigint, reason text)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lift_hold_on_nodes';
REVOKE ALL ON PROCEDURE lift_hold_on_nodes(bigint, text) FROM PUBLIC;
COMMENT ON PROCEDURE lift_hold_on_nodes(bigint, text) IS
    'lift_hold() here and on every node; a node that does not answer goes on holding, and is named. Errors as lift_hold() and lockdown_on_nodes()';

CREATE PROCEDURE exempt_on_nodes(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_exempt_on_nodes';
REVOKE ALL ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz) FROM PUBLIC;
COMMENT ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz) IS
    'exempt() here and on every node. Errors as exempt() and lockdown_on_nodes()';

CREATE PROCEDURE revoke_exemption_on_nodes(exemption bigint, reason text, wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_revoke_exemption_on_nodes';
REVOKE ALL ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) FROM PUBLIC;
COMMENT ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) IS
    'revoke_exemption() here and on every node, then drain all of them. Errors as revoke_exemption() and lockdown_on_nodes()';

CREATE PROCEDURE sync_nodes(wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_sync_nodes';
REVOKE ALL ON PROCEDURE sync_nodes(interval) FROM PUBLIC;
COMMENT ON PROCEDURE sync_nodes(interval) IS
    'give every node the holds and exemptions that stand here and it lacks, end there what has ended here, and drain all: for a node that was away, or is new. Doing it again changes nothing. Errors as lockdown_on_nodes()';

CREATE PROCEDURE release_on_nodes(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release_on_nodes';
REVOKE ALL ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) IS
    'release() here and then on all other nodes at once, each its own queue and up to max_rows of it. Errors as release() and lockdown_on_nodes(); a WARNING names each node that could not';
