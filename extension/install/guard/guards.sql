-- Which tables are under the rules, and whether their guards are sound.

CREATE OR REPLACE VIEW text_mark_columns AS
SELECT c.oid::regclass AS target, a.attname AS text_column
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid AND t.typcategory = 'S'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname NOT IN ('information_schema', 'regcar', 'regcar_state') AND n.nspname NOT LIKE 'pg\_%'
  AND (a.attname ~* '(^|_)(mark|plate|number_?plate|vrm|vrn|reg(istration)?_?(mark|no|number|plate))($|_)'
       -- half of what ANALYZE has seen are marks of a series: a text of digits alone may be anything
       OR EXISTS (SELECT FROM pg_stats s,
                      unnest(coalesce(s.most_common_vals::text::text[], '{}') || coalesce(s.histogram_bounds::text::text[], '{}')) v
                  WHERE s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND s.avg_width <= 12
                  HAVING count(*) >= 10
                     AND count(*) <= 2 * count(*) FILTER (WHERE CASE WHEN plate_is_valid(v) THEN plate_series(v::plate) END IS NOT NULL)));
COMMENT ON VIEW text_mark_columns IS 'columns of text whose name, or whose values as ANALYZE saw them, look like marks';

CREATE OR REPLACE VIEW guards AS
WITH trigger AS (
    SELECT t.tgrelid, t.tgname, t.tgenabled, trigger_arguments(t.tgargs) AS args,
           (t.tgtype & 1) = 1 AS is_row,
           -- BEFORE INSERT OR UPDATE OR DELETE for each row; BEFORE TRUNCATE
           t.tgtype IN (31, 34) AND t.tgqual IS NULL AND t.tgattr::text = '' AS sound,
           t.tgnargs > 0 AND trigger_arguments(t.tgargs) IS NULL AS unread
    FROM pg_trigger t
    WHERE t.tgfoid = 'regcar.registration_hold'::regproc
),
guarded AS (
    SELECT c.oid, r.args,
           coalesce(r.args[1], (SELECT min(p.plate_column) FROM plate_columns p
                                WHERE p.target = c.oid HAVING count(*) = 1)) AS plate_column,
           r.tgname AS row_trigger, r.tgenabled AS row_enabled, r.sound AS row_sound, r.unread,
           s.tgname AS truncate_trigger, s.tgenabled AS truncate_enabled, s.sound AS truncate_sound
    FROM pg_class c
    LEFT JOIN LATERAL (SELECT * FROM trigger t WHERE t.tgrelid = c.oid AND t.is_row
                       ORDER BY t.sound DESC, t.tgenabled <> 'A' LIMIT 1) r ON true
    LEFT JOIN LATERAL (SELECT * FROM trigger t WHERE t.tgrelid = c.oid AND NOT t.is_row
                       ORDER BY t.sound DESC, t.tgenabled <> 'A' LIMIT 1) s ON true
    WHERE c.relkind IN ('r', 'p')
      AND NOT pg_is_other_temp_schema(c.relnamespace)
      AND (r.tgrelid IS NOT NULL OR s.tgrelid IS NOT NULL
           OR EXISTS (SELECT FROM plate_columns p WHERE p.target = c.oid)
           OR EXISTS (SELECT FROM pg_trigger w WHERE w.tgrelid = c.oid AND w.tgfoid = 'regcar.guard_waived'::regproc))
)
SELECT g.oid::regclass AS target,
       g.plate_column::name AS plate_column,
       coalesce((SELECT jsonb_object_agg(split_part(a, '=', 1), substr(a, strpos(a, '=') + 1))
                 FROM unnest(g.args[2:]) a WHERE a LIKE '_%=%'), '{}') AS keys,
       CASE
           WHEN row_trigger IS NULL AND truncate_trigger IS NULL AND w.reason IS NOT NULL THEN 'waived'
           WHEN row_trigger IS NULL AND truncate_trigger IS NULL THEN 'not guarded'
           WHEN row_trigger IS NULL THEN 'row trigger missing'
           WHEN truncate_trigger IS NULL THEN 'truncate trigger missing'
           WHEN row_enabled = 'D' OR truncate_enabled = 'D' THEN 'disabled'
           WHEN row_enabled <> 'A' OR truncate_enabled <> 'A' THEN 'not ENABLE ALWAYS'
           WHEN NOT row_sound OR NOT truncate_sound THEN 'does not fire on every write'
           WHEN unread THEN 'arguments are too long to read'
           WHEN NOT EXISTS (SELECT FROM pg_attribute a
                            WHERE a.attrelid = g.oid AND a.attname = g.plate_column
                              AND a.attnum > 0 AND NOT a.attisdropped)
               THEN 'column of the mark is gone'
           WHEN EXISTS (SELECT FROM unnest(g.args[2:]) a WHERE a LIKE '=%'
                        AND NOT EXISTS (SELECT FROM pg_attribute c
                                        WHERE c.attrelid = g.oid AND c.attname = substr(a, 2) AND NOT c.attisdropped
                                          AND c.atttypid = 'bigint'::regtype AND NOT c.attnotnull AND NOT c.atthasdef
                                          AND c.attidentity = ''))
               THEN 'column of tickets takes none'
           WHEN EXISTS (SELECT FROM pg_trigger t
                        WHERE t.tgrelid = g.oid AND t.tgtype & 67 = 3 AND NOT t.tgisinternal
                          AND t.tgname > g.row_trigger AND t.tgenabled <> 'D')
               THEN 'another trigger fires after it'
           ELSE 'ok'
       END AS status,
       w.reason,
       (SELECT substr(a, 2)::name FROM unnest(g.args[2:]) a WHERE a LIKE '=%' LIMIT 1) AS ticket
