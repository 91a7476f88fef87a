/**
 * ConvNeXt-Tiny (Liu et al., CVPR 2022) as torchvision builds it: 7x7 depthwise convolutions, layer norms, GELU and a
 * learnt scale of each block. The heatmap is taken after the last block, where values may be negative; a layer norm
 * between pooling and the dense layer leaves no closed form for it.
 */
import type { Architecture, Layer } from './layer.ts';

/** Blocks of each stage. */
const BLOCKS = [3, 3, 9, 3];
const BLOCK_COUNT = BLOCKS.reduce((sum, count) => sum + count, 0);
/** Channels inside a block as a multiple of those outside. */
const EXPANSION = 4;
/** The probability of leaving a block out rises from 0 at the first to this at the last. */
const DEPTH_RATE = 0.1;
const FIRST_SCALE = 1e-6;

/** Channels of the four stages, each twice the one before; torchvision's first is 96. */
export function convnextStages(width: number): readonly number[] {
  return BLOCKS.map((_, i) => width * 2 ** i);
}

export function convnextTiny(stages: readonly number[], classes: number): Architecture {
  const features: Layer[] = [
    { op: 'conv', name: 'features.0.0', input: 3, output: stages[0], kernel: 4, stride: 4, pad: 0, bias: true },
    { op: 'layerNorm', name: 'features.0.1', channels: stages[0] },
  ];
  // The first 4x4 convolution and its norm belong to the first stage's resolution, as each other step down does.
  const begins: number[] = [];
  let done = 0;
  BLOCKS.forEach((count, stage) => {
    const channels = stages[stage];
    begins.push(stage === 0 ? 0 : features.length);
    if (stage > 0) {
      const at = `features.${2 * stage}`;
      const input = stages[stage - 1];
      features.push(
        { op: 'layerNorm', name: `${at}.0`, channels: input },
        { op: 'conv', name: `${at}.1`, input, output: channels, kernel: 2, stride: 2, pad: 0, bias: true },
      );
    }
    for (let block = 0; block < count; block++) {
      features.push(
        blockLayer(`features.${2 * stage + 1}.${block}`, channels, (DEPTH_RATE * done) / (BLOCK_COUNT - 1)),
      );
      done += 1;
    }
  });
  const last = stages[stages.length - 1];
  return {
    name: 'convnext_tiny',
    features,
    stages: begins,
    head: [
      { op: 'averagePool', side: 1 },
      { op: 'layerNorm', name: 'classifier.0', channels: last },
      { op: 'flatten' },
      { op: 'dense', name: 'classifier.2', input: last, output: classes },
    ],
    classes,
    initial: { conv: 0.02, dense: 0.02 },
  };
}

function blockLayer(at: string, channels: number, rate: number): Layer {
  const inner = channels * EXPANSION;
  return {
    op: 'residual',
    body: [
      { op: 'depthwise', name: `${at}.block.0`, channels, kernel: 7, stride: 1, pad: 3, bias: true },
      { op: 'layerNorm', name: `${at}.block.2`, channels },
      { op: 'pointwise', name: `${at}.block.3`, input: channels, output: inner },
      { op: 'gelu' },
      { op: 'pointwise', name: `${at}.block.5`, input: inner, output: channels },
      { op: 'scale', name: `${at}.layer_scale`, channels, initial: FIRST_SCALE },
      { op: 'stochasticDepth', rate },
    ],
    shortcut: [],
  };
}
