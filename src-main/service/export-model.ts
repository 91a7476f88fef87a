/** A trained network leaves the study: files for other programs, each with its hash, and a card that says what it is. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { MODEL_FORMATS } from '../contract/model-export.ts';
import type { ModelFormat } from '../contract/model-export.ts';
import { REPORT_SECTIONS } from '../contract/report-view.ts';
import type { RunRecord } from '../contract/run.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import { throwIfCancelled } from '../datasets/concurrency.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import type { ModelFile, ModelToExport } from '../networks/export/model.ts';
import { onnxFile } from '../networks/export/onnx.ts';
import { tfjsFiles } from '../networks/export/tfjs.ts';
import { describeParameters } from '../networks/parameters.ts';
import { shapesOf, requireMatch } from '../networks/matching.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import { listKeptWeights } from '../workspace/study-weights.ts';
import { runFolder, weightsFile } from '../workspace/study-layout.ts';
import { readWeights } from '../workspace/weights-file.ts';
import type { OpenedStudy } from './library/open-studies.ts';
import { modelCard, type CardFile, type ModelCard } from './model-card/card.ts';
import { cardMarkdown } from './model-card/markdown.ts';
import { buildReportOf } from './report-build.ts';
import type { Following } from './report-build.ts';

export const CARD_JSON = 'card.json';
export const CARD_TEXT = 'MODEL_CARD.md';

export interface ModelWishes {
  readonly run: string;
  /** Default: the last. */
  readonly round?: number;
  readonly formats: readonly ModelFormat[];
  /** Of the program: "0.1.0". */
  readonly version: string;
}

/** Takes one file after the other. */
export type PutFile = (name: string, pieces: AsyncIterable<Uint8Array>) => Promise<void>;

/**
 * Hands over every file, the card last. The weights are held in memory once; files are made from them piece by piece.
 * @param onProgress in bytes
 * @throws SteadygazeError `not-found`, `weights-invalid`, `study-corrupt`, `refused`, `cancelled`
 */
export async function exportModel(
  opened: OpenedStudy,
  wishes: ModelWishes,
  put: PutFile,
  { onProgress, signal }: Following = {},
): Promise<ModelCard> {
  const { study } = opened;
  const record = await readRun(study.folder, wishes.run);
  const folder = runFolder(study.folder, record.id);
  const round = wishes.round ?? lastWeights(record);
  const formats = MODEL_FORMATS.filter((format) => wishes.formats.includes(format));
  const { model, mean, std } = await readModel(folder, round, record, wishes.version);
  throwIfCancelled(signal);
  const sections = REPORT_SECTIONS.filter((section) => section !== 'hard-samples');
  const report = await buildReportOf(opened, { runs: [record.id], sections }, signal === undefined ? {} : { signal });
  const stored = weightsFile(folder, round);
  const total = formats.length * (await stat(stored)).size;
  let done = 0;
  const files: CardFile[] = [];
  for (const file of filesOf(model, formats, stored)) {
    throwIfCancelled(signal);
    const hash = createHash('sha256');
    let bytes = 0;
    const followed = async function* (): AsyncGenerator<Uint8Array> {
      for await (const piece of file.pieces) {
        throwIfCancelled(signal);
        hash.update(piece);
        bytes += piece.length;
        yield piece;
        done += piece.length;
        onProgress?.(Math.min(done, total), total);
        // Whoever asked may stop it between two pieces.
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await put(file.name, followed());
    files.push({ name: file.name, bytes, sha256: hash.digest('hex') });
  }
  const kept = await listKeptWeights(study.folder);
  const card = modelCard(
    report,
    {
      ...{ program: `Steadygaze ${wishes.version}`, round, isLastRound: round === lastWeights(record) },
      ...{ size: model.size, mean, std, formats },
      parameters: describeParameters(model.architecture).parameterCount,
      start: kept.find(({ id }) => id !== NO_WEIGHTS && id === record.settings.start.weights) ?? null,
    },
    files,
  );
  await put(CARD_TEXT, once(cardMarkdown(card)));
  await put(CARD_JSON, once(`${JSON.stringify(card, null, 2)}\n`));
  return card;
}

/** The run that is meant where nobody says which: the last that is finished, else the last with weights. */
export async function runToExport(study: string): Promise<string> {
  const { runs } = await listRuns(study);
  const withWeights = runs.filter(({ rounds }) => rounds.length > 0);
  const run = withWeights.findLast(({ state }) => state === 'finished') ?? withWeights.at(-1);
  if (run !== undefined) return run.id;
  throw new SteadygazeError(
    'not-found',
    'No run of this study has a trained network yet.',
    'Train one first: "train".',
  );
}

function lastWeights({ rounds, id }: RunRecord): number {
  const last = rounds.at(-1);
  if (last !== undefined) return last.round;
  throw new SteadygazeError('not-found', `The run ${id} has no trained network yet.`, 'Wait for its first assessment.');
}

async function readModel(
  folder: string,
  round: number,
  record: RunRecord,
  version: string,
): Promise<{ model: ModelToExport; mean: readonly number[]; std: readonly number[] }> {
  const { weights, description } = await readWeights(folder, round);
  const { mean, std, size, classes: classNames } = description;
  const { network } = record.settings;
  const architecture = buildArchitecture({ ...network, mean: [...mean], std: [...std] }, classNames.length);
  requireMatch(shapesOf(describeParameters(architecture)), weights);
  const severalLabels = record.task === 'multi-label';
  const facts = { run: record.id, round: String(round) };
  return { model: { architecture, weights, size, classNames, severalLabels, version, facts }, mean, std };
}

interface FileToWrite extends Omit<ModelFile, 'pieces'> {
  readonly pieces: ModelFile['pieces'] | AsyncIterable<Uint8Array>;
}

function* filesOf(model: ModelToExport, formats: readonly ModelFormat[], stored: string): Generator<FileToWrite> {
  for (const format of formats) {
    switch (format) {
      case 'safetensors':
        // As the run keeps them: torchvision's names, and the description in the metadata.
        yield { name: 'model.safetensors', pieces: readPieces(stored) };
        break;
      case 'onnx':
        yield onnxFile(model);
        break;
      case 'tfjs':
        yield* tfjsFiles(model);
        break;
    }
  }
}

async function* readPieces(path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) yield piece as Uint8Array;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `The weights are not there any more: ${path}`);
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
