-- How many registrations were committed before, during and after an incident.

-- The time of a commit is read from a file, while its xid costs almost nothing.  The
-- order of xids is not quite that of commits, so this gives only a lower limit.
CREATE OR REPLACE FUNCTION xid_age_at(moment timestamptz) RETURNS integer
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    upcoming CONSTANT bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
    bottom CONSTANT bigint := greatest(2, upcoming - 2000000000);
    newer bigint := upcoming;
    older bigint;
    stride bigint := 1;
    probe bigint;
    committed_at timestamptz;
BEGIN
    -- back by longer and longer strides to a commit that is older, then by halves in between
    WHILE older IS NULL OR newer - older > 1 LOOP
        probe := coalesce((newer + older) / 2, upcoming - stride);
        IF probe <= bottom THEN
            RETURN upcoming - bottom;
        END IF;
        stride := stride * 2;
        -- an aborted transaction has no time; if there are many in a row, rather too old than too new
        committed_at := NULL;
        SELECT c.at INTO committed_at
        FROM (SELECT pg_xact_commit_timestamp((x % 4294967296)::text::xid) AS at
              FROM generate_series(probe, least(probe + 1000, upcoming - 1)) x WHERE x % 4294967296 > 2) c
        WHERE c.at IS NOT NULL LIMIT 1;
        IF committed_at < moment THEN older := probe; ELSE newer := probe; END IF;
    END LOOP;
    RETURN upcoming - older;
END
$$;
REVOKE ALL ON FUNCTION xid_age_at(timestamptz) FROM PUBLIC;
COMMENT ON FUNCTION xid_age_at(timestamptz) IS 'about how many transaction ids were given out since then; rather too many than too few';

-- A row-level policy would hide rows, and its functions, which are the table owner's,
-- would run with the rights of an operator who did not ask for that table.  So a policy
-- that applies is an error, and the report says so.  The planner knows nothing about
-- the distribution of xmin; hashing is right whatever it is.
CREATE OR REPLACE FUNCTION incident_registrations(
    i incident_span, OUT target regclass, OUT phase text, OUT at timestamptz, OUT registrations bigint, OUT problem text)
    RETURNS SETOF record
    LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp SET row_security = off
    SET lock_timeout = '500ms' SET enable_sort = off
AS $$
DECLARE
    budget CONSTANT interval := '500 ms';
    chunk CONSTANT bigint := 1024;
    deadline timestamptz := clock_timestamp() + budget;
    -- incident_held(), which an operator of an older release may not call
    held CONSTANT tstzmultirange := (SELECT coalesce(range_agg(tstzrange(r.began_at, r.ended_at)), '{}')
                                     FROM unnest(i.began, i.ended) r (began_at, ended_at) WHERE r.began_at IS NOT NULL);
    oldest integer;
    t record;
    pages bigint;
    first_page bigint;
    end_page bigint;
BEGIN
    IF current_setting('track_commit_timestamp') <> 'on' THEN
        RETURN;
    END IF;
    -- a transaction that took longer than a day to commit is left out
    oldest := regcar.xid_age_at(i.since - interval '1 day');
    -- the small ones first, so that they are done however long the largest takes
    FOR t IN
        SELECT g.oid::regclass AS leaf, coalesce(pg_partition_root(g.oid), g.oid)::regclass AS root, g.relpages
        FROM (SELECT DISTINCT r.tgrelid AS oid, c.relpages FROM pg_trigger r JOIN pg_class c ON c.oid = r.tgrelid
              WHERE r.tgfoid = 'regcar.registration_hold'::regproc AND r.tgtype & 1 = 1 AND c.relkind = 'r') g
        ORDER BY g.relpages, g.oid
    LOOP
        target := t.root;
        IF NOT has_table_privilege(t.leaf, 'SELECT') THEN
            problem := format('%s may not read %s', current_user, t.leaf);
            RETURN NEXT;
            CONTINUE;
        END IF;
        BEGIN
            -- here, because it waits for whoever has the table locked, which is a problem of this table alone
            pages := CASE WHEN clock_timestamp() < deadline THEN pg_relation_size(t.leaf) / current_setting('block_size')::bigint
                          ELSE greatest(t.relpages, 1) END;
            end_page := pages;
            -- new rows are usually near the end
            WHILE end_page > 0 AND clock_timestamp() < deadline LOOP
                first_page := greatest(0, end_page - chunk);
                RETURN QUERY EXECUTE format(
                    'SELECT $1, p.phase, date_bin($2, p.at, $3), count(*), NULL::text'
                    ' FROM (SELECT c.at, CASE WHEN c.at < $4 THEN ''before'' WHEN c.at <@ $10 THEN ''during'''
                    '                         WHEN c.at < $5 THEN ''between'' ELSE ''after'' END AS phase'
                    '       FROM (SELECT pg_xact_commit_timestamp(xmin) AS at FROM ONLY %s'
                    '             WHERE ctid >= $7 AND ctid < $8 AND age(xmin) <= $9 OFFSET 0) c'
                    '       WHERE c.at >= $3 AND c.at < $6) p GROUP BY 2, 3', t.leaf)
                USING t.root, i.step, i.since, coalesce(i.began_at, 'infinity'), coalesce(i.ended_at, 'infinity'), i.until,
                      format('(%s,0)', first_page)::tid, format('(%s,0)', end_page)::tid, oldest, held;
                end_page := first_page;
            END LOOP;
            IF end_page > 0 THEN
                problem := format('only the last %s of %s pages of %s were read', pages - end_page, pages, t.leaf);
                RETURN NEXT;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            problem := format('%s: %s', t.leaf, SQLERRM);
            RETURN NEXT;
        END;
        problem := NULL;
    END LOOP;
END
$$;
REVOKE ALL ON FUNCTION incident_registrations(incident_span) FROM PUBLIC;
COMMENT ON FUNCTION incident_registrations(incident_span) IS
    'registrations in guarded tables by the time of their commit, in steps, and what could not be counted. Reads the tables with the caller''s rights, from their ends, for half a second at most. No rows if track_commit_timestamp is off';
