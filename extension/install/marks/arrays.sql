-- Arrays of marks and series belong to the extension, as their types do.  Servers from 17 on see to it themselves.
-- postgres_fdw ships mark IN (...) to a server only then.

DO $$
DECLARE
    member regtype;
BEGIN
    FOR member IN
        SELECT t.typarray
        FROM pg_catalog.pg_type t
        WHERE t.typnamespace OPERATOR(pg_catalog.=) 'regcar'::pg_catalog.regnamespace
          AND t.typname OPERATOR(pg_catalog.=) ANY ('{plate,plate_series,plate_format,platerange,platemultirange}'::pg_catalog.name[])
          AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                          WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_type'::pg_catalog.regclass
                            AND d.objid OPERATOR(pg_catalog.=) t.typarray AND d.deptype OPERATOR(pg_catalog.=) 'e')
    LOOP
        EXECUTE pg_catalog.format('ALTER EXTENSION regcar ADD TYPE %s', member);
    END LOOP;
END
$$;
