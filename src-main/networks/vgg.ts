/**
 * VGG (Simonyan and Zisserman, ICLR 2015), with and without batch norm, torchvision's names. The heatmap is taken
 * before the last max pool, where it has twice the resolution.
 *
 * Two ends: torchvision's (a last max pool, adaptive pooling to 7x7, three dense layers with dropout between, over a
 * hundred million parameters), and a light one for training here, as the reference vectors have it: no last max
 * pool, adaptive pooling to 2x2, and two dense layers.
 */
import type { Architecture, Layer } from './layer.ts';

/** For each stage, the channels of its convolutions as multiples of the width; max pools lie between stages. */
const STAGES = {
  vgg11: [[1], [2], [4, 4], [8, 8], [8, 8]],
  vgg13: [
    [1, 1],
    [2, 2],
    [4, 4],
    [8, 8],
    [8, 8],
  ],
  vgg16: [
    [1, 1],
    [2, 2],
    [4, 4, 4],
    [8, 8, 8],
    [8, 8, 8],
  ],
} as const;
const NORM = '_bn';
type PlainName = keyof typeof STAGES;
export type VggName = PlainName | `${PlainName}${typeof NORM}`;

/** What comes after the convolutions. */
export interface VggEnd {
  readonly kind: 'light' | 'torchvision';
  /** Side of the map after adaptive pooling. */
  readonly side: number;
  /** Outputs of the hidden dense layers. */
  readonly hidden: readonly number[];
}

/** The end that VGGs trained here have. */
export function lightEnd(width: number): VggEnd {
  return { kind: 'light', side: 2, hidden: [width * 8] };
}

export const TORCHVISION_END: VggEnd = { kind: 'torchvision', side: 7, hidden: [4096, 4096] };

const HALVE: Layer = { op: 'maxPool', size: 2, stride: 2, pad: 0 };

export function vgg(name: VggName, width: number, end: VggEnd, classes: number): Architecture {
  const withNorm = name.endsWith(NORM);
  const stages = STAGES[(withNorm ? name.slice(0, -NORM.length) : name) as PlainName];
  const features: Layer[] = [];
  const starts: number[] = [];
  let channels = 3;
  let index = 0;
  stages.forEach((stage, i) => {
    starts.push(features.length);
    if (i > 0) {
      features.push(HALVE);
      index += 1;
    }
    for (const multiple of stage) {
      const output = width * multiple;
      const at = `features.${index}`;
      features.push({ op: 'conv', name: at, input: channels, output, kernel: 3, stride: 1, pad: 1, bias: true });
      if (withNorm) features.push({ op: 'norm', name: `features.${index + 1}`, channels: output });
      features.push({ op: 'relu' });
      channels = output;
      index += withNorm ? 3 : 2;
    }
  });
  const head: Layer[] = end.kind === 'torchvision' ? [HALVE] : [];
  head.push({ op: 'averagePool', side: end.side }, { op: 'flatten' });
  let values = channels * end.side ** 2;
  // After each hidden layer: ReLU, and in torchvision's end a dropout, each with a number of its own.
  const step = end.kind === 'torchvision' ? 3 : 2;
  end.hidden.forEach((output, i) => {
    head.push({ op: 'dense', name: `classifier.${i * step}`, input: values, output }, { op: 'relu' });
    if (end.kind === 'torchvision') head.push({ op: 'dropout', rate: 0.5 });
    values = output;
  });
  head.push({ op: 'dense', name: `classifier.${end.hidden.length * step}`, input: values, output: classes });
  const architecture = { name, features, stages: starts, head, classes };
  return end.kind === 'light' ? architecture : { ...architecture, initial: { conv: 'fan-out', dense: 0.01 } };
}
