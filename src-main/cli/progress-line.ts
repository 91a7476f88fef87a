/** What a person sees while runs work. */
import type { JobEvent, Phase } from '../contract/run.ts';
import { percent, StatusLine, timeLeft } from './status-line.ts';

type Progress = Extract<JobEvent, { type: 'progress' }>;

const PHASES: Readonly<Record<Phase, string>> = {
  decode: 'preparing pictures',
  train: 'training',
  project: 'finding the training patches that are most like the prototypes',
  calibrate: 'choosing the strength of the attack',
  assess: 'disturbing backgrounds and looking again',
  evaluate: 'measuring on the test pictures',
};

export class ProgressLine {
  readonly #line = new StatusLine();
  readonly #runs = new Map<string, Progress>();
  readonly #arms = new Map<string, string>();

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
        this.#line.clear();
        break;
      default:
    }
  }

  /** A line that stays. */
  say(line: string): void {
    if (this.#line.say(line)) this.#draw();
  }

  /** Leaves a clean line behind. */
  end(): void {
    this.#runs.clear();
    this.#line.clear();
  }

  #draw(): void {
    if (this.#runs.size === 0) return;
    const line = [...this.#runs.values()].map((progress) => this.#describe(progress)).join('  |  ');
    const share = [...this.#runs.values()].reduce((sum, { overall }) => sum + overall, 0);
    this.#line.draw(line, share);
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
}
