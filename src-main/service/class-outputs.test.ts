import { describe, expect, it } from 'vitest';
import { INTERPRETABLE } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { pickClasses } from '../networks/class-rows.ts';
import { shapesOf } from '../networks/matching.ts';
import { describeParameters, exportWeights, initialWeights } from '../networks/parameters.ts';
import { outputsOfClasses } from './class-outputs.ts';

describe('which output is which class', () => {
  const classes = ['t-shirt', 'Ankle boot', 'bag'];

  it('is told by names, however they are spelt', () => {
    const known = { outputs: 4, classes: ['coat', 'BAG', 'ankle_boot', 'T Shirt'] };
    expect(outputsOfClasses(classes, known, null)).toEqual([3, 2, 1]);
    expect(() => outputsOfClasses([...classes, 'hat'], known, null)).toThrow(
      'The network does not know the class hat of the study.',
    );
    expect(() => outputsOfClasses(['bag', 'Bag '], known, null)).toThrow(
      'The same output of the network is named for more than one class: Bag .',
    );
  });

  it('is their order where nothing is called anything and the numbers are equal', () => {
    expect(outputsOfClasses(classes, { outputs: 3 }, null)).toEqual([0, 1, 2]);
    expect(() => outputsOfClasses(classes, { outputs: 1000 }, null)).toThrow(
      'The network tells 1000 classes apart and the study has 3, and what its outputs are called is not known.',
    );
  });

  it('is what a person says, if it makes sense', () => {
    expect(outputsOfClasses(classes, { outputs: 9, classes: [] }, [8, 0, 4])).toEqual([8, 0, 4]);
    const say = (wished: readonly (number | null)[]) => () => outputsOfClasses(classes, { outputs: 9 }, wished);
    expect(say([8, 0])).toThrow('The study has 3 classes, but outputs were named for 2.');
    expect(say([8, null, 4])).toThrow('No output of the network is the class Ankle boot.');
    expect(say([8, 9, 4])).toThrow('There is no output 9: the network has 9, counted from 0.');
    expect(say([8, 4, 4])).toThrow('named for more than one class: bag');
  });
});

describe('a network for some of its classes', () => {
  it.each(INTERPRETABLE)('has their rows in everything that knows of classes: %s', (interpretable) => {
    const settings = { architecture: 'vgg11_bn', width: 4, stem: 'half', lastStride: 2, interpretable } as const;
    const sizes = { prototypesPerClass: 2, prototypeChannels: 3 };
    const layoutOf = (classes: number) => describeParameters(buildArchitecture({ ...settings, ...sizes }, classes));
    const layout = layoutOf(5);
    const weights = exportWeights(layout, initialWeights(layout, 1));
    // No two numbers are alike, so that a row out of place is seen.
    let next = 0;
    for (const { data } of weights.values()) for (let i = 0; i < data.length; i++) data[i] = next++;
    const architecture = buildArchitecture({ ...settings, ...sizes }, 5);
    const picked = pickClasses(architecture, weights, [4, 0, 2]);
    const shapes = shapesOf(layoutOf(3));
    expect([...picked.keys()].sort()).toEqual([...shapes.keys()].sort());
    for (const [name, { shape, data }] of picked) {
      expect(shape, name).toEqual(shapes.get(name));
      const before = weights.get(name);
      if (before === undefined || before.data.length === data.length) continue;
      const width = data.length / shape[0];
      if (name === 'last_layer.weight') {
        // Row of class 4: its prototypes 8 and 9, then those of class 0 and of class 2.
        const row = before.data.subarray(40, 50);
        expect([...data.subarray(0, 6)]).toEqual([row[8], row[9], row[0], row[1], row[4], row[5]]);
      } else {
        const first = shape[0] === 6 ? 8 * width : 4 * width;
        expect([...data.subarray(0, width)], name).toEqual([...before.data.subarray(first, first + width)]);
      }
    }
    expect(picked.get('features.0.weight')).toBe(weights.get('features.0.weight'));
  });
});
