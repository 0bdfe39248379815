-- Numbers that were never given before, not even by a server that this one replaced.

CREATE SEQUENCE regcar_state.server_seq;
COMMENT ON SEQUENCE regcar_state.server_seq IS
    'no number, but a fingerprint of the server, and timeline of its WAL, that gave the last number of a hold, exemption or queue entry: where another one does, numbers jump';

CREATE OR REPLACE FUNCTION server_fingerprint() RETURNS bigint
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_server_fingerprint';
REVOKE ALL ON FUNCTION server_fingerprint() FROM PUBLIC;
COMMENT ON FUNCTION server_fingerprint() IS 'a hash of this server and the timeline of its WAL';

-- A dump leaves it out: where it is restored, numbers go on from those that it has.
SELECT pg_catalog.setval('regcar_state.server_seq', server_fingerprint());

CREATE OR REPLACE FUNCTION next_number(kind text) RETURNS bigint
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_next_number';
REVOKE ALL ON FUNCTION next_number(text) FROM PUBLIC;
COMMENT ON FUNCTION next_number(text) IS
    'the next number of a hold or an exemption; after a failover or a restore they go on from a number of eleven digits that no server gave before';

CREATE OR REPLACE FUNCTION pass_number(kind text, number bigint) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_pass_number';
REVOKE ALL ON FUNCTION pass_number(text, bigint) FROM PUBLIC;
COMMENT ON FUNCTION pass_number(text, bigint) IS
    'let holds or exemptions go on after a number that another server gave; nothing for one above 4503599627370496, which leaves no room for more that JSON keeps';

CREATE OR REPLACE FUNCTION use_number(kind text, number bigint) RETURNS void
    LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'regcar_use_number';
REVOKE ALL ON FUNCTION use_number(text, bigint) FROM PUBLIC;
COMMENT ON FUNCTION use_number(text, bigint) IS
    'the next hold or exemption of this session gets a number that another server gave for it; 22023 for one that leaves no room for more';

CREATE OR REPLACE FUNCTION primary_since(
    OUT timeline integer, OUT since timestamptz, OUT newest_hold bigint, OUT placed_at timestamptz)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT pg_is_in_recovery() THEN
        timeline := ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::integer;
        -- written when the timeline began
        since := (pg_stat_file(format('pg_wal/%s.history', upper(lpad(to_hex(timeline), 8, '0'))), true)).modification;
    END IF;
    SELECT h.hold, h.placed_at INTO newest_hold, primary_since.placed_at
    FROM regcar_state.hold h ORDER BY h.placed_at DESC, h.hold DESC LIMIT 1;
END
$$;
REVOKE ALL ON FUNCTION primary_since() FROM PUBLIC;
COMMENT ON FUNCTION primary_since() IS
    'the timeline of this server''s WAL, NULL on a standby; since when this server is a primary, where it was promoted or restored; and the newest hold that it has: later ones of the server before it may be lost';
