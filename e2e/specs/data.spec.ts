/** The Data step: what people have on disk, overruling how it was read, and putting right what is wrong. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { writeCoco } from '../../src-main/datasets/formats/coco.fixture.ts';
import { packedPictures, severalClasses, surveyTable } from '../support/data-sets.ts';
import { dropFolder } from '../support/drop.ts';
import { exported } from '../support/exported.ts';
import { violations } from '../support/axe.ts';
import { smallPictures } from '../support/pictures.ts';
import { expect, test } from '../support/shell.ts';
import { createStudy, goTo, openSample } from '../support/window.ts';

/** Opens a class of the study and selects pictures of it by their places. */
async function select(page: Page, name: string, places: readonly number[]): Promise<void> {
  await page.getByRole('button', { name: `Show all pictures of ${name}`, exact: true }).click();
  const tiles = page.getByRole('listbox', { name: `Pictures of ${name}` }).getByRole('option');
  for (const place of places) await tiles.nth(place).click();
  await expect(page.getByText(`${String(places.length)} selected`)).toBeVisible();
}

/** The row of a class. */
const classRow = (page: Page, name: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });

/** Names and sizes of everything below a folder: nothing of it may change. */
async function listing(folder: string): Promise<string[]> {
  const names = (await readdir(folder, { recursive: true })).sort();
  return Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return `${name} ${String(size)} ${String(mtimeMs)}`;
    }),
  );
}

test('a table: what was guessed is shown, and overruled', async ({ app, places }) => {
  const { page } = app;
  await surveyTable(places.pictures);
  await dropFolder(app, join(places.pictures, 'survey.csv'));
  const read = page.getByRole('region', { name: 'How it was read' });
  await expect(read).toContainText('classes from the column "product"');
  await expect(page.getByText('Found in this file')).toBeVisible();
  await expect(page.getByText(/56 pictures in 4 classes/)).toBeVisible();
  expect(await violations(page), 'a table with its questions').toEqual([]);

  // Without a pointer: the class is who took the picture.
  const column = read.getByLabel('Column with the class');
  await column.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'observer' }).waitFor();
  await page.keyboard.type('obs');
  await page.keyboard.press('Enter');
  await expect(page.getByText(/56 pictures in 2 classes/)).toBeVisible();
  await expect(classRow(page, 'Ada')).toContainText('28 pictures');
  await expect(column).toContainText('observer');

  // A mistake is said, and what was there stays.
  await read.getByLabel("Column with the picture's file").click();
  await page.getByRole('option', { name: 'site' }).click();
  await expect(read.getByRole('alert')).toContainText('It is shown as it was read before.');
  await expect(read.getByLabel("Column with the picture's file")).toContainText('photo');
  await expect(classRow(page, 'Ada')).toContainText('28 pictures');
});

test('an archive, an annotation, and the folder browser that shows files', async ({ app, places, shell }) => {
  const { page } = app;
  await dropFolder(app, await packedPictures(places.root));
  await expect(page.getByText('Found in this archive')).toBeVisible();
  await expect(page.getByText(/56 pictures in 4 classes/)).toBeVisible();
  await page.getByRole('button', { name: 'Choose something else' }).click();
  await page.getByText('What can be read').click();
  await expect(page.getByText(/COCO, Pascal VOC/)).toBeVisible();
  expect(await violations(page), 'what can be read').toEqual([]);

  const coco = join(places.pictures, 'coco');
  await writeCoco(coco);
  if (shell === 'browser') {
    await page.getByRole('button', { name: 'Choose a file' }).click();
    const dialog = page.getByRole('dialog');
    const annotations = join(coco, 'annotations');
    await dialog.getByLabel('Folder', { exact: true }).fill(annotations);
    await page.keyboard.press('Enter');
    await dialog.getByRole('option', { name: 'instances_train2017.json' }).click();
    await dialog.getByRole('button', { name: 'Use this file' }).click();
  } else {
    await dropFolder(app, join(coco, 'annotations/instances_train2017.json'));
  }
  await expect(page.getByRole('region', { name: 'How it was read' })).toContainText('COCO');
});

