-- Work that outlives a request. The row is the truth; a worker holds it by a lease.

CREATE TABLE jobs (
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    user_id         BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- What the job is about: an asset's id for `measure`.
    subject         BLOB    NOT NULL,
    payload         TEXT    NOT NULL,
    state           TEXT    NOT NULL,
    priority        INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    max_attempts    INTEGER NOT NULL,
    run_at          INTEGER NOT NULL,
    lease_owner     TEXT,
    lease_until     INTEGER,
    cancel_asked    INTEGER NOT NULL,
    progress        REAL    NOT NULL,
    stage           TEXT,
    error_code      TEXT,
    error_message   TEXT,
    -- Asking twice with the same key is asking once.
    idempotency_key TEXT    NOT NULL UNIQUE,
    created_at      INTEGER NOT NULL,
    started_at      INTEGER,
    finished_at     INTEGER
) STRICT;
CREATE INDEX jobs_due ON jobs (state, run_at, priority);
CREATE INDEX jobs_subject ON jobs (subject, kind);
-- Who was served last.
CREATE INDEX jobs_served ON jobs (user_id, started_at);
