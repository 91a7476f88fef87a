/** The sample study: every view with something to see, then what lies over the views. */
import type { Page } from '@playwright/test';
import { forgetPart } from '../support/forget.ts';
import { goTo, openSample } from '../support/window.ts';
import type { Camera } from './camera.ts';
import { end, type Stage } from './stage.ts';

export async function showSample({ page, places, server }: Stage, camera: Camera): Promise<void> {
  await openSample(page);
  await showInspect(page, camera);
  await showPicture(page, camera);
  await showData(page, camera);
  await showTrain(page, camera);
  await showCompare(page, camera);
  await goTo(page, 'Report');
  await page.frameLocator('iframe').getByRole('heading', { level: 1 }).waitFor({ timeout: 60_000 });
  await camera.take(page, 'report');
  await page.getByRole('button', { name: 'Export the model' }).scrollIntoViewIfNeeded();
  await camera.take(page, 'report-model');
  await goTo(page, 'Data');
  await forgetPart(places, 'robustness');
  await goTo(page, 'Report');
  await page.getByRole('button', { name: 'Measure Robustness' }).click();
  await page.getByRole('dialog').getByRole('listitem').first().waitFor();
  await camera.take(page, 'report-measure');
  await page.keyboard.press('Escape');
  await showFrame(page, camera);
  await page.goto(new URL('/#start', page.url()).href);
  await page.getByRole('heading', { name: 'Recent studies' }).waitFor();
  await camera.take(page, 'start-later');
  await goTo(page, 'Compare');
  await page.getByRole('heading', { name: 'Figures' }).waitFor();
  await end(server);
  await page.getByText('Steadygaze is not running any more.').waitFor();
  await camera.take(page, 'connection-lost');
}

async function showInspect(page: Page, camera: Camera): Promise<void> {
  await goTo(page, 'Inspect');
  await page.getByRole('option').first().waitFor();
  await camera.take(page, 'inspect-grid');
  const heatmaps = page.getByRole('button', { name: 'Heatmaps over the pictures' });
  await heatmaps.click();
  await camera.take(page, 'inspect-heatmaps');
  await heatmaps.click();
  await page
    .getByRole('slider', { name: /to|high/i })
    .first()
    .focus();
  for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowLeft');
  await page.getByRole('button', { name: /^Prediction flips/ }).click();
  await camera.take(page, 'inspect-filtered');
  await page.getByRole('button', { name: 'Clear all' }).click();
  for (const at of [0, 1, 2])
    await page
      .getByRole('option')
      .nth(at)
      .click({ modifiers: ['ControlOrMeta'] });
  await camera.take(page, 'inspect-selected');
  await page.keyboard.press('Escape');
}

async function showPicture(page: Page, camera: Camera): Promise<void> {
  // One that the model recognises until its background is disturbed.
  await page.getByRole('option').nth(7).click();
  await page.getByRole('region', { name: 'Open picture' }).waitFor();
  await page.waitForTimeout(1000);
  await camera.take(page, 'picture-original');
  const strip = page.getByRole('group', { name: 'What the stage shows' });
  await strip.getByRole('button', { name: 'Attacked' }).click();
  await page.getByText('Computing the attack').waitFor({ state: 'hidden', timeout: 60_000 });
  await camera.take(page, 'picture-attacked');
  await strip.getByRole('button', { name: /^Change/ }).click();
  await camera.take(page, 'picture-change');
  await strip.getByRole('button', { name: 'Original' }).click();
  await page.keyboard.press('2');
  await page.keyboard.press('n');
  await page.keyboard.type('looks at the fabric behind it');
  await camera.take(page, 'picture-marked');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
}

async function showData(page: Page, camera: Camera): Promise<void> {
  await goTo(page, 'Data');
  await page
    .getByRole('button', { name: /^Show all pictures of/ })
    .first()
    .waitFor();
  await camera.take(page, 'sample-data');
  await page
    .getByRole('button', { name: /^Show all pictures of/ })
    .first()
    .click();
  await page.getByRole('dialog').waitFor();
  await camera.take(page, 'sample-class');
  await page.keyboard.press('Escape');
}

async function showNetworks(page: Page, camera: Camera): Promise<void> {
  await page.getByRole('button', { name: 'Choose another' }).click();
  await camera.take(page, 'train-network');
  await page.getByRole('button', { name: 'All networks…' }).click();
  await page.getByRole('dialog').waitFor();
  await camera.take(page, 'train-networks');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Published weights…' }).click();
  // It is only looked at: nothing is fetched.
  await page.getByRole('radio', { name: /^ResNet-18, trained/ }).check({ force: true });
  await camera.take(page, 'train-published');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('button', { name: 'Measure a model you already have' }).click();
  await page.getByRole('dialog').waitFor();
  await camera.take(page, 'train-bring');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

async function showTrain(page: Page, camera: Camera): Promise<void> {
  await goTo(page, 'Train');
  await page.getByText(/on this machine/).waitFor({ timeout: 180_000 });
  await camera.take(page, 'sample-train');
  await showNetworks(page, camera);
  await page.getByText('Advanced', { exact: true }).click();
  await camera.take(page, 'sample-advanced');
  await page.getByText('Advanced', { exact: true }).click();
  await page.getByRole('heading', { name: 'Learning' }).scrollIntoViewIfNeeded();
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 1e6));
  await camera.take(page, 'sample-course');
}

async function showCompare(page: Page, camera: Camera): Promise<void> {
  await goTo(page, 'Compare');
  await page.getByRole('heading', { name: 'Figures' }).waitFor();
  await camera.take(page, 'compare-top');
  await page
    .getByRole('rowheader', { name: /Named correctly/ })
    .first()
    .getByRole('button')
    .click();
  await camera.take(page, 'compare-opened');
  await page.getByRole('button', { name: /choose what is compared/ }).click();
  await page.getByText('Runs side by side').waitFor();
  await camera.take(page, 'compare-runs');
  await page.keyboard.press('Escape');
  await page.getByRole('heading', { name: 'Measure more' }).evaluate((heading) => heading.scrollIntoView());
  await camera.take(page, 'compare-measure');
  await page.getByRole('heading', { name: 'Steadiness of the gaze' }).evaluate((heading) => heading.scrollIntoView());
  await camera.take(page, 'compare-steadiness');
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 1e6));
  await page.waitForTimeout(800);
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 1e6));
  await camera.take(page, 'compare-pictures');
}

async function showFrame(page: Page, camera: Camera): Promise<void> {
  await goTo(page, 'Compare');
  await page.getByRole('heading', { name: 'Figures' }).waitFor();
  await page.locator('button[aria-haspopup=menu]').first().click();
  await camera.take(page, 'study-menu');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Preferences' }).click();
  await camera.take(page, 'preferences');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await camera.take(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await goTo(page, 'Inspect');
  await page.getByRole('button', { name: 'Explanation consistency (E)' }).hover();
  await camera.take(page, 'term');
}
