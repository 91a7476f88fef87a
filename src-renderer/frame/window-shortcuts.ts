import { app } from '../lib/app.svelte.ts';
import { navigation } from '../lib/navigation.svelte.ts';
import type { WindowShortcut } from '../lib/shortcuts.svelte.ts';
import { intake } from '../views/start/intake.svelte.ts';
import { STEPS } from './steps.ts';

/** The keys that work in every view. */
export function windowShortcuts(open: { preferences: () => void; help: () => void }): readonly WindowShortcut[] {
  const group = 'Everywhere';
  return [
    ...STEPS.map(({ view, title }, i) => ({
      group,
      keys: [`Mod+${i + 1}`],
      label: `Go to ${title}`,
      run: () => navigation.go(view),
    })),
    // A browser keeps this one for itself.
    ...(app.info.mode === 'desktop'
      ? [{ group, keys: ['Mod+n'], label: 'New study', run: () => void intake.choosePictures() }]
      : []),
    { group, keys: ['Mod+o'], label: 'Open a study', run: () => void intake.chooseStudy() },
    { group, keys: ['Mod+,'], label: 'Preferences', run: open.preferences },
    { group, keys: ['?'], label: 'This overview', run: open.help },
  ];
}
