-- What is searched: what people and answers said, and what conversations are called.

CREATE TABLE chat_said (
    -- What was said later has a larger one.
    n               INTEGER NOT NULL PRIMARY KEY,
    -- None: the conversation's title.
    message_id      BLOB    UNIQUE REFERENCES chat_messages (id) ON DELETE CASCADE,
    conversation_id BLOB    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         BLOB    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- As people read it.
    text            TEXT    NOT NULL,
    -- Its words as they are compared (`store::words`), a space between them. None until a start of Soundstage
    -- has folded what stood here before: SQL alone cannot.
    folded          TEXT,
    -- In the index beside the words, so that it never goes through what others said.
    owner           TEXT    NOT NULL GENERATED ALWAYS AS
        (lower(hex(user_id)) || CASE WHEN message_id IS NULL THEN ' title' ELSE '' END) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX chat_said_title ON chat_said (conversation_id) WHERE message_id IS NULL;
CREATE INDEX chat_said_conversation ON chat_said (conversation_id);
CREATE INDEX chat_said_user ON chat_said (user_id);
CREATE INDEX chat_said_unfolded ON chat_said (n) WHERE folded IS NULL;

-- `ascii` splits at spaces and changes nothing else: words are folded already. Which column a word stands in
-- is all that is asked, not where in it.
CREATE VIRTUAL TABLE chat_said_index USING fts5 (
    owner, folded,
    content = 'chat_said', content_rowid = 'n', tokenize = 'ascii', detail = 'column', prefix = '1 2 3'
);
-- Cascades fire them too.
CREATE TRIGGER chat_said_inserted AFTER INSERT ON chat_said BEGIN
    INSERT INTO chat_said_index (rowid, owner, folded) VALUES (new.n, new.owner, new.folded);
END;
CREATE TRIGGER chat_said_deleted AFTER DELETE ON chat_said BEGIN
    INSERT INTO chat_said_index (chat_said_index, rowid, owner, folded)
    VALUES ('delete', old.n, old.owner, old.folded);
END;
CREATE TRIGGER chat_said_updated AFTER UPDATE ON chat_said BEGIN
    INSERT INTO chat_said_index (chat_said_index, rowid, owner, folded)
    VALUES ('delete', old.n, old.owner, old.folded);
    INSERT INTO chat_said_index (rowid, owner, folded) VALUES (new.n, new.owner, new.folded);
END;

-- What was said so far, in its order. Of an answer the newest run counts.
INSERT INTO chat_said (message_id, conversation_id, user_id, text)
SELECT message_id, conversation_id, user_id, text FROM (
    SELECT id AS at, NULL AS message_id, id AS conversation_id, user_id, title AS text FROM chat_conversations
    UNION ALL
    SELECT id, id, conversation_id, user_id, text FROM chat_messages WHERE author = 'person'
    UNION ALL
    SELECT r.message_id, r.message_id, r.conversation_id, r.user_id, r.text FROM chat_runs AS r
    WHERE r.finished_at IS NOT NULL AND r.text <> '' AND NOT EXISTS (
        SELECT 1 FROM chat_runs AS later WHERE later.message_id = r.message_id AND later.id > r.id)
) AS said ORDER BY at;
