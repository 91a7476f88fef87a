/** How heatmaps are drawn here: changes at once, and is stored when the slider comes to rest. */
import type { Preferences } from '../../../../src-main/contract/preferences.ts';
import { app } from '../../../lib/app.svelte.ts';

type Look = Pick<Preferences, 'heatmapOpacity' | 'heatmapThreshold' | 'colormap'>;

const REST_MS = 400;

export class HeatmapLook {
  #changes = $state.raw<Partial<Look>>({});
  #timer: ReturnType<typeof setTimeout> | undefined;

  get opacity(): number {
    return this.#changes.heatmapOpacity ?? app.preferences.heatmapOpacity;
  }

  /** Share of the maximum where a line is drawn; null: none. */
  get threshold(): number | null {
    return this.#changes.heatmapThreshold === undefined
      ? app.preferences.heatmapThreshold
      : this.#changes.heatmapThreshold;
  }

  get colormap(): Preferences['colormap'] {
    return this.#changes.colormap ?? app.preferences.colormap;
  }

  set(changes: Partial<Look>): void {
    this.#changes = { ...this.#changes, ...changes };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.store(), REST_MS);
  }

  async store(): Promise<void> {
    clearTimeout(this.#timer);
    const changes = this.#changes;
    if (Object.keys(changes).length === 0) return;
    await app.setPreferences(changes);
    if (this.#changes === changes) this.#changes = {};
  }
}
