/** Putting the shards of an assessment together: the run then goes on as if it had made the assessment itself. */
import { SteadygazeError } from '../contract/errors.ts';
import type { RunRecord } from '../contract/run.ts';
import { assessedPictures } from '../jobs/assessed-pictures.ts';
import { labelSetsOf } from '../jobs/study-pixels.ts';
import { AssessmentTable } from '../method/assessment-table.ts';
import type { Snapshot } from '../method/snapshot.ts';
import { saveSnapshot } from '../workspace/checkpoints.ts';
import { lockRun, readRun } from '../workspace/run.ts';
import { assessmentOf, atAssessment, listShards, readShard } from '../workspace/shards.ts';
import type { ShardFile } from '../workspace/shards.ts';
import { completeShards } from '../workspace/shards-complete.ts';
import { openStudyForWriting } from '../workspace/study.ts';
import { runFolder } from '../workspace/study-layout.ts';
import { assessedRun, NO_RUN } from './assessed-run.ts';

export interface MergeOptions {
  /** Absolute path of the study. */
  readonly study: string;
  /** Without it the only run that has not finished. */
  readonly run?: string;
}

export type MergeResult =
  | Merged
  /** There is nothing to merge, said in a sentence: a script may ask twice. */
  | { readonly run: string | null; readonly notDue: string; readonly hint: string };

interface Merged {
  readonly run: string;
  readonly round: number;
  readonly shards: number;
  /** Pictures that were assessed. */
  readonly pictures: number;
  /** Plain sentences: shards that came twice, or of different engines. */
  readonly notes: readonly string[];
}

/**
 * The shards stay until the round is stored, which the run does when it goes on.
 * @throws SteadygazeError `refused`, naming the shards that are missing, repeated, damaged, or of something else
 */
export async function mergeShards(options: MergeOptions): Promise<MergeResult> {
  const study = await openStudyForWriting(options.study);
  try {
    const id = (await assessedRun(study.folder, options.run))?.id ?? null;
    if (id === null) return { run: null, ...NO_RUN };
    const lock = await lockRun(study.folder, id);
    try {
      return await merge(study.folder, await readRun(study.folder, id));
    } finally {
      lock.release();
    }
  } finally {
    study.lock.release();
  }
}

async function merge(study: string, record: RunRecord): Promise<MergeResult> {
  const folder = runFolder(study, record.id);
  const pictures = await assessedPictures(study, record);
  const at = await atAssessment(study, record, (round) => pictures.indicesOf(round).length);
  if ('notDue' in at) return { run: record.id, ...at };
  const { snapshot } = at;
  const { round } = snapshot.position;
  const samples = pictures.indicesOf(round);
  const { shards, notes } = completeShards(await listShards(folder, round), {
    assessment: assessmentOf(record, snapshot),
    total: samples.length,
    batch: record.settings.assessBatch,
  });
  const { training } = pictures;
  const sets = labelSetsOf(pictures.dataset, training);
  const table =
    AssessmentTable.fromState(snapshot.state, training.length, sets, round) ??
    new AssessmentTable(training.length, sets);
  table.beginRound(round);
  for (const shard of shards) {
    const { first, count } = shard.about;
    const own = samples.subarray(first, first + count);
    const part = AssessmentTable.fromState(await readShard(folder, shard), count, sets?.pick(own) ?? null, round);
    if (part === null) {
      throw new SteadygazeError(
        'refused',
        `The shard ${shard.name} does not hold everything that is known of its pictures.`,
        'Make it again with the version of Steadygaze that merges.',
      );
    }
    table.place(own, part);
  }
  await saveSnapshot(folder, assessed(snapshot, table, samples.length), record.settings);
  return {
    run: record.id,
    round,
    shards: shards.length,
    pictures: samples.length,
    notes: [...notes, ...differencesOf(shards, record)],
  };
}

/** The snapshot as it is at the end of the assessment. */
function assessed(snapshot: Snapshot, table: AssessmentTable, count: number): Snapshot {
  const state = new Map([...snapshot.state, ...table.toState()]);
  return { ...snapshot, position: { ...snapshot.position, offset: count }, state };
}

/** Of the versions of a machine its system says nothing about what it computes. */
const SYSTEM = 'system';

/** E is then the same but for rounding, and an undivided assessment would not give the very same numbers. */
function differencesOf(shards: readonly ShardFile[], record: RunRecord): string[] {
  const notes: string[] = [];
  const engines = new Set([record.engine, ...shards.map(({ about }) => about.engine)]);
  if (engines.size > 1) {
    notes.push(
      `The run and its shards were not all made on the same engine (${[...engines].join(', ')}), so that E can differ ` +
        'between them in its last digits.',
    );
    return notes;
  }
  const versions = new Set(
    [record, ...shards.map(({ about }) => about)].map((made) =>
      Object.entries(made.versions)
        .filter(([name]) => name !== SYSTEM)
        .sort()
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ),
  );
  if (versions.size > 1) {
    notes.push(
      `The run and its shards were made by different versions (${[...versions].join('; ')}), so that E can differ ` +
        'between them in its last digits.',
    );
  }
  return notes;
}
