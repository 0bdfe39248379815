-- What every object of the extension owes to those who meet it in the catalogue.
\set meta `cat META.json`
\set control `cat regcar.control`
\set debian `head -n 1 debian/changelog`
BEGIN;
SET LOCAL search_path = regcar, public;

CREATE TEMP TABLE member AS
    SELECT classid, objid, pg_describe_object(classid, objid, 0) AS object
      FROM pg_depend
     WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
       AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'regcar')
       -- newer servers count array types and the row types of tables and views as members too
       AND NOT (classid = 'pg_type'::regclass
                AND EXISTS (SELECT FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                             WHERE t.oid = objid AND (t.typcategory = 'A' OR c.relkind <> 'c')));
-- The functions, without the constructors that the server makes for a range type
CREATE TEMP TABLE function_member AS
    SELECT p.*, object
      FROM member JOIN pg_proc p ON classid = 'pg_proc'::regclass AND p.oid = objid
     WHERE NOT EXISTS (SELECT FROM pg_depend d
                        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i');

-- Functions of the contract on marks and periods: everybody may call them.
CREATE TEMP TABLE public_function (name text PRIMARY KEY);
INSERT INTO public_function VALUES
    ('plate_format'), ('plate_series'), ('plate_period'), ('plate_compact'), ('plate_tag'), ('plate_office'), ('plate_region'),
    ('plate_is_valid'), ('plate_problem'), ('plate_next'), ('plate_prior'), ('plate_block'), ('plate_count'), ('plates'), ('plate_first'), ('plate_last'), ('plate_lookalike'), ('plate_suggest'),
    ('plate_matches'), ('plate_intervals'), ('plate_in_block'), ('block_first'), ('block_last'),
    ('series_on'), ('series_at'), ('series_period'), ('uk_today'), ('plate_issuable'),
    ('plate_assignable'), ('plate_transferable'), ('require_issuable'), ('require_assignable'), ('explain_plate');
-- Functions that the server calls on behalf of a type, an operator, an operator class or a
-- cast, the aggregates min and max, and what the views on marks and series are made of.
CREATE TEMP TABLE support_function AS
    SELECT f::oid AS oid FROM pg_type, unnest(ARRAY[typinput, typoutput, typreceive, typsend, typmodin, typmodout, typanalyze]) AS f
     WHERE pg_type.oid IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)
     UNION SELECT f::oid FROM pg_range, unnest(ARRAY[rngcanonical, rngsubdiff]) AS f
     WHERE rngtypid IN (SELECT objid FROM member WHERE classid = 'pg_type'::regclass)
     UNION SELECT f::oid FROM pg_operator, unnest(ARRAY[oprcode, oprrest, oprjoin]) AS f
     WHERE pg_operator.oid IN (SELECT objid FROM member WHERE classid = 'pg_operator'::regclass)
     UNION SELECT amproc::oid FROM pg_amproc
     WHERE amprocfamily IN (SELECT objid FROM member WHERE classid = 'pg_opfamily'::regclass)
     UNION SELECT castfunc FROM pg_cast WHERE pg_cast.oid IN (SELECT objid FROM member WHERE classid = 'pg_cast'::regclass)
     UNION SELECT prosupport::oid FROM function_member
     UNION SELECT f::oid FROM pg_aggregate, unnest(ARRAY[aggfnoid, aggtransfn, aggcombinefn]) AS f
     WHERE aggfnoid IN (SELECT oid FROM function_member WHERE proname IN ('min', 'max'))
     UNION SELECT d.refobjid FROM pg_rewrite r       -- what a view calls, its reader calls
      JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_proc'::regclass
     WHERE ev_class IN ('regcar.series'::regclass, 'regcar.plate_formats'::regclass, 'regcar.memory_tags'::regclass);
DELETE FROM support_function WHERE oid = 0;

SELECT no_plan();

-- The extension
SELECT cmp_ok((SELECT count(*) FROM member), '>', 50::bigint, 'the members of the extension are found');
SELECT results_eq(
    $$ SELECT extnamespace::regnamespace::text, extrelocatable FROM pg_extension WHERE extname = 'regcar' $$,
    $$ VALUES ('regcar', false) $$, 'the extension lives in the schema regcar and cannot be moved');
SELECT is((nullif(:'meta', '')::jsonb) ->> 'version', substring(:'control' FROM $$default_version\s*=\s*'([^']+)'$$),
          'META.json and the control file name the same version');
SELECT is((nullif(:'meta', '')::jsonb) #>> '{provides,regcar,version}', substring(:'control' FROM $$default_version\s*=\s*'([^']+)'$$),
          'META.json provides that version');
