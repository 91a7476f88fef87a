/** The steps of a person's way through the window, by what a person sees. */
import type { Page } from '@playwright/test';
import { expect } from './shell.ts';

export const VIEWS = ['Data', 'Train', 'Inspect', 'Compare', 'Report'] as const;
export type Step = (typeof VIEWS)[number];

/** Opens the sample study from the start screen; it shows its hard pictures at once. */
export async function openSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Open the sample study' }).click();
  await expect(page.getByRole('heading', { name: /keep less than half/ })).toBeVisible();
}

export async function goTo(page: Page, step: Step): Promise<void> {
  await page.getByRole('navigation', { name: 'Steps' }).getByRole('link', { name: step }).click();
}

/** From a data set that was just looked at to a study. */
export async function createStudy(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Create the study' }).click();
  // The rail has the study's menu once the study is open.
  await expect(page.locator('button[aria-haspopup=menu]').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Create the study' })).toBeHidden();
}

/** Starts the two models of Quick look. */
export async function launchQuickLook(page: Page): Promise<void> {
  await goTo(page, 'Train');
  await page.getByRole('radio', { name: /Quick look/ }).check({ force: true });
  await page.getByRole('button', { name: 'Train 2 models' }).click();
  await expect(page.getByRole('heading', { name: /^Training/ })).toBeVisible();
}

/** Waits for both models of a launch. */
export async function untilTrained(page: Page): Promise<void> {
  await expect(page.getByText(/(model is|models are) trained/)).toBeVisible({ timeout: 1_000_000 });
}

/** Goes to the pictures of the run of the method that was trained last. */
export async function openInspect(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Classes', exact: true })).toBeVisible();
  await goTo(page, 'Inspect');
  await expect(page.getByRole('main').getByRole('option').first()).toBeVisible();
}

/** Shows the pictures of another run. @param at in the list of runs, the newest first */
export async function openRun(page: Page, at: number): Promise<void> {
  await page.locator('[aria-haspopup=listbox][aria-label^="Run:"]').click();
  await page.getByRole('listbox').last().getByRole('option').nth(at).click();
  await expect(page.getByRole('main').getByRole('option').first()).toBeVisible();
}
