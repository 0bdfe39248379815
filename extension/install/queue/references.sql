-- A table and a role in rows that are dumped: they are written by name, as regclass and
-- regrole are, but a name that does not exist where they are restored reads as 0.

CREATE TYPE table_ref;
CREATE OR REPLACE FUNCTION table_ref_in(cstring) RETURNS table_ref
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_table_ref_in';
CREATE OR REPLACE FUNCTION table_ref_out(table_ref) RETURNS cstring
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'regclassout';
CREATE OR REPLACE FUNCTION table_ref_recv(internal) RETURNS table_ref
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidrecv';
CREATE OR REPLACE FUNCTION table_ref_send(table_ref) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidsend';
CREATE TYPE table_ref (
    INPUT = table_ref_in, OUTPUT = table_ref_out, RECEIVE = table_ref_recv, SEND = table_ref_send,
    LIKE = pg_catalog.oid);
COMMENT ON FUNCTION table_ref_in(cstring) IS 'input of table_ref: 0 for an unknown name, and for a number';
COMMENT ON FUNCTION table_ref_out(table_ref) IS 'output of table_ref: as regclass';
COMMENT ON FUNCTION table_ref_recv(internal) IS 'binary input of table_ref: an OID';
COMMENT ON FUNCTION table_ref_send(table_ref) IS 'binary output of table_ref: an OID';
COMMENT ON TYPE table_ref IS 'a table, like regclass, but it can be restored where the table is missing: as 0';
CREATE CAST (table_ref AS regclass) WITHOUT FUNCTION;
CREATE CAST (regclass AS table_ref) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (table_ref AS regclass) IS 'the table';
COMMENT ON CAST (regclass AS table_ref) IS 'the table';

CREATE TYPE role_ref;
CREATE OR REPLACE FUNCTION role_ref_in(cstring) RETURNS role_ref
    LANGUAGE C STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'regcar_role_ref_in';
CREATE OR REPLACE FUNCTION role_ref_out(role_ref) RETURNS cstring
    LANGUAGE internal STABLE STRICT PARALLEL SAFE AS 'regroleout';
CREATE OR REPLACE FUNCTION role_ref_recv(internal) RETURNS role_ref
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidrecv';
CREATE OR REPLACE FUNCTION role_ref_send(role_ref) RETURNS bytea
    LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'oidsend';
CREATE TYPE role_ref (
    INPUT = role_ref_in, OUTPUT = role_ref_out, RECEIVE = role_ref_recv, SEND = role_ref_send,
    LIKE = pg_catalog.oid);
COMMENT ON FUNCTION role_ref_in(cstring) IS 'input of role_ref: 0 for an unknown name, and for a number';
COMMENT ON FUNCTION role_ref_out(role_ref) IS 'output of role_ref: as regrole';
COMMENT ON FUNCTION role_ref_recv(internal) IS 'binary input of role_ref: an OID';
COMMENT ON FUNCTION role_ref_send(role_ref) IS 'binary output of role_ref: an OID';
COMMENT ON TYPE role_ref IS 'a role, like regrole, but it can be restored where the role is missing: as 0';
CREATE CAST (role_ref AS regrole) WITHOUT FUNCTION;
CREATE CAST (regrole AS role_ref) WITHOUT FUNCTION AS ASSIGNMENT;
COMMENT ON CAST (role_ref AS regrole) IS 'the role';
COMMENT ON CAST (regrole AS role_ref) IS 'the role';
