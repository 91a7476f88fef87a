import { defineConfig } from 'vitest/config';

/** Two at a time, for engines keep a processor busy each. */
const MAX_WORKERS = 2;

/**
 * Milliseconds after which a test hangs, and does not only wait for a slow machine that has other work: at least
 * twenty times what any test of the kind takes on an idle one.
 */
const HANGS = { unit: 120_000, integration: 1_200_000 };

/**
 * Two kinds of test: `x.test.ts` is pure and fast; `x.integration.test.ts` uses real files, engines and processes.
 * Each file gets a process of its own (`forks`), for a native addon cannot be loaded in several threads of one.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    // What tests look at is not remembered among a person's own data sets, nor what they measure of this machine.
    // TensorFlow computes with one thread: of networks this small, several only wait for each other.
    env: { STEADYGAZE_INDEXES: '', STEADYGAZE_MACHINE: '', TF_NUM_INTRAOP_THREADS: '1' },
    maxWorkers: MAX_WORKERS,
    teardownTimeout: 120_000,
    // What is polled for comes when the machine gets to it.
    expect: { poll: { timeout: HANGS.unit / 2, interval: 20 } },
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results/vitest.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts'],
          testTimeout: HANGS.unit,
          hookTimeout: HANGS.unit,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', 'src-main/desktop/**'],
          testTimeout: HANGS.integration,
          hookTimeout: HANGS.integration,
        },
      },
      {
        extends: true,
        test: {
          // Builds the app, packages it, and opens windows: the slowest.
          name: 'desktop',
          include: ['src-main/desktop/**/*.integration.test.ts'],
          fileParallelism: false,
          testTimeout: HANGS.integration,
          hookTimeout: HANGS.integration,
        },
      },
    ],
  },
});
