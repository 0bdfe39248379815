-- ILIKE of marks.  LIKE knows no case either, so it is the same; it is there for
-- what writes ILIKE by itself, as object mappers do for a search without case.

CREATE OPERATOR ~~* (
    FUNCTION = plate_matches, LEFTARG = plate, RIGHTARG = text,
    NEGATOR = !~~*, RESTRICT = pattern_sel, JOIN = likejoinsel
);
CREATE OPERATOR !~~* (
    FUNCTION = plate_not_matches, LEFTARG = plate, RIGHTARG = text,
    NEGATOR = ~~*, RESTRICT = pattern_nsel, JOIN = nlikejoinsel
);
COMMENT ON OPERATOR ~~* (plate, text) IS 'ILIKE: the same as LIKE, which ignores case too';
COMMENT ON OPERATOR !~~* (plate, text) IS 'NOT ILIKE: the same as NOT LIKE, which ignores case too';

ALTER OPERATOR FAMILY plate_gist_ops USING gist ADD OPERATOR 36 ~~* (plate, text);
ALTER OPERATOR FAMILY plate_search_ops USING gist ADD OPERATOR 36 ~~* (plate, text);
