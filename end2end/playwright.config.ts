import { defineConfig } from '@playwright/test';
import type { Setup } from './support/studio.ts';

// The same journeys on every way to run the studio. What only one of them can show says so by its name, and what
// knows neither sessions nor limits does not see Redis.
const accounts = /ways|passkeys|people|connections|locks/;

export default defineConfig<Setup>({
  testDir: 'journeys',
  outputDir: '.out',
  timeout: 120_000,
  expect: { timeout: 20_000 },
  fullyParallel: false,
  workers: 1,
  retries: 0,
  forbidOnly: !!process.env.CI,
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  },
  projects: [
    { name: 'house, sqlite', use: { model: 'house', database: 'sqlite' }, testIgnore: /streams|endings/ },
    { name: 'language model, sqlite', use: { model: 'fake', database: 'sqlite' }, testMatch: /main-job|streams|endings/ },
    { name: 'house, postgres and redis', use: { model: 'house', database: 'postgres', redis: true }, testIgnore: /streams|endings/ },
    { name: 'language model, postgres and redis', use: { model: 'fake', database: 'postgres', redis: true }, testMatch: /streams|endings/ },
    { name: 'accounts, sqlite and redis', use: { model: 'house', database: 'sqlite', redis: true }, testMatch: accounts },
    { name: 'accounts, postgres', use: { model: 'house', database: 'postgres', redis: false }, testMatch: accounts },
  ],
});
