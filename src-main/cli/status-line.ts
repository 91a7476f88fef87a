/** One line that is written again and again on a terminal; elsewhere (a log file) a line now and then. */

/** In a log: a line when this share more is done, or so many milliseconds have passed. */
const SHARE = 0.1;
const PATIENCE = 30_000;

export class StatusLine {
  readonly #stream: NodeJS.WriteStream;
  #drawn = false;
  #told = { share: -1, time: -Infinity };

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** @param share how much is done of everything, 0..1 */
  draw(line: string, share: number): void {
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[K${line.slice(0, this.#stream.columns - 1)}`);
      this.#drawn = true;
      return;
    }
    const now = performance.now();
    if (Math.abs(share - this.#told.share) < SHARE && now - this.#told.time < PATIENCE) return;
    this.#told = { share, time: now };
    this.#stream.write(`${line}\n`);
  }

  /** A line that stays. @returns whether the status has to be drawn again below it */
  say(line: string): boolean {
    this.clear();
    this.#stream.write(`${line}\n`);
    return this.#stream.isTTY;
  }

  /** Leaves a clean line behind. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** "45 s", "3 min", "1 h 20 min": no more digits than such an estimate deserves. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}
