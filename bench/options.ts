/**
 * What the options that make a round cheaper save, and what they change:
 *
 *     node bench/options.ts [--engine native] [--pictures 300] [--size 64] [--width 8] [--rounds 3]
 *
 * A small ResNet learns on pictures of the sample, weighted as `consistency` weights them. After each round every option
 * assesses the same pictures on the same network, one after the other in this process, beside the exact assessment.
 * Printed are, for each: passes of a picture and round, forward and back (counted while they ran); processor time as a
 * share of the exact one's; and against the exact one, over all rounds but the last (which is exact in every option that
 * leaves pictures out): how far E is off, the rank correlation of E, the overlap of the hardest 5 %, and the correlation
 * of the weights v. `from training` is compared in the rounds in which the strength of the attack is known; what it adds
 * to an epoch is a pass forward, and back only through the first layer, which is counted as one but costs little.
 */
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { startEngine } from '../src-main/compute/choose.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import type { RunSettings } from '../src-main/contract/settings.ts';
import { assessSamples } from '../src-main/method/assess-samples.ts';
import { assessedSamples } from '../src-main/method/assessed-share.ts';
import { AssessmentTable } from '../src-main/method/assessment-table.ts';
import { calibrateEps } from '../src-main/method/calibration.ts';
import { countPasses } from '../src-main/method/counted-passes.fixture.ts';
import { trainEpoch } from '../src-main/method/training.ts';
import { TrainingConsistency } from '../src-main/method/training-consistency.ts';
import { sampleWeights } from '../src-main/method/weights.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import type { FrozenNetwork } from '../src-main/networks/frozen.ts';
import { Network } from '../src-main/networks/network.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { SgdOptimizer } from '../src-main/networks/sgd.ts';
import { rankCorrelation } from '../src-main/numeric/rank-correlation.ts';
import { mean } from '../src-main/numeric/statistics.ts';
import { resolveSettings } from '../src-main/service/settings.ts';
import { someOfTheSample } from './short-training.ts';

const { values: options } = parseArgs({
  options: {
    engine: { type: 'string', default: 'native' },
    pictures: { type: 'string', default: '300' },
    size: { type: 'string', default: '64' },
    width: { type: 'string', default: '8' },
    rounds: { type: 'string', default: '3' },
  },
});

const EXACT = 'exact';
/** By name, in the order they are printed: what is set. */
const OPTIONS: Readonly<Record<string, readonly string[]>> = {
  [EXACT]: [],
  'stop at 0.01': ['stopConverged=true', 'convergedChange=0.01'],
  'stop at 0.02': ['stopConverged=true', 'convergedChange=0.02'],
  'stop at 0.03': ['stopConverged=true', 'convergedChange=0.03'],
  'share 1/2': ['assessShare=0.5'],
  'share 1/4': ['assessShare=0.25'],
};

/** What an option has come to. */
interface Course {
  readonly settings: RunSettings;
  readonly table: AssessmentTable;
  /** Of all rounds. */
  forward: number;
  back: number;
  cpuSeconds: number;
  /** One a round but the last. */
  readonly compared: Comparison[];
}

interface Comparison {
  /** |E - exact E| of every picture that has been assessed. */
  readonly differences: readonly number[];
  readonly ranks: number;
  readonly hardest: number;
  readonly weights: number;
}

/** E as training itself shows it, in the last epoch of a round that the attack's strength is known in. */
const FROM_TRAINING = 'from training';
const rounds = Number(options.rounds);
const settingsOf = (more: readonly string[]): RunSettings =>
  resolveSettings({}, [
    ...['arm=consistency', 'architecture=resnet10', 'stem=half', `width=${options.width}`, `size=${options.size}`],
    ...['batchSize=32', 'learningRate=0.05', 'warmupEpochs=6', `rounds=${rounds - 1}`, 'epochsPerRound=2'],
    ...['lastStride=1', 'autoProbe=128', ...more],
  ]);

