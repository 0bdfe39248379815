-- The calendar, and which mark may be used on which day.  Days are UK days.

CREATE OR REPLACE FUNCTION series_on(date) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_series_on';
COMMENT ON FUNCTION series_on(date) IS
    'series in force on a UK day; NULL before 1963-01-01 and after the last series';

CREATE OR REPLACE FUNCTION series_at(timestamptz) RETURNS plate_series
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_series_at';
COMMENT ON FUNCTION series_at(timestamptz) IS
    'series in force in the UK at a moment: 1 September starts at 23:00 UTC the day before';

CREATE OR REPLACE FUNCTION series_period(plate_series) RETURNS daterange
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 5 AS 'MODULE_PATHNAME', 'regcar_series_period';
COMMENT ON FUNCTION series_period(plate_series) IS
    'UK days on which a series is issued, up to the day before the next';

CREATE OR REPLACE FUNCTION uk_today() RETURNS date
    LANGUAGE C STABLE STRICT PARALLEL SAFE COST 10 AS 'MODULE_PATHNAME', 'regcar_uk_today';
COMMENT ON FUNCTION uk_today() IS
    'today''s date in the UK, at the start of the transaction, whatever TimeZone is';

CREATE OR REPLACE FUNCTION plate_issuable_support(internal) RETURNS internal
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_plate_issuable_support';
COMMENT ON FUNCTION plate_issuable_support(internal) IS 'planner support: the share of the marks that may be issued on a day';

CREATE OR REPLACE FUNCTION plate_issuable(plate, date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 SUPPORT plate_issuable_support
    AS 'MODULE_PATHNAME', 'regcar_plate_issuable';
COMMENT ON FUNCTION plate_issuable(plate, date) IS
    'may the mark be newly issued to a vehicle that day? A dated one in its series'' period (an export mark in its month, tag MN never), an undated one if vehicles are still given its format';

CREATE OR REPLACE FUNCTION plate_assignable(plate, first_registered date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_plate_assignable';
COMMENT ON FUNCTION plate_assignable(plate, date) IS
    'the age rule (INF104 section 4): false if the mark makes a vehicle that was first registered that day look newer Never true of a trade mark';

CREATE OR REPLACE FUNCTION require_issuable(plate, date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_require_issuable';
COMMENT ON FUNCTION require_issuable(plate, date) IS
    'for CHECK: true if plate_issuable() is, otherwise error 23514 with the period as DETAIL';

CREATE OR REPLACE FUNCTION require_assignable(plate, first_registered date) RETURNS boolean
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 1 AS 'MODULE_PATHNAME', 'regcar_require_assignable';
COMMENT ON FUNCTION require_assignable(plate, date) IS
    'for CHECK: true if plate_assignable() is, otherwise error 23514 with the dates as DETAIL';

CREATE OR REPLACE FUNCTION explain_plate(text, date, OUT rule text, OUT ok boolean, OUT detail text)
    RETURNS SETOF record
    LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 10 ROWS 4
    AS 'MODULE_PATHNAME', 'regcar_explain_plate';
COMMENT ON FUNCTION explain_plate(text, date) IS
    'each rule applied to one input and day (mark, issuable, assignable, transferable), for a screen; one row if the input is not a mark';
