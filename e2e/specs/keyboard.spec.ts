/** The whole way without a pointer. */
import type { Page } from '@playwright/test';
import { expect, test } from '../support/shell.ts';
import { smallPictures } from '../support/pictures.ts';
import { untilTrained } from '../support/window.ts';

/** Presses Tab until the focus is on something with this name. */
async function tabTo(page: Page, name: RegExp, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      const label = element?.getAttribute('aria-label') ?? '';
      const outer = element?.closest('label')?.textContent ?? '';
      return `${label} ${element?.textContent ?? ''} ${outer}`.trim();
    });
    if (name.test(focused)) return;
  }
  throw new Error(`Tab never reached ${String(name)}`);
}

async function tabToRole(page: Page, role: string, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate(() => document.activeElement?.getAttribute('role'))) === role) return;
  }
  throw new Error(`Tab never reached a ${role}`);
}

test('from a pasted path to a marked picture and a report, with keys alone', async ({ app, places }) => {
  const { page } = app;
  await smallPictures({ folder: places.pictures });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();

  // A path that was copied elsewhere.
  await page.evaluate((path) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', path);
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, places.pictures);
  await expect(page.getByText(/132 pictures in 3 classes/).first()).toBeVisible();
  await tabTo(page, /^Create the study/);
  await page.keyboard.press('Enter');
  await expect(page.locator('button[aria-haspopup=menu]').first()).toBeVisible();

  await page.keyboard.press('Control+2');
  await expect(page.getByRole('radio', { name: /Quick look/ })).toBeAttached();
  await tabTo(page, /Quick look/);
  await page.keyboard.press('Space');
  await tabTo(page, /^Train 2 models/);
  await page.keyboard.press('Enter');
  await untilTrained(page);

  await page.keyboard.press('Control+3');
  await expect(page.getByRole('listbox').first()).toBeVisible();
  await tabToRole(page, 'listbox');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  const shortcut = page
    .getByRole('region', { name: 'Your mark', exact: true })
    .getByRole('button', { name: 'Background shortcut' });
  await expect(shortcut).toHaveAttribute('aria-pressed', 'false');
  await page.keyboard.press('2');
  await expect(shortcut).toHaveAttribute('aria-pressed', 'true');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Escape');
  await expect(page.getByText(/1 marked/).first()).toBeVisible();
  await page.keyboard.press('Control+z');
  await expect(page.getByText(/1 marked/).first()).toBeHidden();

  await page.keyboard.press('Control+4');
  await expect(page.getByRole('heading', { name: 'Figures' })).toBeVisible();
  await tabTo(page, /choose what is compared/);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Runs side by side')).toBeVisible();
  await page.keyboard.press('Escape');
  await tabTo(page, /^Named correctly$/);
  await page.keyboard.press('Enter');
  await expect(page.getByText(/never shown in training/).first()).toBeVisible();
  await page.keyboard.press('Control+5');
  await tabTo(page, /^Export the report/);
  // Help is a key away, and closes as it came.
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toBeHidden();
});
