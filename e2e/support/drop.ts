/** Dropping a folder on the window, as each shell gets it. */
import { pathToFileURL } from 'node:url';
import type { RunningApp } from './shell.ts';

/**
 * Desktop: a real drop of a folder from the file manager, through the browser's own input. Browser: a page never learns
 * where a dropped folder lies, so what is dropped is its address as text, which file managers and terminals offer too.
 */
export async function dropFolder({ shell, page }: RunningApp, folder: string): Promise<void> {
  if (shell === 'desktop') {
    const session = await page.context().newCDPSession(page);
    const data = { items: [], files: [folder], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
      await session.send('Input.dispatchDragEvent', { type, x: 600, y: 400, data });
    }
    await session.detach();
    return;
  }
  await page.evaluate((address) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData('text/uri-list', address);
    for (const type of ['dragenter', 'dragover', 'drop']) {
      document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  }, pathToFileURL(folder).href);
}
