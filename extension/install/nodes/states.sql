-- What stands on each node.

CREATE OR REPLACE FUNCTION standing_holds() RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    -- not by the views, because whoever may name one may keep it locked
    WITH standing AS (
        SELECT t.hold, CASE WHEN t.starts_at > clock_timestamp() THEN 'to start' ELSE t.action::text END AS does
        FROM regcar_state.hold t
        WHERE regcar.stands(t.lifted_at, t.expires_at)),
    e AS (
        SELECT t.exemption, t.hold, encode(sha256(regcar.utf8_bytes(regcar.event_detail(t)::text)), 'hex') AS digest
        FROM regcar_state.exemption t JOIN standing USING (hold)
        WHERE regcar.stands(t.revoked_at, t.expires_at))
    SELECT jsonb_build_object(
        'hold', (SELECT coalesce(jsonb_object_agg(t.hold, encode(sha256(regcar.utf8_bytes(regcar.event_detail(t)::text)), 'hex')), '{}')
                 FROM standing JOIN regcar_state.hold t USING (hold)),
        'exemption', (SELECT coalesce(jsonb_object_agg(e.exemption, e.digest), '{}') FROM e),
        'exempt', (SELECT coalesce(jsonb_object_agg(o.hold, o.digests), '{}')
                   FROM (SELECT e.hold, jsonb_agg(e.digest ORDER BY e.exemption) AS digests FROM e GROUP BY e.hold) o),
        'does', (SELECT coalesce(jsonb_agg(DISTINCT s.does), '[]') FROM standing s),
        'last_hold', (SELECT last_value - (NOT is_called)::integer FROM regcar_state.hold_hold_seq),
        'last_exemption', (SELECT last_value - (NOT is_called)::integer FROM regcar_state.exemption_exemption_seq))
$$;
REVOKE ALL ON FUNCTION standing_holds() FROM PUBLIC;
COMMENT ON FUNCTION standing_holds() IS
    'what nodes compare: by number, a SHA-256 over each hold and exemption that stands on this node; by hold, those of its exemptions; what holds do, and the last number of each kind';

CREATE OR REPLACE FUNCTION skip_numbers(hold bigint, exemption bigint) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regcar.pass_number('hold', hold), regcar.pass_number('exemption', exemption);
$$;
REVOKE ALL ON FUNCTION skip_numbers(bigint, bigint) FROM PUBLIC;
COMMENT ON FUNCTION skip_numbers(bigint, bigint) IS
    'let this node go on counting after numbers that another node has given to a hold and an exemption';

