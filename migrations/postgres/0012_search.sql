-- What is searched: what people and answers said, and what conversations are called.

SELECT set_config('soundstage.viewer', 'system', true);

CREATE TABLE chat_said (
    -- What was said later has a larger one.
    n               BIGINT  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- None: the conversation's title.
    message_id      UUID    UNIQUE REFERENCES chat_messages (id) ON DELETE CASCADE,
    conversation_id UUID    NOT NULL REFERENCES chat_conversations (id) ON DELETE CASCADE,
    user_id         UUID    NOT NULL REFERENCES accounts_users (id) ON DELETE CASCADE,
    -- As people read it.
    text            TEXT    NOT NULL,
    -- Its words as they are compared (`store::words`), a space between them. None until a start of Soundstage
    -- has folded what stood here before: SQL alone cannot.
    folded          TEXT,
    -- The words, and who may look for them: no word has a `=` in it. Not by to_tsvector, whose parser has its
    -- own idea of words, and another one in every locale.
    words           TSVECTOR NOT NULL GENERATED ALWAYS AS (array_to_tsvector(
        ARRAY['=system', '=' || user_id::text] || string_to_array(folded, ' '))) STORED
);
CREATE UNIQUE INDEX chat_said_title ON chat_said (conversation_id) WHERE message_id IS NULL;
CREATE INDEX chat_said_conversation ON chat_said (conversation_id);
CREATE INDEX chat_said_user ON chat_said (user_id, n);
CREATE INDEX chat_said_titles ON chat_said (user_id, n) WHERE message_id IS NULL;
CREATE INDEX chat_said_unfolded ON chat_said (n) WHERE folded IS NULL;
CREATE INDEX chat_said_words ON chat_said USING GIN (words);

-- What was said so far, in its order. Of an answer the newest run counts.
INSERT INTO chat_said (message_id, conversation_id, user_id, text)
SELECT message_id, conversation_id, user_id, text FROM (
    SELECT id AS at, NULL::uuid AS message_id, id AS conversation_id, user_id, title AS text
    FROM chat_conversations
    UNION ALL
    SELECT id, id, conversation_id, user_id, text FROM chat_messages WHERE author = 'person'
    UNION ALL
    SELECT r.message_id, r.message_id, r.conversation_id, r.user_id, r.text FROM chat_runs AS r
    WHERE r.finished_at IS NOT NULL AND r.text <> '' AND NOT EXISTS (
        SELECT 1 FROM chat_runs AS later WHERE later.message_id = r.message_id AND later.id > r.id)
) AS said ORDER BY at;

ALTER TABLE chat_said ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat_said FORCE ROW LEVEL SECURITY;
CREATE POLICY made_by_the_viewer ON chat_said FOR INSERT WITH CHECK (soundstage_sees(user_id));
CREATE POLICY changed_by_the_viewer ON chat_said FOR UPDATE USING (soundstage_sees(user_id));
CREATE POLICY deleted_by_the_viewer ON chat_said FOR DELETE USING (soundstage_sees(user_id));

-- Behind a wall, PostgreSQL asks nothing of an index that could tell of rows which the wall hides, and `@@` is
-- under that suspicion: a search would read everything. So what is seen, and changed or deleted by what is seen,
-- is walled by the index itself: `words` begins with whose they are, and the lens asks for that and, while they
-- are looked for, for the words of the setting `soundstage.words` as well. (The other policies beside it would
-- do no harm but to the planner's guess of how many rows there are, on which the way to them depends.)
CREATE FUNCTION soundstage_lens() RETURNS TSQUERY
LANGUAGE sql STABLE
AS $$
    SELECT CASE coalesce(current_setting('soundstage.words', true), '')
        WHEN '' THEN quote_literal('=' || current_setting('soundstage.viewer', true))::tsquery
        ELSE quote_literal('=' || current_setting('soundstage.viewer', true))::tsquery
            && current_setting('soundstage.words', true)::tsquery
    END
$$;
CREATE POLICY of_the_viewer ON chat_said FOR SELECT USING (words @@ soundstage_lens());