FROM guarded g
LEFT JOIN LATERAL (
    SELECT (trigger_arguments(t.tgargs))[1] AS reason
    FROM (SELECT g.oid AS relid, 0 AS distance
          UNION ALL
          SELECT a.relid, a.distance FROM pg_partition_ancestors(g.oid) WITH ORDINALITY a (relid, distance)) a
    JOIN pg_trigger t ON t.tgrelid = a.relid AND t.tgfoid = 'regcar.guard_waived'::regproc
    ORDER BY a.distance LIMIT 1) w ON g.row_trigger IS NULL AND g.truncate_trigger IS NULL
UNION ALL
-- what pg_restore --disable-triggers leaves behind on the extension's own tables
SELECT t.tgrelid::regclass, NULL, '{}', format('own trigger %s not ENABLE %s', t.tgname, o.enabled), NULL, NULL
FROM pg_trigger t
JOIN (VALUES ('regcar.hold_changed'::regproc, 'ALWAYS'), ('regcar.chain_event', 'ALWAYS'),
             ('regcar.record_replicated', 'REPLICA'), ('regcar.refuse_deletion', 'ALWAYS'), ('regcar.keep_replicated', 'REPLICA'), ('regcar.merge_arriving', 'REPLICA')) AS o (function, enabled) ON t.tgfoid = o.function
WHERE t.tgenabled <> left(o.enabled, 1)
UNION ALL
SELECT NULL, NULL, '{}', format('own event trigger %s not ENABLE ALWAYS', e.evtname), NULL, NULL
FROM pg_event_trigger e JOIN pg_proc f ON f.oid = e.evtfoid
WHERE f.pronamespace = 'regcar'::regnamespace AND e.evtenabled <> 'A'
UNION ALL
SELECT h.target, h.text_column, '{}', 'hint: text that may hold marks', NULL, NULL FROM text_mark_columns h
WHERE NOT EXISTS (SELECT FROM guarded g WHERE g.oid = h.target)
ORDER BY 1;
COMMENT ON VIEW guards IS
    'every guarded table and partition, every table with a column of type plate, and whatever is wrong with their guards or with the extension''s own triggers; and as a hint, tables whose text looks like marks';
