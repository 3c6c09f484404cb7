import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { defineConfig } from '@playwright/test';

/** scripts/setup sets CHROMIUM. Without a browser of the system, Playwright takes the one that it installed itself. */
const inPath = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'chromium'));
const chromium = process.env.CHROMIUM || inPath.find((path) => existsSync(path));

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // A test that passes at the second try hides a fault: it fails here at the first.
  retries: 0,
  workers: 2,
  forbidOnly: Boolean(process.env.CI),
  // Debug builds on two cores, with a server per worker.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: { mode: 'retain-on-failure', screenshots: false },
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    launchOptions: {
      executablePath: chromium,
      args: [
        '--no-sandbox', // the tests may run as root, in a container
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        // The browser itself calls nobody.
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
