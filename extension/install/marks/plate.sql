-- plate: one registration mark, as an integer of eight bytes in issue order.

CREATE TYPE plate_format AS ENUM (
    'current', 'export', 'prefix', 'q', 'suffix', 'dateless',
    'dateless_reversed', 'ni', 'ni_reversed', 'ni_serial',
    'ni_serial_reversed', 'qni', 'diplomatic', 'military', 'trade', 'trailer',
    'irregular'
);
COMMENT ON TYPE plate_format IS
    'formats of registration marks; the view plate_formats describes each';

CREATE TYPE plate;

CREATE OR REPLACE FUNCTION plate_in(cstring) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_in';
CREATE OR REPLACE FUNCTION plate_out(plate) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_out';
CREATE OR REPLACE FUNCTION plate_recv(internal) RETURNS plate
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_recv';
CREATE OR REPLACE FUNCTION plate_send(plate) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_send';

CREATE OR REPLACE FUNCTION plate_typanalyze(internal) RETURNS boolean
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_typanalyze';

CREATE TYPE plate (
    INPUT = plate_in,
    OUTPUT = plate_out,
    RECEIVE = plate_recv,
    SEND = plate_send,
    ANALYZE = plate_typanalyze,
    INTERNALLENGTH = 8,
    PASSEDBYVALUE,
    ALIGNMENT = double
);

COMMENT ON TYPE plate IS
    'United Kingdom registration mark: AB75 CDE; ordered by issue';
COMMENT ON FUNCTION plate_in(cstring) IS
    'I/O; 22P02 if the text is not a mark, with the broken rule as DETAIL';
COMMENT ON FUNCTION plate_out(plate) IS 'I/O: display form';
COMMENT ON FUNCTION plate_recv(internal) IS 'I/O; 22P03 if it is not a mark';
COMMENT ON FUNCTION plate_send(plate) IS 'I/O: compact form in ASCII';
COMMENT ON FUNCTION plate_typanalyze(internal) IS
    'statistics: those of any ordered type, and the shares of series, formats and regions';
