/**
 * Showing any attacked picture, and what its network itself says of it: a process that has an engine at hand repeats the attack of a finished assessment for
 * the rows it is asked for. It writes only into the study's cache, so it needs no lock, also while another process
 * trains on the same study.
 */
import sharp from 'sharp';
import type { Engine } from '../compute/engine.ts';
import type { PictureRef } from '../contract/data-view.ts';
import { SteadygazeError, toErrorValue } from '../contract/errors.ts';
import type { AssessmentRow, RunRecord } from '../contract/run.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';
import { readBatch } from '../method/calibration.ts';
import { costOfRun } from '../method/cost.ts';
import type { TrainingData } from '../method/data.ts';
import { explainBatch } from '../method/explain.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { describeParameters, importWeights } from '../networks/parameters.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { amplificationOf } from '../reports/document.ts';
import { amplifiedChange, toBytes } from '../reports/heatmap-image.ts';
import { writeFileAtomic } from '../workspace/atomic-file.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { lastRound, readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import {
  attackedPictureFile,
  cacheFolder,
  changePictureFile,
  interpretationFile,
  runFolder,
} from '../workspace/study-layout.ts';
import { readWeights } from '../workspace/weights-file.ts';
import type { ExplainQueue } from './explain-queue.ts';
import { interpret } from './interpret.ts';
import { isLoss } from './lasting-job.ts';
import { LoosePixels } from './loose-pixels.ts';
import type { ExplainAnswer, ExplainRequest } from './protocol.ts';

/**
 * Answers every command of the queue until it is closed.
 * @throws SteadygazeError `engine-lost`: nothing more can be answered here
 */
export async function explainJob(
  engine: Engine,
  { study }: ExplainRequest,
  queue: ExplainQueue,
  report: (answer: ExplainAnswer) => void,
): Promise<void> {
  const data = new StudyData(await openStudy(study));
  let loaded: AssessedRound | null = null;
  try {
    for (let command = await queue.next(); command !== null; command = await queue.next()) {
      try {
        const record = await readRun(study, command.run);
        const round = command.round ?? lastRound(record);
        if (loaded?.run !== command.run || loaded.round !== round) {
          // Before the next is loaded: two large networks may not fit into memory.
          await loaded?.close();
          loaded = null;
          const { dataset } = await data.read(record);
          loaded = await AssessedRound.load(engine, study, dataset, record, round);
        }
        if (command.type === 'explain') await loaded.explain(command.rows);
        else await loaded.interpret(command.rows);
        report({ type: 'explained', id: command.id, run: command.run, round, rows: command.rows });
      } catch (error) {
        const value = toErrorValue(error);
        if (isLoss(value)) throw error;
        report({ type: 'explain-failed', id: command.id, error: value });
      }
    }
  } finally {
    await loaded?.close();
  }
}

interface RoundParts {
  readonly study: string;
  readonly record: RunRecord;
  readonly round: number;
  /** Of this assessment, in [0,1]. */
  readonly eps: number;
  readonly network: FrozenNetwork;
  /** The pictures in the order of the round's table, which is that of the training data. */
  readonly data: TrainingData;
  readonly pictures: readonly Sample[];
  readonly pixels: LoosePixels;
  /** Of each picture the earlier round that assessed it, where this one did not. */
  readonly assessedIn: readonly (number | undefined)[];
  /** Pictures of one pass. */
  readonly batch: number;
}

/** The network of a round and the pictures it assessed, kept for the next question. */
class AssessedRound {
  readonly run: string;
  readonly round: number;
  readonly #parts: RoundParts;

  private constructor(parts: RoundParts) {
    this.run = parts.record.id;
    this.round = parts.round;
    this.#parts = parts;
  }

