/**
 * Measures parts of an evaluation on one model, and nothing twice: a stored result of the same key is taken as it is,
 * and rows that an interrupted measurement left are gone on with.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { EvaluationKey, EvaluationPart, EvaluationSettings, PartResult } from '../contract/evaluation.ts';
import type { Figure } from '../contract/run.ts';
import type { MeasuredPart, PartKind, PartSummary, Subject } from './part.ts';
import { FOREGROUND_PARTS } from './parts.ts';

/** What the rows of a part belong to: rows of anything else are of no use. */
export interface RowsIdentity {
  readonly key: EvaluationKey;
  readonly engine: string;
  readonly count: number;
  readonly width: number;
}

/** The rows of a part that is being measured. */
export interface KeptRows {
  /** Rows that are there, from the first item on. */
  readonly done: number;
  /** Seconds in which they were measured. */
  readonly seconds: number;
  /** @param rows [n, width] of the next n items */
  append(rows: Float32Array, seconds: number): Promise<void>;
  /** [done, width] */
  all(): Promise<Float32Array>;
  close(): Promise<void>;
  remove(): Promise<void>;
}

/** Where the rows and results of one model are kept. */
export interface PartShelf {
  result<Part extends EvaluationPart>(part: Part): Promise<PartResult<Part> | null>;
  rows(part: EvaluationPart, identity: RowsIdentity): Promise<KeptRows>;
  keep<Part extends EvaluationPart>(result: PartResult<Part>, summary: PartSummary<Part>): Promise<void>;
}

/** Everything that the figures of a model depend on; `judges` are the weights hashes of the subject's. */
export interface ModelIdentity extends Pick<EvaluationKey, 'weightsHash' | 'dataFingerprint' | 'split' | 'judges'> {
  readonly settings: EvaluationSettings;
}

/** A model that is measured, and where its results are kept. */
export interface MeasuredModel {
  readonly identity: ModelIdentity;
  readonly subject: Subject;
  readonly engine: string;
  readonly shelf: PartShelf;
}

export interface MeasureOptions {
  /** Measure although the same was measured before. */
  readonly again: boolean;
  /** Items of the part that are measured, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called whenever rows have been kept: nothing before is lost any more. */
  readonly onKept?: () => void;
}

/** `kept`: it was there already. */
export type PartOutcome<Part extends EvaluationPart = EvaluationPart> =
  { readonly result: PartResult<Part>; readonly kept: boolean } | { readonly unmeasurable: string };

/** Forward passes of the first batch; an attack takes thousands of a single picture. */
const FIRST_PASSES = 4096;
/** Seconds of a batch: larger ones make better use of the engine, and more of them is lost in an interruption. */
const SHORT = 20;
const LONG = 60;

/** What a result of this part on this model belongs to. */
export function keyOf(
  { part, definition }: Pick<PartKind, 'part' | 'definition'>,
  identity: ModelIdentity,
): EvaluationKey {
  const { weightsHash, dataFingerprint, split } = identity;
  const judges = FOREGROUND_PARTS.has(part) ? [...identity.judges].sort() : [];
  return { weightsHash, dataFingerprint, split, settings: settingsOf(part, identity.settings), judges, definition };
}

function settingsOf(part: EvaluationPart, settings: EvaluationSettings): Record<string, unknown> {
  const own = part === 'recognition' || part === 'localization' ? {} : settings[part];
  const separates = FOREGROUND_PARTS.has(part) || part === 'robustness';
  const foreground = separates ? { foreground: settings.debiasing.foreground } : {};
  return { seed: settings.seed, ...foreground, ...own };
}

/** The stored result of a part, where it is of this key. */
export async function storedResult<Part extends EvaluationPart>(
  kind: PartKind<Part>,
  { identity, shelf }: Pick<MeasuredModel, 'identity' | 'shelf'>,
): Promise<PartResult<Part> | null> {
  const stored = await shelf.result(kind.part);
  return stored !== null && isDeepStrictEqual(stored.key, keyOf(kind, identity)) ? stored : null;
}

/**
 * Measures one part and keeps its result.
 * @throws whatever `subject.control` throws to cancel; rows measured until then are kept
 */
export async function measurePart<Part extends EvaluationPart>(
  kind: PartKind<Part>,
  model: MeasuredModel,
  options: MeasureOptions,
): Promise<PartOutcome<Part>> {
  const stored = options.again ? null : await storedResult(kind, model);
  if (stored !== null) return { result: stored, kept: true };
  const began = performance.now();
  const part = await kind.prepare(model.subject);
  if ('unmeasurable' in part) return part;
  const key = keyOf(kind, model.identity);
  const { engine, shelf } = model;
  try {
    const rows = await shelf.rows(kind.part, { key, engine, count: part.count, width: part.width });
    try {
      const preparing = (performance.now() - began) / 1000;
      await measureMissing(part, rows, model.subject, options);
      const summary = part.summarise(await rows.all());
      const result = resultOf(kind.part, summary, key, engine, preparing + rows.seconds);
      await shelf.keep(result, summary);
      await rows.remove();
      return { result, kept: false };
    } finally {
      await rows.close();
    }
  } finally {
    part.close();
  }
}

async function measureMissing(
  part: MeasuredPart,
  rows: KeptRows,
  subject: Subject,
  { onProgress, onKept }: MeasureOptions,
): Promise<void> {
  // Rows depend on their items alone, so that batches may be as large as time has it.
  let batch = Math.min(subject.batchSize, Math.max(1, Math.floor(FIRST_PASSES / Math.max(1, part.passes))));
  onProgress?.(rows.done, part.count);
  while (rows.done < part.count) {
    await subject.control();
    const items = Array.from({ length: Math.min(batch, part.count - rows.done) }, (_, i) => rows.done + i);
    const out = new Float32Array(items.length * part.width);
    const began = performance.now();
    await part.measure(items, out);
    const seconds = (performance.now() - began) / 1000;
    if (seconds < SHORT) batch = Math.min(subject.batchSize, 2 * batch);
    else if (seconds > LONG) batch = Math.max(1, Math.floor(batch / 2));
    await rows.append(out, seconds);
    onKept?.();
    onProgress?.(rows.done, part.count);
  }
}

function resultOf<Part extends EvaluationPart>(
  part: Part,
  { figures, details, notes, perPicture }: PartSummary<Part>,
  key: EvaluationKey,
  engine: string,
  seconds: number,
): PartResult<Part> {
  const hash = createHash('sha256');
  for (const id of perPicture.ids) hash.update(`${id}\n`);
  return {
    format: 'steadygaze-evaluation',
    version: 1,
    part,
    key,
    engine,
    created: new Date().toISOString(),
    seconds,
    pictures: perPicture.ids.length,
    picturesHash: hash.digest('hex'),
    figures: Object.fromEntries(
      Object.entries(figures).map(([name, { value, low, high, n }]): [string, Figure] => [
        name,
        { value, low, high, n },
      ]),
    ),
    details,
    notes,
  };
}
