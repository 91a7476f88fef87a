/** A network that explains itself: what it says stands under the opened picture. */
import { dropFolder } from '../support/drop.ts';
import { violations } from '../support/axe.ts';
import { interpretableStudy } from '../support/interpretable.ts';
import { expect, test } from '../support/shell.ts';
import { openInspect, openRun } from '../support/window.ts';

test('what a picture looks like to the model, and the gate of its class', async ({ app, places }) => {
  const study = await interpretableStudy(places, { kinds: ['protopnet', 'csg'] });
  const { page } = app;
  await dropFolder(app, study);
  await openInspect(page);

  await test.step('the filters that the gate of its class lets through', async () => {
    await page.getByRole('option').first().click();
    const said = page.getByRole('region', { name: 'Filters of its class' });
    await expect(said.getByText(/filters? through/)).toBeVisible();
    await expect(said.getByRole('img', { name: /Filters that the gate of each class lets through/ })).toBeVisible();
    await expect(said.getByRole('list').getByRole('listitem').first()).toContainText('Filter 1');
    expect(await violations(page), 'a gate').toEqual([]);
    await page.keyboard.press('Escape');
  });

  await test.step('training pictures that it looks like, one click away', async () => {
    await openRun(page, 1);
    await page.getByRole('option').first().click();
    const said = page.getByRole('region', { name: 'What it looks like to the model' });
    await expect(said.getByText(/^It says/)).toBeVisible();
    expect(await violations(page), 'prototypes').toEqual([]);
    const source = said.getByRole('button', { name: /Open the training picture/ }).first();
    const name = await source.getAttribute('title');
    await source.focus();
    await page.keyboard.press('Enter');
    // The picture that was opened is the one that was named.
    await expect(
      page.getByRole('region', { name: 'Open picture' }).getByText((name ?? '').slice('Open '.length)),
    ).toBeVisible();
    await expect(said.getByText(/^It says/)).toBeVisible();
  });
});
