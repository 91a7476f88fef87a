/** What a person sees while runs are measured. */
import type { EvaluatedPart, EvaluationProgress } from '../jobs/protocol.ts';
import { percent, StatusLine, timeLeft } from './status-line.ts';

export class EvaluationLine {
  readonly #line = new StatusLine();
  #last: EvaluationProgress | null = null;

  /** Shows how far it is. */
  show(progress: EvaluationProgress): void {
    this.#last = progress;
    const { run, part, done, total, overall, secondsLeft } = progress;
    const what = run === null || part === null ? 'preparing pictures' : `${run}: ${part}`;
    const parts = [percent(overall), what, `${done}/${total}`];
    if (secondsLeft !== null) parts.push(`${timeLeft(secondsLeft)} left`);
    this.#line.draw(parts.join(', '), overall);
  }

  /** A part has been measured: time passes, and a person wants to see that something comes of it. */
  measured(part: EvaluatedPart): void {
    if ('unmeasurable' in part) return;
    const how = part.kept ? 'measured before' : `measured in ${timeLeft(part.result.seconds)}`;
    this.say(`${part.run}: ${part.part}, ${how}`);
  }

  /** A line that stays. */
  say(line: string): void {
    if (this.#line.say(line) && this.#last !== null) this.show(this.#last);
  }

  /** Leaves a clean line behind. */
  end(): void {
    this.#last = null;
    this.#line.clear();
  }
}
