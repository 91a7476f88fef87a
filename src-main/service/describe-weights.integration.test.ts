import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeParameters, exportWeights, initialWeights } from '../networks/parameters.ts';
import { resnet } from '../networks/resnet.ts';
import { writeSafetensors } from '../networks/safetensors.ts';
import { describeWeights } from './describe-weights.ts';

const FIXTURES = fileURLToPath(new URL('../networks/weights/fixtures/', import.meta.url));
const layout = describeParameters(resnet('resnet18', 4, 'imagenet', 2, 5));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-describe-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(change: (arrays: ReturnType<typeof exportWeights>) => void): Promise<string> {
  const arrays = exportWeights(layout, initialWeights(layout, 1));
  change(arrays);
  const file = join(folder, 'weights.safetensors');
  await writeFile(file, writeSafetensors(arrays));
  return file;
}

describe('what is in a file of weights', () => {
  it('finds the network it belongs to', async () => {
    const { format, fits, numbers, kinds } = await describeWeights({ file: await fileOf(() => undefined) });
    expect([format, numbers]).toEqual(['safetensors', layout.parameterCount + layout.statisticsCount]);
    // 20 convolutions, 20 batch norms of four arrays, and a dense layer of two.
    expect(kinds).toEqual({ F32: 102 });
    expect(fits.map(({ arch, sentences }) => [arch, sentences])).toEqual([
      ['resnet18', ['All weights of resnet18 are in the file.']],
    ]);
  });

  it('names what is missing, unexpected, of another shape and not finite', async () => {
    const file = await fileOf((arrays) => {
      arrays.delete('bn1.bias');
      arrays.set('extra', { shape: [1], data: Float32Array.of(NaN) });
      arrays.set('layer1.0.bn1.weight', { shape: [3], data: new Float32Array(3) });
    });
    const { fits, notes } = await describeWeights({ file, arch: 'resnet18' });
    expect(notes).toEqual(['It holds NaN in extra: it cannot be used.']);
    expect(fits[0]).toMatchObject({
      missing: ['bn1.bias'],
      unexpected: ['extra'],
      wronglyShaped: [{ name: 'layer1.0.bn1.weight', expected: [4], found: [3] }],
      headReplaced: null,
    });
    expect(fits[0].sentences).toEqual([
      '100 of the arrays of resnet18 are in the file and fit.',
      'Another shape than the network’s have layer1.0.bn1.weight ([3] instead of [4]).',
      'The file lacks bn1.bias.',
      'The network has no extra.',
    ]);
  });

  it('says that the last layer is to be trained anew where the classes are others', async () => {
    const { fits } = await describeWeights({ file: await fileOf(() => undefined), arch: 'resnet18', classes: 3 });
    expect(fits[0].headReplaced).toEqual({ expected: 3, found: 5 });
    expect(fits[0].sentences[1]).toBe('The file tells 5 classes apart, not 3: the last layer is to be trained anew.');
  });

  it('says that networks of Keras compute otherwise', async () => {
    const { notes, fits } = await describeWeights({ file: join(FIXTURES, 'keras.keras') });
    expect(notes[0]).toMatch(/^They can be looked at, not used: .*compute otherwise/);
    expect(fits).toEqual([]);
  });

  it('knows no network of another name', async () => {
    await expect(describeWeights({ file: 'x', arch: 'resnet19' })).rejects.toThrow(
      'There is no network "resnet19" here.',
    );
  });
});
