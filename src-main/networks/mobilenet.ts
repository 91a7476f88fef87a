/**
 * MobileNetV2 (Sandler et al., CVPR 2018) as torchvision builds it: blocks `features.N.conv` that widen, convolve
 * channel by channel, and narrow again. The heatmap is taken after the last 1x1 convolution and its ReLU6.
 */
import { activated, depthwiseActivated, normalised, roundChannels } from './inverted.ts';
import type { InvertedSizes } from './inverted.ts';
import type { Architecture, Layer } from './layer.ts';

/** Expansion, channels of a network whose first layer has 32, blocks, stride of the first of them. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const FIRST = 32;
const LAST = 1280;

/** torchvision's `width_mult` is width / 32. */
export function mobilenetSizes(width: number): InvertedSizes {
  const factor = width / FIRST;
  return {
    first: roundChannels(width),
    stages: STAGES.map(([, channels]) => roundChannels(channels * factor)),
    last: roundChannels(LAST * Math.max(1, factor)),
  };
}

/** For each stage, the place of its first block among the features. */
export const MOBILENET_STARTS: readonly number[] = STAGES.map((_, i) =>
  STAGES.slice(0, i).reduce((place, [, , count]) => place + count, 1),
);

/** Place of the last convolution among the features. */
export const MOBILENET_LAST = STAGES.reduce((place, [, , count]) => place + count, 1);

export function mobilenetV2({ first, stages, last }: InvertedSizes, classes: number): Architecture {
  const features: Layer[] = activated('features.0.0', 'features.0.1', [3, first], [3, 2], 'relu6');
  const begins = [0];
  let channels = first;
  STAGES.forEach(([expansion, , count, firstStride], stage) => {
    // What has the same resolution is one stage.
    if (firstStride === 2) begins.push(features.length);
    for (let block = 0; block < count; block++) {
      const stride = block === 0 ? firstStride : 1;
      const output = stages[stage];
      const body = blockBody(`features.${MOBILENET_STARTS[stage] + block}.conv`, channels, expansion, output, stride);
      if (stride === 1 && channels === output) features.push({ op: 'residual', body, shortcut: [] });
      else features.push(...body);
      channels = output;
    }
  });
  const end = `features.${MOBILENET_LAST}`;
  features.push(...activated(`${end}.0`, `${end}.1`, [channels, last], [1, 1], 'relu6'));
  return {
    name: 'mobilenet_v2',
    features,
    stages: begins,
    head: [
      { op: 'averagePool', side: 1 },
      { op: 'flatten' },
      { op: 'dropout', rate: 0.2 },
      { op: 'dense', name: 'classifier.1', input: last, output: classes },
    ],
    classes,
    initial: { conv: 'fan-out', dense: 0.01 },
  };
}

function blockBody(at: string, input: number, expansion: number, output: number, stride: number): Layer[] {
  const hidden = input * expansion;
  const widen = expansion === 1 ? [] : activated(`${at}.0.0`, `${at}.0.1`, [input, hidden], [1, 1], 'relu6');
  const next = expansion === 1 ? 0 : 1;
  return [
    ...widen,
    ...depthwiseActivated(`${at}.${next}.0`, `${at}.${next}.1`, hidden, [3, stride], 'relu6'),
    ...normalised(`${at}.${next + 1}`, `${at}.${next + 2}`, [hidden, output], [1, 1]),
  ];
}
