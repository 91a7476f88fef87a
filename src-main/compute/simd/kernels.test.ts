import { expect, it } from 'vitest';
import { compile, sourceOf } from './build.mjs';
import { readFileSync } from 'node:fs';

it('is what the sources compile to', async () => {
  const stored = readFileSync(new URL('./kernels.ts', import.meta.url), 'utf8');
  expect(sourceOf(await compile())).toBe(stored);
});
