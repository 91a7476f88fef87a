/** What the window chose, as settings are given everywhere else. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { SettingValue } from '../../contract/train-view.ts';

/** "name=value", as resolveSettings takes them. @throws SteadygazeError `unknown-setting` */
export function assignments(values: Readonly<Record<string, SettingValue>>): string[] {
  return Object.entries(values).map(([name, value]) => {
    // A name is taken apart at its first "=".
    if (name.includes('=')) throw new SteadygazeError('unknown-setting', `There is no setting "${name}".`);
    return `${name}=${String(value)}`;
  });
}
