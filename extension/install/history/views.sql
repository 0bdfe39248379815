-- What an operator reads of the history.

CREATE OR REPLACE VIEW history AS
SELECT id, seq, at, event, hold, actor, detail, digest, late
FROM regcar_state.history;
COMMENT ON VIEW history IS
    'what was done with holds, exemptions and the queue: place in the chain, time, event, who did it, and the row or the queue ids that it was about, and whether it is late, and so has no place yet; verify_history() checks it';
