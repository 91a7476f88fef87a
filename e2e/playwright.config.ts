/**
 * End-to-end tests: the real window over the real service and a real engine. `chromium` drives browser mode, `electron`
 * the desktop app under the display at hand; both run the same specs, `desktop` adds what only the desktop app has.
 */
import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './support/shell.ts';

export default defineConfig<ShellOptions>({
  testDir: './specs',
  // Emptied at every start: nothing else may lie there.
  outputDir: '../test-results/e2e',
  globalSetup: './support/display.ts',
  // One app at a time: each trains on all processors.
  workers: 1,
  // Milliseconds after which something hangs, and is not only late on a slow machine that has other work.
  timeout: 1_200_000,
  expect: { timeout: 120_000 },
  use: { actionTimeout: 120_000 },
  // A busy machine may be late once. What passes only then is listed as flaky, and is somebody's to look at.
  retries: process.env['CI'] === undefined ? 0 : 1,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: [['list'], ['json', { outputFile: '../test-results/e2e.json' }]],
  projects: [
    { name: 'chromium', testIgnore: 'desktop/**', use: { shell: 'browser' } },
    // Which data sets are read, and what axe finds in the window, does not depend on the shell.
    { name: 'electron', testIgnore: ['desktop/**', 'data-sets.spec.ts', 'access.spec.ts'], use: { shell: 'desktop' } },
    { name: 'desktop', testMatch: 'desktop/**', use: { shell: 'desktop' } },
  ],
});
