/** The settings of runs that are about to begin, from what the window chose. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Preset, RunSettings } from '../../contract/settings.ts';
import type { SettingValue, TrainOptions } from '../../contract/train-view.ts';
import { resolveSettings } from '../settings.ts';

/** "name=value", as resolveSettings takes them. @throws SteadygazeError `unknown-setting` */
export function assignments(values: Readonly<Record<string, SettingValue>>): string[] {
  return Object.entries(values).map(([name, value]) => {
    // A name is taken apart at its first "=".
    if (name.includes('=')) throw new SteadygazeError('unknown-setting', `There is no setting "${name}".`);
    return `${name}=${String(value)}`;
  });
}

/** Set by the runs themselves, whatever a preset's list says of them. */
const OF_THE_RUN: ReadonlySet<string> = new Set(['arm', 'seed']);

/**
 * Every setting of a run with this preset, fitted to the open study's pictures.
 * @param set "name=value", over those of the preset
 * @throws SteadygazeError `unknown-setting`, `impossible-value`
 */
export function plannedSettings(
  { presets }: Pick<TrainOptions, 'presets'>,
  preset: Preset,
  set: readonly string[],
): RunSettings {
  const values = presets.find((each) => each.preset === preset)?.values ?? {};
  const ofPreset = Object.entries(values).filter(([name]) => !OF_THE_RUN.has(name));
  const settings = resolveSettings({}, [...ofPreset.map(([name, value]) => `${name}=${String(value)}`), ...set]);
  // A preset's list names an attack, the preset itself does not: the control arm has noise in its place.
  if (settings.arm !== 'noise' || set.some((each) => each.startsWith('method.attack='))) return settings;
  return { ...settings, method: { ...settings.method, attack: 'noise' } };
}
