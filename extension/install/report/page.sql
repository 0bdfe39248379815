-- The report of an incident: one page, for those who decide and those who audit.
-- It loads nothing and runs nothing; whatever somebody typed is escaped.

CREATE OR REPLACE FUNCTION incident_style() RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT $style$
\ir style.css
$style$
$$;
REVOKE ALL ON FUNCTION incident_style() FROM PUBLIC;
COMMENT ON FUNCTION incident_style() IS 'how the page of an incident looks: on a screen, light and dark, narrow, and in print';

CREATE OR REPLACE FUNCTION incident_page(i incident_span, registrations jsonb) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH counted AS MATERIALIZED (SELECT regcar.incident_queue(i) AS queue)
    SELECT E'<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" lang="en-GB">\n<head>\n<meta charset="utf-8"/>\n'
           -- if anything but text ever slipped through, no browser would run or load it
           '<meta http-equiv="Content-Security-Policy" content="default-src ''none''; style-src ''unsafe-inline''"/>\n'
           '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n<meta name="generator" content="regcar"/>\n'
           || format(E'<title>%s: report</title>\n<style>%s</style>\n</head>\n<body>\n',
                     coalesce('Incident ' || regcar.html_text(i.reference, 100), 'Hold ' || i.holds[1]), regcar.incident_style())
           || regcar.incident_summary(i, queue)
           || '<svg class="patterns" aria-hidden="true"><pattern id="fed" width="4" height="4" patternUnits="userSpaceOnUse">'
           || E'<path d="M0 4L4 0"/></pattern></svg>\n<main>\n'
           || (SELECT string_agg(format(E'<section>\n<h2>%s</h2>\n%s</section>\n', s.title, s.body), '' ORDER BY s.o)
               FROM (VALUES (1, 'Registrations', CASE WHEN registrations IS NULL THEN regcar.incident_queue_traffic(i)
                                                      ELSE regcar.incident_traffic(i, registrations) END),
                            (2, 'Queue and restart', regcar.incident_restart(i)),
                            (3, 'Refused', regcar.incident_refused(i)),
                            (4, 'Queued registrations', regcar.incident_unsettled(i) || regcar.incident_impact(i, queue)
                                                     || regcar.incident_submitters(queue)),
                            (5, 'Holds and exemptions', regcar.incident_decisions(i)),
                            (6, 'Table by table', regcar.incident_tables(registrations, queue)),
                            (7, 'Who did what', regcar.incident_log(i)),
                            (8, 'About this report', regcar.incident_sources(i, registrations))) s (o, title, body)
               WHERE s.body <> '')
           || E'</main>\n</body>\n</html>'
    FROM counted
$$;
REVOKE ALL ON FUNCTION incident_page(incident_span, jsonb) FROM PUBLIC;
COMMENT ON FUNCTION incident_page(incident_span, jsonb) IS
    'the page of incident_report(), from the registrations that were counted for it';

-- Compiling its many small queries would take longer than running them.
CREATE OR REPLACE FUNCTION incident_report(hold bigint) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp SET jit = off COST 100000
AS $$
DECLARE
    i regcar.incident_span := regcar.incident_of(hold);
    registrations jsonb;
BEGIN
    IF pg_client_encoding() <> 'UTF8' THEN
        RAISE WARNING 'the page says that it is in UTF-8, but client_encoding is %', pg_client_encoding()
            USING HINT = 'SET client_encoding = ''UTF8'';';
    END IF;
    -- the one part that is done with the caller's rights
    IF current_setting('track_commit_timestamp') = 'on' THEN
        SELECT coalesce(jsonb_agg(r), '[]') INTO registrations
        FROM (SELECT c.target, c.phase, c.at, sum(c.registrations) AS registrations, c.problem
              FROM regcar.incident_registrations(i) c GROUP BY c.target, c.phase, c.at, c.problem) r;
    END IF;
    RETURN regcar.incident_page(i, registrations);
END
$$;
REVOKE ALL ON FUNCTION incident_report(bigint) FROM PUBLIC;
COMMENT ON FUNCTION incident_report(bigint) IS
    'a page of HTML about the incident of a hold, to be saved as a file: what happened, figures and charts, who did what. Registrations in guarded tables are counted with the caller''s rights, for half a second at most. 22023 if there is no such hold';