-- One node counts for all of them, so that two that place a hold at the same time never take one number.
CREATE OR REPLACE FUNCTION give_number(kind text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regcar.next_number(kind)
$$;
REVOKE ALL ON FUNCTION give_number(text) FROM PUBLIC;
COMMENT ON FUNCTION give_number(text) IS 'the next number of a hold or an exemption, for another node';

CREATE OR REPLACE FUNCTION take_number(kind text, until timestamptz) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    coordinator record;
    answer record;
BEGIN
    EXECUTE 'SELECT n.nodename::text AS name, n.nodeport AS port, g.groupid FROM pg_dist_node n CROSS JOIN pg_dist_local_group g '
            'WHERE n.groupid = 0 AND g.groupid <> 0 AND n.noderole = ''primary'' AND n.nodecluster = current_setting(''citus.cluster_name'')'
    INTO coordinator;
    IF coordinator.name IS NULL THEN
        RETURN;
    END IF;
    SELECT a.* INTO answer
    FROM regcar.ask_nodes(ARRAY[coordinator.name], ARRAY[coordinator.port], ARRAY[format('SELECT regcar.give_number(%L)', kind)],
                          -- binding here waits for this
                          clock_timestamp() + least((least(until, clock_timestamp() + '1 year') - clock_timestamp()) / 4, '2 s')) a;
    -- without it, one that no other node gives: a trillion for each node, and a number for each tenth of a second
    PERFORM regcar.use_number(kind, CASE WHEN answer.success THEN answer.result::bigint
                                         ELSE coordinator.groupid * 1000000000000 + (extract(epoch FROM clock_timestamp()) * 10)::bigint END);
END
$$;
REVOKE ALL ON FUNCTION take_number(text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION take_number(text, timestamptz) IS
    'on a worker: the next hold or exemption of this session gets a number from the coordinator; one of eleven digits or more if that does not answer';

CREATE OR REPLACE FUNCTION node_states(until timestamptz DEFAULT 'infinity') RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    states jsonb;
BEGIN
    WITH n AS (SELECT * FROM regcar.nodes()),
    other AS (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports,
                     array_agg('SELECT regcar.standing_holds() FROM set_config(''lock_timeout'', ''4s'', true)'::text) AS commands
              FROM n WHERE NOT n.here AND n.active)
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'node', n.node, 'name', n.name, 'port', n.port, 'here', n.here,
               'answer', CASE WHEN a.success THEN a.result::jsonb END,
               'problem', CASE WHEN NOT n.active THEN 'it is disabled in Citus'
                               WHEN NOT n.here AND a.success IS NOT TRUE THEN coalesce(a.result, 'it does not answer') END)
               ORDER BY n.name, n.port), '[]')
    INTO states
    FROM n LEFT JOIN (other CROSS JOIN LATERAL regcar.ask_nodes(
                          other.names, other.ports, other.commands, regcar.answer_time(until), 'SELECT regcar.standing_holds()') a)
        ON CASE WHEN n.here THEN a.node IS NULL ELSE a.node = n.node END;

    -- so that what this node places next gets a number that is free on all of them
    PERFORM regcar.skip_numbers(max((s #>> '{answer,last_hold}')::bigint), max((s #>> '{answer,last_exemption}')::bigint))
    FROM jsonb_array_elements(states) s;
    RETURN states;
END
$$;
REVOKE ALL ON FUNCTION node_states(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION node_states(timestamptz) IS
    'what standing_holds() gives on each node, or the problem with the node; afterwards this node counts on after all of them. 0A000 without Citus';

CREATE OR REPLACE FUNCTION compare_holds(theirs jsonb, OUT hold bigint, OUT status text)
    RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH own AS MATERIALIZED (SELECT regcar.standing_holds() AS state)
    SELECT h.key::bigint,
           CASE WHEN h.here IS NULL AND EXISTS (SELECT FROM regcar_state.hold p WHERE p.hold = h.key::bigint) THEN 'stands there still'
                WHEN h.here IS NULL THEN 'stands there alone'
                WHEN h.there IS NULL THEN 'does not stand there'
                WHEN h.there <> h.here THEN 'another hold has this number there'
                WHEN theirs #> ARRAY['exempt', h.key] IS DISTINCT FROM own.state #> ARRAY['exempt', h.key] THEN 'stands, with other exemptions'
                ELSE 'stands' END
    FROM own CROSS JOIN LATERAL (
        SELECT key, o.value AS here, t.value AS there
        FROM jsonb_each(own.state -> 'hold') o FULL JOIN jsonb_each(theirs -> 'hold') t USING (key)) h
    ORDER BY 1
$$;
REVOKE ALL ON FUNCTION compare_holds(jsonb) FROM PUBLIC;
COMMENT ON FUNCTION compare_holds(jsonb) IS
    'each hold that stands here or on another server, whose standing_holds() is given: stands, or in what it differs from this server';

CREATE OR REPLACE FUNCTION holds_on_nodes(OUT node text, OUT hold bigint, OUT status text)
    RETURNS SETOF record
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    WITH n AS MATERIALIZED (SELECT s FROM jsonb_array_elements(regcar.node_states()) s)
    SELECT s ->> 'node', h.hold, coalesce(s ->> 'problem', h.status, 'no hold stands')
    FROM n LEFT JOIN LATERAL regcar.compare_holds(s -> 'answer') h ON s ->> 'problem' IS NULL
    ORDER BY s ->> 'name', (s ->> 'port')::integer, h.hold
$$;
REVOKE ALL ON FUNCTION holds_on_nodes() FROM PUBLIC;
COMMENT ON FUNCTION holds_on_nodes() IS
    'each node with each hold that stands here or there, and whether it stands there or how the node differs from this one; for a node that does not answer, why. 0A000 without Citus';
