import { expect, it } from 'vitest';
import { ARCHITECTURES, ARMS, PRESETS } from '../../contract/settings.ts';
import { exampleDataset } from '../../workspace/records.fixture.ts';
import { SETTING_NAMES } from '../setting-names.ts';
import { resolveSettings } from '../settings.ts';
import { SETTING_WORDS } from './setting-words.ts';
import { trainOptions } from './train-options.ts';

const options = trainOptions(exampleDataset('/pictures'), [
  { id: 'shirt/0.png', label: null },
  { id: 'boot/1.png', label: 0 },
]);
const names = SETTING_NAMES.map(({ name }) => name);

it('has words for every setting, and for no other', () => {
  const shown = options.settings.map(({ name }) => name);
  expect(Object.keys(SETTING_WORDS).sort()).toEqual([...shown].sort());
  // Chosen with the weights, not typed.
  expect(names.filter((name) => !shown.includes(name))).toEqual(['network.mean', 'network.std', 'start.weights']);
  for (const { name, title, definition, group } of options.settings) {
    expect([name, title.length > 2, definition.length > 20]).toEqual([name, true, true]);
    expect(group).toBe(
      ['network', 'start', 'training', 'method'].find((each) => name.startsWith(`${each}.`)) ?? 'other',
    );
  }
});

it('offers every preset with a value for every setting, which it takes back', () => {
  expect(options.presets.map(({ preset }) => preset)).toEqual(PRESETS);
  expect(options.arms.map(({ arm }) => arm)).toEqual(ARMS);
  for (const { values } of options.presets) {
    expect(Object.keys(values).sort()).toEqual([...names].sort());
    const set = Object.entries(values).map(([name, value]) => `${name}=${String(value)}`);
    expect(resolveSettings({}, set)).toMatchObject({ network: { size: values['network.size'] } });
  }
  expect(options.presets[0].values).toMatchObject({
    'network.lastStride': 1,
    'method.eps': 'auto',
    'training.flip': true,
  });
});

it('says what a form needs to know of each value', () => {
  const control = (name: string) => options.settings.find((setting) => setting.name === name)?.control;
  expect(control('method.eps')).toEqual({ kind: 'number', min: 0.0001, max: 1, whole: false, auto: true });
  expect(control('network.width')).toEqual({ kind: 'number', min: 1, max: 256, whole: true, auto: false });
  expect(control('network.lastStride')).toEqual({ kind: 'choice', options: [1, 2] });
  expect(control('training.flip')).toEqual({ kind: 'switch' });
});

it('counts the corrections at hand', () => {
  expect(options.corrections).toEqual({ relabelled: 1, leftOut: 1 });
});

it('shows a setting only where it means something', () => {
  const conditions = (name: string) => options.settings.find((setting) => setting.name === name)?.onlyWhere;
  expect(conditions('training.learningRate')).toBeUndefined();
  expect(conditions('training.gatePeriod')).toEqual([{ setting: 'network.interpretable', values: ['csg'] }]);
  expect(conditions('network.stem')).toEqual([
    {
      setting: 'network.architecture',
      values: ['resnet10', 'resnet18', 'resnet34', 'resnet50', 'resnet101', 'wide_resnet50_2'],
    },
  ]);
  expect(conditions('start.frozenStages')).toEqual([{ setting: 'start.weights', except: ['none'] }]);
  // What is asked of another setting can be answered: it is one, and has these values.
  for (const { onlyWhere = [] } of options.settings) {
    for (const condition of onlyWhere) {
      expect(names).toContain(condition.setting);
      const control = SETTING_NAMES.find(({ name }) => name === condition.setting)?.control;
      if ('values' in condition && control?.kind === 'choice') {
        expect(control.options).toEqual(expect.arrayContaining([...condition.values]));
      }
    }
  }
});

it('says of every network what it is, costs and needs', () => {
  expect(options.networks.map(({ architecture }) => architecture)).toEqual(ARCHITECTURES);
  const of = (wanted: string) => options.networks.find(({ architecture }) => architecture === wanted);
  // The preset's own network is the measure.
  expect(of('resnet10')?.presets.quick.relativeCost).toBe(1);
  expect(of('resnet18')?.presets.standard.relativeCost).toBe(1);
  expect(of('resnet101')?.presets.quick.relativeCost).toBeGreaterThan(5);
  expect(of('resnet18')?.presets.standard.fineTuningRate).toBeCloseTo(
    Number(options.presets[1].values['training.learningRate']) / 10,
    4,
  );
  for (const { text, presets } of options.networks) {
    expect(text.length).toBeGreaterThan(20);
    expect(presets.quick.mapSide).toBeGreaterThan(0);
  }
});
