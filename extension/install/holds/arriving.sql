-- Holds and exemptions that logical replication brings although they are here: a subscription was made anew, with a copy
-- of all there is, after headquarters failed over.

CREATE OR REPLACE FUNCTION copy_end(kind text, given jsonb, end_columns text[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    EXECUTE format('UPDATE regcar_state.%1$I t SET (%2$s) = (SELECT %2$s FROM jsonb_populate_record(NULL::regcar_state.%1$I, $1))'
                   ' WHERE t.%1$I = $2', kind, array_to_string(end_columns, ', ')) USING given, (given ->> kind)::bigint;
END
$$;
REVOKE ALL ON FUNCTION copy_end(text, jsonb, text[]) FROM PUBLIC;
COMMENT ON FUNCTION copy_end(text, jsonb, text[]) IS 'end a hold or an exemption here as it ended on another server';

CREATE OR REPLACE FUNCTION merge_arriving() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    -- hold or exemption, which is also what its number is called; and what an end is made of
    kind text := TG_TABLE_NAME;
    ends text[] := CASE kind WHEN 'hold' THEN '{lifted_by,lifted_at,lift_reason}' ELSE '{revoked_by,revoked_at,revoke_reason}' END;
    given jsonb := regcar.event_detail(NEW);
    here jsonb;
BEGIN
    IF NOT regcar.is_replicated() THEN
        RETURN NEW;
    END IF;
    EXECUTE format('SELECT regcar.event_detail(t) FROM regcar_state.%1$I t WHERE t.%1$I = $1', kind)
    INTO here USING (given ->> kind)::bigint;
    IF here IS NULL THEN
        RETURN NEW;
    ELSIF here - ends <> given - ends THEN
        RAISE EXCEPTION '% % of the publisher is another one here', kind, given ->> kind
            USING ERRCODE = 'unique_violation',
                  DETAIL = format('There: %s. Here: %s.', given ->> 'reason', here ->> 'reason'),
                  HINT = 'Nothing more arrives until one of them has another number.';
    -- an end is final, whoever came to it
    ELSIF here ->> ends[2] IS NULL AND given ->> ends[2] IS NOT NULL THEN
        PERFORM regcar.copy_end(kind, given, ends);
    END IF;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION merge_arriving() FROM PUBLIC;
COMMENT ON FUNCTION merge_arriving() IS
    'trigger of regcar_state.hold and regcar_state.exemption: of a row that a publisher sends again only an end that is new is taken over; 23505 if another one has its number';
CREATE TRIGGER merge_arriving BEFORE INSERT ON regcar_state.hold
    FOR EACH ROW EXECUTE FUNCTION merge_arriving();
CREATE TRIGGER merge_arriving BEFORE INSERT ON regcar_state.exemption
    FOR EACH ROW EXECUTE FUNCTION merge_arriving();
ALTER TABLE regcar_state.hold ENABLE REPLICA TRIGGER merge_arriving;
ALTER TABLE regcar_state.exemption ENABLE REPLICA TRIGGER merge_arriving;
COMMENT ON TRIGGER merge_arriving ON regcar_state.hold IS 'merges what a publisher sends again';
COMMENT ON TRIGGER merge_arriving ON regcar_state.exemption IS 'merges what a publisher sends again';
