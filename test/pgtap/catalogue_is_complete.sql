-- What every object of the extension owes to those who meet it in the catalogue.
\set meta `cat META.json`
\set control `cat regcar.control`
\set debian `head -n 1 debian/changelog`
BEGIN;
SET LOCAL search_path = regcar, public;

\ir ../lib/members.sql
\ir ../lib/rights.sql

-- Functions of the contract on marks and periods
CREATE TEMP TABLE public_function AS SELECT name FROM object_right WHERE (who, kind, topic) = ('everybody', 'function', 'marks');

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
    SELECT oid::regprocedure FROM pg_proc
     WHERE pronamespace = 'regcar'::regnamespace AND coalesce(obj_description(oid, 'pg_proc'), '') !~ '\S'
    $$, 'so has every function of its schema, also those that come with a range type');
SELECT is_empty($$
    SELECT a, b, obj_description(a::oid, 'pg_proc') FROM public_function p
      JOIN function_member f ON f.proname = p.name
     CROSS JOIN LATERAL (SELECT f.oid::regprocedure AS a, f2.oid::regprocedure AS b FROM function_member f2
                          WHERE f2.proname IN (SELECT name FROM public_function) AND f2.proname > f.proname
                            AND obj_description(f2.oid, 'pg_proc') = obj_description(f.oid, 'pg_proc')) same
    $$, 'no two functions of the contract share a comment');
SELECT ok(obj_description((SELECT oid FROM pg_extension WHERE extname = 'regcar'), 'pg_extension') ~ '\S', 'the extension has a comment');
SELECT ok(obj_description('regcar_state'::regnamespace, 'pg_namespace') ~ '\S', 'the schema of the state has a comment');
SELECT ok(obj_description('regcar'::regnamespace, 'pg_namespace') ~ '\S', 'the schema has a comment')
 WHERE EXISTS (SELECT FROM member WHERE classid = 'pg_namespace'::regclass);

SELECT is_empty($$
    SELECT attrelid::regclass, attname FROM pg_attribute JOIN member ON (classid, objid) = ('pg_class'::regclass, attrelid)
     WHERE attrelid IN (SELECT oid FROM pg_class WHERE relkind = 'r') AND attnum > 0 AND coalesce(col_description(attrelid, attnum), '') !~ '\S'
    $$, 'every column of a table has a comment');

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

-- Where objects live
SELECT is_empty($$
    SELECT object, nsp::regnamespace FROM member
      JOIN (SELECT 'pg_proc'::regclass AS c, oid, pronamespace AS nsp FROM pg_proc
             UNION ALL SELECT 'pg_type'::regclass, oid, typnamespace FROM pg_type
             UNION ALL SELECT 'pg_class'::regclass, oid, relnamespace FROM pg_class
             UNION ALL SELECT 'pg_operator'::regclass, oid, oprnamespace FROM pg_operator
             UNION ALL SELECT 'pg_opclass'::regclass, oid, opcnamespace FROM pg_opclass) o ON (c, o.oid) = (classid, objid)
     WHERE nsp <> CASE WHEN EXISTS (SELECT FROM pg_class r WHERE (c, r.oid) = ('pg_class'::regclass, objid) AND relkind IN ('r', 'S', 'i'))
                       THEN 'regcar_state'::regnamespace ELSE 'regcar'::regnamespace END
    $$, 'all tables of the extension are in the schema regcar_state, all other objects in regcar');

SELECT * FROM finish();
ROLLBACK;
