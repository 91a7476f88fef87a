/** The whole path of a person who has a folder of pictures and a question. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { dropFolder } from '../support/drop.ts';
import { exported } from '../support/exported.ts';
import { smallPictures } from '../support/pictures.ts';
import { expect, test } from '../support/shell.ts';
import { createStudy, goTo, launchQuickLook, openSample, untilTrained } from '../support/window.ts';

test('from a folder of pictures to a report', async ({ app, places }) => {
  const classes = await smallPictures({ folder: places.pictures });
  const [first = ''] = classes;
  await writeFile(join(places.pictures, 'train', first, 'torn.jpg'), 'not a picture at all');
  let { page } = app;

  await test.step('start screen: drop the folder', async () => {
    await expect(page.getByRole('heading', { name: 'Does the model look at the right thing?' })).toBeVisible();
    await dropFolder(app, places.pictures);
  });

  await test.step('data: classes and problems', async () => {
    await expect(page.getByText(/132 pictures in 3 classes/).first()).toBeVisible();
    for (const name of classes) await expect(page.getByText(name, { exact: true }).first()).toBeVisible();
    await expect(page.getByText('torn.jpg').first()).toBeVisible();
    await createStudy(page);
    await expect(page.getByText(/132 pictures in 3 classes/).first()).toBeVisible();
  });

  await test.step('train: progress, pause, reload, resume', async () => {
    await launchQuickLook(page);
    const bar = page.getByRole('main').getByRole('progressbar').first();
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Pause', exact: true }).first().click();
    await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Paused' })).toBeVisible();
    await page.getByRole('button', { name: 'Resume' }).first().click();
    await expect(page.getByRole('heading', { name: /^Training/ })).toBeVisible();
    await untilTrained(page);
  });

  await test.step('inspect: sort, brush, open, flicker, mark, note', async () => {
    await page.getByRole('button', { name: 'Look at the hard pictures' }).click();
    const grid = page.getByRole('listbox').first();
    await expect(grid).toBeVisible();
    await expect(page.getByText('72 pictures', { exact: true }).first()).toBeVisible();
    // Hardest first, as it opens: E rises along the grid.
    const hardness = async (): Promise<number[]> =>
      (await grid.getByRole('option').allInnerTexts()).map((text) => Number(/\d\.\d\d/.exec(text)?.[0]));
    const rising = await hardness();
    expect(rising).toEqual([...rising].sort((a, b) => a - b));
    await page.locator('[aria-haspopup=listbox]', { hasText: 'Hardest first' }).click();
    await page.getByRole('option', { name: /Steadiest first/ }).click();
    await expect.poll(async () => (await hardness())[0]).toBeGreaterThan(rising[0] ?? 1);

    // The brush, by its thumbs: everything below the highest E is taken away.
    const brush = page.getByRole('slider', { name: /from/i }).first();
    await brush.focus();
    for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowRight');
    await expect(page.getByText(/of 72 pictures/).first()).toBeVisible();

    await grid.getByRole('option').first().click();
    const stage = page.getByRole('region', { name: 'Open picture' });
    await expect(stage).toBeVisible();
    await expect(stage.getByText('Computing the attack…')).toBeHidden();
    await page.keyboard.press('Space');
    await expect(stage.getByRole('img', { name: /background disturbed/ }).first()).toBeVisible();
    await page.keyboard.press('Space');
    await expect(stage.getByRole('img', { name: /background disturbed/ })).toHaveCount(0);

    await page.keyboard.press('2');
    await page.keyboard.press('n');
    await page.keyboard.type('the wall again');
    await page.keyboard.press('Escape');
    const mark = page.getByRole('region', { name: 'Your mark', exact: true });
    await expect(mark.getByRole('button', { name: 'Background shortcut' })).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('Escape');
    await expect(page.getByText(/1 marked/).first()).toBeVisible();
    await page.reload();
    await expect(page.getByText(/1 marked/).first()).toBeVisible();
  });

  await test.step('compare: figures in words, and measuring one thing more', async () => {
    await goTo(page, 'Compare');
    await expect(page.getByRole('heading', { name: 'Figures' })).toBeVisible();
    const row = page.getByRole('rowheader', { name: /Named correctly/ }).first();
    await expect(row).toBeVisible();
    await row.getByRole('button').click();
    await expect(page.getByText(/never shown in training/).first()).toBeVisible();

    const stability = page.getByRole('listitem').filter({ hasText: 'Do its heatmaps survive' });
    await expect(stability.getByText('Not measured', { exact: true })).toBeVisible();
    await stability.getByRole('button', { name: 'Measure Stability' }).click();
    const panel = page.getByRole('region', { name: 'Measure more' });
    await expect(panel.getByRole('progressbar')).toBeVisible();
    // It goes on while another view is looked at, and after a reload.
    await goTo(page, 'Data');
    await page.reload();
    await goTo(page, 'Compare');
    await expect(stability.getByText('Measured', { exact: true })).toBeVisible({ timeout: 1_000_000 });
    await expect(panel.getByRole('progressbar')).toHaveCount(0);
    // The table has followed by itself.
    const explanations = page.getByRole('rowgroup').filter({ hasText: 'Is its explanation steady' });
    await expect(explanations.getByText('Not measured yet.')).toHaveCount(0);
  });

  await test.step('report: what was measured is in it, and the exported files open', async () => {
    await goTo(page, 'Report');
    const preview = page.frameLocator('iframe');
    await expect(preview.getByRole('heading', { level: 1 })).toBeVisible();
    await page.getByRole('button', { name: 'Robustness', exact: true }).click();
    await expect(page.getByRole('checkbox', { name: /^Recognition/ })).not.toBeChecked();
    await page.getByRole('button', { name: 'Measure Robustness' }).click();
    await expect(page.getByRole('dialog')).toContainText('How easily can it be fooled?');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Everything', exact: true }).click();
    await expect(preview.getByRole('heading', { name: /explanation/i }).first()).toBeVisible();

    const zip = await exported(app, () => page.getByRole('button', { name: /^ZIP/ }).click(), 'exported.zip');
    const names = Object.keys(unzipSync(await readFile(zip)));
    expect(names.some((name) => name.endsWith('.html'))).toBe(true);
    expect(names.some((name) => name.endsWith('.json'))).toBe(true);
    const file = await exported(app, () => page.getByRole('button', { name: 'Export the report' }).click());
    const text = await readFile(file, 'utf8');
    expect(text).toContain('<!doctype html>');
    // A page of the same browser without the app around it.
    page = await page
      .context()
      .newPage()
      .catch(() => page);
    await page.setContent(text);
    await expect(page.getByText(/On this data, the model/).first()).toBeVisible();
  });
});

test('the network of the sample study leaves as ONNX', async ({ app }) => {
  const { page } = app;
  await openSample(page);
  await goTo(page, 'Report');
  const model = page.getByRole('region', { name: 'The model itself' });
  await expect(model.getByRole('checkbox', { name: /^ONNX/ })).toBeChecked();
  const zip = await exported(app, () => model.getByRole('button', { name: 'Export the model' }).click(), 'model.zip');
  const files = unzipSync(await readFile(zip));
  expect(Object.keys(files).sort()).toEqual(['MODEL_CARD.md', 'SHA256SUMS', 'card.json', 'model.onnx']);
  // Version 8 of the format, and who wrote it.
  const begin = Buffer.from(files['model.onnx'] ?? []).subarray(0, 14);
  expect(begin.toString('latin1')).toBe('\x08\x08\x12\x0aSteadygaze');
});
