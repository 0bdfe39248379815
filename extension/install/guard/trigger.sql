-- The trigger of guarded tables.

CREATE OR REPLACE FUNCTION registration_hold() RETURNS trigger
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_registration_hold';
REVOKE ALL ON FUNCTION registration_hold() FROM PUBLIC;
COMMENT ON FUNCTION registration_hold() IS
    'the trigger that guard() attaches: RH001 if a hold stops the row. Its arguments: the column of the mark, then key=column for scope keys, =column for the column of tickets, and replicated';

-- Each lockdown reads those of every guard.
CREATE OR REPLACE FUNCTION trigger_arguments(bytea) RETURNS text[]
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_trigger_arguments';
REVOKE ALL ON FUNCTION trigger_arguments(bytea) FROM PUBLIC;
COMMENT ON FUNCTION trigger_arguments(bytea) IS
    'pg_trigger.tgargs as an array; NULL if there are none, or more than 256 kB of them, which no guard has';
