SELECT complete_operator_families();

-- A GRANT in here would be recorded as part of every installation, and dumps would leave it out. So the administrator has
-- to repeat the call. It is a warning because an update shows no notices.
DO $$
DECLARE
    operator regrole;
BEGIN
    FOR operator IN
        SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.oid = 'regcar.lift_hold(bigint, text)'::regprocedure
          AND a.grantee NOT IN (0, p.proowner)
    LOOP
        RAISE WARNING '% has to be made an operator again', operator
            USING DETAIL = 'It has the rights that 0.1.0 gave to operators, and none on what is new.',
                  HINT = format('SELECT regcar.grant_operator(%L);', operator);
    END LOOP;
END
$$;

DO $$
BEGIN
    IF to_regprocedure('regcar.drain_of_0_1_0(interval)') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION regcar.drain_of_0_1_0(
        wait interval DEFAULT '10 s', OUT pid integer, OUT gid text, OUT usename name,
        OUT application_name text, OUT xact_start timestamptz)
        RETURNS SETOF record
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
        COST 1000 ROWS 1
    AS $f$ BEGIN RETURN QUERY SELECT d.* FROM regcar.drain(wait) d; END $f$;
    ALTER EXTENSION regcar DROP FUNCTION regcar.drain_of_0_1_0(interval);
END
$$;

DO $$
BEGIN
    IF to_regprocedure('regcar.exempt_of_0_1_0(bigint, jsonb, text, timestamptz)') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION regcar.exempt_of_0_1_0(hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL)
        RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $f$ SELECT regcar.exempt(hold, scope, reason, expires_at) $f$;
    ALTER EXTENSION regcar DROP FUNCTION regcar.exempt_of_0_1_0(bigint, jsonb, text, timestamptz);
END
$$;

DO $$
BEGIN
    IF to_regprocedure('regcar.place_hold_of_0_1_0(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz)') IS NULL THEN
        RETURN;
    END IF;
    CREATE OR REPLACE FUNCTION regcar.place_hold_of_0_1_0(
        reason text, scope jsonb DEFAULT '{}', action regcar.hold_action DEFAULT 'reject', incident text DEFAULT NULL,
        starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL)
        RETURNS bigint
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $f$ SELECT regcar.place_hold(reason, scope, action, incident, starts_at, expires_at) $f$;
    ALTER EXTENSION regcar DROP FUNCTION regcar.place_hold_of_0_1_0(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz);
END
$$;

-- the library still takes a call without approvals
DO $$
BEGIN
    IF to_regprocedure('regcar.lockdown_of_0_1_0(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval)') IS NOT NULL THEN
        ALTER EXTENSION regcar DROP PROCEDURE regcar.lockdown_of_0_1_0(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz, interval);
    END IF;
END
$$;
