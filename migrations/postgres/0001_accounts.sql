-- People, their sessions, the links that let the owner in, and what was done.

CREATE TABLE accounts_users (
    id            UUID    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    -- Lower case, for looking up; the address itself is kept as it was typed.
    email_key     TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL
);

CREATE TABLE accounts_sessions (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token; the token itself is nowhere.
    token_hash BYTEA    NOT NULL UNIQUE,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at    TIMESTAMPTZ NOT NULL,
    -- Sliding: moves with seen_at, never past the absolute limit.
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX accounts_sessions_user ON accounts_sessions (user_id);

-- One-time links: set-up of the owner, later recovery.
CREATE TABLE accounts_links (
    key_hash   BYTEA    NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at    TIMESTAMPTZ
);

CREATE TABLE accounts_audit (
    id      UUID    NOT NULL PRIMARY KEY,
    at      TIMESTAMPTZ NOT NULL,
    user_id UUID,
    act     TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    address TEXT    NOT NULL,
    detail  JSONB    NOT NULL
);
