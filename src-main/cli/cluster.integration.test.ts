import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newStudy } from '../jobs/job.fixture.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { trainRun } from '../service/train-run.ts';
import { runFolder, shardsFolder } from '../workspace/study-layout.ts';
import { kubernetesScript, playedSchedulers, readManifest, slurmScript } from './cluster.fixture.ts';

const RUN = '001-consistency-s0';
/** The first assessment is of 26 of the 42 training pictures, the last of all. */
const SET = [...TINY_ARGUMENTS.filter((argument) => argument !== '--set'), 'method.assessShare=0.6'];
const SETTINGS = ['--engine wasm', ...SET.map((assignment) => `--set ${assignment}`)].join(' ');

let root: Awaited<ReturnType<typeof temporaryFolder>>;
/** A run that was not divided. */
let undivided: string;

beforeAll(async () => {
  root = await temporaryFolder();
  await writeShapes(join(root.path, 'data'));
  undivided = await newStudy(root.path, join(root.path, 'data'), 'undivided');
  await trainRun({ study: undivided, engine: 'wasm', set: SET });
});
afterAll(() => root.remove());

/** Everything that a run computes, to the bit. */
const FILES = [
  ...['rounds/00.parquet', 'rounds/00.maps', 'rounds/00.attacked.maps', 'weights/00.safetensors'],
  ...['rounds/01.parquet', 'rounds/01.maps', 'rounds/01.attacked.maps', 'weights/01.safetensors'],
  ...['warmup.safetensors', 'hardest.safetensors', 'predictions.parquet'],
];

/** @returns what the scheduler was asked for */
async function runBy(scheduler: string, script: string, shards: number): Promise<string[]> {
  const folder = join(root.path, scheduler);
  await mkdir(folder);
  const study = await newStudy(folder, join(root.path, 'data'));
  const log = join(folder, 'log');
  const changes = { STUDY: study, ROUNDS: '1', SHARDS: String(shards), SETTINGS };
  const bin = await playedSchedulers(folder, changes, log);
  const env = { ...process.env, ...changes, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
  try {
    await promisify(execFile)(script, { env });
  } catch (error) {
    throw new Error(await readFile(`${log}.output`, 'utf8').catch(() => ''), { cause: error });
  }
  for (const file of FILES) {
    const [own, wanted] = [study, undivided].map((each) => readFile(join(runFolder(each, RUN), file)));
    expect((await own).equals(await wanted), file).toBe(true);
  }
  expect(existsSync(shardsFolder(runFolder(study, RUN)))).toBe(false);
  return (await readFile(log, 'utf8')).trim().split('\n');
}

describe.skipIf(process.platform === 'win32')(
  'a run whose assessments are array jobs is the one that was not divided',
  () => {
    it('with an Indexed Job of Kubernetes', async () => {
      const round = ['steadygaze-assess 3', 'steadygaze-merge 0'];
      expect(await runBy('kubernetes', kubernetesScript('run.sh'), 3)).toEqual([
        'steadygaze-train 0',
        ...round,
        ...round,
      ]);
    });

    it('with an array of Slurm, each job after the one before', async () => {
      expect(await runBy('slurm', slurmScript('submit.sh'), 2)).toEqual([
        'train.sbatch  after ',
        'assess.sbatch 1-2 after 1',
        'merge.sbatch  after 2',
        'assess.sbatch 1-2 after 3',
        'merge.sbatch  after 4',
      ]);
    });
  },
);

describe('the manifests of Kubernetes', () => {
  it('divide the assessment into as many shards as there are pods', async () => {
    const { spec, env } = await readManifest('assess');
    expect(spec).toMatchObject({ completionMode: 'Indexed', backoffLimitPerIndex: 3 });
    expect([spec.completions, spec.parallelism]).toEqual([Number(env['SHARDS']), Number(env['SHARDS'])]);
  });

  it('are of one study', async () => {
    const manifests = await Promise.all(['train', 'assess', 'merge'].map(readManifest));
    expect(new Set(manifests.map(({ env }) => env['STUDY'])).size).toBe(1);
    expect(manifests.map(({ name }) => name)).toEqual(['train', 'assess', 'merge'].map((job) => `steadygaze-${job}`));
  });
});