const passes = { forward: 0, back: 0 };
const asked = ENGINE_IDS.find((id) => id === options.engine);
if (asked === undefined) throw new Error(`--engine is one of ${ENGINE_IDS.join(', ')}`);
const engine = await startEngine(asked);
const counted = countPasses(engine, passes);
const settings = settingsOf([]);
const data = await someOfTheSample('train', Number(options.pictures), settings.network.size);
const architecture = buildArchitecture(settings.network, data.classCount);
const network = new Network(counted, architecture, initialWeights(describeParameters(architecture), settings.seed));
const optimizer = new SgdOptimizer(network, settings.training.momentum, settings.training.weightDecay);

const courses = new Map(
  Object.entries(OPTIONS).map(([name, more]): [string, Course] => [
    name,
    {
      ...{ settings: settingsOf(more), table: new AssessmentTable(data.count) },
      ...{ forward: 0, back: 0, cpuSeconds: 0, compared: [] },
    },
  ]),
);
const watched: Course = {
  ...{ settings, table: new AssessmentTable(data.count), forward: 0, back: 0, cpuSeconds: NaN, compared: [] },
};
let seen = null as TrainingConsistency | null;
let v: Float32Array = new Float32Array(data.count).fill(1);
let [eps, step] = [0, 0];
for (let round = 0; round < rounds; round++) {
  step = await train(round, step);
  const frozen = await network.freeze();
  if (round === 0) {
    passes.forward = passes.back = 0;
    const found = await calibrateEps(frozen, data, settings, settings.assessBatch, () => Promise.resolve());
    eps = found.eps;
    const each = (passes.forward + passes.back) / settings.method.autoProbe;
    console.log(
      `eps ${(eps * 255).toFixed(2)}/255, ${String(found.survival)} survive; calibration: ${each.toFixed(0)} passes of a picture of the probe`,
    );
  }
  for (const course of courses.values()) await assess(course, frozen, round);
  frozen.dispose();
  const exact = courseOf(EXACT);
  v = weightsOf(exact, round);
  console.log(`round ${round}: mean E ${mean(exact.table.column('e')).toFixed(3)}`);
  if (seen !== null)
    watched.compared.push(compare(seen.e, null, weighed(seen.e, seen.losses, null, round), exact, round));
  if (round < rounds - 1)
    for (const course of courses.values()) {
      const [e, known] = [course.table.column('e'), course.table.known];
      course.compared.push(compare(e, known, weightsOf(course, round), exact, round));
    }
}
optimizer.dispose();
network.dispose();
print();

async function train(round: number, from: number): Promise<number> {
  const { warmupEpochs, epochsPerRound } = settings.training;
  const totalEpochs = warmupEpochs + (rounds - 1) * epochsPerRound;
  const before = round === 0 ? 0 : warmupEpochs + (round - 1) * epochsPerRound;
  let at = from;
  for (let epoch = before; epoch < (round === 0 ? warmupEpochs : before + epochsPerRound); epoch++) {
    // Rounds before this one have chosen the strength.
    const isLast = round > 0 && epoch === before + epochsPerRound - 1;
    seen = isLast ? new TrainingConsistency(data) : null;
    const watch = seen?.watcher(network, settings, epoch, eps) ?? null;
    const inputs = { network, optimizer, data, settings, epoch, totalEpochs, v, mixing: null, watch };
    passes.forward = passes.back = 0;
    ({ step: at } = await trainEpoch(inputs, { offset: 0, step: at, lossSum: 0, correct: 0 }, () => Promise.resolve()));
    // An epoch that is not watched goes forward once, and not back to the picture.
    watched.forward += isLast ? passes.forward - data.count : 0;
    watched.back += passes.back;
  }
  return at;
}

