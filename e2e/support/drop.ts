/** Dropping a folder on the window, as each shell gets it. */
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import type { RunningApp } from './shell.ts';

const DRAGS = 3;
/** Milliseconds until a drop that nobody heard is taken to be lost. */
const PATIENCE = 3_000;

/**
 * Desktop: a real drop of a folder from the file manager, through the browser's own input. Browser: a page never learns
 * where a dropped folder lies, so what is dropped is its address as text, which file managers and terminals offer too.
 */
export async function dropFolder({ shell, page }: RunningApp, folder: string): Promise<void> {
  if (shell === 'desktop') {
    // On a busy machine the first drag over a new window can be lost before the page hears of it.
    for (let attempt = 0; attempt < DRAGS; attempt++) if (await dragFile(page, folder)) return;
    throw new Error(`the window did not hear that ${folder} was dropped`);
  }
  await page.evaluate((address) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', address);
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  }, pathToFileURL(folder).href);
}

/** @returns whether the page heard of the drop */
async function dragFile(page: Page, file: string): Promise<boolean> {
  const heard = page.evaluate(
    (patience) =>
      new Promise<boolean>((resolve) => {
        addEventListener('drop', () => resolve(true), { once: true, capture: true });
        setTimeout(() => resolve(false), patience);
      }),
    PATIENCE,
  );
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [file], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
  }
  await session.detach();
  return heard;
}
