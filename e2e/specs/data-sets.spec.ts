/** Data sets of the paper on the whole way through the window: recognised, trained, looked at, compared, reported. */
import { join } from 'node:path';
import { writeSmallCub, writeSmallVoc } from '../../src-main/datasets/formats/paper-sets.fixture.ts';
import { dropFolder } from '../support/drop.ts';
import { expect, test } from '../support/shell.ts';
import { createStudy, goTo, launchQuickLook, untilTrained } from '../support/window.ts';

const SETS = [
  {
    name: 'Pascal VOC',
    write: (folder: string) => writeSmallVoc(folder),
    recognised: /Pascal VOC 2012, 40 annotated pictures of the lists train, val and test/,
    trained: 24,
    several: true,
    figure: /mean average precision|Average precision/i,
    reported: /mean average precision of/,
  },
  {
    name: 'CUB-200-2011',
    write: (folder: string) => writeSmallCub(folder),
    recognised: /CUB-200-2011, 42 pictures of birds, parted into training and test as published/,
    trained: 27,
    several: false,
    figure: /Named correctly/,
    reported: /On this data, the model/,
  },
] as const;

for (const { name, write, recognised, trained, several, figure, reported } of SETS) {
  test(`from the files of ${name} to where the model looks`, async ({ app, places }) => {
    const folder = join(places.pictures, 'downloaded');
    await write(folder);
    const { page } = app;

    await test.step('data: what was recognised', async () => {
      await dropFolder(app, folder);
      await expect(page.getByText(recognised).first()).toBeVisible();
      for (const each of ['bag', 'boot', 'sneaker']) {
        await expect(page.getByText(each, { exact: true }).first()).toBeVisible();
      }
      await createStudy(page);
    });

    await test.step('train', async () => {
      await launchQuickLook(page);
      await untilTrained(page);
    });

    await test.step('inspect: a hard picture, why it is hard, and under which classes it is found', async () => {
      await page.getByRole('button', { name: 'Look at the hard pictures' }).click();
      const grid = page.getByRole('listbox').first();
      await expect(grid).toBeVisible();
      await expect(page.getByText(`${String(trained)} pictures`, { exact: true }).first()).toBeVisible();
      if (several) {
        // Half of the 24 are of two classes, so that the classes together have 36.
        const filters = ['bag', 'boot', 'sneaker'].map((each) =>
          page.getByRole('button', { name: new RegExp(`^${each} *\\d+$`) }),
        );
        const counts = await Promise.all(filters.map(async (each) => Number(/\d+$/.exec(await each.innerText())?.[0])));
        expect(counts.reduce((sum, each) => sum + each, 0)).toBe(36);
        await filters[0]?.click();
        await expect(page.getByText(`${String(counts[0])} of 24 pictures`).first()).toBeVisible();
        await page.getByRole('button', { name: 'Clear all' }).click();
        await expect(grid.getByText(/^(bag, boot|boot, sneaker|bag, sneaker)$/).first()).toBeVisible();
        await grid
          .getByRole('option')
          .filter({ hasText: /(bag, boot|boot, sneaker|bag, sneaker)/ })
          .first()
          .click();
      } else {
        await grid.getByRole('option').first().click();
      }
      await expect(page.getByRole('region', { name: 'Open picture' })).toBeVisible();
      await expect(page.getByText(/background is disturbed|No place in the picture/).first()).toBeVisible();
      const answers = page.getByRole('region', { name: 'Predictions' });
      await expect(answers.getByRole('listitem').first()).toBeVisible();
      const own = page.getByRole('region', { name: 'Its classes' });
      if (several) {
        await expect(own.getByRole('listitem')).toHaveCount(2);
        // Each of its two classes has an answer of its own before and after, and so has what it is surest of beside them.
        const given = answers.getByText(/^(yes|no), /);
        await expect(given.first()).toBeVisible();
        expect(await given.count()).toBeGreaterThanOrEqual(4);
      } else {
        await expect(own).toHaveCount(0);
      }
      await page.keyboard.press('Escape');
    });

    await test.step('compare: figures that fit the data', async () => {
      await goTo(page, 'Compare');
      await expect(page.getByRole('heading', { name: 'Figures' })).toBeVisible();
      await expect(page.getByRole('rowheader', { name: figure }).first()).toBeVisible();
      await expect(page.getByRole('rowheader', { name: /box|finds|lies on/i }).first()).toBeVisible();
    });

    await test.step('report: localization', async () => {
      await goTo(page, 'Report');
      const preview = page.frameLocator('iframe');
      await expect(preview.getByRole('heading', { level: 1 })).toBeVisible();
      await page.getByRole('button', { name: 'Localization', exact: true }).click();
      await expect(page.getByRole('checkbox', { name: /^Recognition/ })).not.toBeChecked();
      await expect(preview.getByText(/MaxBoxAcc/).first()).toBeVisible();
      await expect(preview.getByText(reported).first()).toBeVisible();
    });
  });
}
