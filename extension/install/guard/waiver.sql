-- Tables with marks that are left without a guard on purpose.  As with a guard, a trigger of the table says so, so that it
-- is renamed, dumped, restored and dropped with the table.

-- Everybody may execute it, because an owner who restores the table creates the trigger again. But for a restore, only an
-- operator may attach it (guard_waiver.c).
CREATE OR REPLACE FUNCTION guard_waived() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_LEVEL <> 'STATEMENT' THEN
        RAISE EXCEPTION 'function "%" must be fired for each statement', 'guard_waived'
            USING ERRCODE = 'trigger_protocol_violated',
                  HINT = 'Use regcar.waive_guard() to leave a table without a guard.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION guard_waived() IS
    'the trigger that waive_guard() attaches. It does nothing; its argument is the reason why the table has no guard';

CREATE OR REPLACE FUNCTION drop_waivers(target regclass) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found record;
    dropped integer := 0;
BEGIN
    FOR found IN
        SELECT t.tgrelid::regclass AS rel, t.tgname
        FROM pg_trigger t
        WHERE t.tgfoid = 'regcar.guard_waived'::regproc
          AND (t.tgrelid = target OR t.tgrelid IN (SELECT p.relid FROM pg_partition_tree(target) p))
    LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', found.tgname, found.rel);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END
$$;
REVOKE ALL ON FUNCTION drop_waivers(regclass) FROM PUBLIC;
COMMENT ON FUNCTION drop_waivers(regclass) IS
    'drops the triggers of waive_guard() from a table and its partitions; how many there were';

CREATE OR REPLACE FUNCTION waive_guard(target regclass, reason text) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.check_guard_target(target);
    PERFORM regcar.require_reason(reason, 'leaving a table without a guard', 'SELECT regcar.waive_guard(table, ''why'');');
    IF EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = target AND t.tgfoid = 'regcar.registration_hold'::regproc) THEN
        RAISE EXCEPTION '"%" is guarded', target
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = format('As its owner: SELECT regcar.unguard(%L); first, if no hold shall stop registrations there.',
                                coalesce(pg_partition_root(target), target));
    END IF;
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER "~registration_hold_waived" BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION regcar.guard_waived(%L)', target, reason);
    -- refused to anybody but the owner, whereas a trigger needs only the right to create one
    EXECUTE format('COMMENT ON TRIGGER "~registration_hold_waived" ON %s IS %L', target,
                   'no guard on purpose; regcar.require_guard() ends that');
    RETURN format('%s is left without a guard', target);
END
$$;
REVOKE ALL ON FUNCTION waive_guard(regclass, text) FROM PUBLIC;
COMMENT ON FUNCTION waive_guard(regclass, text) IS
    'says that a table and its partitions have no guard on purpose, and why: guards then shows them as waived, and monitoring leaves them out; for the table''s owner. Again, to change the reason. 55000 if the table is guarded, 22023 without a reason';

CREATE OR REPLACE FUNCTION require_guard(target regclass) RETURNS text
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM regcar.require_writable('requiring a guard');
    IF regcar.drop_waivers(target) = 0 THEN
        RAISE EXCEPTION 'the guard of "%" was not waived', coalesce(target::text, 'null')
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'SELECT * FROM regcar.guards WHERE status = ''waived'';';
    END IF;
    RETURN format('%s should have a guard', target);
END
$$;
REVOKE ALL ON FUNCTION require_guard(regclass) FROM PUBLIC;
COMMENT ON FUNCTION require_guard(regclass) IS
    'ends what waive_guard() said of a table, and of its partitions: as long as they have no guard, guards shows them as not guarded; for the table''s owner. 55000 if that was not said';
