/** What people set about the window, kept for all windows and all starts. */
import { join } from 'node:path';
import * as v from 'valibot';
import { Preferences } from '../../contract/preferences.ts';
import { KeptFile } from './kept-file.ts';

export type PreferencesFile = KeptFile<Preferences>;

/** @param dataFolder of the app; its `preferences.json` */
export function openPreferences(dataFolder: string, log: (text: string) => void): Promise<PreferencesFile> {
  const path = join(dataFolder, 'preferences.json');
  return KeptFile.open({ path, kind: 'preferences', schema: Preferences, fresh: v.parse(Preferences, {}), log });
}
