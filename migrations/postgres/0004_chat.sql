-- Conversations, messages, and the runs that write answers.

CREATE TABLE chat_conversations (
    id         UUID    NOT NULL PRIMARY KEY,
    user_id    UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    title      TEXT    NOT NULL,
    -- 'itself' until a person gives a title, then 'person': what people wrote is never overwritten.
    titled_by  TEXT    NOT NULL,
    preview    TEXT    NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX chat_conversations_user ON chat_conversations (user_id, updated_at);

CREATE TABLE chat_messages (
    id              UUID    NOT NULL PRIMARY KEY,
    conversation_id UUID    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    author          TEXT    NOT NULL,
    -- Of a person: as typed. Of the assistant: empty, its runs hold the text.
    text            TEXT    NOT NULL,
    -- Made by the browser: sending twice with the same key is sending once.
    send_key        TEXT,
    created_at      TIMESTAMPTZ NOT NULL,
    UNIQUE (user_id, send_key)
);
CREATE INDEX chat_messages_conversation ON chat_messages (conversation_id, id);

CREATE TABLE chat_attachments (
    message_id UUID    NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    asset_id   UUID    NOT NULL REFERENCES media_assets (id) ON DELETE CASCADE,
    side       TEXT    NOT NULL,
    PRIMARY KEY (message_id, asset_id)
);
CREATE INDEX chat_attachments_asset ON chat_attachments (asset_id);

CREATE TABLE chat_runs (
    id              UUID    NOT NULL PRIMARY KEY,
    -- The answer that it writes; a retry is a new run of the same message, the newest counts.
    message_id      UUID    NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    conversation_id UUID    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    state           TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- As the model wrote it, citations and all.
    text            TEXT    NOT NULL,
    -- Rendered blocks, once the run is over.
    blocks          JSONB,
    -- The card as it was when the answer was written.
    analysis        JSONB,
    error_code      TEXT,
    error_message   TEXT,
    tokens_in       BIGINT NOT NULL,
    tokens_out      BIGINT NOT NULL,
    cost_micros     BIGINT,
    first_token_ms  BIGINT NOT NULL,
    total_ms        BIGINT NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL,
    finished_at     TIMESTAMPTZ
);
CREATE INDEX chat_runs_message ON chat_runs (message_id, id);
CREATE INDEX chat_runs_open ON chat_runs (state);
