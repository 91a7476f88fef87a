import { readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startEngine } from '../compute/choose.ts';
import type { AssessmentRow, RunRecord } from '../contract/run.ts';
import { explainSamples } from '../method/explain.ts';
import { amplificationOf } from '../reports/document.ts';
import { amplifiedChange, toBytes } from '../reports/heatmap-image.ts';
import { quantizeHeatmaps } from '../workspace/heatmap-file.ts';
import { readRoundMaps, readRoundTable } from '../workspace/round-tables.ts';
import { readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import {
  attackedPictureFile,
  cacheFolder,
  changePictureFile,
  runFolder,
  weightsFile,
} from '../workspace/study-layout.ts';
import { readWeights } from '../workspace/weights-file.ts';
import { nodeHost } from './compute-host.ts';
import type { ComputeHost, ComputeProcess } from './compute-host.ts';
import { Explainer } from './explainer.ts';
import { listen, newStudy, trainRequest, until } from './job.fixture.ts';
import { LoosePixels } from './loose-pixels.ts';
import type { Command, ExplainCommand } from './protocol.ts';
import { temporaryFolder, TINY, writeShapes } from './tiny-study.fixture.ts';
import { newWish } from './wish.ts';
import type * as Wishes from './wish.ts';

// The real one, which tells what is wished.
vi.mock('./wish.ts', async (original) => {
  const real = await original<typeof Wishes>();
  return { ...real, newWish: vi.fn(real.newWish) };
});

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let study: string;
let record: RunRecord;
const RUN = '001-consistency-s0';
const explainers: Explainer[] = [];

/** A host that remembers its processes and what they were told. */
function watchedHost() {
  const processes: ComputeProcess[] = [];
  const commands: ExplainCommand[] = [];
  /** Called with every command before it is sent. */
  const on: { command: (command: Command, process: ComputeProcess) => void } = { command: () => undefined };
  let held: Promise<unknown> = Promise.resolve();
  /** Keeps commands back until it is called off. */
  const hold = (): (() => void) => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    held = promise;
    return () => resolve(undefined);
  };
  const host: ComputeHost = {
    start(engine) {
      const process = nodeHost.start(engine);
      processes.push(process);
      return {
        ...process,
        send(command) {
          if (command.type === 'explain') commands.push(command);
          on.command(command, process);
          void held.then(() => process.send(command));
        },
      };
    },
  };
  return { host, processes, commands, on, hold };
}

function newExplainer(options: { readonly host?: ComputeHost; readonly idleMilliseconds?: number } = {}): Explainer {
  const explainer = new Explainer({ study, engine: 'wasm', ...options });
  explainers.push(explainer);
  return explainer;
}

beforeAll(async () => {
  root = await temporaryFolder();
  data = join(root.path, 'data');
  await writeShapes(data);
  study = await newStudy(root.path, data);
  const { samples } = await readDataset(await openStudy(study));
  const [first, second] = samples.filter(({ split }) => split === 'train');
  // So that row 0 of the tables is the second training picture, with another label than the study gives it.
  const corrections = [
    { id: first.id, label: null },
    { id: second.id, label: (second.label + 1) % 3 },
  ];
  await listen({ ...trainRequest(study, 'wasm', TINY), corrections }).job.outcome;
  record = await readRun(study, RUN);
  expect(record.state).toBe('finished');
});
afterAll(async () => {
  for (const explainer of explainers) explainer.close();
  await root.remove();
});

const pixelsOf = async (path: string) => new Uint8Array(await sharp(path).raw().toBuffer());
const exists = async (path: string) => (await stat(path).catch(() => null)) !== null;
const attacked = (row: number, round = 1) => attackedPictureFile(study, RUN, round, row);

