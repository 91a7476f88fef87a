import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { nodeHost, SMALL_NURSERY } from './compute-host.ts';

/**
 * What V8 may use at most, in bytes: its old generation and three halves of a nursery. A setting, and not how far a
 * nursery grew in a test, which depends on when the collector comes round.
 */
const LIMIT = "console.log(require('node:v8').getHeapStatistics().heap_size_limit)";
const limitWith = (...flags: string[]): number =>
  Number(execFileSync(process.execPath, [...flags, '-e', LIMIT], { encoding: 'utf8' }));

it('keeps the nursery small', () => {
  const halves = 3;
  const half = 2 * 2 ** 20;
  const withoutNursery = limitWith('--max-semi-space-size=1') - halves * 2 ** 20;
  expect(limitWith(SMALL_NURSERY)).toBe(withoutNursery + halves * half);
  expect(limitWith()).toBeGreaterThan(withoutNursery + 2 * halves * half);
});

it.skipIf(process.platform !== 'linux')('starts compute processes so', async () => {
  const child = nodeHost.start('wasm');
  try {
    const line = await readFile(`/proc/${String(child.pid)}/cmdline`, 'utf8');
    expect(line.split('\0')).toContain(SMALL_NURSERY);
  } finally {
    child.kill();
  }
});
