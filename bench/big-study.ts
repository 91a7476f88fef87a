/**
 * Makes a study of any size in a minute, to measure windows and tables with:
 *
 *     node bench/big-study.ts --samples 100000 --out FOLDER
 *
 * The pictures are real files: some hundred of the sample's, each under many names (hard links where the disk has them).
 * Beside the N training pictures there are two for every hundred that are kept aside. One finished run has three
 * assessments whose numbers are made up (big-assessment.ts); it has no weights, so its pictures cannot be explained.
 */
import { createHash } from 'node:crypto';
import { copyFile, link, mkdir, readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import type { Figure } from '../src-main/contract/run.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { fingerprintOf } from '../src-main/datasets/dataset-file.ts';
import type { Dataset, Sample, Split } from '../src-main/datasets/dataset.ts';
import { bootstrapMean } from '../src-main/numeric/bootstrap.ts';
import { hashSeed, Random } from '../src-main/numeric/random.ts';
import { appendEvent } from '../src-main/workspace/events.ts';
import { quantizeHeatmaps } from '../src-main/workspace/heatmap-file.ts';
import { writePredictions, writeRoundMaps, writeRoundTable } from '../src-main/workspace/round-tables.ts';
import { createRun, recordRound, updateRun } from '../src-main/workspace/run.ts';
import { createStudy } from '../src-main/workspace/study.ts';
import { runFolder } from '../src-main/workspace/study-layout.ts';
import { makeUpAssessment } from './big-assessment.ts';

const SAMPLE = resolve(import.meta.dirname, '../resources/sample');
const CLASSES = Array.from({ length: 10 }, (_, label) => `class-${label}`);
/** Different pictures in all. */
const DIFFERENT = 300;
/** Side of the sample's pictures, pixels. */
const SIZE = 64;
const EPS = 4 / 255;
/** Links that are made at the same time. */
const TOGETHER = 64;

/** A file that many samples share. */
interface Original {
  readonly path: string;
  readonly hash: string;
}

/** Makes the study; the folder must not exist yet or be empty. */
export async function makeBigStudy(out: string, samples: number): Promise<void> {
  const pictures = join(out, 'pictures');
  const dataset = await makePictures(pictures, samples);
  const { folder } = await createStudy(out, dataset, { name: `${samples} pictures` });
  await makeRun(folder, dataset);
}

async function makePictures(root: string, count: number): Promise<Dataset> {
  const originals = await readOriginals();
  const aside = Math.ceil(count / 100);
  const samples: Sample[] = [];
  for (const [split, size] of [
    ['train', count],
    ['val', aside],
    ['test', aside],
  ] as const) {
    for (const name of CLASSES) await mkdir(join(root, split, name), { recursive: true });
    for (let i = 0; i < size; i++) samples.push(sampleOf(split, i, originals));
  }
  samples.sort((a, b) => (a.id < b.id ? -1 : 1));
  const files = new Map(originals.map((original) => [original.hash, original.path]));
  const first = new Map<string, string>();
  for (let start = 0; start < samples.length; start += TOGETHER) {
    const some = samples.slice(start, start + TOGETHER);
    // One copy of each in the study itself, for links do not lead from one disk to another.
    for (const { id, hash } of some) {
      if (first.has(hash)) continue;
      first.set(hash, join(root, id));
      await copyFile(files.get(hash) ?? '', join(root, id));
    }
    await Promise.all(some.map(({ id, hash }) => linkOrCopy(first.get(hash) ?? '', join(root, id))));
  }
  return {
    root,
    format: 'folder-per-class',
    inside: '',
    focus: null,
    choices: {},
    task: 'single-label',
    classes: CLASSES,
    samples,
    problems: [],
    splitOrigin: 'folders',
    fingerprint: fingerprintOf(CLASSES, samples),
  };
}

/** Pictures of the sample, evenly from all its classes. */
async function readOriginals(): Promise<Original[]> {
  const folder = join(SAMPLE, 'train');
  const paths: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    for (const file of (await readdir(join(folder, name))).sort()) paths.push(join(folder, name, file));
  }
  const chosen = paths.filter(
    (_, i) => Math.floor((i * DIFFERENT) / paths.length) !== Math.floor(((i - 1) * DIFFERENT) / paths.length),
  );
  return Promise.all(
    chosen.map(async (path) => ({
      path,
      hash: createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    })),
  );
}

