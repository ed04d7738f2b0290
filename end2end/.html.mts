import { Client } from './support/client.ts';
import { Studio } from './support/process.ts';
import { writeFileSync } from 'node:fs';
const studio = new Studio(); await studio.start(); const client = new Client(studio); await client.setUp();
const r = await fetch(studio.url, { headers: client.headers as any }); writeFileSync('/tmp/shell.html', await r.text()); await studio.end();
