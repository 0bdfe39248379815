-- What a dealer's application finds: a guarded table, and what it may do there.
CREATE EXTENSION regcar;
SELECT format('ALTER DATABASE %I SET search_path = "$user", public, regcar', current_database()) \gexec
SET search_path = "$user", public, regcar;

CREATE TABLE registration (
    mark        plate PRIMARY KEY,
    registered  date NOT NULL,
    make        text NOT NULL,
    dealer      name NOT NULL DEFAULT current_user,
    CHECK (require_issuable(mark, registered)));
SELECT guard('registration');

SELECT 'CREATE ROLE dealer' WHERE to_regrole('dealer') IS NULL \gexec
ALTER ROLE dealer LOGIN;
GRANT SELECT, INSERT ON registration TO dealer;
-- The server's log then counts what it refused a dealer, by SQLSTATE.
ALTER ROLE dealer SET log_error_verbosity = verbose;
