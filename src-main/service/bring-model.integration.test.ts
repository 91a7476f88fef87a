import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../cli/run-cli.fixture.ts';
import type { RunRecord } from '../contract/run.ts';
import { listen, until } from '../jobs/job.fixture.ts';
import { temporaryFolder, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { readSafetensors, writeSafetensors, type FloatArray } from '../networks/safetensors.ts';
import { readEvents } from '../workspace/events.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { listRuns, readRun } from '../workspace/run.ts';
import { runFolder, studyWeightsFile, weightsFile } from '../workspace/study-layout.ts';
import { readKeptWeights } from '../workspace/study-weights.ts';
import { bringModel, planGiven } from './bring-model.ts';
import { createStudyFrom } from './create-study.ts';
import { resumeRuns } from './resume-run.ts';
import { trainRun } from './train-run.ts';
import { studyWeights, takeWeights } from './use-weights.ts';

/** A network of a moment, assessed as a network that is brought: once, with everything else as it is usually. */
const ONCE = [
  ...['network.architecture=resnet10', 'network.width=4', 'network.size=32', 'network.lastStride=2'],
  ...[
    'training.warmupEpochs=3',
    'training.rounds=0',
    'training.batchSize=8',
    'training.learningRate=0.05',
    'arm=plain',
  ],
];

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
let trained: RunRecord;
/** The weights that the study's own run ended with. */
let file: string;

beforeAll(async () => {
  root = await temporaryFolder();
  study = join(root.path, 'study');
  const data = join(root.path, 'data');
  await writeShapes(data, 10);
  await createStudyFrom(study, { data });
  const { run } = await trainRun({ study, engine: 'wasm', preset: 'quick', set: ONCE });
  trained = await readRun(study, run ?? '');
  file = weightsFile(runFolder(study, trained.id), 0);
});
afterAll(() => root.remove());

const rowsOf = (run: string) => readRoundTable(runFolder(study, run), 0);

async function arraysOf(path: string): Promise<ReadonlyMap<string, FloatArray>> {
  const { tensors } = readSafetensors(await readFile(path));
  return new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]));
}

/** A copy of the trained weights, changed. */
async function copyOf(
  name: string,
  change: (arrays: Map<string, FloatArray>, metadata: Record<string, string>) => void,
): Promise<string> {
  const { metadata } = readSafetensors(await readFile(file));
  const arrays = new Map(await arraysOf(file));
  const said = { ...metadata };
  change(arrays, said);
  const path = join(root.path, name);
  await writeFile(path, writeSafetensors(arrays, said));
  return path;
}

/** Rows of the last layer in another order. */
function reorder(arrays: Map<string, FloatArray>, order: readonly number[]): void {
  for (const name of ['fc.weight', 'fc.bias']) {
    const { shape, data } = arrays.get(name) as FloatArray;
    const width = data.length / shape[0];
    const rows = order.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)]);
    arrays.set(name, { shape, data: Float32Array.from(rows) });
  }
}

