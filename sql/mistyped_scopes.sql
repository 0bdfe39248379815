-- What somebody sees who mistypes a value, or exempts everything, in an incident.
\set VERBOSITY default
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET search_path = "$user", public, regcar;
CREATE TABLE mistyped (mark plate, make text, dealer text, sold date);
SELECT guard('mistyped');
ALTER TABLE regcar_state.hold ALTER hold RESTART 8001;
ALTER TABLE regcar_state.exemption ALTER exemption RESTART 801;

-- A table without rows says nothing of a value
SELECT place_hold('empty', '{"make": "jaguar"}');
INSERT INTO mistyped
SELECT plate_first('25'), CASE WHEN g <= 60 THEN 'Jaguar' ELSE 'Land Rover' END, 'dealer ' || g % 7, '2025-03-01' FROM generate_series(1, 99) g;

-- What is there needs no word, nor does a series that is still to come
SELECT place_hold('a make', '{"make": "Jaguar", "dealer": ["dealer 3", "dealer 4"], "sold": {"<=": "2025-03-01"}, "series": ["25", "99"]}');
-- These are not
SELECT place_hold('not a make', '{"make": "jaguar"}');
SELECT place_hold('one of two', '{"make": ["Jaguar", "Landrover"]}');
SELECT place_hold('a year too late', '{"sold": {">=": "2035-03-01"}}');
SELECT place_hold('digits exchanged', '{"series": "52"}');
SELECT place_hold('six', '{"dealer": ["a", "b", "c", "d", "e", "f"], "make": "Jaguar"}');
SELECT lift_all('again');
SELECT exempt(place_hold('all'), '{"dealer": "dealer 33"}', 'clean');

-- An exemption of all that its hold covers
SELECT exempt(8008, '{}', 'a slip');
SELECT exempt(place_hold('part', '{"make": ["Jaguar", "Land Rover"], "dealer": "dealer 3"}'), '{"make": ["Land Rover", "Jaguar"]}', 'all makes that it has');
SELECT exempt(8009, '{"make": "Jaguar"}', 'one make');
SELECT lift_all('done');
DROP TABLE mistyped;
