import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { menuTemplate, type MenuContext } from './menu.ts';

const nothing = () => undefined;
const CONTEXT: MenuContext = {
  ...{ platform: 'linux', development: false, recent: [], studyIsOpen: true, hasSample: true },
  ...{ command: nothing, openRecent: nothing, undo: nothing, redo: nothing, showLogs: nothing, showAbout: nothing },
};

function all(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
}
const click = (items: readonly MenuItemConstructorOptions[], label: string) => {
  const item = all(items).find((each) => each.label === label);
  (item?.click as (() => void) | undefined)?.();
  return item;
};

test('every key means one thing', () => {
  for (const platform of ['linux', 'darwin', 'win32']) {
    const keys = all(menuTemplate({ ...CONTEXT, platform })).flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('CmdOrCtrl+5');
  }
});

test('what needs a study waits for one', () => {
  const closed = all(menuTemplate({ ...CONTEXT, studyIsOpen: false, hasSample: false }));
  const off = closed.filter(({ enabled }) => enabled === false).map(({ label }) => label);
  expect(off).toEqual([
    ...['Open recent', 'Open sample study', 'Close study', 'Export report…', 'Find…'],
    ...['Data', 'Train', 'Inspect', 'Compare', 'Report'],
  ]);
});

test('commands and recent studies go where they belong', () => {
  const said: string[] = [];
  const recent = [
    { name: 'Cats & dogs', folder: '/a', missing: false },
    { name: 'Gone', folder: '/b', missing: true },
  ].map((study) => ({ ...study, opened: '', pictures: 1, classes: 2, runs: 0 }));
  const items = menuTemplate({
    ...CONTEXT,
    recent,
    command: (command) => said.push(command),
    openRecent: (folder) => said.push(folder),
  });
  click(items, 'Inspect');
  click(items, 'Cats && dogs');
  click(items, 'New study…');
  expect(said).toEqual(['go-inspect', '/a', 'new-study']);
  expect(click(items, 'Gone')).toBeUndefined();
});

test('only a developer can reload', () => {
  const roles = (development: boolean) => all(menuTemplate({ ...CONTEXT, development })).map(({ role }) => role);
  expect(roles(false)).not.toContain('reload');
  expect(roles(true)).toContain('reload');
});
