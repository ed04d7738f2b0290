-- Who people are elsewhere: the ways in that are not a password of ours.

CREATE TABLE accounts_identities (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- The way in by its name in our settings, and who they are there.
    provider   TEXT    NOT NULL,
    subject    TEXT    NOT NULL,
    -- As it was told last; shown to its person, decides nothing.
    email      TEXT,
    created_at INTEGER NOT NULL,
    used_at    INTEGER,
    UNIQUE (provider, subject)
) STRICT;
CREATE INDEX accounts_identities_user ON accounts_identities (user_id);

-- Sign-ins elsewhere that have begun: used once, within minutes, by the browser that began.
CREATE TABLE accounts_dances (
    state_hash   BLOB    NOT NULL PRIMARY KEY,
    -- SHA-256 of the cookie that this browser got.
    browser_hash BLOB    NOT NULL,
    provider     TEXT    NOT NULL,
    -- What the way in needs to finish, as JSON.
    dance        TEXT    NOT NULL,
    -- Of whoever wants another way in, as long as they are in; none where somebody signs in.
    session_id   BLOB    REFERENCES accounts_sessions (id) ON DELETE CASCADE,
    -- SHA-256 of the invitation's key, where somebody comes by one.
    invite_hash  BLOB,
    -- The page that was wanted.
    next         TEXT    NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT;
