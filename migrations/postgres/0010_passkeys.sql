-- Ways in that rest on what a person has: passkeys, and a second factor beside the password.

CREATE TABLE accounts_passkeys (
    id            UUID    NOT NULL PRIMARY KEY,
    user_id       UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- By which a browser's answer names it.
    credential_id BYTEA   NOT NULL UNIQUE,
    -- Its public key and counter, as webauthn-rs writes them.
    passkey       JSONB   NOT NULL,
    -- For its person, to tell it from others.
    name          TEXT    NOT NULL,
    created_at    TIMESTAMPTZ NOT NULL,
    used_at       TIMESTAMPTZ
);
CREATE INDEX accounts_passkeys_user ON accounts_passkeys (user_id);
ALTER TABLE accounts_passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON accounts_passkeys USING (soundstage_sees(user_id));

-- The app that shows six digits every half minute (RFC 6238).
CREATE TABLE accounts_totp (
    user_id      UUID    NOT NULL PRIMARY KEY REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- That the seed is sealed with.
    key_id       TEXT    NOT NULL REFERENCES accounts_keys (id),
    -- Sealed; opens in this row and column only.
    seed         BYTEA   NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    -- Asked for from then on; none while it is being set up.
    confirmed_at TIMESTAMPTZ,
    -- The last half minute whose digits were taken: each counts once.
    last_step    BIGINT NOT NULL
);
CREATE INDEX accounts_totp_key ON accounts_totp (key_id);
ALTER TABLE accounts_totp ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_totp FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON accounts_totp USING (soundstage_sees(user_id));

-- For who has lost the app: each lets in once and is gone.
CREATE TABLE accounts_recovery_codes (
    user_id   UUID NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- SHA-256 of the code.
    code_hash BYTEA NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
ALTER TABLE accounts_recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_recovery_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON accounts_recovery_codes USING (soundstage_sees(user_id));
