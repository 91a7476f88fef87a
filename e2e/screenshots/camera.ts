/** Takes the pictures: one state of the window in both themes and sizes, without going there four times. */
import { join } from 'node:path';
import type { Page } from '@playwright/test';

/** CSS pixels of a small laptop's window, and of a usual desktop's. */
export const SIZES = [
  { width: 1280, height: 800 },
  { width: 1920, height: 1080 },
] as const;
export const THEMES = ['light', 'dark'] as const;

/** Charts are drawn again after a change of theme or size, and what fades has to be there. Milliseconds. */
const SETTLE = 400;

export class Camera {
  readonly #folder: string;
  readonly #names: readonly string[];
  taken = 0;

  /** @param names parts of the names of the states that are wanted; none: all */
  constructor(folder: string, names: readonly string[]) {
    this.#folder = folder;
    this.#names = names;
  }

  wants(state: string): boolean {
    return this.#names.length === 0 || this.#names.some((name) => state.includes(name));
  }

  /** Photographs the window as it stands, and leaves it small and light. */
  async take(page: Page, state: string): Promise<void> {
    if (!this.wants(state)) return;
    for (const size of [...SIZES].reverse()) {
      await page.setViewportSize(size);
      // More of the window, more pictures in it.
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
      for (const colorScheme of [...THEMES].reverse()) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(SETTLE);
        await page.screenshot({ path: join(this.#folder, fileOf(state, colorScheme, size.width)) });
        this.taken++;
      }
    }
    console.log(state);
  }
}

/** "train-live.dark.1920.png" */
export function fileOf(state: string, theme: (typeof THEMES)[number], width: number): string {
  return `${state}.${theme}.${String(width)}.png`;
}
