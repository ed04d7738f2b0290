-- A conversation is a tree: each message hangs on the one that it follows. Of several that follow the same one,
-- those on the way to the conversation's leaf are shown.
SELECT set_config('soundstage.viewer', 'system', true);

ALTER TABLE chat_messages ADD COLUMN parent_id UUID REFERENCES chat_messages (id);
UPDATE chat_messages SET parent_id = (
    SELECT before.id FROM chat_messages AS before
    WHERE before.conversation_id = chat_messages.conversation_id AND before.id < chat_messages.id
    ORDER BY before.id DESC LIMIT 1
);
CREATE INDEX chat_messages_parent ON chat_messages (parent_id, id);

-- (No reference: the two would hold each other.)
ALTER TABLE chat_conversations ADD COLUMN leaf_id UUID;
UPDATE chat_conversations SET leaf_id = (
    SELECT last.id FROM chat_messages AS last
    WHERE last.conversation_id = chat_conversations.id
    ORDER BY last.id DESC LIMIT 1
);
