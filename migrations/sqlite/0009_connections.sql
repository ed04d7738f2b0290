-- Accounts elsewhere that people let Soundstage use, and the keys that their tokens are sealed with.

-- The keys that have sealed something here, each with a value that only it opens: a server with another ring does
-- not start. Whatever is sealed names its key, so none goes while something still needs it.
CREATE TABLE accounts_keys (
    id         TEXT    NOT NULL PRIMARY KEY,
    value      BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts_connections (
    id            BLOB    NOT NULL PRIMARY KEY,
    user_id       BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- By its name in our settings.
    provider      TEXT    NOT NULL,
    -- Whose account it is there, for a person.
    label         TEXT,
    -- A JSON array: what was granted.
    scopes        TEXT    NOT NULL,
    -- That both tokens are sealed with.
    key_id        TEXT    NOT NULL REFERENCES accounts_keys (id),
    -- Sealed; opens in this row and column only.
    access        BLOB    NOT NULL,
    refresh       BLOB,
    -- Of the access token, if the provider says.
    expires_at    INTEGER,
    -- After which no refreshing helps.
    ends_at       INTEGER,
    -- The provider has ended it: only connecting anew helps.
    ended_at      INTEGER,
    connected_at  INTEGER NOT NULL,
    refreshed_at  INTEGER,
    -- Why the last refresh failed, for a person; and before when not to try again.
    trouble       TEXT,
    retry_at      INTEGER,
    -- Whoever refreshes, until when: a token that rotates must not be shown twice.
    lease_owner   BLOB,
    lease_until   INTEGER,
    UNIQUE (user_id, provider)
) STRICT;
CREATE INDEX accounts_connections_key ON accounts_connections (key_id);
CREATE INDEX accounts_connections_due ON accounts_connections (expires_at) WHERE ended_at IS NULL;
