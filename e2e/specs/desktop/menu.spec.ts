/** What only the desktop app has: its menu, the system's dialogs, and a drop from the file manager. */
import { readFile } from 'node:fs/promises';
import type { ElectronApplication } from '@playwright/test';
import { smallPictures } from '../../support/pictures.ts';
import { expect, test } from '../../support/shell.ts';
import { createStudy, openSample } from '../../support/window.ts';

/** Clicks an entry of the application menu. */
async function choose(electron: ElectronApplication, ...labels: readonly string[]): Promise<void> {
  await electron.evaluate(({ Menu, BrowserWindow }, path) => {
    const plain = (text: string) => text.replace(/&|…/g, '').trim();
    let items = Menu.getApplicationMenu()?.items ?? [];
    for (const label of path) {
      const item = items.find((each) => plain(each.label) === label);
      if (item === undefined) throw new Error(`no "${label}" among ${items.map((each) => each.label).join(', ')}`);
      if (item.submenu == null)
        (item.click as (...given: unknown[]) => void)(undefined, BrowserWindow.getAllWindows()[0]);
      else items = item.submenu.items;
    }
  }, labels);
}

function desktop(electron: ElectronApplication | null): ElectronApplication {
  if (electron === null) throw new Error('not the desktop app');
  return electron;
}

test('the menu goes to every view, and a chosen folder becomes a study', async ({ app, places }) => {
  const electron = desktop(app.electron);
  const { page } = app;
  await smallPictures({ folder: places.pictures, classes: 2, train: 6, held: 4 });
  await electron.evaluate(({ dialog }, folder) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [folder] });
  }, places.pictures);
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await choose(electron, 'File', 'New study');
  await expect(page.getByText(/28 pictures in 2 classes/).first()).toBeVisible();
  await createStudy(page);
  for (const view of ['Train', 'Inspect', 'Compare', 'Report', 'Data']) {
    const link = page.getByRole('navigation').getByRole('link', { name: view });
    await expect(async () => {
      await choose(electron, 'View', view);
      await expect(link).toHaveAttribute('aria-current', 'page', { timeout: 1000 });
    }).toPass({ timeout: 120_000 });
  }
  await choose(electron, 'File', 'Close study');
  await expect(page.getByRole('heading', { name: 'Does the model look at the right thing?' })).toBeVisible();
});

test('a report is printed to PDF where the person says', async ({ app, places }) => {
  const electron = desktop(app.electron);
  const { page } = app;
  await openSample(page);
  const pdf = `${places.root}/report.pdf`;
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, pdf);
  await page.keyboard.press('Control+5');
  await page.getByRole('button', { name: /^PDF/ }).click();
  await expect(
    page
      .getByText('Saved report.pdf')
      .or(page.getByText(/^Saved .*\.pdf/))
      .first(),
  ).toBeVisible();
  const bytes = await readFile(pdf);
  expect(bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
  expect(bytes.length).toBeGreaterThan(50_000);
});
