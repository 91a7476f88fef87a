import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { toErrorValue } from '../contract/errors.ts';
import { PRESETS, RunSettings } from '../contract/settings.ts';
import { presetSettings } from './presets.ts';
import { findSetting, nearestSettings, SETTING_NAMES } from './setting-names.ts';
import { resolveEvaluationSettings, resolveSettings } from './settings.ts';

const samples = (count: number, side: number) =>
  Array.from({ length: count }, (_, i) => ({
    ...{ id: `${i}`, label: i % 2, split: 'train' as const, width: side, height: side + (i % 3) },
    ...{ hash: '', boxes: [], mask: null, maskHash: null },
  }));

describe('names of settings', () => {
  it('are those of the schema, each with what it may be', () => {
    const flat = (value: unknown, prefix = ''): string[] =>
      typeof value !== 'object' || value === null || Array.isArray(value)
        ? [prefix]
        : Object.entries(value).flatMap(([key, inner]) => flat(inner, prefix === '' ? key : `${prefix}.${key}`));
    expect(SETTING_NAMES.map(({ name }) => name)).toEqual(flat(v.parse(RunSettings, {})));
    for (const { name, range } of SETTING_NAMES) {
      expect(range, name).toMatch(
        /^(true or false|one of .+|a text|a (whole )?number from \S+ to [^ ,;]+(, or auto|; several separated by commas)?)$/,
      );
    }
  });

  it('may be short where they are unambiguous', () => {
    expect(findSetting('eps')?.name).toBe('method.eps');
    expect(findSetting('method.eps')?.name).toBe('method.eps');
    expect(findSetting('momentum')?.name).toBe('training.momentum');
    expect(findSetting('method')).toBeNull();
    for (const { name } of SETTING_NAMES) expect(findSetting(name)?.name).toBe(name);
  });

  it('that are misspelled are recognised', () => {
    expect(nearestSettings('epz')).toContain('method.eps');
    expect(nearestSettings('learning_rate')[0]).toBe('training.learningRate');
    expect(nearestSettings('warmup')).toContain('training.warmupEpochs');
    fc.assert(fc.property(fc.string(), (name) => nearestSettings(name).length >= 1));
  });
});

describe('settings of a run', () => {
  it('are merged in order, from the preset to the last assignment', () => {
    const base = presetSettings('quick', { samples: samples(1000, 64) });
    const settings = resolveSettings(base, ['eps=0.01', 'training.rounds=1', 'eps=auto', 'flip=false', 'arm=loss']);
    expect(settings.method.eps).toBe('auto');
    expect(settings.training).toMatchObject({ rounds: 1, flip: false, warmupEpochs: 8 });
    expect(settings.arm).toBe('loss');
    expect(base.training?.rounds).toBe(2);
  });

  it('give the arm "noise" noise for an attack, unless another is asked for', () => {
    expect(resolveSettings({}, ['arm=noise']).method.attack).toBe('noise');
    expect(resolveSettings({}, ['arm=noise', 'attack=fgsm']).method.attack).toBe('fgsm');
    expect(resolveSettings({}, ['arm=consistency']).method.attack).toBe('pgd');
  });

  it.each([
    ['method.eps=2', 'impossible-value'],
    ['rounds=', 'impossible-value'],
    ['rounds=Infinity', 'impossible-value'],
    ['arm=best', 'impossible-value'],
    ['nonsense=1', 'unknown-setting'],
    ['__proto__=1', 'unknown-setting'],
    ['network=1', 'unknown-setting'],
    ['=1', 'bad-argument'],
    ['rounds', 'bad-argument'],
  ])('refuse %s', (assignment, code) => {
    expect(() => resolveSettings({}, [assignment])).toThrowError(expect.objectContaining({ code }) as Error);
  });

  it('never throw anything but a sentence', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SETTING_NAMES),
        fc.oneof(fc.string(), fc.double().map(String)),
        (setting, text) => {
          try {
            resolveSettings({}, [`${setting.name}=${text}`]);
          } catch (error) {
            expect(error).toMatchObject({ code: 'impossible-value', hint: `It must be ${setting.range}.` });
          }
        },
      ),
    );
  });
});

describe('presets', () => {
  it('fit the pictures: never larger than they are, batches that leave some steps', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PRESETS),
        fc.integer({ min: 2, max: 20_000 }),
        fc.integer({ min: 1, max: 4000 }),
        (preset, count, side) => {
          const settings = resolveSettings(
            presetSettings(preset, { samples: samples(Math.min(count, 300), side) }),
            [],
          );
          const { size, stem } = settings.network;
          expect(size).toBeGreaterThanOrEqual(32);
          expect(size).toBeLessThan(Math.max(33, side + 16));
          expect(stem).toBe(size < 48 ? 'small' : 'half');
          expect(settings.training.batchSize).toBeLessThanOrEqual(Math.max(8, count / 12));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('grow in effort', () => {
    const [quick, standard, thorough] = PRESETS.map((preset) =>
      resolveSettings(presetSettings(preset, { samples: samples(5000, 300) }), []),
    );
    const epochs = ({ training }: typeof quick) => training.warmupEpochs + training.rounds * training.epochsPerRound;
    expect(epochs(quick)).toBeLessThan(epochs(standard));
    expect(epochs(standard)).toBeLessThan(epochs(thorough));
    expect(quick.training).toMatchObject({ batchSize: 64, learningRate: 0.1 });
  });
});

describe('the settings of an evaluation', () => {
  it('are the standard ones, changed by name; lists are separated by commas', () => {
    const settings = resolveEvaluationSettings([
      'robustness.pictures=0',
      'robustness.eps=1, 2',
      'clusters=6',
      'seed=3',
    ]);
    expect(settings.robustness.pictures).toBe(0);
    expect(settings.robustness.eps).toEqual([1, 2]);
    expect(settings.robustness.restarts).toBe(2);
    expect(settings.groups.clusters).toBe(6);
    expect(settings.seed).toBe(3);
    expect(resolveEvaluationSettings(['attacks=fgsm']).robustness.attacks).toEqual(['fgsm']);
  });

  it('are refused with what they may be', () => {
    const refusal = (assignment: string) => {
      try {
        resolveEvaluationSettings([assignment]);
      } catch (error) {
        return toErrorValue(error);
      }
      return null;
    };
    expect(refusal('robustness.restart=1')).toMatchObject({
      code: 'unknown-setting',
      hint: expect.stringContaining('robustness.restarts') as string,
    });
    expect(refusal('pictures=1')).toMatchObject({ message: 'The name "pictures" stands for more than one setting.' });
    expect(refusal('robustness.eps=1,999')).toMatchObject({
      code: 'impossible-value',
      message: 'The setting robustness.eps cannot be 999.',
      hint: 'It must be a number from 0.01 to 255; several separated by commas.',
    });
    expect(refusal('robustness.attacks=none')?.hint).toBe(
      'It must be one of fgsm, pgd10, pgd50; several separated by commas.',
    );
  });
});
