import { defineConfig } from 'vitest/config';

/** Two at a time: each engine test starts threads of its own, and more would only make them wait for each other. */
const MAX_WORKERS = 2;

/**
 * Two kinds of test: `x.test.ts` is pure and fast; `x.integration.test.ts` uses real files, engines and processes.
 * Each file gets a process of its own (`forks`), for a native addon cannot be loaded in several threads of one.
 */
export default defineConfig({
  test: {
    pool: 'forks',
    // What tests look at is not remembered among a person's own data sets, nor what they measure of this machine.
    env: { STEADYGAZE_INDEXES: '', STEADYGAZE_MACHINE: '' },
    maxWorkers: MAX_WORKERS,
    teardownTimeout: 30_000,
    reporters: process.env['CI'] ? ['default', ['json', { outputFile: 'test-results/vitest.json' }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/*.integration.test.ts'],
          testTimeout: 10_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', 'src-main/desktop/**'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          // Builds the app, packages it, and opens windows: the slowest.
          name: 'desktop',
          include: ['src-main/desktop/**/*.integration.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
