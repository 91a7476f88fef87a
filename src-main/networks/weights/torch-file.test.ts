import { existsSync, readdirSync, readFileSync } from 'node:fs';
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

type Values = Readonly<Record<string, readonly [shape: number[], values: number[]]>>;
const expected = new Map(
  readFileSync(join(FIXTURES, 'expected.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { file: string; arrays: Values })
    .map(({ file, arrays }) => [file, arrays]),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-weights-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function valuesOf(file: string): Promise<Values> {
  const { arrays } = await readWeightsFile(join(FIXTURES, file));
  return Object.fromEntries([...arrays].map(([name, { shape, data }]) => [name, [[...shape], [...data]]]));
}

async function refusal(path: string): Promise<SteadygazeError> {
  const error: unknown = await readWeightsFile(path).then(
    () => new Error(`${path} was accepted`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof SteadygazeError)) throw error;
  expect(error.code).toBe('weights-invalid');
  return error;
}

const sentenceOf = async (file: string): Promise<string> => (await refusal(join(FIXTURES, file))).message;

describe('weights that PyTorch saved', () => {
  it.each([...expected.keys()].filter((file) => file.endsWith('.pth')))(
    '%s holds the values Python wrote',
    async (file) => {
      expect(await valuesOf(file)).toEqual(expected.get(file));
    },
  );

  it('gives kinds of numbers, and elements in order where memory has them otherwise', async () => {
    const { arrays, format } = await readWeightsFile(join(FIXTURES, 'kinds.pth'));
    expect(format).toBe('PyTorch');
    expect(arrays.get('bf16')?.dtype).toBe('BF16');
    // 0..23 - 3 in quarters as [6, 4]; rows 1 and 3, columns 1 and 2: elements 5, 6, 13, 14.
    expect(arrays.get('part')?.shape).toEqual([2, 2]);
    expect([...(arrays.get('part')?.data ?? [])]).toEqual([0.5, 0.75, 2.5, 2.75]);
    expect([...(arrays.get('i64')?.data ?? [])]).toEqual([-5, 0, 1048576]);
  });

  it('says that averaged weights were taken', async () => {
    const { notes } = await readWeightsFile(join(FIXTURES, 'averaged.pth'));
    expect(notes).toEqual(['The averaged weights (model_ema) were taken.']);
  });
});

describe('files that ask to run something', () => {
  it.each([
    ['evil-system-2.pth', 'posix.system'],
    ['evil-system-4.pth', 'posix.system'],
    ['evil-stack.pth', 'posix.system'],
    ['evil-inst.pth', 'os.system'],
    ['evil-eval.pth', '__builtin__.eval'],
    ['evil-copyreg.pth', 'copy_reg.add_extension'],
    ['evil-getattr.pth', 'builtins.getattr'],
    ['evil-ext.pth', 'a function that it names only by a number'],
    ['whole-model.pth', 'torch.nn.modules.container.Sequential'],
    ['namespace.pth', 'argparse.Namespace'],
  ])('%s is refused and says %s', async (file, name) => {
    const { message, hint } = await refusal(join(FIXTURES, file));
    expect(message).toBe(`This file asks to run ${name}; it was not opened.`);
    expect(hint).toContain('torch.save(model.state_dict()');
    expect(existsSync('/tmp/steadygaze-was-here')).toBe(false);
  });

  it('says no invisible letters and no endless names of a file', async () => {
    const sentence = await sentenceOf('evil-name.pth');
    expect(sentence).not.toMatch(/\p{C}/u);
    expect(sentence.length).toBeLessThan(150);
  });

  it('refuses TorchScript', async () => {
    expect(await sentenceOf('script.pt')).toContain('TorchScript file, which carries code to run');
  });
});

describe('files that lie', () => {
  it.each([
    ['lies-elements.pth', /claims an array of 1152921504606846976 numbers/],
    ['lies-bigger.pth', /claims an array of 1180591620717411303424 numbers/],
    ['lies-shape.pth', /larger than what is stored/],
    ['lies-stride.pth', /larger than what is stored/],
    ['lies-offset.pth', /larger than what is stored/],
    ['lies-negative.pth', /damaged/],
    ['lies-outside.pth', /lacks the numbers of "w"/],
    ['lies-object.pth', /asks to run torch\._C/],
    ['evil-loop.pth', /no weights/],
    ['evil-deep.pth', /nested too deeply/],
    ['evil-nest.pth', /no weights/],
    ['no-weights.pth', /no weights/],
  ])('%s is refused', async (file, sentence) => {
    expect(await sentenceOf(file)).toMatch(sentence);
  });
});

describe('damaged files', () => {
  const written = async (bytes: Uint8Array): Promise<string> => {
    const path = join(folder, 'damaged.pth');
    await writeFile(path, bytes);
    return path;
  };

  it.each(['kinds.pth', 'kinds-old.pth'])('%s is refused wherever it ends too early', async (file) => {
    const bytes = readFileSync(join(FIXTURES, file));
    for (let length = 0; length < bytes.length; length += 97) {
      const { message } = await refusal(await written(bytes.subarray(0, length)));
      expect(message).toMatch(/\.$/);
    }
  });

  it.each(['kinds.pth', 'kinds-old.pth', 'big-endian.pth'])(
    'flipped bits in %s give a sentence, never another error or endless work',
    async (file) => {
      const original = readFileSync(join(FIXTURES, file));
      const random = new Random(7);
      for (let round = 0; round < 150; round++) {
        const bytes = Uint8Array.from(original);
        for (let i = 0; i < 1 + (round % 3); i++) bytes[random.integer(bytes.length)] ^= 1 << random.integer(8);
        try {
          await readWeightsFile(await written(bytes));
        } catch (error) {
          if (!(error instanceof SteadygazeError)) throw error;
          expect(error.code).toBe('weights-invalid');
        }
      }
    },
  );

  it('refuses a flipped bit in the numbers, by the checksum', async () => {
    const bytes = Uint8Array.from(readFileSync(join(FIXTURES, 'made.pth')));
    // 1.5 in float32, little endian.
    const at = Buffer.from(bytes.buffer).indexOf(Buffer.from([0, 0, 0xc0, 0x3f]));
    bytes[at] ^= 1;
    expect((await refusal(await written(bytes))).message).toContain('"archive/data/0" is damaged');
  });

  it('has a test for every fixture', () => {
    const named = readdirSync(FIXTURES).filter((file) => /^(evil|lies)-/.test(file));
    const text = readFileSync(fileURLToPath(import.meta.url), 'utf8');
    expect(named.filter((file) => !text.includes(file))).toEqual([]);
  });
});
