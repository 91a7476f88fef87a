/** Everybody can use it: no violation that axe finds, every view at 200 % zoom, and colours for every setting. */
import { violations } from '../support/axe.ts';
import { forgetPart } from '../support/forget.ts';
import { expect, test } from '../support/shell.ts';
import { goTo, openSample, VIEWS } from '../support/window.ts';

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing in any view (${colorScheme})`, async ({ start, places }) => {
    const { page } = await start({ colorScheme });
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    expect(await violations(page), 'start screen').toEqual([]);
    await openSample(page);
    for (const view of VIEWS) {
      await goTo(page, view);
      await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
      expect(await violations(page), view).toEqual([]);
    }
    await goTo(page, 'Compare');
    await page
      .getByRole('rowheader', { name: /Named correctly/ })
      .first()
      .getByRole('button')
      .click();
    await page
      .getByRole('button', { name: /^\d+ more/ })
      .first()
      .click();
    expect(await violations(page), 'opened figures').toEqual([]);
    await page.getByRole('button', { name: /choose what is compared/ }).click();
    await expect(page.getByText('Runs side by side')).toBeVisible();
    expect(await violations(page), 'the choice of runs').toEqual([]);
    await page.keyboard.press('Escape');
    await forgetPart(places, 'robustness');
    await goTo(page, 'Report');
    await page.getByRole('button', { name: 'Measure Robustness' }).click();
    await expect(page.getByRole('dialog').getByRole('listitem').first()).toBeVisible();
    expect(await violations(page), 'measuring for the report').toEqual([]);
    await page.keyboard.press('Escape');
    await goTo(page, 'Inspect');
    await page.getByRole('option').first().click();
    await expect(page.getByRole('button', { name: /wrong label/i }).first()).toBeVisible();
    expect(await violations(page), 'an opened picture').toEqual([]);
  });
}

test('every view fits at 200 % zoom', async ({ start }) => {
  // 1280 x 800 at 200 %: half as many CSS pixels.
  const { page } = await start({ size: { width: 640, height: 400 } });
  await openSample(page);
  for (const view of VIEWS) {
    await goTo(page, view);
    await expect(page.getByRole('main').getByRole('heading').first()).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${view} must not be wider than the window`).toBeLessThanOrEqual(0);
    const main = page.getByRole('main');
    expect(await main.evaluate((element) => element.scrollTop), `${view} must begin at its top`).toBe(0);
    await main.evaluate((element) => element.scrollTo(0, element.scrollHeight));
  }
});