SELECT is((nullif(:'meta', '')::jsonb) #>> '{provides,regcar,file}', format('extension/regcar--%s.sql', (nullif(:'meta', '')::jsonb) ->> 'version'), 'in the file that make makes');
SELECT is(substring(:'debian' FROM $$^regcar \((.*)-[^-]*\)$$), substring(:'control' FROM $$default_version\s*=\s*'([^']+)'$$), 'the Debian package has that version too');
-- https://pgxn.org/spec
SELECT is_empty($$
    SELECT key FROM unnest('{name,abstract,version,maintainer,license,provides,meta-spec}'::text[]) key
     WHERE NOT coalesce($$ || quote_literal(:'meta') || $$::jsonb ? key, false)
    $$, 'META.json has what PGXN requires');
SELECT ok(m ->> 'version' ~ '^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$' AND m ->> 'release_status' IN ('stable', 'testing', 'unstable')
          AND m ->> 'license' = 'postgresql' AND m #>> '{meta-spec,version}' ~ '^1\.0\.\d+$' AND jsonb_typeof(m -> 'tags') = 'array'
          AND NOT EXISTS (SELECT FROM jsonb_object_keys(m #> '{prereqs}') phase WHERE phase NOT IN ('configure', 'build', 'test', 'runtime', 'develop')),
          'in the form that it requires') FROM (SELECT nullif(:'meta', '')::jsonb) AS v (m);
SELECT is((SELECT extversion FROM pg_extension WHERE extname = 'regcar'), substring(:'control' FROM $$default_version\s*=\s*'([^']+)'$$),
          'the extension in this database has that version');

-- Comments
SELECT is_empty(format($$
    SELECT object FROM member
     WHERE classid = %L::regclass AND coalesce(obj_description(objid, %1$L), '') !~ '\S'
       AND NOT EXISTS (SELECT FROM pg_class c WHERE classid = 'pg_class'::regclass AND c.oid = objid AND relkind IN ('S', 'i'))
     ORDER BY 1
    $$, catalogue), format('every %s of the extension has a comment', what))
  FROM (VALUES ('pg_type', 'type'), ('pg_operator', 'operator'), ('pg_class', 'table and view'),
               ('pg_opclass', 'operator class')) AS v (catalogue, what);
SELECT is_empty($$ SELECT object FROM function_member WHERE coalesce(obj_description(oid, 'pg_proc'), '') !~ '\S' ORDER BY 1 $$,
                'every function and procedure of the extension has a comment');
SELECT is_empty($$
    SELECT a, b, obj_description(a::oid, 'pg_proc') FROM public_function p
      JOIN function_member f ON f.proname = p.name
     CROSS JOIN LATERAL (SELECT f.oid::regprocedure AS a, f2.oid::regprocedure AS b FROM function_member f2
                          WHERE f2.proname IN (SELECT name FROM public_function) AND f2.proname > f.proname
                            AND obj_description(f2.oid, 'pg_proc') = obj_description(f.oid, 'pg_proc')) same
    $$, 'no two functions of the contract share a comment');
SELECT ok(obj_description((SELECT oid FROM pg_extension WHERE extname = 'regcar'), 'pg_extension') ~ '\S', 'the extension has a comment');
SELECT ok(obj_description('regcar'::regnamespace, 'pg_namespace') ~ '\S', 'the schema has a comment')
 WHERE EXISTS (SELECT FROM member WHERE classid = 'pg_namespace'::regclass);

-- Functions on marks and periods
SELECT ok(EXISTS (SELECT FROM function_member WHERE proname = name), format('the function %s exists', name)) FROM public_function ORDER BY name;
SELECT is_empty($$
    SELECT object, provolatile FROM function_member JOIN public_function ON name = proname
     WHERE provolatile <> CASE proname WHEN 'uk_today' THEN 's' ELSE 'i' END::"char"
    $$, 'the functions on marks and periods are immutable, except uk_today, which is stable');
SELECT is_empty($$ SELECT object FROM function_member JOIN public_function ON name = proname WHERE proparallel <> 's' $$,
                'the functions on marks and periods are parallel safe');
SELECT is_empty($$ SELECT object FROM function_member JOIN public_function ON name = proname WHERE NOT proisstrict AND pronargs > 0 $$,
                'the functions on marks and periods are strict');
SELECT is_empty($$
    SELECT object FROM function_member JOIN public_function ON name = proname JOIN pg_language l ON l.oid = prolang WHERE lanname <> 'c'
    $$, 'the functions on marks and periods are written in C');
SELECT is_empty($$ SELECT object FROM function_member JOIN public_function ON name = proname WHERE procost IS NULL OR procost <= 0 $$,
                'the functions on marks and periods have a cost');
-- Anything else that takes or gives one of the types: what calls it may evaluate it early, in
-- parallel, or not at all for NULL
SELECT is_empty($$
    SELECT object, provolatile, proparallel, proisstrict FROM function_member f
     WHERE prokind = 'f' AND proname <> 'registrations_by_region'      -- reads a table
       AND ('{regcar.plate,regcar.plate_series,regcar.platerange,regcar.platemultirange,regcar.plate_format}'::regtype[]
                && (string_to_array(proargtypes::text, ' ')::oid[]::regtype[])
            OR f.oid IN (SELECT typinput FROM pg_type WHERE pg_type.oid IN ('regcar.plate'::regtype, 'regcar.plate_series'::regtype))
            OR f.oid IN (SELECT typreceive FROM pg_type WHERE pg_type.oid IN ('regcar.plate'::regtype, 'regcar.plate_series'::regtype)))
       AND (provolatile <> 'i' OR proparallel <> 's' OR NOT proisstrict)
    $$, 'every function that takes a mark, a series or a range of marks is immutable, parallel safe and strict');
SELECT is_empty($$
    SELECT object, proparallel FROM function_member WHERE provolatile = 'i' AND proparallel <> 's'
    $$, 'every immutable function is parallel safe');
SELECT is_empty($$ SELECT oid::regprocedure FROM function_member WHERE prorettype = 'trigger'::regtype AND provolatile <> 'v' $$,
                'every trigger function is volatile');

-- Privileges
SELECT is_empty($$
    SELECT object FROM function_member f
     WHERE EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0 AND privilege_type = 'EXECUTE')
       AND proname NOT IN (SELECT name FROM public_function)
       AND f.oid NOT IN (SELECT oid FROM support_function)
       -- with the caller's rights alone, or saying no more than an error would
       AND proname NOT IN ('hold_for', 'report_column', 'registrations_by_series', 'registrations_by_region', 'series_calendar',
                             'tally_series', 'tally_regions', 'count_series', 'count_regions', 'tally_add', 'region_names')
     ORDER BY 1
    $$, 'nobody may call a function of the extension but those on marks and periods, type support, min, max, reports, and hold_for, unless it was granted');
SELECT is_empty($$
    SELECT object FROM function_member f
     WHERE (proname IN (SELECT name FROM public_function) OR f.oid IN (SELECT oid FROM support_function))
       AND NOT EXISTS (SELECT FROM aclexplode(coalesce(proacl, acldefault('f', proowner))) WHERE grantee = 0 AND privilege_type = 'EXECUTE')
     ORDER BY 1
    $$, 'everybody may call the functions on marks and periods, and those behind types and operators');
SELECT is_empty($$
    SELECT object, proconfig FROM function_member
     WHERE prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting ~ '^search_path=.')
    $$, 'every SECURITY DEFINER function pins its search_path');
