-- Work that outlives a request. The row is the truth; a worker holds it by a lease.

CREATE TABLE jobs (
    id              UUID    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL,
    user_id         UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- What the job is about: an asset's id for `measure`.
    subject         UUID    NOT NULL,
    payload         JSONB    NOT NULL,
    state           TEXT    NOT NULL,
    priority        BIGINT NOT NULL,
    attempt         BIGINT NOT NULL,
    max_attempts    BIGINT NOT NULL,
    run_at          TIMESTAMPTZ NOT NULL,
    lease_owner     TEXT,
    lease_until     TIMESTAMPTZ,
    cancel_asked    BOOLEAN NOT NULL,
    progress        DOUBLE PRECISION    NOT NULL,
    stage           TEXT,
    error_code      TEXT,
    error_message   TEXT,
    -- Asking twice with the same key is asking once.
    idempotency_key TEXT    NOT NULL UNIQUE,
    created_at      TIMESTAMPTZ NOT NULL,
    started_at      TIMESTAMPTZ,
    finished_at     TIMESTAMPTZ
);
CREATE INDEX jobs_due ON jobs (state, run_at, priority);
CREATE INDEX jobs_subject ON jobs (subject, kind);
-- Who was served last.
CREATE INDEX jobs_served ON jobs (user_id, started_at);