describe('a network that was trained elsewhere', () => {
  it('is assessed and measured as it is: the figures are those of the run that it came from, its numbers the same', async () => {
    const { run } = await bringModel({ study, source: { path: file }, engine: 'wasm' });
    const record = await readRun(study, run ?? '');
    expect(record).toMatchObject({ state: 'finished', error: null, preset: null, eps: trained.eps });
    expect(record.id).toBe('002-given-s0');
    expect(record.settings.training.rounds).toBe(0);
    expect(await rowsOf(record.id)).toEqual(await rowsOf(trained.id));
    expect(record.figures).toEqual(trained.figures);
    expect(await arraysOf(weightsFile(runFolder(study, record.id), 0))).toEqual(await arraysOf(file));
    // Nothing was trained, and nobody says so.
    const { events } = await readEvents(runFolder(study, record.id));
    expect(events.filter(({ type }) => type === 'epoch')).toEqual([]);
  });

  it('gives the same figures where its classes are in another order, and the study keeps it so', async () => {
    await takeWeights(study, { path: file });
    const path = await copyOf('turned.safetensors', (arrays, metadata) => {
      reorder(arrays, [2, 0, 1]);
      metadata['classes'] = JSON.stringify(['FRAME', 'B_ar', 'disc']);
    });
    const { run } = await bringModel({ study, source: { path }, engine: 'wasm' });
    const rows = await rowsOf(run ?? '');
    expect(rows.map(({ e, prediction }) => [e, prediction])).toEqual(
      (await rowsOf(trained.id)).map(({ e, prediction }) => [e, prediction]),
    );
    // Without names, in an order that is said.
    const nameless = await copyOf('nameless.safetensors', (arrays, metadata) => {
      reorder(arrays, [2, 0, 1]);
      delete metadata['classes'];
    });
    const { id } = await takeWeights(study, { path: nameless });
    const settings = await planGiven(study, { classes: trained.classes }, { weights: id, classes: [1, 2, 0] });
    expect((await readKeptWeights(study, settings.start.weights)).weights).toEqual(await arraysOf(file));
    // These are the numbers of the run's own file, which stays what it was; what was picked is not offered to start from.
    const kept = await studyWeights(study);
    expect(kept.map(({ name }) => name).sort()).toEqual(['00.safetensors', 'nameless.safetensors']);
  });

  it('goes on after its process was killed', async () => {
    const { id } = await takeWeights(study, { path: file });
    const settings = await planGiven(study, { classes: trained.classes }, { weights: id, classes: null });
    const { job } = listen({
      ...{ kind: 'train', study, engine: 'wasm', preset: null },
      settings: { ...settings, checkpointSeconds: 0, assessBatch: 4 },
    });
    let stored = 0;
    const { run } = await until(job, ({ type }) => type === 'checkpoint' && ++stored === 3);
    process.kill(job.pid ?? 0, 'SIGKILL');
    await job.outcome;
    expect((await readRun(study, run)).state).not.toBe('finished');
    await resumeRuns({ study, run });
    const record = await readRun(study, run);
    expect(record.state).toBe('finished');
    const [rows, whole] = [await rowsOf(run), await rowsOf(trained.id)];
    rows.forEach((row, i) => expect(row.e).toBeCloseTo(whole[i].e, 4));
    expect(await arraysOf(weightsFile(runFolder(study, run), 0))).toEqual(await arraysOf(file));
  });

  it('is refused in a sentence where it is damaged, incomplete, or knows other classes', async () => {
    const before = (await listRuns(study)).runs.length;
    const refused = async (path: string, sentence: string | RegExp, classNames?: readonly string[]) => {
      const source = classNames === undefined ? { path } : { path, classNames };
      await expect(bringModel({ study, source, engine: 'wasm' }), path).rejects.toThrow(sentence);
    };
    await refused(
      await copyOf('nan.safetensors', (arrays) =>
        arrays.set('fc.bias', { shape: [3], data: Float32Array.of(0, NaN, 0) }),
      ),
      'it holds a value that is not a finite number, in fc.bias',
    );
    const cut = await copyOf('cut.safetensors', () => undefined);
    await truncate(cut, 5000);
    await refused(cut, 'it ends too early');
    await refused(
      await copyOf('shape.safetensors', (arrays) => {
        arrays.set('layer1.0.conv1.weight', { shape: [4, 4, 1, 1], data: new Float32Array(16) });
      }),
      /no network here; they are most like resnet10, but the shape is another one in layer1\.0\.conv1/,
    );
    await refused(
      await copyOf('headless.safetensors', (arrays) => arrays.delete('fc.weight')),
      'The weights lack the last layer of the network',
    );
    await refused(
      await copyOf('others.safetensors', (_, metadata) => (metadata['classes'] = '["cat", "disc", "frame"]')),
      'The network does not know the class bar of the study.',
    );
    await refused(file, 'There are 2 names, but the network tells 3 classes apart.', ['bar', 'disc']);
    await refused(join(root.path, 'nowhere.pth'), 'This file does not exist');
    expect((await listRuns(study)).runs).toHaveLength(before);
  });

  it('comes in through the command line', async () => {
    const names = join(root.path, 'names.txt');
    await writeFile(names, 'bar\ndisc\nframe\n');
    const given = ['--weights', file, '--arch', 'resnet10', '--classes', names, '--engine', 'wasm'];
    const { code, stdout } = await cli('bring', study, ...given);
    expect(stdout).toContain('All weights of resnet10 (width 4) are in the file, for 3 outputs.');
    expect(stdout).toMatch(/Finished the run \d{3}-given-s0/);
    expect(code).toBe(0);
    const wrong = await cli('bring', study, '--weights', file, '--arch', 'vgg11');
    expect(wrong.code).not.toBe(0);
    expect(wrong.stderr).toContain('they are not those of vgg11');
  });
});

describe('training from weights', () => {
  /** Nothing is augmented and next to nothing learnt. */
  const STILL = [
    ...ONCE,
    ...['training.warmupEpochs=1', 'training.learningRate=0.000001', 'training.flip=false', 'training.crop=0'],
    ...['training.jitter=0', 'start.batchNorm=keep'],
  ];

  it('goes on at the loss where they ended, and leaves frozen stages alone', async () => {
    const { id } = await takeWeights(study, { path: file });
    const set = [...STILL, `start.weights=${id}`, 'start.frozenStages=2', 'training.learningRate=0.01'];
    const { run } = await trainRun({ study, engine: 'wasm', preset: 'quick', set: [...STILL, `start.weights=${id}`] });
    const { events } = await readEvents(runFolder(study, run ?? ''));
    const [first] = events.filter((event) => event.type === 'epoch');
    const rows = await rowsOf(trained.id);
    const mean = rows.reduce((sum, { loss }) => sum + loss, 0) / rows.length;
    expect(first.loss).toBeCloseTo(mean, 3);

    const tuned = await trainRun({ study, engine: 'wasm', preset: 'quick', set });
    const after = await arraysOf(weightsFile(runFolder(study, tuned.run ?? ''), 0));
    const changed = [...(await arraysOf(file))].filter(([name, { data }]) =>
      data.some((value, i) => value !== after.get(name)?.data[i]),
    );
    const stages = new Set(changed.map(([name]) => name.split('.')[0]));
    expect([...stages].sort()).toEqual(['fc', 'layer2', 'layer3', 'layer4']);
  });

  it('is refused where they are gone, or those of another network', async () => {
    const { id } = await takeWeights(study, { path: file });
    const before = (await listRuns(study)).runs.length;
    const train = (...more: string[]) =>
      trainRun({ study, engine: 'wasm', preset: 'quick', set: [...ONCE, `start.weights=${id}`, ...more] });
    await expect(train('network.width=8')).rejects.toThrow(
      /network\.width cannot be "8" here: the weights to begin with \(.*\) are those of a network where it is "4"/,
    );
    await expect(train('network.architecture=resnet18')).rejects.toThrow('network.architecture cannot be "resnet18"');
    await expect(train('start.frozenStages=9')).rejects.toThrow('resnet10 has 5 stages before its last layers');
    await rm(studyWeightsFile(study, id));
    await expect(train()).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining(id) as string });
    expect((await listRuns(study)).runs).toHaveLength(before);
  });
});
