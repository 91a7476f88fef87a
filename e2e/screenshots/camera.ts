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

/** What stands in the pictures for the folder of this session, whose name is another one each time. */
const HOME = '/home/ada';

/** Thrown where nothing further is wanted of an act: the rest of the way need not be gone. */
export class EverythingTaken extends Error {}

export class Camera {
  readonly #folder: string;
  readonly #names: readonly string[];
  /** Names of states that are wanted and still to come in this act. */
  #ahead = new Set<string>();
  /** The temporary folder that everything lies in. Absolute. */
  root = '';
  taken = 0;

  /** @param names parts of the names of the states that are wanted; none: all */
  constructor(folder: string, names: readonly string[]) {
    this.#folder = folder;
    this.#names = names;
  }

  /** @returns whether any of these states is wanted */
  begin(states: readonly string[]): boolean {
    this.#ahead = new Set(
      states.filter((state) => this.#names.length === 0 || this.#names.some((name) => state.includes(name))),
    );
    return this.#ahead.size > 0;
  }

  /**
   * Photographs the window as it stands, and leaves it small and light.
   * @throws EverythingTaken after the last one of the act
   */
  async take(page: Page, state: string): Promise<void> {
    if (!this.#ahead.has(state)) return;
    for (const size of [...SIZES].reverse()) {
      await page.setViewportSize(size);
      // More of the window, more pictures in it.
      await page.waitForLoadState('networkidle', { timeout: 3000 }).catch(() => undefined);
      for (const colorScheme of [...THEMES].reverse()) {
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(SETTLE);
        await page.evaluate(rename, { root: this.root, home: HOME });
        await page.screenshot({ path: join(this.#folder, fileOf(state, colorScheme, size.width)) });
        this.taken++;
      }
    }
    console.log(state);
    this.#ahead.delete(state);
    if (this.#ahead.size === 0) throw new EverythingTaken();
  }
}

/** Runs in the page: only what is seen changes, not what the window holds. */
function rename({ root, home }: { root: string; home: string }): void {
  const last = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  const renamed = (text: string) => text.replaceAll(root, home).replaceAll(last(root), last(home));
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { currentNode: node } = texts;
    if (node.nodeValue?.includes(last(root)) === true) node.nodeValue = renamed(node.nodeValue);
  }
  for (const input of document.querySelectorAll('input')) {
    if (input.type === 'text' && input.value.includes(last(root))) input.value = renamed(input.value);
  }
}

/** "train-live.dark.1920.png" */
export function fileOf(state: string, theme: (typeof THEMES)[number], width: number): string {
  return `${state}.${theme}.${String(width)}.png`;
}
