-- Accounts elsewhere that people let Soundstage use, and the keys that their tokens are sealed with.

-- The keys that have sealed something here, each with a value that only it opens: a server with another ring does
-- not start. Whatever is sealed names its key, so none goes while something still needs it.
CREATE TABLE accounts_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    value      BYTEA   NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
ALTER TABLE accounts_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_studio ON accounts_keys USING (soundstage_sees(NULL));

CREATE TABLE accounts_connections (
    id            UUID    NOT NULL PRIMARY KEY,
    user_id       UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- By its name in our settings.
    provider      TEXT    NOT NULL,
    -- Whose account it is there, for a person.
    label         TEXT,
    -- A JSON array: what was granted.
    scopes        JSONB   NOT NULL,
    -- That both tokens are sealed with.
    key_id        TEXT    NOT NULL REFERENCES accounts_keys (id),
    -- Sealed; opens in this row and column only.
    access        BYTEA   NOT NULL,
    refresh       BYTEA,
    -- Of the access token, if the provider says.
    expires_at    TIMESTAMPTZ,
    -- After which no refreshing helps.
    ends_at       TIMESTAMPTZ,
    -- The provider has ended it: only connecting anew helps.
    ended_at      TIMESTAMPTZ,
    connected_at  TIMESTAMPTZ NOT NULL,
    refreshed_at  TIMESTAMPTZ,
    -- Why the last refresh failed, for a person; and before when not to try again.
    trouble       TEXT,
    retry_at      TIMESTAMPTZ,
    -- Whoever refreshes, until when: a token that rotates must not be shown twice.
    lease_owner   UUID,
    lease_until   TIMESTAMPTZ,
    UNIQUE (user_id, provider)
);
CREATE INDEX accounts_connections_key ON accounts_connections (key_id);
CREATE INDEX accounts_connections_due ON accounts_connections (expires_at) WHERE ended_at IS NULL;
ALTER TABLE accounts_connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_connections FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON accounts_connections USING (soundstage_sees(user_id));
