/** Where everything of a study lies. Every path inside a study is spelled here and nowhere else. */
import { join } from 'node:path';
import { RUN_ARMS } from '../contract/settings.ts';

export const studyFile = (study: string) => join(study, 'study.json');
export const studyBackupFile = (study: string) => join(study, 'study.json.bak');
export const dataFile = (study: string) => join(study, 'data.json');
/** A list of pictures that was read earlier, or is about to take the place of `data.json`. */
export const importFile = (study: string, fingerprint: string) => join(study, `data-${fingerprint.slice(0, 12)}.json`);
/** Corrections of the data, one a line. */
export const dataEditsFile = (study: string) => join(study, 'data-edits.ndjson');
/** Held while the data of the study is corrected or read again; a run may be worked on meanwhile. */
export const dataLockFile = (study: string) => join(study, 'lock-data');
export const studyLockFile = (study: string) => join(study, 'lock');
export const runsFolder = (study: string) => join(study, 'runs');
/** Weights from elsewhere that runs of the study begin with. */
export const studyWeightsFolder = (study: string) => join(study, 'weights');
export const studyWeightsFile = (study: string, id: string) => join(studyWeightsFolder(study), `${id}.safetensors`);

const RUN_ID = new RegExp(`^\\d{3,9}-(${RUN_ARMS.join('|')})-s\\d{1,10}$`);

/** `001-consistency-s0`: number in the study, arm, seed. */
export const runId = (number: number, arm: string, seed: number) =>
  `${String(number).padStart(3, '0')}-${arm}-s${seed}`;
/** True for ids of {@link runId} and nothing else: ids come from command lines and become paths. */
export const isRunId = (id: string) => RUN_ID.test(id);

export const runFolder = (study: string, id: string) => join(runsFolder(study), id);
export const runFile = (run: string) => join(run, 'run.json');
export const runLockFile = (run: string) => join(run, 'lock');
export const eventsFile = (run: string) => join(run, 'events.ndjson');
/** What a person changed of the labels before the run. */
export const correctionsFile = (run: string) => join(run, 'corrections.json');
export const checkpointsFolder = (run: string) => join(run, 'checkpoints');

/** At least two digits: `00`, `07`, `100`. */
const roundName = (round: number) => String(round).padStart(2, '0');
/** Of assessments that are made in shards, until they are stored. */
export const shardsFolder = (run: string) => join(run, 'shards');
export const roundShardsFolder = (run: string, round: number) => join(shardsFolder(run), roundName(round));
export const shardFile = (run: string, round: number, index: number, of: number) =>
  join(roundShardsFolder(run, round), `${String(index)}-of-${String(of)}.safetensors`);
export const roundTableFile = (run: string, round: number) => join(run, 'rounds', `${roundName(round)}.parquet`);
export const roundMapsFile = (run: string, round: number) => join(run, 'rounds', `${roundName(round)}.maps`);
export const attackedMapsFile = (run: string, round: number) =>
  join(run, 'rounds', `${roundName(round)}.attacked.maps`);
export const weightsFile = (run: string, round: number) => join(run, 'weights', `${roundName(round)}.safetensors`);
export const predictionsFile = (run: string) => join(run, 'predictions.parquet');

/** What was measured on the finished model, part by part (`contract/evaluation.ts`). */
export const evaluationFolder = (run: string) => join(run, 'evaluation');
export const partResultFile = (run: string, part: string) => join(evaluationFolder(run), `${part}.json`);
export const resampledFile = (run: string, part: string) => join(evaluationFolder(run), `${part}.bootstrap.npy`);
export const perPictureFile = (run: string, part: string) => join(evaluationFolder(run), `${part}.parquet`);
/** Rows of a part that is being measured: what they belong to, and the rows. */
export const partialKeyFile = (run: string, part: string) => join(evaluationFolder(run), `${part}.partial.json`);
export const partialRowsFile = (run: string, part: string) => join(evaluationFolder(run), `${part}.partial.rows`);

/** What can be computed again: decoded pixels, pictures that explain. Safe to delete at any time. */
export const cacheFolder = (study: string) => join(study, 'cache');
const explainedFile = (study: string, run: string, round: number, name: string) =>
  join(cacheFolder(study), 'explained', run, String(round), name);
/** The attacked picture of a row of a round's table, PNG at the network's input size. */
export const attackedPictureFile = (study: string, run: string, round: number, row: number) =>
  explainedFile(study, run, round, `${String(row)}.attacked.png`);
/** What the attack changed in it, amplified around middle grey. */
export const changePictureFile = (study: string, run: string, round: number, row: number) =>
  explainedFile(study, run, round, `${String(row)}.change.png`);
/** What the network of a round itself says of a row of its table; the number is that of the file's form. */
export const interpretationFile = (study: string, run: string, round: number, row: number) =>
  explainedFile(study, run, round, `${String(row)}.interpretation-1.json`);
/** A picture of the study, small enough to be shown. */
export const shownPictureFile = (study: string, hash: string, size: number) =>
  join(cacheFolder(study), 'pictures', hash.slice(0, 2), `${hash}-${String(size)}.jpg`);
/** What people said of pictures, one change a line. */
export const marksFile = (study: string) => join(study, 'marks.ndjson');