async function assess(course: Course, frozen: FrozenNetwork, round: number): Promise<void> {
  const { method, seed, assessBatch: batch } = course.settings;
  const samples = assessedSamples(data.count, method.assessShare, seed, round);
  course.table.beginRound(round);
  passes.forward = passes.back = 0;
  const began = process.cpuUsage();
  const assessing = { network: frozen, data, settings: course.settings, eps, round, batch };
  await assessSamples(assessing, samples, course.table, () => Promise.resolve());
  const { user, system } = process.cpuUsage(began);
  course.cpuSeconds += (user + system) / 1e6;
  course.forward += passes.forward;
  course.back += passes.back;
}

function weightsOf({ table }: Course, round: number): Float32Array {
  return weighed(table.column('e'), table.column('loss'), table.known, round);
}

function weighed(e: Float32Array, loss: Float32Array, known: readonly boolean[] | null, round: number): Float32Array {
  return sampleWeights('consistency', e, loss, settings.method.weightFloor, settings.seed, round, known);
}

/** A picture that has not been assessed yet counts as one of mean E, as its weight does. @param known null: all */
function compare(
  found: Float32Array,
  known: readonly boolean[] | null,
  weights: Float32Array,
  exact: Course,
  round: number,
): Comparison {
  const isKnown = (i: number): boolean => known?.[i] ?? true;
  const rest = mean(found.filter((_, i) => isKnown(i)));
  const e = found.map((value, i) => (isKnown(i) ? value : rest));
  const wanted = exact.table.column('e');
  const indices = Array.from(wanted, (_, i) => i);
  const hardest = (values: Float32Array): Set<number> =>
    new Set([...indices].sort((a, b) => values[a] - values[b]).slice(0, Math.ceil(0.05 * values.length)));
  const [mine, theirs] = [hardest(e), hardest(wanted)];
  return {
    differences: indices.filter(isKnown).map((i) => Math.abs(e[i] - wanted[i])),
    ranks: rankCorrelation([...e], [...wanted]),
    hardest: [...mine].filter((i) => theirs.has(i)).length / mine.size,
    weights: correlation(weights, weightsOf(exact, round)),
  };
}

/** Pearson's. */
function correlation(a: Float32Array, b: Float32Array): number {
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    ab += (value - ma) * (b[i] - mb);
    aa += (value - ma) ** 2;
    bb += (b[i] - mb) ** 2;
  });
  return ab / Math.sqrt(aa * bb);
}

function print(): void {
  const exact = courseOf(EXACT);
  const { pictures, size, width } = options;
  console.log(`\n${engine.description}; ResNet-10 of width ${width}, ${pictures} pictures of ${size} pixels`);
  const head = ['option', 'forward', 'back', 'time', '|dE| mean', '95 %', 'max', 'rank corr.', 'hardest', 'corr. of v'];
  const all: [string, Course, number][] = [...courses].map(([name, course]) => [name, course, rounds]);
  if (rounds > 1) all.push([FROM_TRAINING, watched, rounds - 1]);
  const lines = all.map(([name, { forward, back, cpuSeconds, compared }, assessments]) => {
    const differences = compared.flatMap((each) => each.differences).sort((a, b) => a - b);
    const of = (value: (each: Comparison) => number): string => mean(compared.map(value)).toFixed(3);
    return [
      name,
      (forward / data.count / assessments).toFixed(2),
      (back / data.count / assessments).toFixed(2),
      Number.isNaN(cpuSeconds) ? '-' : (cpuSeconds / exact.cpuSeconds).toFixed(2),
      mean(differences).toFixed(4),
      differences[Math.floor(0.95 * (differences.length - 1))].toFixed(4),
      (differences.at(-1) ?? NaN).toFixed(4),
      of(({ ranks }) => ranks),
      of(({ hardest }) => hardest),
      of(({ weights }) => weights),
    ];
  });
  for (const line of [head, ...lines]) {
    console.log(line.map((text, i) => (i === 0 ? text.padEnd(16) : text.padStart(11))).join(''));
  }
  console.log(`tensors left: ${tf.memory().numTensors}`);
}

function courseOf(name: string): Course {
  const found = courses.get(name);
  if (found === undefined) throw new Error(`no option ${name}`);
  return found;
}
