/** The Data step on what people have on disk beside folders of classes, and what is put right there. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { packedPictures, severalClasses, surveyTable } from '../support/data-sets.ts';
import { dropFolder } from '../support/drop.ts';
import { smallPictures } from '../support/pictures.ts';
import { createStudy } from '../support/window.ts';
import type { Camera } from './camera.ts';
import type { Stage } from './stage.ts';

/** What dropping needs to know of the app. */
const windowOf = (page: Page): Parameters<typeof dropFolder>[0] =>
  ({ shell: 'browser', page }) as Parameters<typeof dropFolder>[0];

export const DATA_STATES = ['data-archive', 'data-table', 'data-several', 'data-other-classes'];

/** An archive, a table with its questions, and pictures of several classes. */
export async function showOtherData({ page, places }: Stage, camera: Camera): Promise<void> {
  const drop = async (path: string): Promise<void> => {
    await dropFolder(windowOf(page), path);
    await page.getByRole('button', { name: 'Create the study' }).waitFor({ timeout: 60_000 });
  };
  await drop(await packedPictures(places.root));
  await camera.take(page, 'data-archive');
  const survey = join(places.pictures, 'survey');
  await surveyTable(survey);
  await drop(survey);
  await page.getByText('survey.csv').first().waitFor();
  await camera.take(page, 'data-table');
  const several = join(places.pictures, 'several');
  await severalClasses(several);
  await drop(several);
  await page.getByText('patterned').first().waitFor();
  await camera.take(page, 'data-several');
  await createStudy(page);
  await selectTiles(page, 'patterned', 3);
  await page.getByRole('button', { name: 'Other classes…' }).click();
  await page.getByRole('button', { name: /^Change \d+ pictures/ }).waitFor();
  await camera.take(page, 'data-other-classes');
}

export const CORRECTION_STATES = [
  ...['data-selected', 'data-relabel', 'data-corrected', 'data-class-menu', 'data-rename', 'data-parting'],
  'data-refreshed',
];

export async function showCorrections({ page, places }: Stage, camera: Camera): Promise<void> {
  await smallPictures({ folder: places.pictures, classes: 6, train: 40, held: 12 });
  await dropFolder(windowOf(page), places.pictures);
  await createStudy(page);
  await selectTiles(page, 'boot', 5);
  await camera.take(page, 'data-selected');
  await page.getByRole('button', { name: 'Another class…' }).click();
  await page.getByRole('searchbox', { name: /Find a class/ }).fill('rubber boot');
  await page.getByRole('radio', { name: /rubber boot/ }).check();
  await camera.take(page, 'data-relabel');
  await page.getByRole('button', { name: 'Change 5 pictures' }).click();
  await page.getByText('5 pictures from boot to rubber boot.').first().waitFor();
  await page.keyboard.press('Escape');
  await selectTiles(page, 'dress', 2);
  await page.getByRole('button', { name: 'Leave out' }).click();
  await page.getByText('2 pictures left out.').first().waitFor();
  await page.keyboard.press('Escape');
  await camera.take(page, 'data-corrected');
  const menu = page.getByRole('button', { name: 'Correct the class rubber boot' });
  await menu.click();
  await page.getByRole('menuitem').first().waitFor();
  await camera.take(page, 'data-class-menu');
  await page.getByRole('menuitem', { name: 'Merge into another class…' }).click();
  await page.getByRole('radio', { name: 'sneaker' }).check();
  await camera.take(page, 'data-rename');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Part the data anew…' }).click();
  await page.getByRole('slider', { name: 'Testing' }).waitFor();
  await camera.take(page, 'data-parting');
  await page.keyboard.press('Escape');
  await smallPictures({ folder: places.pictures, classes: 6, train: 46, held: 12 });
  await page.getByRole('button', { name: 'Look for new pictures' }).click();
  await page.getByText(/pictures added/).waitFor({ timeout: 60_000 });
  await camera.take(page, 'data-refreshed');
}

/** Opens a class and selects its first pictures. */
async function selectTiles(page: Page, name: string, count: number): Promise<void> {
  await page.getByRole('button', { name: `Show all pictures of ${name}`, exact: true }).click();
  const tiles = page.getByRole('listbox', { name: `Pictures of ${name}` }).getByRole('option');
  await tiles.first().waitFor();
  for (let i = 0; i < count; i++) await tiles.nth(i).click();
}
