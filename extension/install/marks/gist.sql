-- GiST over marks and series, for EXCLUDE USING gist (mark WITH =, during WITH &&):
-- one mark, one vehicle at a time; and for partial marks.  Strategy numbers are
-- core's for R-trees, so that PostgreSQL 18 knows them too; 31 comes after those.

CREATE OR REPLACE FUNCTION plate_gist_consistent(internal, plate, smallint, oid, internal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_consistent';
CREATE OR REPLACE FUNCTION plate_gist_compress(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_compress';
CREATE OR REPLACE FUNCTION plate_gist_fetch(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_fetch';
CREATE OR REPLACE FUNCTION plate_gist_union(internal, internal) RETURNS platerange
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'range_gist_union';
CREATE OR REPLACE FUNCTION plate_gist_sortsupport(internal) RETURNS void
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_gist_sortsupport';
COMMENT ON FUNCTION plate_gist_sortsupport(internal) IS 'GiST support: indexes are built by sorting';
COMMENT ON FUNCTION plate_gist_union(internal, internal) IS 'GiST support: the server''s union of ranges';
COMMENT ON FUNCTION plate_gist_consistent(internal, plate, smallint, oid, internal) IS 'GiST support: could an entry match the search?';
COMMENT ON FUNCTION plate_gist_compress(internal) IS 'GiST support: a mark as the range of it alone';
COMMENT ON FUNCTION plate_gist_fetch(internal) IS 'GiST support: the mark of such a range';

CREATE OPERATOR CLASS plate_gist_ops DEFAULT FOR TYPE plate USING gist AS
    OPERATOR 18 =,
    OPERATOR 20 <,
    OPERATOR 21 <=,
    OPERATOR 22 >,
    OPERATOR 23 >=,
    OPERATOR 31 ~~ (plate, text),
    FUNCTION 1 plate_gist_consistent(internal, plate, smallint, oid, internal),
    FUNCTION 2 plate_gist_union(internal, internal),
    FUNCTION 3 plate_gist_compress(internal),
    FUNCTION 5 range_gist_penalty(internal, internal, internal),
    FUNCTION 6 range_gist_picksplit(internal, internal),
    FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
    FUNCTION 9 plate_gist_fetch(internal),
    FUNCTION 11 plate_gist_sortsupport(internal),
    STORAGE platerange;
COMMENT ON OPERATOR FAMILY plate_gist_ops USING gist IS 'marks, for exclusion constraints and patterns';
COMMENT ON OPERATOR CLASS plate_gist_ops USING gist IS 'marks, for exclusion constraints and patterns';

CREATE OR REPLACE FUNCTION series_gist_consistent(internal, plate_series, smallint, oid, internal) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_consistent';
CREATE OR REPLACE FUNCTION series_gist_compress(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_compress';
CREATE OR REPLACE FUNCTION series_gist_fetch(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_series_gist_fetch';
COMMENT ON FUNCTION series_gist_consistent(internal, plate_series, smallint, oid, internal) IS 'GiST support: could an entry match the search?';
COMMENT ON FUNCTION series_gist_compress(internal) IS 'GiST support: a series as the range of its first mark alone';
COMMENT ON FUNCTION series_gist_fetch(internal) IS 'GiST support: the series of such a range';

CREATE OPERATOR CLASS plate_series_gist_ops DEFAULT FOR TYPE plate_series USING gist AS
    OPERATOR 18 =,
    OPERATOR 20 <,
    OPERATOR 21 <=,
    OPERATOR 22 >,
    OPERATOR 23 >=,
    FUNCTION 1 series_gist_consistent(internal, plate_series, smallint, oid, internal),
    FUNCTION 2 plate_gist_union(internal, internal),
    FUNCTION 3 series_gist_compress(internal),
    FUNCTION 5 range_gist_penalty(internal, internal, internal),
    FUNCTION 6 range_gist_picksplit(internal, internal),
    FUNCTION 7 range_gist_same(anyrange, anyrange, internal),
    FUNCTION 9 series_gist_fetch(internal),
    FUNCTION 11 plate_gist_sortsupport(internal),
    STORAGE platerange;
COMMENT ON OPERATOR FAMILY plate_series_gist_ops USING gist IS 'series, for exclusion constraints';
COMMENT ON OPERATOR CLASS plate_series_gist_ops USING gist IS 'series, for exclusion constraints';

-- What PostgreSQL 18 added: WITHOUT OVERLAPS finds its operator, and skip scans.
-- pg_upgrade brings the operator families as the older server had them.
CREATE OR REPLACE FUNCTION complete_operator_families() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF current_setting('server_version_num')::int >= 180000 AND NOT EXISTS (
        SELECT FROM pg_amproc p JOIN pg_opfamily f ON f.oid = p.amprocfamily
        WHERE f.opfnamespace = 'regcar'::regnamespace AND f.opfname = 'plate_gist_ops' AND p.amprocnum = 12)
    THEN
        ALTER OPERATOR FAMILY regcar.plate_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY regcar.plate_series_gist_ops USING gist ADD
            FUNCTION 12 ("any", "any") gist_translate_cmptype_common(integer);
        ALTER OPERATOR FAMILY regcar.plate_ops USING btree ADD
            FUNCTION 6 (regcar.plate, regcar.plate) btint8skipsupport(internal);
        ALTER OPERATOR FAMILY regcar.plate_series_ops USING btree ADD
            FUNCTION 6 (regcar.plate_series, regcar.plate_series) btint2skipsupport(internal);
    END IF;
END
$$;
REVOKE ALL ON FUNCTION complete_operator_families() FROM PUBLIC;
COMMENT ON FUNCTION complete_operator_families() IS
    'for superusers, after pg_upgrade to PostgreSQL 18 or later: adds what a fresh installation has there, for WITHOUT OVERLAPS and skip scans. A second call does nothing';
SELECT complete_operator_families();
