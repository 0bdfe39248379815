-- plate_series: one age identifier, as an ordinal of two bytes.

CREATE TYPE plate_series;

CREATE OR REPLACE FUNCTION plate_series_in(cstring) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_in';
CREATE OR REPLACE FUNCTION plate_series_out(plate_series) RETURNS cstring
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_out';
CREATE OR REPLACE FUNCTION plate_series_recv(internal) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_recv';
CREATE OR REPLACE FUNCTION plate_series_send(plate_series) RETURNS bytea
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_send';

CREATE TYPE plate_series (
    INPUT = plate_series_in,
    OUTPUT = plate_series_out,
    RECEIVE = plate_series_recv,
    SEND = plate_series_send,
    INTERNALLENGTH = 2,
    PASSEDBYVALUE,
    ALIGNMENT = int2
);

COMMENT ON TYPE plate_series IS
    'a series of registration marks: 75, S-prefix, S-suffix; ordered by time';
COMMENT ON FUNCTION plate_series_in(cstring) IS 'I/O; 22P02 if the text is not a series';
COMMENT ON FUNCTION plate_series_out(plate_series) IS 'I/O';
COMMENT ON FUNCTION plate_series_recv(internal) IS 'I/O; 22P03 if it is not a series';
COMMENT ON FUNCTION plate_series_send(plate_series) IS 'I/O: the text in ASCII';
