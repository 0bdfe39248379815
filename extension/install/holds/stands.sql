-- What stands: a hold that was not lifted, or an exemption that was not revoked, and that has not expired.

-- A body that was read already, because any search_path may be set where it is called; and without settings of its own, so
-- that the planner puts it in its place. Everybody may execute it, because views call it with the rights of their readers.
CREATE OR REPLACE FUNCTION stands(ended_at timestamptz, expires_at timestamptz) RETURNS boolean
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN ended_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp());
COMMENT ON FUNCTION stands(timestamptz, timestamptz) IS
    'does a hold or an exemption stand, also one that is still to start, by when it was lifted or revoked and when it expires?';
