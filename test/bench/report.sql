-- The page of an incident with a million queued registrations, most of them released since.
\ir common.sql
SET client_min_messages = error;

CREATE TABLE registered (mark regcar.plate, dealer text);
SELECT regcar.guard('registered') \g /dev/null
SELECT regcar.place_hold('bench', action => 'queue') AS hold \gset
ALTER TABLE regcar_state.hold DISABLE TRIGGER USER;
ALTER TABLE regcar_state.queue_entry DISABLE TRIGGER USER;
UPDATE regcar_state.hold SET placed_at = now() - interval '9 days';
INSERT INTO regcar_state.queue_entry (hold, target, row_data, submitted_by, submitted_at, submitter, login, application, search_path,
                                      state, outcome, settled_by, settled_at, target_name)
SELECT :hold, 'registered'::regclass, jsonb_build_object('mark', 'AB75 CDE', 'dealer', 'Dealer ' || n % 5000), current_user::regrole,
       now() - interval '9 days' + n * interval '0.7 s', 'dealer ' || n % 50, 'portal', 'forecourt', 'public', s.state::regcar.queue_state,
       CASE s.state WHEN 'failed' THEN '23505: duplicate key value violates unique constraint "registered_pkey"' END,
       CASE WHEN s.state <> 'waiting' THEN current_user END,
       CASE WHEN s.state <> 'waiting' THEN now() - interval '1 day' + n * interval '0.08 s' END, 'public.registered'
FROM generate_series(1, 1000000) n, LATERAL (VALUES (CASE WHEN n % 10 = 0 THEN 'waiting' WHEN n % 17 = 0 THEN 'failed' ELSE 'released' END)) s (state);
VACUUM ANALYZE regcar_state.queue_entry;

INSERT INTO statement (what, kind, statement) VALUES ('report', 'queue', format('SELECT length(regcar.incident_report(%s))', :hold));
CALL measure(least(:rounds, 3), false);
SELECT format('| incident_report with 1 M queued rows | – | %s s |', median(array_agg(ms / 1000), 1)) FROM result;
