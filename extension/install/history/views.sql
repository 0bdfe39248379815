-- What an operator reads of the history.

CREATE OR REPLACE VIEW history AS
SELECT id, seq, at, event, hold, actor, detail, digest
FROM regcar_state.history;
COMMENT ON VIEW history IS
    'what was done with holds, exemptions and the queue: place in the chain, time, event, who did it, and the row or the queue ids that it was about; verify_history() checks it';