/** The same attack, computed here. */
async function expected(round: number, rows: readonly number[]) {
  const engine = await startEngine('wasm');
  const dataset = await readDataset(await openStudy(study));
  const table: AssessmentRow[] = await readRoundTable(runFolder(study, RUN), round);
  const samples = new Map(dataset.samples.map((sample) => [sample.id, sample]));
  const { size } = record.settings.network;
  const pixels = await LoosePixels.open(dataset, size, cacheFolder(study));
  const trainingData = {
    count: table.length,
    size,
    classCount: 3,
    labels: Int32Array.from(table, ({ label }) => label),
    labelSets: null,
    ids: table.map(({ id }) => id),
    read: (indices: ArrayLike<number>, out: Uint8Array) =>
      pixels.read(
        Array.from(indices, (index) => samples.get(table[index].id) ?? expect.fail()),
        out,
      ),
  };
  const { weights } = await readWeights(runFolder(study, RUN), round);
  const eps = record.eps ?? 0;
  const explained = await explainSamples(engine, record.settings, weights, trainingData, rows, round, eps);
  await pixels.close();
  return { ...explained, area: size * size * 3 };
}

describe('an explainer', () => {
  it('shows the very attack that was assessed, in every round', async () => {
    const explainer = newExplainer();
    const rows = [0, 7, 30];
    const levels: number[] = [];
    for (const round of [1, 0]) {
      await explainer.explain(RUN, round, rows);
      const { pictures, attacked: values, attackedMaps, area } = await expected(round, rows);
      const stored = await readRoundMaps(runFolder(study, RUN), round, 'attacked', rows);
      const maps = quantizeHeatmaps(attackedMaps.values);
      expect(Math.max(...maps.map((value, i) => Math.abs(value - stored.data[i])))).toBeLessThanOrEqual(1);
      for (const [i, row] of rows.entries()) {
        const [before, after] = [pictures, values].map((all) => all.subarray(i * area, (i + 1) * area));
        expect(await pixelsOf(attacked(row, round))).toEqual(toBytes(after));
        const change = amplifiedChange(before as Uint8Array, after, amplificationOf(record.eps));
        levels.push(new Set(change).size);
        expect(await pixelsOf(changePictureFile(study, RUN, round, row))).toEqual(change);
      }
    }
    // A picture without a background stays as it is; they cannot all be like that.
    expect(Math.max(...levels)).toBeGreaterThan(10);
    explainer.close();
  });

  it('asks once for what several want, the newest first, and never for what is there', async () => {
    const { host, processes, commands, hold } = watchedHost();
    const explainer = newExplainer({ host });
    const all = Array.from({ length: 20 }, (_, i) => 10 + i);
    await Promise.all([
      explainer.explain(RUN, null, all),
      explainer.explain(RUN, 1, [12, 3]),
      explainer.explain(RUN, 0, [4]),
      explainer.explain(RUN, 1, [5]),
    ]);
    expect(processes).toHaveLength(1);
    const asked = commands.map(({ round, rows }) => ({ round, rows }));
    // Which call gets to ask first is chance; from then on order and size are not.
    expect(asked.flatMap(({ round, rows }) => rows.map((row) => `${round}/${row}`)).sort()).toEqual(
      [...all.map((row) => `1/${row}`), '1/3', '0/4', '1/5'].filter((key) => key !== '1/30').sort(),
    );
    expect(Math.max(...asked.map(({ rows }) => rows.length))).toBeLessThanOrEqual(16);
    const before = commands.length;
    await explainer.explain(RUN, 1, [...all, 3, 5]);
    expect(commands).toHaveLength(before);
    expect(await exists(attacked(29))).toBe(true);

    await rm(dirname(attacked(0)), { recursive: true });
    // The process does not hear the first command before there is the next wish.
    const letGo = hold();
    const slow = explainer.explain(RUN, 1, [...all, 0, 1]);
    await expect.poll(() => commands.length).toBeGreaterThan(before);
    const wished = vi.mocked(newWish).mock.calls.length;
    const newest = explainer.explain(RUN, 1, [2]);
    await expect.poll(() => vi.mocked(newWish).mock.calls.length).toBeGreaterThan(wished);
    letGo();
    await Promise.all([slow, newest]);
    expect(commands.slice(before).map(({ rows }) => rows)).toEqual([all.slice(0, 16), [2, ...all.slice(16), 0, 1]]);
    explainer.close();
  });

  it('starts its process again when it dies, once', async () => {
    await rm(join(cacheFolder(study), 'explained'), { recursive: true, force: true });
    const { host, processes, on } = watchedHost();
    const explainer = newExplainer({ host });
    await explainer.explain(RUN, 1, [0]);
    on.command = (command, process) => {
      if (command.type !== 'explain') return;
      process.kill();
      on.command = () => undefined;
    };
    await explainer.explain(RUN, 1, [1, 2]);
    expect(processes.length).toBe(2);
    expect(await exists(attacked(2))).toBe(true);

    on.command = (command, process) => void (command.type === 'explain' && process.kill());
    await expect(explainer.explain(RUN, 1, [3])).rejects.toMatchObject({ code: 'job-crashed' });
    on.command = () => undefined;
    await explainer.explain(RUN, 1, [3]);
    explainer.close();
  });

  it('lets its process end when nobody asks, and rejects what is waited for when it is closed', async () => {
    const { host, processes, on } = watchedHost();
    const explainer = newExplainer({ host, idleMilliseconds: 50 });
    await explainer.explain(RUN, 1, [4]);
    await new Promise<void>((resolve) => processes[0].onExit(() => resolve()));
    await explainer.explain(RUN, 1, [5]);
    expect(processes).toHaveLength(2);
    const asked = new Promise<void>((resolve) => {
      on.command = ({ type }) => void (type === 'explain' && resolve());
    });
    const waiting = explainer.explain(RUN, 1, [6]);
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await asked;
    explainer.close();
    await rejected;
    await expect(explainer.explain(RUN, 1, [7])).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('decodes what is not in the cache, beside a run that trains', async () => {
    const { job } = listen(trainRequest(study, 'wasm', { ...TINY, seed: 1 }));
    await until(job, ({ type }) => type === 'epoch');
    const size = record.settings.network.size;
    const cached = (await readdir(cacheFolder(study))).filter((name) => name.startsWith(`picture-${size}-`));
    expect(cached.length).toBeGreaterThan(0);
    // As if another process had just begun to fill the cache, and held its lock.
    for (const name of cached) await rename(join(cacheFolder(study), name), join(root.path, name));
    const explainer = newExplainer();
    const fresh = await expected(1, [8]);
    await explainer.explain(RUN, 1, [8]);
    expect(await pixelsOf(attacked(8))).toEqual(toBytes(fresh.attacked));
    explainer.close();
    job.kill();
    await job.outcome;
  });

  it('says what is not there', async () => {
    const explainer = newExplainer();
    const notFound = expect.objectContaining({ code: 'not-found' }) as Error;
    await expect(explainer.explain('007-plain-s0', null, [0])).rejects.toThrow(notFound);
    await expect(explainer.explain(RUN, 5, [0])).rejects.toThrow(notFound);
    await expect(explainer.explain(RUN, 1, [10_000])).rejects.toThrow(notFound);
    await rm(weightsFile(runFolder(study, RUN), 0));
    await expect(explainer.explain(RUN, 0, [20, 21])).rejects.toThrow(/weights of round 0 .* not there any more/);
    const table = await readRoundTable(runFolder(study, RUN), 1);
    await rm(join(cacheFolder(study)), { recursive: true });
    await rm(join(data, table[21].id));
    const [gone, others] = [explainer.explain(RUN, 1, [21]), explainer.explain(RUN, 1, [20, 22])];
    await expect(gone).rejects.toMatchObject({ code: 'data-changed' });
    await others;
    explainer.close();
  });
});
