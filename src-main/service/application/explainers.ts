/** Pictures of attacks on demand, each on the engine that its run was trained on: on another the numbers differ. */
import { SteadygazeError } from '../../contract/errors.ts';
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

  /** @param engines to be tried in this order where one cannot be used */
  async explain(engines: readonly EngineChoice[], run: string, round: number, rows: readonly number[]): Promise<void> {
    const [engine = 'auto', ...others] = engines;
    try {
      await this.#explainer(engine).explain(run, round, rows);
    } catch (error) {
      const refused = error instanceof SteadygazeError && error.code === 'engine-unavailable';
      if (!refused || others.length === 0) throw error;
      this.#log('warn', `The engine ${engine} cannot explain pictures here: ${error.message}`);
      await this.explain(others, run, round, rows);
    }
  }

  close(): void {
    this.#closed = true;
    for (const explainer of this.#explainers.values()) explainer.close();
    this.#explainers.clear();
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
