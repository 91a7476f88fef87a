/** The file that a click on an export button writes: a download in a browser, a chosen place on the desktop. */
import { join } from 'node:path';
import { expect } from '@playwright/test';
import { access } from 'node:fs/promises';
import type { RunningApp } from './shell.ts';

/** @returns the path of the file, once it is there */
export async function exported(app: RunningApp, click: () => Promise<void>, name = 'exported.html'): Promise<string> {
  if (app.electron === null) {
    // An archive holds the printed report too.
    const download = app.page.waitForEvent('download', { timeout: 600_000 });
    await click();
    return (await download).path();
  }
  const target = join(app.places.root, name);
  // The system's own dialog cannot be driven; what it answers can.
  await app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, target);
  await click();
  const isThere = (): Promise<boolean> =>
    access(target).then(
      () => true,
      () => false,
    );
  await expect.poll(isThere, { timeout: 600_000 }).toBe(true);
  return target;
}
