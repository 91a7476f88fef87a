/** A network that was trained elsewhere is measured here; another network is chosen, and starts from its weights. */
import { join } from 'node:path';
import { dropFolder } from '../support/drop.ts';
import { smallPictures } from '../support/pictures.ts';
import { expect, PROJECT, test } from '../support/shell.ts';
import { createStudy, goTo } from '../support/window.ts';

/** Of the sample study: a ResNet-10 that tells the six classes of the sample apart. */
const WEIGHTS = join(PROJECT, 'resources/sample-study/runs/001-plain-s1/weights');

test('a model is brought and measured, and a network chosen', async ({ app, places }) => {
  // The desktop asks with the system's own dialog, which no test can answer.
  test.skip(app.shell === 'desktop');
  const { page } = app;
  await smallPictures({ folder: places.pictures, classes: 6, train: 6, held: 6 });
  await dropFolder(app, places.pictures);
  await createStudy(page);
  await goTo(page, 'Train');

  await page.getByRole('button', { name: 'Measure a model you already have' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'A file…' }).click();
  const folder = page.getByLabel('Folder', { exact: true });
  await expect(folder).not.toHaveValue('');
  await folder.fill(WEIGHTS);
  await page.getByRole('button', { name: 'Go', exact: true }).click();
  await page.getByRole('option', { name: '02.safetensors' }).click();
  await page.getByRole('button', { name: 'Use this file' }).click();
  const file = page.getByRole('dialog', { name: 'Weights from a file' });
  await expect(file.getByText('All weights of resnet10 (width 16)', { exact: false })).toBeVisible();
  // A file of ours says everything itself.
  await expect(file.getByLabel('Side of its pictures')).toHaveValue('64');
  await file.getByRole('button', { name: 'Use these weights' }).click();

  const bring = page.getByRole('dialog', { name: 'Measure a model you already have' });
  await expect(bring.getByText('ResNet-10, on pictures of 64 × 64 pixels.')).toBeVisible();
  await bring.getByRole('button', { name: 'Measure it' }).click();
  await expect(page.getByText('The model is measured.')).toBeVisible({ timeout: 1_000_000 });
  const run = page.getByRole('row').filter({ hasText: 'Not trained here' });
  await expect(run.getByText('Finished')).toBeVisible();
  // It knows these pictures: chance would be one in six.
  const [named = '0'] = /\d+\.\d(?=%)/.exec(await run.innerText()) ?? [];
  expect(Number(named)).toBeGreaterThan(40);
  await expect(page.getByText('Not trained here: this model was brought')).toBeVisible();

  await page.getByRole('button', { name: 'Choose another' }).click();
  await page.getByRole('radio', { name: /^02.safetensors/ }).check();
  await expect(page.getByText('ResNet-10, 64 × 64 pixels, starts from 02.safetensors.')).toBeVisible();
  await expect(page.getByRole('slider', { name: 'Stages that stay as they are' })).toBeVisible();
  await page.getByRole('button', { name: 'All networks…' }).click();
  await page.getByRole('radio', { name: /^MobileNetV2/ }).check();
  await page.getByRole('button', { name: 'Use this network' }).click();
  await expect(page.getByText('MobileNetV2, 64 × 64 pixels, learns from nothing.')).toBeVisible();
});

test('what unfolds does not move under the pointer, also where the focus goes into it meanwhile', async ({
  app,
  places,
}) => {
  const { page } = app;
  await smallPictures({ folder: places.pictures, classes: 2, train: 6, held: 6 });
  await dropFolder(app, places.pictures);
  await createStudy(page);
  await goTo(page, 'Train');
  const another = page.getByRole('button', { name: 'Choose another' });
  await expect(another).toBeVisible();
  // Seen from the panel, in every frame until it is open.
  const tops = await another.evaluate(async (button) => {
    (button as HTMLElement).click();
    const frame = () => new Promise(requestAnimationFrame);
    const panel = () => document.getElementById(button.getAttribute('aria-controls') ?? '');
    while (panel() === null) await frame();
    const radio = [...(panel()?.querySelectorAll('input[type=radio]') ?? [])].at(-1) as HTMLElement;
    const top = () => radio.getBoundingClientRect().top - (panel()?.getBoundingClientRect().top ?? NaN);
    const seen = [top()];
    radio.focus();
    seen.push(top());
    while (document.getAnimations().some(({ effect }) => (effect as KeyframeEffect | null)?.target === panel())) {
      await frame();
      seen.push(top());
    }
    return seen;
  });
  for (const place of tops) expect(place).toBeCloseTo(tops[0] ?? NaN, 0);
});
