-- What belongs to the extension, read from the catalogue. To be included with \ir; search_path must have regcar.

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
     WHERE ev_class IN ('regcar.series'::regclass, 'regcar.plate_formats'::regclass, 'regcar.irregular_marks'::regclass, 'regcar.memory_tags'::regclass);
DELETE FROM support_function WHERE oid = 0;
