import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';

/** What axe finds in the window as it stands: "rule: place" each. */
export async function violations(page: Page): Promise<string[]> {
  // Newly shown parts fade in: half-transparent text has another contrast.
  await page.waitForTimeout(400);
  // The preview of a report is a document of its own; its own tests look at it.
  const found = await new AxeBuilder({ page })
    .exclude('iframe')
    // Electron opens no pages of its own accord, which the usual mode would do.
    .setLegacyMode(page.url().startsWith('steadygaze:'))
    .analyze();
  return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}
