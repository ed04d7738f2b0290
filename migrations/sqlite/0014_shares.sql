-- Links by which anybody reads a conversation as it was when it was shared. Whoever has the table has the
-- conversations too, so that the key need not be hidden from them; its person can have the link again.
CREATE TABLE chat_shares (
    conversation_id BLOB    NOT NULL PRIMARY KEY REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    key             TEXT    NOT NULL UNIQUE,
    -- The last message that is shown: what was said since is not.
    leaf_id         BLOB    NOT NULL,
    -- Who shares it, for readers.
    signed          TEXT    NOT NULL,
    shared_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX chat_shares_user ON chat_shares (user_id);