SELECT is_empty($$
    SELECT object, proconfig FROM function_member
     WHERE prosecdef AND EXISTS (SELECT FROM unnest(proconfig) AS setting WHERE setting ~ '^search_path=.*(public|\$user)')
    $$, 'no SECURITY DEFINER function looks into a schema where others may create objects');
SELECT is_empty($$
    SELECT oid::regclass, privilege_type FROM pg_class, aclexplode(relacl)
     WHERE oid IN (SELECT objid FROM member WHERE classid = 'pg_class'::regclass) AND grantee = 0 AND privilege_type <> 'SELECT'
    $$, 'nobody may write to a table of the extension unless it was granted');
SELECT ok(has_schema_privilege('public', 'regcar', 'USAGE'), 'everybody may use the schema regcar');
SELECT ok(NOT has_schema_privilege('public', 'regcar', 'CREATE'), 'nobody may create objects in the schema regcar unless it was granted');
SELECT ok(has_table_privilege('public', v, 'SELECT'), format('everybody may read %s', v))
  FROM unnest('{regcar.series,regcar.plate_formats,regcar.memory_tags}'::text[]) AS v;

-- Where objects live
SELECT is_empty($$
    SELECT object, nsp::regnamespace FROM member
      JOIN (SELECT 'pg_proc'::regclass AS c, oid, pronamespace AS nsp FROM pg_proc
             UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type
             UNION ALL SELECT 'pg_class'::regclass, oid, relnamespace FROM pg_class
             UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
             UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace FROM pg_opclass) o ON (c, o.oid) = (classid, objid)
     WHERE nsp <> 'regcar'::regnamespace
    $$, 'all objects of the extension are in the schema regcar');

SELECT * FROM finish();
ROLLBACK;
