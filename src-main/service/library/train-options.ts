/** What can be chosen before a run, with the words for it. */
import { ARMS, PRESETS, type Preset, type RunSettings } from '../../contract/settings.ts';
import type { Correction } from '../../contract/run.ts';
import type { ArmView, PresetView, SettingValue, SettingView, TrainOptions } from '../../contract/train-view.ts';
import type { Dataset } from '../../datasets/dataset.ts';
import { ARM_WORDS } from '../../reports/words.ts';
import { presetSettings } from '../presets.ts';
import { SETTING_NAMES } from '../setting-names.ts';
import { resolveSettings } from '../settings.ts';
import { INTERPRETABLE_VIEWS, networkViews } from './network-views.ts';
import { SETTING_RELEVANCE } from './setting-relevance.ts';
import { SETTING_WORDS } from './setting-words.ts';

const PRESET_WORDS: Readonly<Record<Preset, { readonly title: string; readonly text: string }>> = {
  quick: {
    title: 'Quick look',
    text: 'A small network and two rounds: a first impression of what the model looks at. Its figures are rough.',
  },
  standard: {
    title: 'Standard',
    text: 'A middle-sized network and three rounds: figures that are worth comparing.',
  },
  thorough: {
    title: 'Thorough',
    text: 'A large network, larger pictures and four long rounds: the best figures these pictures can give. It takes by far the longest.',
  },
};

const WHY_ARM: Readonly<Record<(typeof ARMS)[number], string>> = {
  plain: 'It shows how the model looks without any of this, and is what everything else is compared with.',
  consistency: 'It is the method that this program is about.',
  loss: 'If it does as well as explanation consistency, hard pictures alone were what helped, not the gaze.',
  random: 'If it does as well as explanation consistency, uneven weights alone were what helped.',
  noise: 'If it does as well as explanation consistency, a targeted disturbance was not needed.',
  mix: 'It attacks the reliance on backgrounds directly, and may cost accuracy.',
  'consistency-mix': 'Both at once; compare it with mixed backgrounds alone to see what explanation consistency adds.',
};

export function trainOptions(dataset: Dataset, corrections: readonly Correction[]): TrainOptions {
  const leftOut = corrections.filter(({ label }) => label === null).length;
  const settled = Object.fromEntries(
    PRESETS.map((preset) => [preset, resolveSettings(presetSettings(preset, dataset), [])]),
  ) as Record<Preset, RunSettings>;
  return {
    presets: PRESETS.map((preset) => presetView(preset, settled[preset])),
    networks: networkViews(settled, dataset.classes.length),
    interpretable: INTERPRETABLE_VIEWS,
    arms: ARMS.map((arm): ArmView => ({
      arm,
      title: ARM_WORDS[arm].name,
      text: `${ARM_WORDS[arm].explanation} ${WHY_ARM[arm]}`,
    })),
    settings: settingViews(),
    corrections: { relabelled: corrections.length - leftOut, leftOut },
  };
}

function settingViews(): SettingView[] {
  // Weights are chosen, not typed; and what pictures are normalised with comes with them.
  return SETTING_NAMES.filter(({ name, list }) => !list && name !== 'start.weights').map(({ name, control }) => {
    const words = SETTING_WORDS[name] ?? { group: 'other' as const, title: name, definition: '' };
    const onlyWhere = SETTING_RELEVANCE[name];
    return { name, ...words, ...(onlyWhere === undefined ? {} : { onlyWhere }), control };
  });
}

function presetView(preset: Preset, settings: RunSettings): PresetView {
  return { preset, ...PRESET_WORDS[preset], values: Object.fromEntries(flattened(settings)) };
}

/** {a: {b: 1}} -> [['a.b', 1]]. */
function flattened(value: object, prefix = ''): [string, SettingValue][] {
  return Object.entries(value).flatMap(([key, inner]: [string, object | SettingValue]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    // A list as `--set` takes it.
    if (Array.isArray(inner)) return [[name, inner.join(',')] as [string, SettingValue]];
    return typeof inner === 'object' ? flattened(inner, name) : [[name, inner] as [string, SettingValue]];
  });
}
