-- Finding a mark that was misread.

CREATE OR REPLACE FUNCTION plate_lookalike(plate) RETURNS text
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 3 AS 'MODULE_PATHNAME', 'regcar_plate_lookalike';
COMMENT ON FUNCTION plate_lookalike(plate) IS
    'the mark with O written 0 and I written 1, which are one drawing on a plate: a key for searching, never for identity';

CREATE OR REPLACE FUNCTION plate_suggest(text, OUT plate plate, OUT changes integer)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100 ROWS 4
    AS 'MODULE_PATHNAME', 'regcar_plate_suggest';
COMMENT ON FUNCTION plate_suggest(text) IS
    'marks that a misread text may be, cheapest first, at most 64: O/0 and I/1 cost 1; B/8, S/5, Z/2, G/6, D/0 and V/Y cost 2, as does a stray character that is left out, up to eight of them';
