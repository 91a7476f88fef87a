/**
 * Builds the sample study, a finished result to look at before anything was trained:
 *
 *     node resources/sample-study-source/build.ts [--out FOLDER] [--engine native] [--measure | --list]
 *
 * It trains what the demo trains on the pictures of `resources/sample`, measures every part of an evaluation, keeps what
 * the app shows of it, and replaces FOLDER (default `resources/sample-study`). With `--measure` the runs that lie there
 * are measured again, without any training. With `--list` only the list of pictures is read again, for problems that are
 * found anew in the same pictures. The pictures themselves are not in it: they lie in `resources/sample`, and
 * whoever copies the study puts them into its `pictures/`.
 */
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { arch, tmpdir, type } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { EngineId } from '../../src-main/compute/engine.ts';
import { ENGINE_IDS } from '../../src-main/compute/engine.ts';
import type { Arm } from '../../src-main/contract/settings.ts';
import { datasetFromJson, datasetToJson } from '../../src-main/datasets/dataset-file.ts';
import { openDataset } from '../../src-main/datasets/open-data.ts';
import { figuresOfRun } from '../../src-main/jobs/evaluate-run.ts';
import { createStudyFrom } from '../../src-main/service/create-study.ts';
import { DEMO_SETTINGS } from '../../src-main/service/demo-settings.ts';
import { evaluateRuns } from '../../src-main/service/evaluate-runs.ts';
import { resolveSettings } from '../../src-main/service/settings.ts';
import { work } from '../../src-main/service/work.ts';
import { writeFileAtomic, writeJsonAtomic } from '../../src-main/workspace/atomic-file.ts';
import { readEvaluation } from '../../src-main/workspace/evaluation-store.ts';
import { listRuns } from '../../src-main/workspace/run.ts';
import { openStudyForWriting } from '../../src-main/workspace/study.ts';
import { cacheFolder, dataFile, runFile, runFolder, weightsFile } from '../../src-main/workspace/study-layout.ts';
import { lighten } from './lighter.ts';

const SAMPLE = resolve(import.meta.dirname, '../sample');
const NAME = 'Products and what is behind them';
/** Name of the folder of pictures inside the study. */
const PICTURES = 'pictures';
const ARMS: readonly Arm[] = ['plain', 'consistency'];
/** One of the three seeds that `resources/sample-source/README.md` reports. */
const SEED = 1;

/** Pictures that the report of each run shows, hardest first. */
const HARDEST = 16;

/** What a run needs to be looked at, reported and explained; the rest served the training. */
const KEPT: ReadonlySet<string> = new Set([
  'run.json',
  'events.ndjson',
  'rounds',
  'weights',
  'evaluation',
  'predictions.parquet',
  'hardest.safetensors',
]);

/** Makes both runs in a temporary folder, and puts what is kept in place of `out`. */
async function build(out: string, engine: EngineId, measureOnly: boolean): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), 'steadygaze-sample-'));
  try {
    const folder = join(place, 'study');
    if (measureOnly) await cp(out, folder, { recursive: true });
    await cp(SAMPLE, join(folder, PICTURES), { recursive: true });
    if (!measureOnly) {
      await createStudyFrom(folder, { data: join(folder, PICTURES), name: NAME });
      await train(folder, engine);
      await prune(folder);
    }
    await measure(folder, engine);
    await rm(join(folder, PICTURES), { recursive: true });
    await replace(folder, out);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function train(folder: string, engine: EngineId): Promise<void> {
  const { lock } = await openStudyForWriting(folder);
  try {
    for (const arm of ARMS) {
      const settings = resolveSettings({ ...DEMO_SETTINGS, arm, seed: SEED }, []);
      const request = { kind: 'train', study: folder, engine, settings, preset: 'demo' } as const;
      const { run } = await work(engine, () => request, {
        onEvent: (event) => {
          if (event.type === 'round') console.log(`${arm}: assessment ${event.summary.round}`);
        },
      });
      console.log(`${run} is done`);
    }
  } finally {
    lock.release();
  }
}

/** Every part on both runs, and the brief summary of three of them that each record holds. */
async function measure(folder: string, engine: EngineId): Promise<void> {
  const { parts } = await evaluateRuns({
    ...{ study: folder, engine },
    onPart: (part) => {
      const how = 'result' in part ? `${part.result.seconds.toFixed(0)} s` : part.unmeasurable;
      console.log(`${part.run}: ${part.part}, ${how}`);
    },
  });
  const seconds = parts.reduce((sum, part) => sum + ('result' in part ? part.result.seconds : 0), 0);
  console.log(`measured in ${seconds.toFixed(0)} s`);
  for (const record of (await listRuns(folder)).runs) {
    const run = runFolder(folder, record.id);
    const figures = figuresOfRun((await readEvaluation(run, record)).parts);
    await writeJsonAtomic(runFile(run), { ...record, figures });
  }
  await rm(cacheFolder(folder), { recursive: true, force: true });
}

/** Leaves the last weights only: they are what explains a picture, and the largest part of a run. */
async function prune(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!['study.json', 'data.json', 'runs', PICTURES].includes(name))
      await rm(join(folder, name), { recursive: true });
  }
  for (const record of (await listRuns(folder)).runs) {
    const run = runFolder(folder, record.id);
    for (const name of await readdir(run)) if (!KEPT.has(name)) await rm(join(run, name), { recursive: true });
    for (const { round } of record.rounds.slice(0, -1)) await rm(weightsFile(run, round));
    await lighten(join(run, 'hardest.safetensors'), HARDEST);
    // The exact kernel of the machine that built it says nothing to anybody.
    const versions = { ...record.versions, system: `${type()} ${arch()}` };
    await writeJsonAtomic(runFile(run), { ...record, versions });
  }
}

/** Puts the new study in place of the old one; files beside it (a README) are kept. */
async function replace(folder: string, out: string): Promise<void> {
  for (const name of ['study.json', 'data.json', 'runs']) {
    await rm(join(out, name), { recursive: true, force: true });
    await cp(join(folder, name), join(out, name), { recursive: true });
  }
}

/** What is known of the pictures, found again; they must be the same to the byte. */
async function listAgain(out: string): Promise<void> {
  const file = dataFile(out);
  const before = datasetFromJson(JSON.parse(await readFile(file, 'utf8')));
  const now = await openDataset(SAMPLE, { seed: 0 });
  if (now.fingerprint !== before.fingerprint) throw new Error('The pictures have changed: build the study again.');
  await writeFileAtomic(file, JSON.stringify({ ...datasetToJson(now), root: before.root }));
  for (const { kind, reason } of now.problems) console.log(`${kind}: ${reason}`);
}

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: resolve(import.meta.dirname, '../sample-study') },
    engine: { type: 'string' },
    measure: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
});
const engine = ENGINE_IDS.find((id) => id === (values.engine ?? 'native'));
if (engine === undefined) throw new Error(`--engine is one of ${ENGINE_IDS.join(', ')}`);
if (values.list) await listAgain(resolve(values.out));
else await build(resolve(values.out), engine, values.measure);
console.log(`Written to ${resolve(values.out)}`);