test('pictures of several classes: counts add up to more, and classes are ticked', async ({ app, places }) => {
  const { page } = app;
  await severalClasses(places.pictures);
  await dropFolder(app, places.pictures);
  // 3 x 14 pictures, and every other one has a second class: 42 + 21.
  await expect(page.getByText('42 pictures bear 63 class names.')).toBeVisible();
  await expect(classRow(page, 'patterned')).toContainText('21 pictures');
  await createStudy(page);
  await select(page, 'patterned', [0, 1]);
  await page.getByRole('button', { name: 'Other classes…' }).click();
  const dialog = page.getByRole('dialog', { name: /Which classes/ });
  await expect(dialog.getByRole('checkbox', { name: 'bag' })).toBeChecked();
  await dialog.getByRole('checkbox', { name: 'patterned' }).uncheck();
  await dialog.getByRole('checkbox', { name: 'dress' }).check();
  await dialog.getByRole('button', { name: 'Change 2 pictures' }).click();
  await page.keyboard.press('Escape');
  await expect(classRow(page, 'patterned')).toContainText('19 pictures');
  await expect(classRow(page, 'dress')).toContainText('16 pictures');
  await expect(classRow(page, 'bag')).toContainText('14 pictures');
});

test('relabel, undo, leave out, move, merge, part anew and read again; nothing changes on disk', async ({
  app,
  places,
}) => {
  const { page } = app;
  const [, boot = '', dress = ''] = await smallPictures({ folder: places.pictures });
  const before = await listing(places.pictures);
  await dropFolder(app, places.pictures);
  await createStudy(page);
  await expect(page.getByText('None yet.')).toBeVisible();
  expect(await violations(page), 'data of a study').toEqual([]);

  await test.step('another class, that is new', async () => {
    await select(page, boot, [0, 2]);
    expect(await violations(page), 'selected pictures').toEqual([]);
    await page.getByRole('button', { name: 'Another class…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Another class' });
    await dialog.getByRole('searchbox').fill('wellington');
    await page.keyboard.press('Enter');
    expect(await violations(page), 'another class').toEqual([]);
    await dialog.getByRole('button', { name: 'Change 2 pictures' }).click();
    await expect(page.getByText(`2 pictures from ${boot} to wellington.`).first()).toBeVisible();
    await expect(page.getByRole('radio', { name: 'All 42' })).toBeVisible();
    // The message offers the way back while the dialog stays open.
    await page.getByRole('region', { name: 'Messages' }).getByRole('button', { name: 'Undo' }).click();
    await expect(page.getByRole('radio', { name: 'All 44' })).toBeVisible();
    await page.keyboard.press('Control+Shift+Z');
    await expect(page.getByRole('radio', { name: 'All 42' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(classRow(page, 'wellington')).toContainText('2 pictures');
  });

  await test.step('leave out and move, with keys', async () => {
    await page.getByRole('button', { name: `Show all pictures of ${dress}` }).click();
    const grid = page.getByRole('listbox', { name: `Pictures of ${dress}` });
    await grid.getByRole('option').first().waitFor();
    await grid.focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Space');
    await expect(page.getByText('2 selected')).toBeVisible();
    await page.getByRole('button', { name: 'Leave out' }).press('Enter');
    await expect(page.getByRole('radio', { name: 'All 42' })).toBeVisible();
    // Names begin with the part, so that the first ones were of the test.
    await page.getByRole('radio', { name: 'Test 8' }).click();
    await grid.focus();
    await page.keyboard.press('Control+a');
    await expect(page.getByText('8 selected')).toBeVisible();
    await page.getByRole('button', { name: 'Move to' }).press('Enter');
    await page.getByRole('menuitem', { name: /^Validation/ }).press('Enter');
    await expect(page.getByRole('radio', { name: 'Validation 18' })).toBeVisible();
    await page.keyboard.press('Escape');
  });

  await test.step('merge by the menu, then take it back and rename', async () => {
    await page.getByRole('button', { name: 'Correct the class wellington' }).click();
    await page.getByRole('menuitem', { name: /^Merge/ }).click();
    await page.getByRole('radio', { name: boot }).check();
    await page.getByRole('button', { name: 'Merge', exact: true }).click();
    await expect(classRow(page, boot)).toContainText('44 pictures');
    await page.keyboard.press('Control+z');
    await expect(classRow(page, 'wellington')).toContainText('2 pictures');
    await page.getByRole('button', { name: 'Correct the class wellington' }).click();
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await page.getByLabel('New name').fill('rubber boot');
    await page.keyboard.press('Enter');
    await expect(classRow(page, 'rubber boot')).toContainText('2 pictures');
  });

  await test.step('part the data anew', async () => {
    await page.getByRole('button', { name: 'Part the data anew…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Part the data anew' });
    await expect(dialog.getByRole('status')).toContainText('Of 130 pictures, about');
    await dialog.getByLabel('Number of the draw (seed)').fill('-1');
    await expect(dialog.getByRole('button', { name: 'Part the data anew' })).toBeDisabled();
    await dialog.getByLabel('Number of the draw (seed)').fill('7');
    expect(await violations(page), 'parting').toEqual([]);
    await dialog.getByRole('button', { name: 'Part the data anew' }).click();
    const inForce = page.getByRole('list', { name: /Corrections in force/ });
    await expect(inForce.getByRole('listitem').first()).toContainText('(seed 7)');
    // Relabelled, left out, moved, renamed, parted anew.
    await expect(inForce.getByRole('listitem')).toHaveCount(5);
  });

  await test.step('export', async () => {
    const save = (entry: RegExp, name: string): Promise<string> =>
      exported(
        app,
        async () => {
          await page.getByRole('button', { name: 'Export', exact: true }).click();
          await page.getByRole('menuitem', { name: entry }).click();
        },
        name,
      );
    const table = await readFile(await save(/^Table of labels/, 'labels.csv'), 'utf8');
    const lines = table.trim().split(/\r?\n/);
    expect(lines[0]).toBe('path,label,split');
    expect(lines).toHaveLength(131);
    expect(lines.filter((line) => line.includes(',rubber boot,'))).toHaveLength(2);
    const list = JSON.parse(await readFile(await save(/^List of corrections/, 'edits.json'), 'utf8')) as {
      edits: { edit: { kind: string } }[];
    };
    expect(list.edits.map(({ edit }) => edit.kind)).toEqual(['relabel', 'exclude', 'move', 'merge', 'resplit']);
  });

  await test.step('nothing changed on disk; new pictures are found', async () => {
    expect(await listing(places.pictures)).toEqual(before);
    await page.getByRole('button', { name: 'Look for new pictures' }).click();
    await expect(page.getByText('Nothing has changed.')).toBeVisible();
    await smallPictures({ folder: places.pictures, train: 26 });
    await page.getByRole('button', { name: 'Look for new pictures' }).click();
    // Two more of each of three classes.
    await expect(page.getByText('6 pictures added.')).toBeVisible();
    await expect(page.getByText(/136 pictures in 4 classes/).first()).toBeVisible();
    await page.reload();
    await expect(page.getByRole('list', { name: /Corrections in force/ }).getByRole('listitem')).toHaveCount(5);
  });
});

test('the sample warns calmly of what gives its classes away', async ({ app }) => {
  const { page } = app;
  await openSample(page);
  await goTo(page, 'Data');
  const panel = page.getByRole('region', { name: 'What gives the class away' });
  await expect(panel).toContainText('Only the outermost pixels');
  // As the sentence in the sample's list of problems says it.
  await expect(panel.getByRole('listitem').filter({ hasText: 'outermost' })).toContainText('61 of 100');
  await expect(panel.getByRole('listitem').filter({ hasText: 'Guessing' })).toContainText('17 of 100');
  await expect(panel).toContainText('A warning, not a proof.');
});
