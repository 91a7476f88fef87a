import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import { Random } from '../../numeric/random.ts';
import { readWeightsFile } from './read-weights.ts';

/** Written by make_weight_fixtures.py. */
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const FILES = ['keras.h5', 'keras.weights.h5', 'keras.keras'];
const expected = new Map(
  readFileSync(join(FIXTURES, 'expected.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; arrays: Readonly<Record<string, unknown>> })
    .map(({ file, arrays }) => [file, arrays]),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-keras-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('weights that Keras saved', () => {
  it.each(FILES)('%s holds the values Python wrote', async (file) => {
    const { arrays, format } = await readWeightsFile(join(FIXTURES, file));
    expect(format).toBe('Keras');
    const found = [...arrays].map(([name, { shape, data }]) => [name, [[...shape], [...data]]] as const);
    expect(Object.fromEntries(found)).toEqual(expected.get(file));
  });

  it.each(FILES)('%s gives a sentence where it is cut or bits are flipped', async (file) => {
    const original = readFileSync(join(FIXTURES, file));
    const random = new Random(3);
    const path = join(folder, file);
    for (let round = 0; round < 40; round++) {
      const bytes = Uint8Array.from(original);
      for (let i = 0; i < 4; i++) bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
      await writeFile(path, round % 2 === 0 ? bytes : original.subarray(0, 8 + random.integer(original.length - 8)));
      try {
        await readWeightsFile(path);
      } catch (error) {
        if (!(error instanceof SteadygazeError)) throw error;
        expect(error.code).toBe('weights-invalid');
      }
    }
  });
});