  static async load(
    engine: Engine,
    study: string,
    dataset: Dataset,
    record: RunRecord,
    round: number,
  ): Promise<AssessedRound> {
    const { settings, id } = record;
    const summary = record.rounds.find((candidate) => candidate.round === round);
    if (summary === undefined) {
      throw new SteadygazeError('not-found', `The run ${id} has no assessment of round ${round}.`, 'See its rounds.');
    }
    if (record.dataFingerprint !== dataset.fingerprint) {
      throw new SteadygazeError(
        'data-changed',
        `The run ${id} was trained on other pictures than the study has now.`,
        'Look at a run that was trained on these pictures.',
      );
    }
    const folder = runFolder(study, id);
    const weights = await weightsOf(folder, id, round);
    // The table itself says what its rows are, also where labels were corrected and pictures left out.
    const rows = await readRoundTable(folder, round);
    const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
    const pictures = rows.map((row) => {
      const sample = samples.get(row.id);
      if (sample !== undefined) return sample;
      throw new SteadygazeError('study-corrupt', `The table of round ${round} names an unknown picture: ${row.id}`);
    });
    const pixels = await LoosePixels.open(dataset, settings.network.size, cacheFolder(study));
    const data: TrainingData = {
      count: rows.length,
      size: settings.network.size,
      classCount: record.classes.length,
      labels: Int32Array.from(rows, ({ label }) => label),
      labelSets: labelSetsOfRows(rows, pictures, record.classes.length),
      ids: rows.map((row) => row.id),
      read: (indices, out) => {
        const chosen = Array.from(indices, (index) => pictures[index]);
        return pixels.read(chosen, out);
      },
    };
    const architecture = buildArchitecture(settings.network, record.classes.length);
    const layout = describeParameters(architecture);
    const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, weights));
    const { assessBatch } = costOfRun(engine, architecture, settings, rows.length);
    return new AssessedRound({
      study,
      record,
      round,
      eps: summary.eps,
      network,
      data,
      pictures,
      pixels,
      assessedIn: rows.map((row) => row.assessedIn),
      batch: assessBatch,
    });
  }

  /** Writes the attacked picture and the amplified change of each row. */
  async explain(rows: readonly number[]): Promise<void> {
    const { batch } = this.#parts;
    this.#refuseUnknown(rows);
    this.#refuseOthers(rows);
    for (let start = 0; start < rows.length; start += batch) {
      await this.#explainBatch(rows.slice(start, start + batch));
    }
  }

  /** Writes what the network itself says of each row. */
  async interpret(rows: readonly number[]): Promise<void> {
    const { study, record, network, data, pictures } = this.#parts;
    const { settings, classes } = record;
    this.#refuseUnknown(rows);
    const labelsOf = (row: number) => data.labelSets?.positives(row) ?? [data.labels[row]];
    for (const row of rows) {
      const { x } = await readBatch(data, [row]);
      const said = await interpret(settings.network.interpretable, network, {
        ...{ x, classes, labels: [...labelsOf(row)] },
        sourceOf: (source, label) => {
          // The prototypes of a network that was brought come from pictures that are not these.
          // Nor are rows their numbers where some training pictures have no row yet.
          const isWhole = record.rounds.find((each) => each.round === this.round)?.pictures === undefined;
          const isKnown =
            settings.arm !== 'given' && isWhole && source < data.count && labelsOf(source).includes(label);
          return isKnown ? { row: source, sample: pictureRef(pictures[source]) } : null;
        },
      });
      x.dispose();
      await writeFileAtomic(interpretationFile(study, record.id, this.round, row), JSON.stringify(said));
    }
  }

  #refuseUnknown(rows: readonly number[]): void {
    const { count } = this.#parts.data;
    const unknown = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= count);
    if (unknown === undefined) return;
    throw new SteadygazeError('not-found', `There is no row ${unknown} in the table of round ${this.round}.`);
  }

  /** What is shown is an attack that was measured. */
  #refuseOthers(rows: readonly number[]): void {
    const other = rows.map((row) => this.#parts.assessedIn[row]).find((assessedIn) => assessedIn !== undefined);
    if (other === undefined) return;
    throw new SteadygazeError(
      'not-found',
      `Assessment number ${this.round} left this picture out, so there is no attacked picture of it.`,
      `Look at it in assessment number ${other}, the last one of it before.`,
    );
  }

  async #explainBatch(rows: readonly number[]): Promise<void> {
    const { study, record, round, eps, network, data } = this.#parts;
    const { size } = data;
    const explained = await explainBatch(network, record.settings, data, rows, round, eps);
    const area = size * size * 3;
    const amplification = amplificationOf(eps);
    const written = rows.flatMap((row, i) => {
      const picture = explained.pictures.subarray(i * area, (i + 1) * area);
      const attacked = explained.attacked.subarray(i * area, (i + 1) * area);
      return [
        writePng(attackedPictureFile(study, record.id, round, row), toBytes(attacked), size),
        writePng(
          changePictureFile(study, record.id, round, row),
          amplifiedChange(picture, attacked, amplification),
          size,
        ),
      ];
    });
    await Promise.all(written);
  }

  async close(): Promise<void> {
    this.#parts.network.dispose();
    await this.#parts.pixels.close();
  }
}

/**
 * What the pictures were of in that assessment: their classes from the table, which knows of corrections, and classes of
 * which it was not known from the data.
 */
function labelSetsOfRows(
  rows: readonly AssessmentRow[],
  pictures: readonly Sample[],
  classes: number,
): LabelSets | null {
  if (rows[0]?.labels === undefined) return null;
  const positives = rows.map(({ label, labels }) => labels ?? [label]);
  const unsure = pictures.map((sample, i) => (sample.unsure ?? []).filter((each) => !positives[i].includes(each)));
  return new LabelSets(classes, positives, unsure);
}

async function weightsOf(folder: string, run: string, round: number) {
  try {
    return (await readWeights(folder, round)).weights;
  } catch (error) {
    if (!(error instanceof SteadygazeError) || error.code !== 'not-found') throw error;
    throw new SteadygazeError(
      'not-found',
      `The weights of round ${round} of the run ${run} are not there any more, so its attack cannot be repeated.`,
      'Look at another round, or train again.',
      error.message,
    );
  }
}

function pictureRef({ id, hash, width, height, labels }: Sample): PictureRef {
  return { id, hash, width, height, ...(labels === undefined ? {} : { labels }) };
}

/** @param picture [size, size, 3] values 0..255 */
async function writePng(path: string, picture: Uint8Array, size: number): Promise<void> {
  const image = sharp(picture, { raw: { width: size, height: size, channels: 3 } });
  await writeFileAtomic(path, await image.png().toBuffer());
}
