-- PostgreSQL gets its row-level security by this version. SQLite has none: whoever reads its file reads all
-- of it, and the services alone decide.
SELECT 1;
