import { expect, it } from 'vitest';
import type { EngineExplanation } from '../contract/engine-checks.ts';
import { cli, jsonLines } from './run-cli.fixture.ts';

it('engines --explain says of every engine whether it works and what it needs, and of one that does not what to do first', async () => {
  const ended = await cli('engines', '--explain', '--json');
  expect(ended.code).toBe(0);
  const engines = jsonLines(ended)[0]['engines'] as EngineExplanation[];
  expect(engines.map(({ id }) => id)).toEqual(['cuda', 'webgpu', 'native', 'wasm']);
  // This one needs nothing that a machine could lack.
  expect(engines[3]).toMatchObject({ usable: true, todo: '' });
  for (const { usable, todo, checks } of engines) {
    expect(checks.at(-1)).toMatchObject({ check: 'Start and self-test', state: usable ? 'ok' : 'missing' });
    expect(todo === '').toBe(usable);
  }
});
