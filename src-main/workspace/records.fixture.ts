/** Small valid records for the tests of this folder. */
import * as v from 'valibot';
import type { AssessmentRow, Figure, RoundSummary, RunFigures } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import { fingerprintOf } from '../datasets/dataset-file.ts';
import type { Dataset, Sample } from '../datasets/dataset.ts';
import type { Snapshot } from '../method/snapshot.ts';
import type { RunBeginning } from './run.ts';

export const settings = v.parse(RunSettings, { arm: 'consistency', seed: 3 });

export function exampleDataset(root: string): Dataset {
  const classes = ['shirt', 'boot'];
  const samples: Sample[] = [0, 1, 2, 3].map((i) => ({
    id: `${classes[i % 2]}/${i}.png`,
    label: i % 2,
    split: i < 2 ? 'train' : 'test',
    width: 32,
    height: 24,
    hash: String(i).repeat(64),
    boxes: [{ x0: 1, y0: 2, x1: 8, y1: 9 }],
    mask: null,
    maskHash: null,
  }));
  const fingerprint = fingerprintOf(classes, samples);
  return {
    root,
    format: 'folder-per-class',
    inside: '',
    focus: null,
    choices: {},
    task: 'single-label',
    classes,
    samples,
    problems: [],
    splitOrigin: 'folders',
    fingerprint,
  };
}

export const beginning: RunBeginning = {
  settings,
  preset: 'quick',
  engine: 'native',
  engineDescription: 'TensorFlow on the processor',
  versions: { steadygaze: '0.1.0' },
  dataFingerprint: 'f'.repeat(64),
  classes: ['shirt', 'boot'],
};

export const exampleSummary = (round: number): RoundSummary => ({
  round,
  samples: 4,
  eMean: 0.5,
  eMedian: 0.25,
  eBelowHalf: 0.5,
  eMeanPerClass: [0.5, null],
  eHistogram: Array.from({ length: 20 }, (_, i) => i),
  survived: 0.75,
  accuracy: 0.5,
  emptyMaps: 1,
  eps: 2 / 255,
});

const figure: Figure = { value: 0.5, low: 0.4, high: 0.6, n: 100 };

export const exampleFigures: RunFigures = {
  top1: figure,
  localization: null,
  debiasing: { original: figure, mixedSame: figure, mixedRand: figure, bgGap: figure, others: { only_fg: figure } },
};

export const exampleRow = (i: number): AssessmentRow => ({
  id: `shirt/${i} ü.png`,
  label: i % 7,
  prediction: (i * 3) % 7,
  probability: 1 / (i + 1),
  labelProbability: Math.fround(1 / (i + 2)),
  attackedLabelProbability: 0,
  attackedPrediction: i % 5,
  attackedProbability: 1,
  s: Math.sin(i) ** 2,
  q: Math.cos(i) ** 2,
  e: Math.sin(i) ** 2 * Math.cos(i) ** 2,
  v: 1 + Math.sin(i),
  loss: i / 3,
  empty: i % 11 === 0,
});

/** A snapshot whose every number is its step, so that a mixture of two can be told. */
export function exampleSnapshot(step: number, size = 1000): Snapshot {
  const array = (...shape: number[]) => ({
    shape,
    data: new Float32Array(shape.reduce((product, side) => product * side, 1)).fill(step),
  });
  return {
    position: {
      round: 1,
      phase: 'train',
      epoch: 2,
      offset: 64,
      step,
      eps: 0.01,
      epsSurvival: null,
      lossSum: 1.25,
      correct: 7,
    },
    weights: new Map([
      ['conv1.weight', array(10, size / 10)],
      ['fc.bias', array(3)],
    ]),
    state: new Map([
      ['momentum.conv1.weight', array(10, size / 10)],
      ['v', array(4)],
    ]),
  };
}
