-- DDL on guarded tables: what would let rows past a guard is refused while a hold stands, and recorded (ddl_watch.c).

CREATE OR REPLACE FUNCTION record_guard_change(event text, target text, change text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    owner name;
BEGIN
    -- A partition copies the trigger, and a restore creates it: the server asks the table's owner for the right.
    IF event = 'guarded' THEN
        SELECT r.rolname INTO owner FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.oid = target::regclass;
        IF NOT has_function_privilege(owner, 'regcar.registration_hold()', 'EXECUTE') THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION regcar.registration_hold() TO %I', owner);
        END IF;
    END IF;
    -- A restore, which alone does not check functions, brings the history itself: an event here would take its number.
    -- What it does is create guards, and if told so disable triggers, as a superuser.
    IF current_setting('check_function_bodies')::boolean
       OR NOT (event IN ('guarded', 'waived') OR event = 'weakened' AND (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = session_user)) THEN
        PERFORM regcar.record_event(event, NULL, jsonb_build_object('table', target, 'change', change));
    END IF;
END
$$;
REVOKE ALL ON FUNCTION record_guard_change(text, text, text) FROM PUBLIC;
COMMENT ON FUNCTION record_guard_change(text, text, text) IS
    'tell the history what became of a guard; the owner of a guarded table may then execute registration_hold(), as partitions and restores need';

CREATE OR REPLACE FUNCTION guard_partition(target regclass) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    SELECT regcar.guard_truncate(p.relid)
    FROM pg_partition_tree(target) p JOIN pg_class c ON c.oid = p.relid
    WHERE c.relkind IN ('r', 'p')
      AND NOT EXISTS (SELECT FROM pg_trigger t
                      WHERE t.tgrelid = p.relid AND t.tgfoid = 'regcar.registration_hold'::regproc AND t.tgtype & 1 = 0)
$$;
REVOKE ALL ON FUNCTION guard_partition(regclass) FROM PUBLIC;
COMMENT ON FUNCTION guard_partition(regclass) IS
    'give a new partition of a guarded table, and its own partitions, the guard against TRUNCATE that its parent has';

CREATE OR REPLACE FUNCTION watch_commands() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_watch_commands';
REVOKE ALL ON FUNCTION watch_commands() FROM PUBLIC;
COMMENT ON FUNCTION watch_commands() IS
    'event trigger: guards new partitions against TRUNCATE; RH001 for attaching rows that a hold covers, and for weakening a guard while a hold stands';

CREATE OR REPLACE FUNCTION watch_detaches() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_watch_detaches';
REVOKE ALL ON FUNCTION watch_detaches() FROM PUBLIC;
COMMENT ON FUNCTION watch_detaches() IS 'event trigger: RH001 under a freeze for DETACH PARTITION CONCURRENTLY, before it begins';

CREATE OR REPLACE FUNCTION watch_drops() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_watch_drops';
REVOKE ALL ON FUNCTION watch_drops() FROM PUBLIC;
COMMENT ON FUNCTION watch_drops() IS
    'event trigger: RH001 for dropping a guard, the mark or a mapped key while a hold stands, and under a freeze for dropping a guarded table';

CREATE OR REPLACE FUNCTION watch_rewrites() RETURNS event_trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_watch_rewrites';
REVOKE ALL ON FUNCTION watch_rewrites() FROM PUBLIC;
COMMENT ON FUNCTION watch_rewrites() IS 'event trigger: RH001 under a freeze for a command that rewrites a guarded table';

CREATE EVENT TRIGGER regcar_watch_commands ON ddl_command_end
    WHEN TAG IN ('ALTER TABLE', 'ALTER TRIGGER', 'CREATE FOREIGN TABLE', 'CREATE SCHEMA', 'CREATE TABLE', 'CREATE TRIGGER')
    EXECUTE FUNCTION watch_commands();
CREATE EVENT TRIGGER regcar_watch_detaches ON ddl_command_start
    WHEN TAG IN ('ALTER TABLE') EXECUTE FUNCTION watch_detaches();
CREATE EVENT TRIGGER regcar_watch_drops ON sql_drop EXECUTE FUNCTION watch_drops();
CREATE EVENT TRIGGER regcar_watch_rewrites ON table_rewrite EXECUTE FUNCTION watch_rewrites();
ALTER EVENT TRIGGER regcar_watch_commands ENABLE ALWAYS;
ALTER EVENT TRIGGER regcar_watch_detaches ENABLE ALWAYS;
ALTER EVENT TRIGGER regcar_watch_drops ENABLE ALWAYS;
ALTER EVENT TRIGGER regcar_watch_rewrites ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER regcar_watch_commands IS 'guards new partitions, keeps others from weakening guards while a hold stands';
COMMENT ON EVENT TRIGGER regcar_watch_detaches IS 'keeps others from detaching partitions concurrently under a freeze';
COMMENT ON EVENT TRIGGER regcar_watch_drops IS 'keeps others from dropping guards while a hold stands, and guarded tables under a freeze';
COMMENT ON EVENT TRIGGER regcar_watch_rewrites IS 'keeps others from rewriting guarded tables under a freeze';
