-- No row of the state is ever deleted.  History, reports and nodes count on it, and a
-- hold that is gone would be over without anybody having lifted it.

CREATE OR REPLACE FUNCTION refuse_deletion() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'rows of "regcar_state.%" are never deleted', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              DETAIL = 'The history and the reports are made of them.',
              HINT = CASE TG_TABLE_NAME
                         WHEN 'hold' THEN 'SELECT regcar.lift_hold(hold, ''why''); ends a hold.'
                         WHEN 'exemption' THEN 'SELECT regcar.revoke_exemption(exemption, ''why''); ends an exemption.'
                         WHEN 'queue_entry' THEN 'SELECT regcar.discard(id, ''why''); gives up a registration.'
                         WHEN 'refusal' THEN 'SELECT regcar.forget_refusals(before); deletes old refusals.'
                         WHEN 'refusal_count' THEN 'SELECT * FROM regcar.refusal_counts; has no personal data but names of roles.'
                         WHEN 'exempted' THEN 'SELECT * FROM regcar.exemption_report; has what exemptions let through.'
                         WHEN 'drained' THEN 'SELECT * FROM regcar.undrained_holds(); says what is left to drain.'
                         ELSE 'SELECT * FROM regcar.verify_history(); says whether the history is whole.' END;
END
$$;
REVOKE ALL ON FUNCTION refuse_deletion() FROM PUBLIC;
COMMENT ON FUNCTION refuse_deletion() IS 'trigger of the tables in regcar_state: refuses DELETE and TRUNCATE with 42501, whoever asks';

CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.hold
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.exemption
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.queue_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
CREATE TRIGGER refuse_deletion BEFORE DELETE OR TRUNCATE ON regcar_state.history
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_deletion();
ALTER TABLE regcar_state.hold ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.exemption ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.queue_entry ENABLE ALWAYS TRIGGER refuse_deletion;
ALTER TABLE regcar_state.history ENABLE ALWAYS TRIGGER refuse_deletion;
COMMENT ON TRIGGER refuse_deletion ON regcar_state.hold IS 'refuses DELETE and TRUNCATE';
COMMENT ON TRIGGER refuse_deletion ON regcar_state.exemption IS 'refuses DELETE and TRUNCATE';
COMMENT ON TRIGGER refuse_deletion ON regcar_state.queue_entry IS 'refuses DELETE and TRUNCATE';
COMMENT ON TRIGGER refuse_deletion ON regcar_state.history IS 'refuses DELETE and TRUNCATE';

-- Logical replication applies a DELETE row by row, and fires no statement trigger for
-- it.  An error would stop every later hold too, so the row stays and replication goes on.
CREATE OR REPLACE FUNCTION keep_replicated() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE WARNING '% % was deleted where it came from, but stays here', TG_TABLE_NAME, to_json(OLD) ->> TG_TABLE_NAME
        USING HINT = CASE TG_TABLE_NAME WHEN 'hold' THEN 'SELECT regcar.lift_hold(hold, ''why''); ends it here.'
                                        ELSE 'SELECT regcar.revoke_exemption(exemption, ''why''); ends it here.' END;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION keep_replicated() FROM PUBLIC;
COMMENT ON FUNCTION keep_replicated() IS
    'trigger of regcar_state.hold and regcar_state.exemption: a row whose deletion is replicated stays, with a WARNING in the server''s log';

CREATE TRIGGER keep_replicated BEFORE DELETE ON regcar_state.hold
    FOR EACH ROW EXECUTE FUNCTION keep_replicated();
CREATE TRIGGER keep_replicated BEFORE DELETE ON regcar_state.exemption
    FOR EACH ROW EXECUTE FUNCTION keep_replicated();
ALTER TABLE regcar_state.hold ENABLE REPLICA TRIGGER keep_replicated;
ALTER TABLE regcar_state.exemption ENABLE REPLICA TRIGGER keep_replicated;
COMMENT ON TRIGGER keep_replicated ON regcar_state.hold IS 'keeps a hold whose deletion is replicated';
COMMENT ON TRIGGER keep_replicated ON regcar_state.exemption IS 'keeps an exemption whose deletion is replicated';
