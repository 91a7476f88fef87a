import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, INTERPRETABLE } from '../../contract/settings.ts';
import type { ArchitectureName } from '../../contract/settings.ts';
import { buildArchitecture, torchvisionArchitecture } from '../architectures.ts';
import type { Architecture } from '../layer.ts';
import { shapesOf } from '../matching.ts';
import { describeParameters } from '../parameters.ts';
import { fitNetworks, type ShapeSettings } from './fit.ts';

type Shapes = Map<string, { readonly shape: readonly number[] }>;

function shapes(architecture: Architecture): Shapes {
  const all = shapesOf(describeParameters(architecture));
  return new Map([...all].map(([name, shape]) => [name, { shape }]));
}

/** As {@link fitNetworks} must say them. */
function settings(architecture: ArchitectureName, more: Partial<ShapeSettings> = {}): ShapeSettings {
  return {
    ...{ architecture, width: 16, stem: 'imagenet', lastStride: 2, head: 'light', interpretable: 'none' },
    ...{ prototypesPerClass: 10, prototypeChannels: 128 },
    ...more,
  };
}

const without = (all: Shapes, pattern: RegExp): Shapes => new Map([...all].filter(([name]) => !pattern.test(name)));

describe('arrays of a file', () => {
  it.each(ARCHITECTURES)('of %s say which network they are, at any width and with any explanation', (name) => {
    for (const interpretable of INTERPRETABLE) {
      for (const width of [16, 24]) {
        const more = interpretable === 'protopnet' ? { prototypesPerClass: 3, prototypeChannels: 20 } : {};
        const wanted = settings(name, { width, interpretable, ...more });
        const [fit] = fitNetworks(shapes(buildArchitecture(wanted, 7)));
        expect(fit).toMatchObject({ problem: null, outputs: 7, share: 1, learntAnew: [] });
        // What they say builds exactly these arrays, though a width may have been rounded.
        expect(fit.settings.architecture).toBe(name);
        expect(shapes(buildArchitecture(fit.settings, 7))).toEqual(shapes(buildArchitecture(wanted, 7)));
      }
    }
  });

  it.each(ARCHITECTURES)('of %s at full size are known, too', (name) => {
    if (name === 'resnet10') return;
    const [fit] = fitNetworks(shapes(torchvisionArchitecture(name)));
    expect(fit).toMatchObject({ problem: null, outputs: 1000, learntAnew: [], settings: { architecture: name } });
    expect(fit.settings.head).toBe(name.startsWith('vgg') ? 'torchvision' : 'light');
  });

  it('may lack the last layer, or have another one', () => {
    const all = shapes(buildArchitecture(settings('resnet18'), 7));
    expect(fitNetworks(without(all, /^fc\./))[0]).toMatchObject({
      ...{ problem: null, outputs: 0, learntAnew: ['fc.weight', 'fc.bias'], settings: { architecture: 'resnet18' } },
    });
    const other = new Map([...without(all, /^fc\./), ['fc.0.weight', { shape: [40, 128] }] as const]);
    expect(fitNetworks(other)[0]).toMatchObject({ problem: null, outputs: 0 });
    const vgg = shapes(torchvisionArchitecture('vgg16'));
    expect(fitNetworks(without(vgg, /^classifier\.6/))[0]).toMatchObject({
      ...{ problem: null, outputs: 0, settings: { head: 'torchvision' } },
    });
  });

  it('with a hole, with another shape, or with more than the network has, are refused and say why', () => {
    const all = shapes(buildArchitecture(settings('resnet18'), 7));
    const problem = (found: Shapes) => fitNetworks(found, { architecture: 'resnet18' })[0].problem;
    expect(problem(without(all, /^layer2\.0\.bn1\.running_var$/))).toBe('they lack layer2.0.bn1.running_var');
    expect(problem(new Map([...all, ['layer1.0.conv1.weight', { shape: [16, 16, 5, 5] }] as const]))).toBe(
      'the shape is another one in layer1.0.conv1.weight ([16, 16, 5, 5] instead of [16, 16, 3, 3])',
    );
    expect(problem(shapes(buildArchitecture(settings('resnet34'), 7)))).toMatch(
      /^this network has no layer1\.2\.conv1/,
    );
    expect(fitNetworks(new Map([['weight', { shape: [3] }]]))).toEqual([]);
    // A ResNet-34 is not taken for the ResNet-18 that is in it.
    expect(fitNetworks(shapes(buildArchitecture(settings('resnet34'), 7)))[0].settings.architecture).toBe('resnet34');
  });

  it('take from what is said what shapes cannot tell', () => {
    const wanted = settings('resnet18', { stem: 'half', lastStride: 1 });
    const all = shapes(buildArchitecture(wanted, 7));
    expect(fitNetworks(all, { stem: 'half', lastStride: 1 })[0].settings).toEqual(wanted);
    expect(fitNetworks(all)[0].settings).toMatchObject({ stem: 'small', lastStride: 2 });
  });
});
