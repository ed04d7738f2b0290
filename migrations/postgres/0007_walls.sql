-- A second wall behind the services: a transaction sees, makes and changes only what belongs to its viewer,
-- whatever the statement says. The viewer is the setting `soundstage.viewer`, which `Store::read` and
-- `Store::begin` set for each transaction: somebody's id, or `system`. Without it nothing is there.
--
-- Forced, so that it holds for the tables' owner too; only a superuser, or a role with BYPASSRLS, walks
-- through (`soundstage doctor` says so). A later migration that changes rows sets the viewer first:
-- SELECT set_config('soundstage.viewer', 'system', true).

CREATE FUNCTION soundstage_sees(belongs_to UUID) RETURNS BOOLEAN
LANGUAGE sql STABLE
AS $$
    SELECT current_setting('soundstage.viewer', true) = 'system'
        OR belongs_to::text = current_setting('soundstage.viewer', true)
$$;

-- What has its person beside it.
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'accounts_sessions', 'accounts_tokens', 'accounts_invites',
        'jobs', 'media_assets', 'media_uploads',
        'chat_conversations', 'chat_messages', 'chat_runs'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_the_viewer ON %I USING (soundstage_sees(user_id))', name);
    END LOOP;
END
$$;

-- People themselves.
ALTER TABLE accounts_users ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_users FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON accounts_users USING (soundstage_sees(id));

-- What hangs on something of theirs.
ALTER TABLE media_analyses ENABLE ROW LEVEL SECURITY;
ALTER TABLE media_analyses FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON media_analyses
    USING (EXISTS (SELECT 1 FROM media_assets WHERE id = asset_id));
ALTER TABLE chat_attachments ENABLE ROW LEVEL SECURITY;
ALTER TABLE chat_attachments FORCE ROW LEVEL SECURITY;
CREATE POLICY of_the_viewer ON chat_attachments
    USING (EXISTS (SELECT 1 FROM chat_messages WHERE id = message_id));

-- People leave lines in the log; reading it, and all else that is no one person's, is for Soundstage itself.
ALTER TABLE accounts_audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE accounts_audit FORCE ROW LEVEL SECURITY;
CREATE POLICY written_by_the_viewer ON accounts_audit FOR INSERT WITH CHECK (soundstage_sees(user_id));
CREATE POLICY read_by_the_studio ON accounts_audit FOR SELECT USING (soundstage_sees(NULL));
-- (No policy for changing or deleting lines: the log only grows.)
DO $$
DECLARE
    name TEXT;
BEGIN
    FOREACH name IN ARRAY ARRAY['accounts_links', 'media_remains'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY of_the_studio ON %I USING (soundstage_sees(NULL))', name);
    END LOOP;
END
$$;
