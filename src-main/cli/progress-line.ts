/**
 * What a person sees while a run works: on a terminal one line that is written again and again; elsewhere (a log
 * file) a line now and then.
 */
import type { JobEvent, Phase } from '../contract/run.ts';

type Progress = Extract<JobEvent, { type: 'progress' }>;

const PHASES: Readonly<Record<Phase, string>> = {
  decode: 'preparing pictures',
  train: 'training',
  calibrate: 'choosing the strength of the attack',
  assess: 'disturbing backgrounds and looking again',
  evaluate: 'measuring on the test pictures',
};

/** In a log: a line when this share more is done, or so many milliseconds have passed. */
const SHARE = 0.1;
const PATIENCE = 30_000;

export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #runs = new Map<string, Progress>();
  readonly #arms = new Map<string, string>();
  #drawn = false;
  #told = { share: -1, time: -Infinity };

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  /** Shows an event. */
  show(event: JobEvent): void {
    switch (event.type) {
      case 'started':
        this.#arms.set(event.run, event.arm);
        this.say(`Run ${event.run}: arm ${event.arm}, seed ${event.seed}, engine ${event.engine}.`);
        break;
      case 'progress':
        this.#runs.set(event.run, event);
        this.#draw();
        break;
      case 'round': {
        const { round, eMean, accuracy, eps } = event.summary;
        const name = round === 0 ? 'First assessment' : `Assessment ${round}`;
        this.say(
          `${this.#prefix(event.run)}${name}: mean E ${eMean.toFixed(3)}, training accuracy ${percent(accuracy)}, ` +
            `eps ${(eps * 255).toFixed(1)}/255.`,
        );
        break;
      }
      case 'warning':
        this.say(`${this.#prefix(event.run)}${event.message}`);
        break;
      case 'paused':
        this.say(`${this.#prefix(event.run)}Paused.`);
        break;
      case 'finished':
      case 'stopped':
      case 'failed':
        this.#runs.delete(event.run);
        this.#clear();
        break;
      default:
    }
  }

  /** A line that stays. */
  say(line: string): void {
    this.#clear();
    this.#stream.write(`${line}\n`);
    if (this.#stream.isTTY) this.#draw();
  }

  /** Leaves a clean line behind. */
  end(): void {
    this.#runs.clear();
    this.#clear();
  }

  #draw(): void {
    if (this.#runs.size === 0) return;
    const line = [...this.#runs.values()].map((progress) => this.#describe(progress)).join('  |  ');
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\x1b[K${line.slice(0, this.#stream.columns - 1)}`);
      this.#drawn = true;
      return;
    }
    const share = [...this.#runs.values()].reduce((sum, { overall }) => sum + overall, 0);
    const now = performance.now();
    if (Math.abs(share - this.#told.share) < SHARE && now - this.#told.time < PATIENCE) return;
    this.#told = { share, time: now };
    this.#stream.write(`${line}\n`);
  }

  #describe({ run, phase, round, done, total, overall, secondsLeft, imagesPerSecond }: Progress): string {
    const parts = [`${this.#prefix(run)}${percent(overall)}`, PHASES[phase]];
    if (round > 0 && (phase === 'train' || phase === 'assess')) parts[1] += ` (round ${round})`;
    parts.push(`${done}/${total}`);
    if (imagesPerSecond > 0) parts.push(`${imagesPerSecond.toFixed(0)} pictures/s`);
    if (secondsLeft !== null) parts.push(`${timeLeft(secondsLeft)} left`);
    return parts.join(', ');
  }

  /** Which run, where there is more than one. */
  #prefix(run: string): string {
    return this.#arms.size > 1 ? `[${this.#arms.get(run) ?? run}] ` : '';
  }

  #clear(): void {
    if (this.#drawn) this.#stream.write('\r\x1b[K');
    this.#drawn = false;
  }
}

/** "45 s", "3 min", "1 h 20 min": no more digits than such an estimate deserves. */
function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function percent(share: number): string {
  return `${Math.floor(share * 100)}%`;
}
