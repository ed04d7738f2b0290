-- Conversations that a person keeps at the top of the list, or has put away. Nothing said moves with it.
ALTER TABLE chat_conversations ADD COLUMN pinned_at TIMESTAMPTZ;
ALTER TABLE chat_conversations ADD COLUMN archived_at TIMESTAMPTZ;
CREATE INDEX chat_conversations_pinned ON chat_conversations (user_id) WHERE pinned_at IS NOT NULL;
