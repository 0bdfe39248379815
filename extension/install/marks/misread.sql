-- Finding a mark that was misread.

CREATE OR REPLACE FUNCTION plate_lookalike(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_lookalike';
COMMENT ON FUNCTION plate_lookalike(plate) IS
    'the mark with O written as 0 and I as 1, because they look the same on a plate: a key for searching, never for identity';

CREATE OR REPLACE FUNCTION plate_suggest(text, OUT plate plate, OUT changes integer)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1000 ROWS 40
    AS 'MODULE_PATHNAME', 'regcar_plate_suggest';
COMMENT ON FUNCTION plate_suggest(text) IS
    'marks that a misread or mistyped text may be, nearest first, vehicles'' marks before others, at most 64: confused characters, two neighbours exchanged, one character missing or too many, zeros in front; nothing if the text resembles no mark';
