/**
 * EfficientNet-B0 (Tan and Le, ICML 2019) as torchvision builds it: inverted residual blocks with squeeze and
 * excitation and SiLU, `features.S.B.block`. The heatmap is taken after the last 1x1 convolution and its SiLU, whose
 * values may be slightly negative.
 */
import { activated, depthwiseActivated, normalised, roundChannels } from './inverted.ts';
import type { InvertedSizes } from './inverted.ts';
import type { Architecture, GateLayer, Layer } from './layer.ts';

/** Expansion, filter, stride of the first block, channels of a network whose first layer has 32, blocks. */
const STAGES = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
] as const;
const FIRST = 32;
/** Channels of the last convolution as a multiple of the last stage's. */
const LAST = 4;
/** A gate squeezes to this share of the channels that its block begins with. */
const SQUEEZE = 4;
const BLOCK_COUNT = STAGES.reduce((sum, [, , , , count]) => sum + count, 0);
/** The probability of leaving a block out rises from 0 at the first to almost this. */
const DEPTH_RATE = 0.2;

/** torchvision's `width_mult` is width / 32. */
export function efficientnetSizes(width: number): InvertedSizes {
  const stages = STAGES.map(([, , , channels]) => roundChannels((channels * width) / FIRST));
  return { first: roundChannels(width), stages, last: LAST * stages[stages.length - 1] };
}

export function efficientnetB0({ first, stages, last }: InvertedSizes, classes: number): Architecture {
  const features: Layer[] = activated('features.0.0', 'features.0.1', [3, first], [3, 2], 'silu');
  const begins = [0];
  let channels = first;
  let done = 0;
  STAGES.forEach(([expansion, kernel, firstStride, , count], stage) => {
    // What has the same resolution is one stage.
    if (firstStride === 2) begins.push(features.length);
    for (let block = 0; block < count; block++) {
      const stride = block === 0 ? firstStride : 1;
      const at = `features.${stage + 1}.${block}.block`;
      const body = blockBody(at, [channels, stages[stage]], expansion, [kernel, stride]);
      if (stride === 1 && channels === stages[stage]) {
        const rate = (DEPTH_RATE * done) / BLOCK_COUNT;
        features.push({ op: 'residual', body: [...body, { op: 'stochasticDepth', rate }], shortcut: [] });
      } else {
        features.push(...body);
      }
      channels = stages[stage];
      done += 1;
    }
  });
  const end = `features.${STAGES.length + 1}`;
  features.push(...activated(`${end}.0`, `${end}.1`, [channels, last], [1, 1], 'silu'));
  return {
    name: 'efficientnet_b0',
    features,
    stages: begins,
    head: [
      { op: 'averagePool', side: 1 },
      { op: 'flatten' },
      { op: 'dropout', rate: 0.2 },
      { op: 'dense', name: 'classifier.1', input: last, output: classes },
    ],
    classes,
    initial: { conv: 'fan-out', dense: 'fan-out' },
  };
}

function blockBody(
  at: string,
  [input, output]: readonly [number, number],
  expansion: number,
  [kernel, stride]: readonly [number, number],
): Layer[] {
  const hidden = input * expansion;
  const widen = expansion === 1 ? [] : activated(`${at}.0.0`, `${at}.0.1`, [input, hidden], [1, 1], 'silu');
  const next = expansion === 1 ? 0 : 1;
  return [
    ...widen,
    ...depthwiseActivated(`${at}.${next}.0`, `${at}.${next}.1`, hidden, [kernel, stride], 'silu'),
    squeezeExcite(`${at}.${next + 1}`, hidden, Math.max(1, Math.floor(input / SQUEEZE))),
    ...normalised(`${at}.${next + 2}.0`, `${at}.${next + 2}.1`, [hidden, output], [1, 1]),
  ];
}

function squeezeExcite(at: string, channels: number, squeezed: number): GateLayer {
  const dense = (name: string, input: number, output: number): Layer => ({
    ...{ op: 'conv', name: `${at}.${name}`, input, output },
    ...{ kernel: 1, stride: 1, pad: 0, bias: true },
  });
  return {
    op: 'gate',
    body: [
      { op: 'averagePool', side: 1 },
      dense('fc1', channels, squeezed),
      { op: 'silu' },
      dense('fc2', squeezed, channels),
      { op: 'sigmoid' },
    ],
  };
}
