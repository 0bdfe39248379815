SELECT complete_operator_families();

-- A GRANT in here would be recorded as part of every installation, and dumps would leave it out. So the administrator has
-- to repeat the call. It is a warning because an update shows no notices.
DO $$
DECLARE
    operator regrole;
BEGIN
    FOR operator IN
        SELECT DISTINCT a.grantee FROM pg_proc p, aclexplode(p.proacl) a
        WHERE p.oid = 'regcar.place_hold(text, jsonb, regcar.hold_action, text, timestamptz, timestamptz)'::regprocedure
          AND a.grantee NOT IN (0, p.proowner)
    LOOP
        RAISE WARNING '% has to be made an operator again', operator
            USING DETAIL = 'It has the rights that 0.1.0 gave to operators, and none on what is new.',
                  HINT = format('SELECT regcar.grant_operator(%L);', operator);
    END LOOP;
END
$$;
