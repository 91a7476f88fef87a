/** The models and pictures of an evaluation: runs are loaded one after the other, pictures are decoded once. */
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError } from '../contract/errors.ts';
import type { EvaluationSettings } from '../contract/evaluation.ts';
import type { MeasuredModel, ModelIdentity } from '../evaluation/measure-parts.ts';
import type { NetworkPredictor } from '../evaluation/network-predictor.ts';
import type { EvaluationData } from '../evaluation/predictor.ts';
import { shelfOf } from '../workspace/evaluation-store.ts';
import { openStudy } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import { cacheFolder } from '../workspace/study-layout.ts';
import { readWeights } from '../workspace/weights-file.ts';
import type { FinishedRun } from './finished-runs.ts';
import { finishedRuns } from './finished-runs.ts';
import { evaluationBatch, measuredSplits, predictorOf } from './measured-model.ts';
import type { EvaluateRequest } from './protocol.ts';
import type { FillOptions } from './study-pixels.ts';
import { StudyPixels } from './study-pixels.ts';

type Splits = ReturnType<typeof measuredSplits<EvaluationData>>;

export class EvaluationSubjects {
  readonly runs: readonly FinishedRun[];
  readonly #engine: Engine;
  readonly #study: string;
  readonly #settings: EvaluationSettings;
  readonly #control: () => Promise<void>;
  readonly #pixels: StudyPixels[] = [];
  /** By the state of the data and the side of the pictures: see {@link sightOf}. */
  readonly #splits = new Map<string, Splits>();
  /** By weights hash. */
  readonly #predictors = new Map<string, NetworkPredictor>();

  private constructor(
    engine: Engine,
    { study, settings }: EvaluateRequest,
    runs: readonly FinishedRun[],
    control: () => Promise<void>,
  ) {
    this.runs = runs;
    this.#engine = engine;
    this.#study = study;
    this.#settings = settings;
    this.#control = control;
  }

  /**
   * Checks that everything is there.
   * @param control awaited between batches and pictures
   * @throws SteadygazeError `data-empty`, and as {@link finishedRuns}
   */
  static async open(
    engine: Engine,
    request: EvaluateRequest,
    control: () => Promise<void>,
  ): Promise<EvaluationSubjects> {
    const data = new StudyData(await openStudy(request.study));
    const runs = await finishedRuns(request.study, async (run) => (await data.read(run)).dataset, request.runs);
    if (runs.some(({ dataset }) => dataset.samples.every(({ split }) => split === 'train'))) {
      throw new SteadygazeError(
        'data-empty',
        'There is no picture to measure on: all pictures of this study were used for training.',
        'Make a new study that sets some pictures aside for testing.',
      );
    }
    return new EvaluationSubjects(engine, request, runs, control);
  }

  /** Decodes what is not in the cache yet. */
  async decode(onProgress: FillOptions['onProgress'], onWarning: FillOptions['onWarning']): Promise<void> {
    for (const run of this.runs) {
      if (this.#splits.has(sightOf(run))) continue;
      const { dataset } = run;
      // What was trained on is never measured, so that it need not be decoded.
      const samples = dataset.samples.filter(({ split }) => split !== 'train');
      const { size } = run.record.settings.network;
      const pixels = await StudyPixels.open({ ...dataset, samples }, size, cacheFolder(this.#study));
      this.#pixels.push(pixels);
      // Masks that cannot be read are the same at every size.
      const onWarningOnce = this.#pixels.length === 1 ? onWarning : () => undefined;
      await pixels.fill({ control: this.#control, onProgress, onWarning: onWarningOnce });
      this.#splits.set(sightOf(run), measuredSplits(pixels.evaluation('test'), pixels.evaluation('val')));
    }
  }

  /** Pictures that are measured. */
  get pictures(): number {
    return this.#splitsOf(this.runs[0]).measured.count;
  }

  /** What the results of a run belong to, and where they are. Loads nothing. */
  shelfOf(run: FinishedRun): Pick<MeasuredModel, 'identity' | 'shelf'> {
    const identity: ModelIdentity = {
      weightsHash: run.weightsHash,
      dataFingerprint: run.dataset.fingerprint,
      split: this.#splitsOf(run).split,
      judges: this.#judgesOf(run).map(({ weightsHash }) => weightsHash),
      settings: this.#settings,
    };
    return { identity, shelf: shelfOf(run.folder) };
  }

  /** Loads a run, and its judges where there are any. */
  async modelOf(run: FinishedRun): Promise<MeasuredModel> {
    const { measured, chooser } = this.#splitsOf(run);
    const { settings, classes } = run.record;
    const judges: NetworkPredictor[] = [];
    for (const judge of this.#judgesOf(run)) judges.push(await this.#predictorOf(judge));
    return {
      ...this.shelfOf(run),
      engine: this.#engine.id,
      subject: {
        model: await this.#predictorOf(run),
        measured,
        validation: chooser,
        classes,
        judges,
        settings: this.#settings,
        batchSize: evaluationBatch(this.#engine, settings, classes.length),
        control: this.#control,
      },
    };
  }

  /** Frees a run that has been measured; a judge is needed by others still. */
  release(run: FinishedRun): void {
    if (this.#judgesOf(run).length > 0) return;
    this.#predictors.get(run.weightsHash)?.close();
    this.#predictors.delete(run.weightsHash);
  }

  async close(): Promise<void> {
    for (const predictor of this.#predictors.values()) predictor.close();
    for (const pixels of this.#pixels) await pixels.close();
  }

  #splitsOf(run: FinishedRun): Splits {
    const splits = this.#splits.get(sightOf(run));
    if (splits === undefined) throw new Error('pictures are decoded before anything is measured');
    return splits;
  }

  /**
   * Runs whose heatmaps say where objects are, each weights once: those that see the same pictures at the same size. None
   * where masks or boxes say it, or where there is one model alone.
   */
  #judgesOf(run: FinishedRun): readonly FinishedRun[] {
    const { measured } = this.#splitsOf(run);
    const asked = this.#settings.debiasing.foreground;
    if (asked !== 'models' && (asked !== 'auto' || measured.hasMasks || measured.hasBoxes)) return [];
    const seen = new Set<string>();
    const judges = this.runs.filter((other) => {
      const { weightsHash } = other;
      const judging = !seen.has(weightsHash) && sightOf(other) === sightOf(run);
      seen.add(weightsHash);
      return judging;
    });
    return judges.length >= 2 ? judges : [];
  }

  async #predictorOf({ record, folder, round, weightsHash }: FinishedRun): Promise<NetworkPredictor> {
    const known = this.#predictors.get(weightsHash);
    if (known !== undefined) return known;
    const { weights } = await readWeights(folder, round);
    const predictor = predictorOf(this.#engine, record.settings, record.classes.length, weights);
    this.#predictors.set(weightsHash, predictor);
    return predictor;
  }
}

/** Runs of the same are measured on the same pixels. */
const sightOf = ({ record, dataset }: Pick<FinishedRun, 'record' | 'dataset'>): string =>
  `${dataset.fingerprint} ${String(record.settings.network.size)}`;
