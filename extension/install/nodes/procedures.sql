-- What an operator of a cluster calls.

CREATE OR REPLACE PROCEDURE lockdown_on_nodes(
    reason text, scope jsonb DEFAULT '{}', action hold_action DEFAULT 'reject',
    incident text DEFAULT NULL,
    starts_at timestamptz DEFAULT NULL, expires_at timestamptz DEFAULT NULL,
    wait interval DEFAULT '10 s', approvals integer DEFAULT 1)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lockdown_on_nodes';
REVOKE ALL ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval, integer) FROM PUBLIC;
COMMENT ON PROCEDURE lockdown_on_nodes(text, jsonb, hold_action, text, timestamptz, timestamptz, interval, integer) IS
    'lockdown() of a Citus cluster: places a hold here and on every node, each of which commits it, and drains all of them. A WARNING names each node that does not obey and each transaction that is left; 0A000 without Citus, 25001 inside a transaction block';

CREATE OR REPLACE PROCEDURE lift_hold_on_nodes(hold bigint, reason text)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_lift_hold_on_nodes';
REVOKE ALL ON PROCEDURE lift_hold_on_nodes(bigint, text) FROM PUBLIC;
COMMENT ON PROCEDURE lift_hold_on_nodes(bigint, text) IS
    'lift_hold() here and on every node; a node that does not answer keeps its hold and is named. Errors as for lift_hold() and lockdown_on_nodes()';

CREATE OR REPLACE PROCEDURE exempt_on_nodes(
    hold bigint, scope jsonb, reason text, expires_at timestamptz DEFAULT NULL,
    share integer DEFAULT 100, share_by text DEFAULT NULL)
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_exempt_on_nodes';
REVOKE ALL ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz, integer, text) FROM PUBLIC;
COMMENT ON PROCEDURE exempt_on_nodes(bigint, jsonb, text, timestamptz, integer, text) IS
    'exempt() here and on every node. Errors as for exempt() and lockdown_on_nodes()';

CREATE OR REPLACE PROCEDURE revoke_exemption_on_nodes(exemption bigint, reason text, wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_revoke_exemption_on_nodes';
REVOKE ALL ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) FROM PUBLIC;
COMMENT ON PROCEDURE revoke_exemption_on_nodes(bigint, text, interval) IS
    'revoke_exemption() here and on every node; then drains all of them. Errors as for revoke_exemption() and lockdown_on_nodes()';

CREATE OR REPLACE PROCEDURE sync_nodes(wait interval DEFAULT '10 s')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_sync_nodes';
REVOKE ALL ON PROCEDURE sync_nodes(interval) FROM PUBLIC;
COMMENT ON PROCEDURE sync_nodes(interval) IS
    'gives every node the holds and exemptions that stand here and that it lacks, ends there what has ended here, and drains all of them: for a node that was away or is new. A second call changes nothing. Errors as for lockdown_on_nodes()';

CREATE OR REPLACE PROCEDURE release_on_nodes(
    hold bigint DEFAULT NULL, max_rows bigint DEFAULT NULL, batch integer DEFAULT 500,
    pause interval DEFAULT '0')
    LANGUAGE C AS 'MODULE_PATHNAME', 'regcar_release_on_nodes';
REVOKE ALL ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) FROM PUBLIC;
COMMENT ON PROCEDURE release_on_nodes(bigint, bigint, integer, interval) IS
    'release() here and then on all other nodes at the same time; each releases its own queue, up to max_rows. Errors as for release() and lockdown_on_nodes(); a WARNING names each node that could not release';
