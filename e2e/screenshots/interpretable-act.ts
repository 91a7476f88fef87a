/** Networks that explain themselves: what each kind says of a picture. */
import { dropFolder } from '../support/drop.ts';
import { interpretableStudy } from '../support/interpretable.ts';
import { openInspect, openRun } from '../support/window.ts';
import type { Camera } from './camera.ts';
import type { Stage } from './stage.ts';

export const INTERPRETABLE_STATES = ['inspect-parts', 'inspect-gate', 'inspect-prototypes'] as const;

export async function showInterpretable({ page, places }: Stage, camera: Camera): Promise<void> {
  const study = await interpretableStudy(places, {
    ...{ kinds: ['protopnet', 'csg', 'icnn'], classes: 5, pictures: 80, width: 16, epochs: 10 },
  });
  await dropFolder({ shell: 'browser', page } as Parameters<typeof dropFolder>[0], study);
  await openInspect(page);
  for (const [at, state] of INTERPRETABLE_STATES.entries()) {
    if (at > 0) await openRun(page, at);
    // One that is neither steady nor hopeless.
    await page.getByRole('main').getByRole('option').nth(30).click();
    await page.locator('section[aria-busy=false]').waitFor({ timeout: 60_000 });
    await page.waitForTimeout(1000);
    await camera.take(page, state);
    await page.keyboard.press('Escape');
  }
}
