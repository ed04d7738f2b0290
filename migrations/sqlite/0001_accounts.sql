-- People, their sessions, the links that let the owner in, and what was done.

CREATE TABLE accounts_users (
    id            BLOB    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    email         TEXT    NOT NULL,
    -- Lower case, for looking up; the address itself is kept as it was typed.
    email_key     TEXT    NOT NULL UNIQUE,
    role          TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts_sessions (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- SHA-256 of the cookie's token; the token itself is nowhere.
    token_hash BLOB    NOT NULL UNIQUE,
    address    TEXT    NOT NULL,
    user_agent TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    -- Sliding: moves with seen_at, never past the absolute limit.
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_sessions_user ON accounts_sessions (user_id);

-- One-time links: set-up of the owner, later recovery.
CREATE TABLE accounts_links (
    key_hash   BLOB    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT;

CREATE TABLE accounts_audit (
    id      BLOB    NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    user_id BLOB,
    act     TEXT    NOT NULL,
    target  TEXT    NOT NULL,
    address TEXT    NOT NULL,
    detail  TEXT    NOT NULL
) STRICT;
