/**
 * The pictures of a study in every state that they had: what was read from the disk, then or now, with the corrections
 * that were in force. The present state is what is looked at and trained on; a run stays with the state that it began in.
 */
import { readFile } from 'node:fs/promises';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import type { DataState } from '../contract/run.ts';
import type { Dataset, Split } from '../datasets/dataset.ts';
import { datasetFromJson } from '../datasets/dataset-file.ts';
import { applyEdits } from '../datasets/edits/edits.ts';
import type { EditStep } from '../datasets/edits/edits.ts';
import { readDataEdits, stateAfter } from './data-edits.ts';
import type { DataEditLog, EditState } from './data-edits.ts';
import type { Study } from './study.ts';
import { dataFile, importFile } from './study-layout.ts';

/** Lists of pictures and states that are kept in memory, of each. */
const KEPT = 3;

export interface ReadData {
  /** Corrections applied; its root is where the pictures are now. */
  readonly dataset: Dataset;
  /** As it was read from the disk. */
  readonly base: Dataset;
  readonly edits: EditState;
  /** What was applied to {@link base}. */
  readonly steps: readonly EditStep[];
  readonly state: DataState;
  /** Plain sentences: corrections that cannot be applied, lines that cannot be read. */
  readonly warnings: readonly string[];
}

export class StudyData {
  readonly #study: Study;
  /** By fingerprint. */
  readonly #imports = new Map<string, Promise<Dataset>>();
  readonly #states = new Map<string, Promise<ReadData>>();

  constructor(study: Study) {
    this.#study = study;
  }

  /**
   * The data as they are now, or in an earlier state.
   * @param at of a run, say
   * @throws SteadygazeError `study-corrupt` when what was read is damaged, missing, or of other data; `data-changed`
   * where the corrections of that state are not there; `study-newer`
   */
  async read(at?: DataState): Promise<ReadData> {
    const log = await readDataEdits(this.#study.folder);
    return this.#at(log, at ?? present(log));
  }

  /** What was read from the disk. @param fingerprint of it; null: what the study was made of */
  async imported(fingerprint: string | null): Promise<Dataset> {
    const wanted = fingerprint ?? this.#study.record.data.fingerprint;
    return kept(this.#imports, wanted, () => readImport(this.#study, wanted));
  }

  /** Everything in memory: for pictures of earlier states. */
  async known(): Promise<readonly Dataset[]> {
    return Promise.all(this.#imports.values());
  }

  #at(log: DataEditLog, at: DataState): Promise<ReadData> {
    const { dataImport = null, dataEdits = 0 } = at;
    if (dataEdits > log.lines.length) throw correctionsMissing();
    // What stands behind does not change this state, and what stands before never changes.
    return kept(this.#states, `${dataImport ?? ''} ${String(dataEdits)}`, async () => {
      const state = stateOf(dataImport, dataEdits);
      const base = await this.imported(dataImport);
      const edits = stateAfter(log, dataEdits);
      const warnings: string[] = [];
      const unread = log.lines.slice(0, dataEdits).filter((line) => line === null).length;
      if (unread > 0) {
        warnings.push(
          `${String(unread)} of the corrections of the data cannot be read (data-edits.ndjson), and count as not made.`,
        );
      }
      const steps = await this.#steps(log, dataImport, edits, warnings);
      if (steps.length === 0) return { dataset: base, base, edits, steps, state, warnings };
      const applied = applyEdits(base, steps);
      return { dataset: applied.dataset, base, edits, steps, state, warnings: [...warnings, ...applied.warnings] };
    });
  }

  /**
   * The corrections in force. A parting that was made of other pictures is not made again, for that would move pictures
   * that were there then: they stay where they came.
   */
  async #steps(log: DataEditLog, from: string | null, { done }: EditState, warnings: string[]): Promise<EditStep[]> {
    const lastParting = done.findLast(({ edit }) => edit.kind === 'resplit');
    const steps: EditStep[] = [];
    for (const logged of done) {
      const { edit, on, line } = logged;
      if (edit.kind !== 'resplit' || on === from) {
        steps.push({ edit });
        continue;
      }
      if (logged !== lastParting) continue;
      try {
        const then = await this.#at(log, { dataEdits: line, ...(on === null ? {} : { dataImport: on }) });
        const parts = new Map(then.dataset.samples.map(({ id, split }): [string, Split] => [id, split]));
        steps.push({ edit, parts });
      } catch (error) {
        if (!(error instanceof SteadygazeError)) throw error;
        warnings.push(
          `How the pictures were parted cannot be found any more, so they were parted once more. ${error.message}`,
        );
        steps.push({ edit });
      }
    }
    return steps;
  }
}

/**
 * The list of pictures with its corrections, as it is now, or as a run saw it.
 * @throws SteadygazeError as {@link StudyData.read}
 */
export async function readDataset(study: Study, at?: DataState): Promise<Dataset> {
  return (await new StudyData(study).read(at)).dataset;
}

/** The present state, for what begins now. It reads nothing that grows with the number of pictures. */
export async function presentState(study: string): Promise<DataState> {
  return present(await readDataEdits(study));
}

function present(log: DataEditLog): DataState {
  return stateOf(stateAfter(log).from, log.lines.length);
}

/** As a run's record says it. */
const stateOf = (dataImport: string | null, dataEdits: number): DataState => ({
  ...(dataImport === null ? {} : { dataImport }),
  ...(dataEdits === 0 ? {} : { dataEdits }),
});

/** The list of this fingerprint: kept under its name since others were read, or about to become the present one. */
async function readImport(study: Study, fingerprint: string): Promise<Dataset> {
  for (const path of [importFile(study.folder, fingerprint), dataFile(study.folder)]) {
    const dataset = await readList(path);
    if (dataset?.fingerprint === fingerprint) return { ...dataset, root: study.dataRoot };
  }
  throw new SteadygazeError(
    'study-corrupt',
    'The list of pictures in this study is missing, or belongs to another study.',
    'Put back the data.json of this study, or create the study again from the folder of pictures.',
    fingerprint,
  );
}

/** Null where there is none. @throws SteadygazeError `study-corrupt` */
async function readList(path: string): Promise<Dataset | null> {
  let value: unknown = null;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (!(error instanceof SyntaxError)) throw error;
  }
  return datasetFromJson(value);
}

function correctionsMissing(): SteadygazeError {
  return new SteadygazeError(
    'data-changed',
    'The corrections of the data that were in force then are not there any more.',
    'Put back a copy of the file data-edits.ndjson of this study.',
  );
}

/** What is made of a key, once; the last few are kept, what failed is not. */
function kept<Value>(all: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = all.get(key) ?? make();
  all.delete(key);
  all.set(key, value);
  for (const oldest of [...all.keys()].slice(0, -KEPT)) all.delete(oldest);
  value.catch(() => {
    if (all.get(key) === value) all.delete(key);
  });
  return value;
}
