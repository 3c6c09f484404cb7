import { defineConfig } from '@playwright/test';
import tests from '../playwright.config';

/** The browser of the tests, but nothing beside it and no limit on time: scripts/measure-table. */
export default defineConfig({
  ...tests,
  testDir: '.',
  testMatch: '*.measure.ts',
  outputDir: '../test-results/measure',
  workers: 1,
  timeout: 0,
  reporter: [['line']],
  use: { ...tests.use, trace: 'off', actionTimeout: 60_000, navigationTimeout: 120_000 },
});
