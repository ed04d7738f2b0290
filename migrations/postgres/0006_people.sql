-- More people than the owner: who may come in, who is kept out, and what scripts may do for them.

-- 'active' or 'suspended'.
ALTER TABLE accounts_users ADD COLUMN standing TEXT NOT NULL DEFAULT 'active';

-- A link that makes one account, once.
CREATE TABLE accounts_invites (
    id         UUID    NOT NULL PRIMARY KEY,
    key_hash   BYTEA   NOT NULL UNIQUE,
    role       TEXT    NOT NULL,
    -- For whom, in the words of the one who invited.
    note       TEXT    NOT NULL,
    -- Who invited; an invitation does not outlive them.
    user_id    UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);

-- API tokens.
CREATE TABLE accounts_tokens (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    -- SHA-256 of the token; the token itself is nowhere.
    token_hash BYTEA   NOT NULL UNIQUE,
    ends_in    TEXT    NOT NULL,
    -- A JSON array of names.
    scopes     JSONB   NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    used_at    TIMESTAMPTZ
);
CREATE INDEX accounts_tokens_user ON accounts_tokens (user_id);

-- Files whose rows are gone: their bytes go next, and then these.
CREATE TABLE media_remains (
    asset_id   UUID    NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL
);
