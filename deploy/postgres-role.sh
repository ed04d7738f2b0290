#!/bin/sh
# The first start of compose's PostgreSQL runs this. Soundstage gets a role of its own that is no
# superuser: it needs no more than its own database, and row-level security would not bind one.
set -eu
: "${SOUNDSTAGE_DB_PASSWORD:?set SOUNDSTAGE_DB_PASSWORD in deploy/.env}"
psql -v ON_ERROR_STOP=1 -v password="$SOUNDSTAGE_DB_PASSWORD" -U "${POSTGRES_USER:-postgres}" -d postgres <<'SQL'
CREATE ROLE soundstage LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE soundstage OWNER soundstage;
SQL
