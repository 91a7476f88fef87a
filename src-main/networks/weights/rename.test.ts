import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { torchvisionNames, withoutPrefix } from './rename.ts';
import type { FoundArray } from './weights-file.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;
/** Names and shapes of both programs, listed by make_weight_fixtures.py. */
const networks = readFileSync(new URL('fixtures/names.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { network: string; torchvision: Shapes; timm: Shapes });

/** No numbers: names and shapes alone are looked at. */
const arraysOf = (shapes: Shapes): Map<string, FoundArray> =>
  new Map(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: 'F32' as const, data: new Float32Array() }]),
  );
const shapesOf = (arrays: ReadonlyMap<string, FoundArray>): Shapes =>
  Object.fromEntries([...arrays].map(([name, { shape }]) => [name, shape]));

describe('names', () => {
  it.each(networks.map((each) => [each.network, each] as const))(
    '%s of timm gets the names and shapes of torchvision, and torchvision’s stay',
    (_, { torchvision, timm }) => {
      expect(shapesOf(torchvisionNames(arraysOf(timm)).arrays)).toEqual(torchvision);
      const kept = torchvisionNames(arraysOf(torchvision));
      expect(shapesOf(kept.arrays)).toEqual(torchvision);
      expect(kept.notes).toEqual([]);
    },
  );

  it('says whose names they were', () => {
    const { timm = {} } = networks.find(({ network }) => network === 'convnext_tiny') ?? {};
    expect(torchvisionNames(arraysOf(timm)).notes).toEqual([
      'The arrays have the names of timm (ConvNeXt); torchvision’s were put in their place.',
    ]);
  });

  it('knows the names of the published DenseNet, which are older than torchvision’s own', () => {
    const layer = 'features.denseblock1.denselayer1';
    const old = {
      [`${layer}.norm.1.weight`]: [64],
      [`${layer}.conv.2.weight`]: [32, 128, 3, 3],
      'features.norm0.weight': [64],
    };
    expect(Object.keys(shapesOf(torchvisionNames(arraysOf(old)).arrays))).toEqual([
      `${layer}.norm1.weight`,
      `${layer}.conv2.weight`,
      'features.norm0.weight',
    ]);
  });

  it('takes off what wrappers put before all names, one after the other, and nothing else', () => {
    const wrapped = { n_averaged: [], 'module._orig_mod.fc.weight': [2, 3], 'module._orig_mod.fc.bias': [2] };
    expect(shapesOf(withoutPrefix(arraysOf(wrapped)))).toEqual({ 'fc.weight': [2, 3], 'fc.bias': [2] });
    const other = { 'module.fc.weight': [2, 3], 'fc.bias': [2] };
    expect(shapesOf(withoutPrefix(arraysOf(other)))).toEqual(other);
  });
});