function sampleOf(split: Split, index: number, originals: readonly Original[]): Sample {
  const label = index % CLASSES.length;
  const original = originals[new Random(hashSeed('big-study', split, index)).integer(originals.length)];
  return {
    id: `${split}/${CLASSES[label] ?? ''}/${String(index).padStart(7, '0')}.jpg`,
    label,
    split,
    width: SIZE,
    height: SIZE,
    hash: original?.hash ?? '',
    boxes: [],
    mask: null,
    maskHash: null,
  };
}

/** A link; a copy where the disk has no links, or no more of this file. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  if (from === to) return;
  await link(from, to).catch(() => copyFile(from, to));
}

async function makeRun(study: string, dataset: Dataset): Promise<void> {
  const settings = v.parse(RunSettings, {
    network: { architecture: 'resnet10', width: 16, stem: 'half', lastStride: 1, size: SIZE },
    training: { warmupEpochs: 4, rounds: 2, epochsPerRound: 2 },
  });
  const { id } = await createRun(study, {
    settings,
    preset: null,
    engine: 'native',
    engineDescription: 'none: these numbers were made up',
    versions: {},
    dataFingerprint: dataset.fingerprint,
    classes: [...dataset.classes],
  });
  const run = runFolder(study, id);
  const trained = dataset.samples.filter(({ split }) => split === 'train');
  const ids = trained.map((sample) => sample.id);
  const labels = Int32Array.from(trained, ({ label }) => label);
  await appendEvent(run, { type: 'started', run: id, engine: 'native', arm: settings.arm, seed: settings.seed });
  for (let round = 0; round <= settings.training.rounds; round++) {
    await tellEpochs(run, id, round, round === 0 ? 4 : 2);
    const { rows, summary, maps } = makeUpAssessment(ids, labels, dataset.classes.length, settings, round, EPS);
    await writeRoundTable(run, round, rows);
    for (const kind of ['clean', 'attacked'] as const) {
      const { values, ...shape } = maps[kind];
      await writeRoundMaps(run, round, kind, { ...shape, data: quantizeHeatmaps(values) });
    }
    await recordRound(study, id, summary);
    await appendEvent(run, { type: 'round', run: id, summary });
  }
  const figures = { top1: await predict(run, dataset), localization: null, debiasing: null };
  await updateRun(study, id, { state: 'finished', eps: EPS, epsSurvival: 0.75, figures, seconds: 3600 });
  await appendEvent(run, { type: 'finished', run: id, figures, seconds: 3600 });
}

async function tellEpochs(run: string, id: string, round: number, count: number): Promise<void> {
  for (let epoch = 0; epoch < count; epoch++) {
    const progress = 1 - Math.exp(-(round * 2 + epoch + 1) / 4);
    const told = {
      loss: 2.3 - 1.8 * progress,
      accuracy: 0.1 + 0.8 * progress,
      learningRate: 0.05 * (1 - epoch / count),
    };
    await appendEvent(run, { type: 'epoch', run: id, round, epoch, ...told });
  }
}

/** Writes made-up predictions of the test pictures. @returns how many are right */
async function predict(run: string, { samples, classes }: Dataset): Promise<Figure> {
  const rows = samples
    .filter(({ split }) => split === 'test')
    .map(({ id, label, split }) => {
      const chance = new Random(hashSeed('big-study', 'prediction', id));
      const right = chance.uniform() < 0.8;
      const probability = 0.5 + chance.uniform() / 2;
      const prediction = right ? label : (label + 1 + chance.integer(classes.length - 1)) % classes.length;
      return {
        id,
        split,
        label,
        prediction,
        probability,
        labelProbability: right ? probability : (1 - probability) / 2,
      };
    });
  await writePredictions(run, rows);
  return bootstrapMean(
    rows.map(({ label, prediction }) => Number(label === prediction)),
    { seed: 0 },
  );
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { samples: { type: 'string' }, out: { type: 'string' } } });
  const samples = Number(values.samples ?? 100_000);
  if (!Number.isSafeInteger(samples) || samples < CLASSES.length || values.out === undefined) {
    console.error('node bench/big-study.ts --samples 100000 --out FOLDER');
    process.exit(2);
  }
  const began = performance.now();
  await makeBigStudy(resolve(values.out), samples);
  console.log(`${samples} pictures in ${((performance.now() - began) / 1000).toFixed(1)} s: ${resolve(values.out)}`);
}
