/** What a person does in the window, and how long it takes until they see it. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Locator, Page } from '@playwright/test';

/** What can be waited for, see window-page.js. */
export type Reaction = 'tiles' | 'pictures' | 'asked' | 'opened' | 'closed' | 'view';

/** Milliseconds from a click to the frame that shows its effect. */
export async function reactionTo(
  page: Page,
  target: Locator,
  reaction: Reaction,
  argument: string | null = null,
): Promise<number> {
  // Where the pointer comes to lie first, so that only the click itself is measured.
  await target.hover();
  await page.evaluate(`benchOfWindow.expect(${JSON.stringify(reaction)}, ${JSON.stringify(argument)})`);
  await page.mouse.down();
  await page.mouse.up();
  return page.evaluate('benchOfWindow.reacted()');
}

export function until(page: Page, reaction: Reaction): Promise<void> {
  return page.evaluate(`benchOfWindow.until(${JSON.stringify(reaction)})`);
}

export const railLink = (page: Page, view: string): Locator =>
  page.getByRole('navigation', { name: 'Steps' }).locator(`a[href="#${view}"]`);

export const gridOf = (page: Page): Locator => page.locator('[role=listbox][aria-multiselectable]');

/** Notches of a wheel for a while. @param pixels of one notch; `every`: milliseconds between two */
export async function wheel(page: Page, seconds: number, pixels: number, every: number): Promise<void> {
  await gridOf(page).hover();
  const began = performance.now();
  for (let turn = 1; performance.now() - began < seconds * 1000; turn++) {
    await page.mouse.wheel(0, pixels);
    await wait(Math.max(0, began + turn * every - performance.now()));
  }
}

/** Far and near jumps by keys, with time to look in between. */
export async function jump(page: Page): Promise<void> {
  await gridOf(page).focus();
  for (const key of ['End', 'Home', ...Array<string>(12).fill('PageDown'), 'End', 'PageUp', 'PageUp', 'Home']) {
    await page.keyboard.press(key);
    await wait(250);
  }
}

/** Drags the scrollbar from one end to the other and back. */
export async function drag(page: Page): Promise<void> {
  await page.evaluate('benchOfWindow.drag(4000)');
  await wait(500);
}
