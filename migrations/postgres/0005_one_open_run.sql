-- Of an answer at most one run is going on, whoever clicks how often.
CREATE UNIQUE INDEX chat_runs_one_open ON chat_runs (message_id) WHERE finished_at IS NULL;
