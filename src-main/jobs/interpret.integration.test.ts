import { rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { tensor4d } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../compute/choose.ts';
import type { EngineId } from '../compute/engine.ts';
import type { Interpretation } from '../contract/interpretation.ts';
import type { Interpretable } from '../contract/settings.ts';
import { buildArchitecture } from '../networks/architectures.ts';
import { FrozenNetwork } from '../networks/frozen.ts';
import { describeParameters, importWeights } from '../networks/parameters.ts';
import { argMax } from '../numeric/statistics.ts';
import { readRoundTable } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { cacheFolder, interpretationFile, runFolder, weightsFile } from '../workspace/study-layout.ts';
import { readWeights } from '../workspace/weights-file.ts';
import { nodeHost } from './compute-host.ts';
import { Explainer } from './explainer.ts';
import { listen, newStudy, trainRequest } from './job.fixture.ts';
import { LoosePixels } from './loose-pixels.ts';
import type { Command } from './protocol.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';

const RUNS: Readonly<Record<Interpretable, string>> = {
  none: '001-consistency-s0',
  icnn: '002-consistency-s0',
  csg: '003-consistency-s0',
  protopnet: '004-consistency-s0',
};
let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
let explainer: Explainer;
/** Every command of the process that interprets; empty where none was needed. */
const commands: Command[] = [];

beforeAll(async () => {
  root = await temporaryFolder();
  await writeShapes(join(root.path, 'data'), 10);
  study = await newStudy(root.path, join(root.path, 'data'));
  const short = { warmupEpochs: 2, rounds: 1, epochsPerRound: 1, batchSize: 8, learningRate: 0.05, gatePeriod: 2 };
  for (const interpretable of Object.keys(RUNS) as Interpretable[]) {
    const network = { ...TINY.network, interpretable, prototypesPerClass: 2, prototypeChannels: 8 };
    const settings = { ...TINY, network, training: short, method: { steps: 1, eps: 0.01 } };
    await listen(trainRequest(study, 'native', settings)).job.outcome;
  }
  const host = {
    start(engine: EngineId) {
      const process = nodeHost.start(engine);
      return { ...process, send: (command: Command) => (commands.push(command), process.send(command)) };
    },
  };
  explainer = new Explainer({ study, engine: 'native', host });
});
afterAll(async () => {
  explainer.close();
  await root.remove();
});

const asked = () => commands.filter(({ type }) => type === 'interpret').length;

async function said<Kind extends Interpretable>(kind: Kind, row: number, round = 1) {
  const answer = await explainer.interpret(RUNS[kind], round, row);
  if (answer.kind !== kind) throw new Error(`the answer is of the kind ${answer.kind}`);
  return answer as Extract<Interpretation, { readonly kind: Kind }>;
}

/** What the network of a round says of a row, computed here. */
async function computed(kind: Interpretable, row: number, round: number) {
  const { settings, classes } = await readRun(study, RUNS[kind]);
  const dataset = await readDataset(await openStudy(study));
  const [{ id, label }] = (await readRoundTable(runFolder(study, RUNS[kind]), round)).slice(row, row + 1);
  const pixels = await LoosePixels.open(dataset, 32, cacheFolder(study));
  const bytes = new Uint8Array(32 * 32 * 3);
  await pixels.read(
    dataset.samples.filter((sample) => sample.id === id),
    bytes,
  );
  await pixels.close();
  const { weights } = await readWeights(runFolder(study, RUNS[kind]), round);
  const engine = await startEngine('native');
  const architecture = buildArchitecture(settings.network, classes.length);
  const layout = describeParameters(architecture);
  const network = new FrozenNetwork(engine, architecture, layout, importWeights(layout, weights));
  const { map, logits } = network.forward(
    tensor4d(
      Float32Array.from(bytes, (byte) => byte / 255),
      [1, 32, 32, 3],
    ),
  );
  const [, height, width, channels] = map.shape;
  const values = map.dataSync();
  const mapOf = (filter: number) =>
    Array.from({ length: height * width }, (_, i) => Math.max(0, values[i * channels + filter]));
  return { label, logits: logits.dataSync(), weights, mapOf, channels };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('what a network says of a picture', () => {
  it('is nothing for a plain one, and starts no process', async () => {
    expect(await explainer.interpret(RUNS.none, 1, 3)).toEqual({ kind: 'none' });
    expect(commands).toEqual([]);
  });

  it.each([0, 1])('is the parts of its strongest filters, with the weights of round %i', async (round) => {
    const { prediction, filters } = await said('icnn', 4, round);
    const { logits, weights, mapOf, channels } = await computed('icnn', 4, round);
    expect(prediction).toBe(argMax(logits));
    const means = Array.from({ length: channels }, (_, k) => mean(mapOf(k)));
    expect(filters.map(({ activation }) => activation)).toEqual(
      [...means]
        .sort((a, b) => b - a)
        .slice(0, filters.length)
        .map((value) => expect.closeTo(value, 5) as number),
    );
    const table = weights.get('icnn.class_activation')?.data ?? expect.fail();
    for (const { filter, label, name, map } of filters) {
      const own = mapOf(filter);
      const most = Math.max(...own);
      expect(map.values).toEqual(own.map((value) => expect.closeTo((255 * value) / most, -0.5) as number));
      expect(label).toBe(argMax([0, 1, 2].map((each) => table[each * channels + filter])));
      expect(name).toBe(['bar', 'disc', 'frame'][label]);
    }
  });

  it('is the filters that the gate of its class lets through, and the gate', async () => {
    const { label, filters, gate } = await said('csg', 12);
    const { label: given, weights, channels, mapOf } = await computed('csg', 12, 1);
    const stored = weights.get('csg.gate')?.data ?? expect.fail();
    expect(label).toBe(given);
    expect(gate).toMatchObject({ labels: [0, 1, 2], names: ['bar', 'disc', 'frame'], filters: channels });
    expect([...gate.values].sort()).toEqual([...stored].map((value) => Math.round(255 * value)).sort());
    expect(filters.length).toBeGreaterThan(0);
    for (const filter of filters) {
      expect(filter.gate).toBeCloseTo(stored[label * channels + filter.filter], 6);
      expect(gate.values[label * channels + filter.column]).toBe(Math.round(255 * filter.gate));
      expect(filter.activation).toBeCloseTo(mean(mapOf(filter.filter)), 5);
    }
    const strengths = filters.map(({ gate: share, activation }) => share * activation);
    expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
  });

  it('is its prototypes, each with the training picture that it was taken from', async () => {
    const { prediction, prototypes } = await said('protopnet', 7);
    const { logits } = await computed('protopnet', 7, 1);
    expect(prediction).toBe(argMax(logits));
    expect(prototypes.length).toBeGreaterThan(0);
    const table = await readRoundTable(runFolder(study, RUNS.protopnet), 1);
    for (const { prototype, label, similarity, weight, points, source } of prototypes) {
      expect(points).toBeCloseTo(similarity * weight, 4);
      expect(label).toBe(Math.floor(prototype / 2));
      expect(source).not.toBeNull();
      if (source === null) continue;
      expect(source.sample.id).toBe(table[source.row].id);
      expect(table[source.row].label).toBe(label);
      // The picture that it was taken from has it, at that very place: nothing is more like it.
      const there = await said('protopnet', source.row);
      const same = there.prototypes.find((match) => match.prototype === prototype);
      if (same === undefined) continue;
      expect(same.place).toEqual(source.place);
      expect(same.similarity).toBeGreaterThan(9);
    }
  });

  it('is kept until the weights are newer', async () => {
    const first = await said('csg', 12);
    const before = asked();
    expect(await said('csg', 12)).toEqual(first);
    expect(asked()).toBe(before);
    const file = interpretationFile(study, RUNS.csg, 1, 12);
    const later = new Date((await stat(file)).mtimeMs + 5000);
    await utimes(weightsFile(runFolder(study, RUNS.csg), 1), later, later);
    await said('csg', 12);
    expect(asked()).toBe(before + 1);
  });

  it('is a sentence where there is none', async () => {
    await expect(said('icnn', 10_000)).rejects.toThrow('There is no picture 10000 in assessment 1 of the run');
    await expect(said('none', 0, 7)).rejects.toThrow('has no assessment 7');
    await rm(weightsFile(runFolder(study, RUNS.icnn), 0));
    await expect(said('icnn', 5, 0)).rejects.toThrow(/weights of round 0 .* not there any more/);
  });
});
