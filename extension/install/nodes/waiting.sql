-- Where Citus keeps a table in such a way that no row can wait there.

CREATE OR REPLACE FUNCTION why_none_waits(target regclass, in_place boolean) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    copied boolean;
    moves boolean;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RETURN NULL;
    END IF;
    EXECUTE
        'SELECT bool_or(p.repmodel = ''t'' OR (SELECT count(*) FROM pg_dist_placement c WHERE c.shardid = s.shardid) > 1),'
        -- a table without a column of distribution or a group stays on the coordinator
        '       bool_or(p.partmethod <> ''n'' OR p.colocationid <> 0) '
        'FROM pg_class t '
        'JOIN pg_dist_shard s ON s.logicalrelid = t.oid OR s.shardid = substring(t.relname from ''_([0-9]{1,18})$'')::bigint '
        'JOIN pg_dist_partition p ON p.logicalrelid = s.logicalrelid '
        'JOIN pg_class l ON l.oid = p.logicalrelid AND l.relnamespace = t.relnamespace '
        'WHERE t.oid = $1' INTO copied, moves USING target;
    RETURN CASE
        WHEN copied THEN 'Citus keeps this table on several nodes, and each would let the row wait by itself.'
        WHEN moves AND in_place THEN 'Citus may move a shard of this table to a node that does not have its tickets.'
    END;
END
$$;
REVOKE ALL ON FUNCTION why_none_waits(regclass, boolean) FROM PUBLIC;
COMMENT ON FUNCTION why_none_waits(regclass, boolean) IS
    'why holds of action queue, or pend if rows wait in their table, reject in a table of Citus or a shard; NULL if they do not';

CREATE OR REPLACE FUNCTION warn_of_shards(hold bigint, in_place boolean) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    tables text;
    why text;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'citus') THEN
        RETURN;
    END IF;
    FOR tables, why IN EXECUTE
        'SELECT string_agg(g.target::text, '', '' ORDER BY g.target::text), g.why '
        'FROM (SELECT t.tgrelid::regclass AS target, regcar.why_none_waits(t.tgrelid, $1) AS why FROM pg_trigger t '
        '      JOIN pg_dist_partition p ON p.logicalrelid = t.tgrelid '
        '      WHERE t.tgfoid = ''regcar.registration_hold''::regproc AND t.tgtype & 1 = 1 AND t.tgparentid = 0) g '
        'WHERE g.why IS NOT NULL GROUP BY g.why' USING in_place
    LOOP
        RAISE WARNING 'hold % rejects instead of letting registrations wait in: %', hold, tables
            USING DETAIL = why,
                  HINT = CASE WHEN in_place THEN 'Under a hold of action queue, rows of a distributed table wait; those of a reference table never do.'
                              ELSE 'Those who insert there get RH001. No other action lets their rows wait.' END;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION warn_of_shards(bigint, boolean) FROM PUBLIC;
COMMENT ON FUNCTION warn_of_shards(bigint, boolean) IS
    'gives a WARNING that names the guarded tables of Citus where a hold of action queue or pend rejects';
