/** Made-up but plausible input for tests and for looking at a report: every number is derived from a seed. */
import { defaultSettings, pictureOf, randomFrom } from './pictures.fixture.ts';
import type { EvaluationPart, StoredEvaluation } from '../contract/evaluation.ts';
import type { RoundSummary, RunRecord } from '../contract/run.ts';
import { REPORT_SECTIONS } from '../contract/report-view.ts';
import type { Arm } from '../contract/settings.ts';
import { evaluationOf, type EvaluationSpec } from './evaluation.fixture.ts';
import type { HardSample, ReportInput, RunReportInput } from './input.ts';
import { wantedPictures } from './wanted-pictures.ts';

export const CLASSES = [
  'T-shirt',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

export interface RunSpec extends EvaluationSpec {
  readonly arm: Arm;
  /** Mean E of each round. */
  readonly steadiness: readonly number[];
}

export const PLAIN: RunSpec = {
  arm: 'plain',
  accuracy: 0.782,
  same: 0.781,
  rand: 0.571,
  energy: 0.372,
  steady: 0.46,
  steadiness: [0.52, 0.49, 0.47, 0.46],
  seed: 11,
};
export const CONSISTENCY: RunSpec = {
  arm: 'consistency',
  accuracy: 0.776,
  same: 0.774,
  rand: 0.627,
  energy: 0.431,
  steady: 0.64,
  steadiness: [0.52, 0.56, 0.6, 0.64],
  seed: 23,
};

function roundsOf(spec: RunSpec): RoundSummary[] {
  return spec.steadiness.map((mean, i) => {
    const random = randomFrom(31 + i);
    const values = Array.from({ length: 2400 }, () => {
      const draw = (random() + random()) / 2;
      return random() < 0.24 ? draw * 0.25 : Math.min(1, Math.max(0, mean * 0.72 + 0.55 * draw + 0.02));
    }).sort((a, b) => a - b);
    const histogram = Array.from(
      { length: 20 },
      (_, bin) => values.filter((e) => Math.min(19, Math.floor(e * 20)) === bin).length,
    );
    return {
      round: i + 1,
      samples: values.length,
      eMean: values.reduce((sum, e) => sum + e, 0) / values.length,
      eMedian: values[values.length >> 1],
      eBelowHalf: values.filter((e) => e < 0.5).length / values.length,
      eMeanPerClass: CLASSES.map((_, label) => Math.min(0.95, mean + 0.24 * Math.sin(label * 2.3) * (1 - mean))),
      eHistogram: histogram,
      survived: 0.75 + 0.02 * i,
      accuracy: 0.7 + 0.06 * i,
      emptyMaps: i === 0 ? 3 : 0,
      eps: 3.2 / 255,
    };
  });
}

/** Heatmap [8, 8] with one soft peak. */
function heatmap(cx: number, cy: number): Float32Array {
  const map = Float32Array.from({ length: 64 }, (_, i) =>
    Math.exp(-(((i % 8) - cx) ** 2) / 3.2 - ((i >> 3) - cy) ** 2 / 4.5),
  );
  const max = Math.max(...map);
  return map.map((v) => v / max);
}

/** One hard picture; `pixels` overrides its drawing. */
export function hardSample(
  index: number,
  pixels?: { readonly data: Uint8Array; readonly size: number; readonly label: number },
): HardSample {
  const random = randomFrom(100 + index);
  const label = pixels?.label ?? index % CLASSES.length;
  const size = pixels?.size ?? 64;
  const picture = pixels?.data ?? pictureOf(label, size, index);
  const attacked = Float32Array.from(picture, (value) =>
    Math.min(1, Math.max(0, value / 255 + (random() < 0.5 ? -1 : 1) * (3.2 / 255))),
  );
  for (let y = size >> 2; y < (3 * size) >> 2; y++) {
    for (let x = size >> 2; x < (3 * size) >> 2; x++)
      for (let c = 0; c < 3; c++) attacked[(y * size + x) * 3 + c] = picture[(y * size + x) * 3 + c] / 255;
  }
  const flips = index % 5 !== 3;
  const before = 0.45 + 0.54 * random();
  const after = flips ? 0.02 + 0.1 * random() : before * 0.4;
  const s = index % 4 === 1 ? 0.9 : 0.1 + 0.6 * random();
  const q = after / before;
  const wrongBefore = index % 7 === 6;
  return {
    size,
    picture,
    attacked,
    h: 8,
    w: 8,
    heatmap: heatmap(3.2 + random(), 3.5),
    attackedHeatmap: s > 0.85 ? heatmap(3.6, 3.3) : heatmap(random() < 0.5 ? 0.6 : 6.6, 1 + 5 * random()),
    row: {
      id: `train/${CLASSES[label]}/${String(1000 + index * 37)}.png`,
      label,
      prediction: wrongBefore ? (label + 4) % CLASSES.length : label,
      probability: before,
      labelProbability: wrongBefore ? 1 - before : before,
      attackedLabelProbability: wrongBefore ? (1 - before) * 0.2 : after,
      attackedPrediction: flips
        ? (label + 1 + (index % 3)) % CLASSES.length
        : wrongBefore
          ? (label + 4) % CLASSES.length
          : label,
      attackedProbability: flips ? 0.55 + 0.4 * random() : after,
      s,
      q,
      e: s * q,
      v: 1.8,
      loss: 0.7,
      empty: false,
    },
  };
}

/** Thousands of resamples each: once for every specification. */
const made = new Map<string, StoredEvaluation>();

/** The run with no other measured parts than these; with none at all it was not evaluated. */
export function withParts(run: RunReportInput, ...parts: readonly EvaluationPart[]): RunReportInput {
  const { evaluation, ...rest } = run;
  if (evaluation === undefined || parts.length === 0) return rest;
  const kept = Object.entries(evaluation.parts).filter(([part]) => parts.some((each) => each === part));
  return { ...rest, evaluation: { ...evaluation, parts: Object.fromEntries(kept) } };
}

export function runInput(spec: RunSpec, hard = 24, change: Partial<RunRecord> = {}): RunReportInput {
  const weightsHash = 'ab01'.repeat(16);
  const record: RunRecord = {
    format: 'steadygaze-run',
    version: 1,
    id: `2026-03-01-${spec.arm}-s0`,
    created: '2026-03-01T10:00:00.000Z',
    state: 'finished',
    settings: defaultSettings(spec.arm),
    preset: 'quick',
    engine: 'native',
    engineDescription: 'TensorFlow on the processor (oneDNN), 2 threads',
    versions: { steadygaze: '0.1.0', '@tensorflow/tfjs': '4.22.0', node: '24.21.0' },
    dataFingerprint: '9f2c'.repeat(16),
    classes: CLASSES,
    eps: 3.2 / 255,
    epsSurvival: 0.758,
    rounds: roundsOf(spec),
    figures: null,
    weightsHash,
    seconds: 96.4,
    error: null,
    ...change,
  };
  const epochs = Array.from({ length: 20 }, (_, i) => ({
    round: Math.floor(i / 5),
    epoch: i % 5,
    loss: 2.2 * Math.exp(-i / 7) + (spec.arm === 'plain' ? 0.1 : 0.22),
    accuracy: 1 - 0.85 * Math.exp(-i / 6) - (spec.arm === 'plain' ? 0.01 : 0.05),
  }));
  const key = JSON.stringify(spec);
  const evaluation = made.get(key) ?? evaluationOf(spec, CLASSES, weightsHash);
  made.set(key, evaluation);
  return { record, evaluation, epochs, hardest: Array.from({ length: hard }, (_, i) => hardSample(i)) };
}

/** Three seeds of both kinds of training, each with a little luck of its own. */
export function seededRuns(hard = 0): RunReportInput[] {
  return [PLAIN, CONSISTENCY].flatMap((spec) =>
    [0, 1, 2].map((seed) => {
      const luck = (0.5 - randomFrom(300 + seed + spec.seed)()) * 0.03;
      const varied = { ...spec, seed: spec.seed + seed * 100, rand: spec.rand + luck, energy: spec.energy + luck };
      const run = runInput(varied, hard);
      const settings = { ...run.record.settings, seed };
      return { ...run, record: { ...run.record, id: `00${String(seed)}-${spec.arm}-s${String(seed)}`, settings } };
    }),
  );
}

export function reportInput(runs: readonly RunReportInput[] = [runInput(PLAIN), runInput(CONSISTENCY)]): ReportInput {
  return {
    title: 'Does it look at the product or at the wall behind it?',
    created: '2026-03-01T10:05:00.000Z',
    seconds: 211,
    study: {
      name: 'Sample study',
      dataSentence: '4,000 photos in 10 classes, each with a mask that says where the object is.',
      classes: CLASSES,
      fingerprint: '9f2c'.repeat(16),
      counts: { train: 2400, val: 600, test: 1000 },
      problems: 2,
      thumbnails: CLASSES.map((_, label) => ({ label, size: 64, picture: pictureOf(label, 64, label) })),
      pictures: wantedPictures(
        runs.map(({ evaluation }) => evaluation),
        REPORT_SECTIONS,
      ).map((id, i) => ({ id, size: 64, picture: pictureOf(i % 10, 64, 40 + i) })),
      attribution: ['Fashion-MNIST, Zalando Research, MIT licence.', 'Backgrounds generated by Steadygaze.'],
    },
    runs,
  };
}
