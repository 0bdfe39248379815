-- One hold on every node of a Citus cluster.
--
-- The guard of a shard obeys the holds of the node that the shard is on.  So the node
-- where an operator works records a hold and commits it, as it does without Citus, and
-- then hands the row to the other nodes: a hold has the same number everywhere.  The
-- only change to a row is that it ends (lifted, revoked), so handing rows over again,
-- from any node, never undoes anything.  Everything runs with the operator's own rights
-- on each node.  Nothing here needs Citus until it is called.

CREATE OR REPLACE FUNCTION nodes(OUT node text, OUT name text, OUT port integer, OUT here boolean, OUT active boolean)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RAISE EXCEPTION 'there are no other nodes: this database has no Citus'
            USING ERRCODE = 'feature_not_supported',
                  HINT = 'Use regcar.lockdown() and the like for one server. A publication of regcar_state.hold and regcar_state.exemption carries holds to other servers.';
    END IF;
    RETURN QUERY EXECUTE
        'SELECT format(''%s:%s'', n.nodename, n.nodeport), n.nodename::text, n.nodeport, n.groupid = g.groupid, n.isactive '
        'FROM pg_dist_node n CROSS JOIN pg_dist_local_group g '
        'WHERE n.noderole = ''primary'' AND n.nodecluster = current_setting(''citus.cluster_name'') '
        'UNION ALL '
        -- a coordinator that was not told its own address is not a node of Citus, but has tables
        'SELECT ''this node'', NULL, NULL, true, true FROM pg_dist_local_group g '
        'WHERE NOT EXISTS (SELECT FROM pg_dist_node n WHERE n.groupid = g.groupid) '
        'ORDER BY 2, 3';
END
$$;
REVOKE ALL ON FUNCTION nodes() FROM PUBLIC;
COMMENT ON FUNCTION nodes() IS
    'the primary nodes of the Citus cluster, including this one and those that are disabled; 0A000 without Citus';

CREATE OR REPLACE FUNCTION ask_nodes(
    names text[], ports integer[], commands text[], until timestamptz, here text DEFAULT NULL, OUT node text, OUT success boolean, OUT result text)
    RETURNS SETOF record
    LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_ask_nodes';
REVOKE ALL ON FUNCTION ask_nodes(text[], integer[], text[], timestamptz, text) FROM PUBLIC;
COMMENT ON FUNCTION ask_nodes(text[], integer[], text[], timestamptz, text) IS
    'runs a command on each of some nodes at the same time, as the caller, and gives the result or why it failed. Each node commits its own, whatever becomes of the caller''s transaction. A node that has not answered by that time is given up. Meanwhile this node runs a query, whose first value is the result where node is NULL. 22023 for anything else than a node';

-- A node that never answers must leave time for what comes after it, but a loaded one is not given up at once.
CREATE OR REPLACE FUNCTION answer_time(until timestamptz DEFAULT 'infinity') RETURNS timestamptz
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT c + CASE WHEN until = 'infinity' THEN '5 s' ELSE greatest(least((until + '0.8 s' - c) / 2, '5 s'), '0.1 s') END
    FROM clock_timestamp() c
$$;
REVOKE ALL ON FUNCTION answer_time(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION answer_time(timestamptz) IS
    'until when nodes may take to answer, if there is more to do until that time: for half of what is left, answers being awaited for 0.8 s longer, and at most 5 s';

CREATE OR REPLACE FUNCTION call_nodes(command text, until timestamptz) RETURNS void
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
        CROSS JOIN LATERAL regcar.ask_nodes(o.names, o.ports, o.commands, until) a WHERE a.success IS NOT TRUE
    LOOP
        RAISE WARNING 'node % could not run: %', r.node, command USING DETAIL = r.problem;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION call_nodes(text, timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION call_nodes(text, timestamptz) IS 'runs a command on every other node. A WARNING names each node that could not run it, including those that are disabled';

CREATE OR REPLACE FUNCTION report_queues(hold bigint) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    command text := format('SELECT format(''released %%s, failed %%s, waiting %%s'', coalesce(sum(released), 0), coalesce(sum(failed), 0), coalesce(sum(waiting), 0)) '
                           'FROM regcar.queue_summary WHERE %L IS NULL OR hold = %1$L', hold);
    r record;
BEGIN
    FOR r IN
        WITH n AS (SELECT * FROM regcar.nodes())
        SELECT a.node, a.result
        FROM (SELECT array_agg(n.name) AS names, array_agg(n.port) AS ports, array_agg(command) AS commands
              FROM n WHERE NOT n.here AND n.active) o
        CROSS JOIN LATERAL regcar.ask_nodes(o.names, o.ports, o.commands, regcar.answer_time()) a WHERE a.success
    LOOP
        RAISE NOTICE 'node %: % in all', r.node, r.result;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION report_queues(bigint) FROM PUBLIC;
COMMENT ON FUNCTION report_queues(bigint) IS
    'gives a NOTICE for each other node: what became of the queue of a hold, or of all, on it; call_nodes() has named those that do not answer';
