-- Ways in that rest on what a person has: passkeys, and a second factor beside the password.

CREATE TABLE accounts_passkeys (
    id            BLOB    NOT NULL PRIMARY KEY,
    user_id       BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- By which a browser's answer names it.
    credential_id BLOB    NOT NULL UNIQUE,
    -- Its public key and counter, as webauthn-rs writes them.
    passkey       TEXT    NOT NULL,
    -- For its person, to tell it from others.
    name          TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT;
CREATE INDEX accounts_passkeys_user ON accounts_passkeys (user_id);

-- The app that shows six digits every half minute (RFC 6238).
CREATE TABLE accounts_totp (
    user_id      BLOB    NOT NULL PRIMARY KEY REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- That the seed is sealed with.
    key_id       TEXT    NOT NULL REFERENCES accounts_keys (id),
    -- Sealed; opens in this row and column only.
    seed         BLOB    NOT NULL,
    created_at   INTEGER NOT NULL,
    -- Asked for from then on; none while it is being set up.
    confirmed_at INTEGER,
    -- The last half minute whose digits were taken: each counts once.
    last_step    INTEGER NOT NULL
) STRICT;
CREATE INDEX accounts_totp_key ON accounts_totp (key_id);

-- For who has lost the app: each lets in once and is gone.
CREATE TABLE accounts_recovery_codes (
    user_id   BLOB NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- SHA-256 of the code.
    code_hash BLOB NOT NULL,
    PRIMARY KEY (user_id, code_hash)
) STRICT;
