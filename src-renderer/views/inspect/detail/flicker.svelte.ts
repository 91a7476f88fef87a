/** What the stage shows. Going to and fro between two pictures at the same place lets the eye find what changed. */
export type Shown = 'original' | 'attacked' | 'change';

/** Time of each picture: about one change to and fro a second, far from what could harm anyone (3 flashes a second). */
const BEAT_MS = 450;

export class Flicker {
  shown = $state<Shown>('original');
  #timer: ReturnType<typeof setInterval> | undefined;
  #beats = 0;

  /** A key or button goes down: the other picture, and, while it is held, to and fro. */
  press(): void {
    if (this.#timer !== undefined) return;
    this.#turn();
    this.#beats = 0;
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.#timer = setInterval(() => {
      this.#beats++;
      if (!still) this.#turn();
    }, BEAT_MS);
  }

  /** It goes up: after a short press it stays as it is, after a long one it ends with the original. */
  release(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#beats > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches) this.shown = 'original';
  }

  /** Shows one of them for good. */
  show(shown: Shown): void {
    this.release();
    this.shown = shown;
  }

  #turn(): void {
    this.shown = this.shown === 'attacked' ? 'original' : 'attacked';
  }
}
