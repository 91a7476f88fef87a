import { expect, it } from 'vitest';
import { ARMS, PRESETS } from '../../contract/settings.ts';
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
    expect(group).toBe(['network', 'start', 'training', 'method'].find((each) => name.startsWith(`${each}.`)) ?? 'other');
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
