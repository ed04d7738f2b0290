-- Files, uploads under way, and what was measured.

CREATE TABLE media_assets (
    id             UUID    NOT NULL PRIMARY KEY,
    user_id        UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    name           TEXT    NOT NULL,
    size           BIGINT NOT NULL,
    sha256         BYTEA    NOT NULL,
    -- As sniffed, never as claimed: `wav`, `flac`, …; `unknown` until measured.
    container      TEXT    NOT NULL,
    -- What browsers are told when they play the original.
    mime           TEXT    NOT NULL,
    -- Where browsers cannot play the original: the object with a copy that they can.
    rendition_mime TEXT,
    rendition_size BIGINT,
    created_at     TIMESTAMPTZ NOT NULL
);
CREATE INDEX media_assets_user ON media_assets (user_id, created_at);

-- An upload has the id of the asset that it becomes.
CREATE TABLE media_uploads (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    size       BIGINT NOT NULL,
    -- Bytes that are synced to disk; what lies behind them in the file is cut off on resuming.
    received   BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX media_uploads_user ON media_uploads (user_id);
CREATE INDEX media_uploads_expiry ON media_uploads (expires_at);

CREATE TABLE media_analyses (
    asset_id       UUID    NOT NULL PRIMARY KEY REFERENCES media_assets (id) ON DELETE CASCADE,
    -- The report's schema version; an older one is measured again.
    version        BIGINT NOT NULL,
    report         JSONB    NOT NULL,
    -- The little that lists and chips need, so that they need not read the report.
    summary        JSONB    NOT NULL,
    measured_at    TIMESTAMPTZ NOT NULL
);
