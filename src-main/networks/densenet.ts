/**
 * DenseNet-121 (Huang et al., CVPR 2017) as torchvision builds it: batch norm and ReLU come before each convolution,
 * and every layer adds `growth` channels to all that came before it. The heatmap is taken after the last batch norm
 * and its ReLU.
 */
import type { Architecture, ConcatLayer, Layer } from './layer.ts';

/** Layers of each dense block. */
const BLOCKS = [6, 12, 24, 16];
/** Channels of a layer's 1x1 convolution as a multiple of the growth. */
const BOTTLENECK = 4;

export interface DensenetSizes {
  /** Channels before the first block; torchvision's is 64. */
  readonly first: number;
  /** torchvision's is 32. */
  readonly growth: number;
}

export function densenet121({ first, growth }: DensenetSizes, classes: number): Architecture {
  const features: Layer[] = [
    { op: 'conv', name: 'features.conv0', input: 3, output: first, kernel: 7, stride: 2, pad: 3, bias: false },
    { op: 'norm', name: 'features.norm0', channels: first },
    { op: 'relu' },
    { op: 'maxPool', size: 3, stride: 2, pad: 1 },
  ];
  const stages = [0];
  let channels = first;
  // A stage is a dense block and the transition after it.
  BLOCKS.forEach((count, i) => {
    stages.push(features.length);
    for (let layer = 1; layer <= count; layer++) {
      features.push(denseLayer(`features.denseblock${i + 1}.denselayer${layer}`, channels, growth));
      channels += growth;
    }
    if (i === BLOCKS.length - 1) return;
    const output = Math.floor(channels / 2);
    const at = `features.transition${i + 1}`;
    features.push(...preActivated(`${at}.norm`, `${at}.conv`, channels, output, 1), { op: 'averageWindow', size: 2 });
    channels = output;
  });
  features.push({ op: 'norm', name: 'features.norm5', channels }, { op: 'relu' });
  return {
    name: 'densenet121',
    features,
    stages,
    head: [
      { op: 'averagePool', side: 1 },
      { op: 'flatten' },
      { op: 'dense', name: 'classifier', input: channels, output: classes },
    ],
    classes,
    initial: { conv: 'fan-in', dense: 'fan-in' },
  };
}

function denseLayer(at: string, input: number, growth: number): ConcatLayer {
  const inner = growth * BOTTLENECK;
  return {
    op: 'concat',
    body: [
      ...preActivated(`${at}.norm1`, `${at}.conv1`, input, inner, 1),
      ...preActivated(`${at}.norm2`, `${at}.conv2`, inner, growth, 3),
    ],
  };
}

function preActivated(norm: string, name: string, input: number, output: number, kernel: number): Layer[] {
  return [
    { op: 'norm', name: norm, channels: input },
    { op: 'relu' },
    { op: 'conv', name, input, output, kernel, stride: 1, pad: (kernel - 1) / 2, bias: false },
  ];
}
