/** Pictures of attacks on demand, each on the engine that its run was trained on: on another the numbers differ. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Interpretation } from '../../contract/interpretation.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { ComputeWork, PictureExplainer } from './compute-work.ts';
import type { Log } from './parts.ts';

export class Explainers {
  readonly #study: string;
  readonly #work: ComputeWork;
  readonly #log: Log;
  readonly #explainers = new Map<EngineChoice, PictureExplainer>();
  #closed = false;

  /** @param study absolute path */
  constructor(study: string, work: ComputeWork, log: Log) {
    this.#study = study;
    this.#work = work;
    this.#log = log;
  }

  /** Makes the pictures of an attack. @param engines to be tried in this order where one cannot be used */
  async explain(engines: readonly EngineChoice[], run: string, round: number, rows: readonly number[]): Promise<void> {
    await this.#onFirst(engines, (explainer) => explainer.explain(run, round, rows));
  }

  /** What a network itself says of a picture. @param engines as of {@link explain} */
  async interpret(engines: readonly EngineChoice[], run: string, round: number, row: number): Promise<Interpretation> {
    return this.#onFirst(engines, (explainer) => explainer.interpret(run, round, row));
  }

  close(): void {
    this.#closed = true;
    for (const explainer of this.#explainers.values()) explainer.close();
    this.#explainers.clear();
  }

  async #onFirst<T>(engines: readonly EngineChoice[], ask: (explainer: PictureExplainer) => Promise<T>): Promise<T> {
    const [engine = 'auto', ...others] = engines;
    try {
      return await ask(this.#explainer(engine));
    } catch (error) {
      const refused = error instanceof SteadygazeError && error.code === 'engine-unavailable';
      if (!refused || others.length === 0) throw error;
      this.#log('warn', `The engine ${engine} cannot explain pictures here: ${error.message}`);
      return this.#onFirst(others, ask);
    }
  }

  #explainer(engine: EngineChoice): PictureExplainer {
    if (this.#closed) throw new SteadygazeError('cancelled', 'The study was closed.');
    const known = this.#explainers.get(engine);
    if (known !== undefined) return known;
    const made = this.#work.explainer(this.#study, engine);
    this.#explainers.set(engine, made);
    return made;
  }
}
