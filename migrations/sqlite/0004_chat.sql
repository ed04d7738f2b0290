-- Conversations, messages, and the runs that write answers.

CREATE TABLE chat_conversations (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_id    BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    title      TEXT    NOT NULL,
    -- 'itself' until a person gives a title, then 'person': what people wrote is never overwritten.
    titled_by  TEXT    NOT NULL,
    preview    TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_conversations_user ON chat_conversations (user_id, updated_at);

CREATE TABLE chat_messages (
    id              BLOB    NOT NULL PRIMARY KEY,
    conversation_id BLOB    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    author          TEXT    NOT NULL,
    -- Of a person: as typed. Of the assistant: empty, its runs hold the text.
    text            TEXT    NOT NULL,
    -- Made by the browser: sending twice with the same key is sending once.
    send_key        TEXT,
    created_at      INTEGER NOT NULL,
    UNIQUE (user_id, send_key)
) STRICT;
CREATE INDEX chat_messages_conversation ON chat_messages (conversation_id, id);

CREATE TABLE chat_attachments (
    message_id BLOB    NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    asset_id   BLOB    NOT NULL REFERENCES media_assets (id) ON DELETE CASCADE,
    side       TEXT    NOT NULL,
    PRIMARY KEY (message_id, asset_id)
) STRICT;
CREATE INDEX chat_attachments_asset ON chat_attachments (asset_id);

CREATE TABLE chat_runs (
    id              BLOB    NOT NULL PRIMARY KEY,
    -- The answer that it writes; a retry is a new run of the same message, the newest counts.
    message_id      BLOB    NOT NULL REFERENCES chat_messages (id) ON DELETE CASCADE,
    conversation_id BLOB    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    state           TEXT    NOT NULL,
    model           TEXT    NOT NULL,
    -- As the model wrote it, citations and all.
    text            TEXT    NOT NULL,
    -- Rendered blocks, once the run is over.
    blocks          TEXT,
    -- The card as it was when the answer was written.
    analysis        TEXT,
    error_code      TEXT,
    error_message   TEXT,
    tokens_in       INTEGER NOT NULL,
    tokens_out      INTEGER NOT NULL,
    cost_micros     INTEGER,
    first_token_ms  INTEGER NOT NULL,
    total_ms        INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER
) STRICT;
CREATE INDEX chat_runs_message ON chat_runs (message_id, id);
CREATE INDEX chat_runs_open ON chat_runs (state);
