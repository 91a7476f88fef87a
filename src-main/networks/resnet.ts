/**
 * Residual networks (He et al., CVPR 2016) as torchvision builds them: basic blocks or bottlenecks (the stride at their
 * 3x3 convolution), `layerN.M`, 1x1 shortcut where the shape changes. ResNet-10 is ResNet-18 with one block a stage.
 * Wide ResNet-50-2 (Zagoruyko and Komodakis, BMVC 2016) has bottlenecks of twice the inner width.
 */
import type { Stem } from '../contract/settings.ts';
import type { Architecture, Layer } from './layer.ts';

interface Plan {
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  /** Inner channels of a bottleneck as a multiple of the stage's width; absent: basic blocks. */
  readonly inner?: number;
}

const PLANS = {
  resnet10: { blocks: [1, 1, 1, 1] },
  resnet18: { blocks: [2, 2, 2, 2] },
  resnet34: { blocks: [3, 4, 6, 3] },
  resnet50: { blocks: [3, 4, 6, 3], inner: 1 },
  resnet101: { blocks: [3, 4, 23, 3], inner: 1 },
  wide_resnet50_2: { blocks: [3, 4, 6, 3], inner: 2 },
} as const satisfies Record<string, Plan>;
export type ResnetName = keyof typeof PLANS;

/** Channels after a bottleneck as a multiple of the stage's width. */
const EXPANSION = 4;

/** @param lastStride stride of the last stage; 1 keeps the resolution, as is usual for localization (Choe et al., 2020) */
export function resnet(name: ResnetName, width: number, stem: Stem, lastStride: 1 | 2, classes: number): Architecture {
  const { blocks, inner }: Plan = PLANS[name];
  const features: Layer[] = [...stemLayers(stem, width)];
  const stages = [0];
  let channels = width;
  blocks.forEach((count, stage) => {
    stages.push(features.length);
    const planes = width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = stage === 0 || block > 0 ? 1 : stage === 3 ? lastStride : 2;
      const at = `layer${stage + 1}.${block}`;
      const output = inner === undefined ? planes : planes * EXPANSION;
      const body =
        inner === undefined
          ? basicBody(at, channels, output, stride)
          : bottleneckBody(at, channels, planes * inner, output, stride);
      features.push({ op: 'residual', body, shortcut: shortcut(at, channels, output, stride) }, { op: 'relu' });
      channels = output;
    }
  });
  return {
    name,
    features,
    stages,
    head: [
      { op: 'averagePool', side: 1 },
      { op: 'flatten' },
      { op: 'dense', name: 'fc', input: channels, output: classes },
    ],
    classes,
  };
}

function stemLayers(stem: Stem, width: number): Layer[] {
  const large = stem === 'imagenet';
  const layers = [...convolution('conv1', 'bn1', 3, width, large ? 7 : 3, stem === 'small' ? 1 : 2), RELU];
  return large ? [...layers, { op: 'maxPool', size: 3, stride: 2, pad: 1 }] : layers;
}

const RELU: Layer = { op: 'relu' };

/** A convolution that keeps the side at stride 1, with its batch norm. */
function convolution(
  name: string,
  norm: string,
  input: number,
  output: number,
  kernel: number,
  stride: number,
): Layer[] {
  return [
    { op: 'conv', name, input, output, kernel, stride, pad: (kernel - 1) / 2, bias: false },
    { op: 'norm', name: norm, channels: output },
  ];
}

function basicBody(at: string, input: number, output: number, stride: number): Layer[] {
  return [
    ...convolution(`${at}.conv1`, `${at}.bn1`, input, output, 3, stride),
    RELU,
    ...convolution(`${at}.conv2`, `${at}.bn2`, output, output, 3, 1),
  ];
}

function bottleneckBody(at: string, input: number, inner: number, output: number, stride: number): Layer[] {
  return [
    ...convolution(`${at}.conv1`, `${at}.bn1`, input, inner, 1, 1),
    RELU,
    ...convolution(`${at}.conv2`, `${at}.bn2`, inner, inner, 3, stride),
    RELU,
    ...convolution(`${at}.conv3`, `${at}.bn3`, inner, output, 1, 1),
  ];
}

function shortcut(at: string, input: number, output: number, stride: number): Layer[] {
  if (stride === 1 && input === output) return [];
  return convolution(`${at}.downsample.0`, `${at}.downsample.1`, input, output, 1, stride);
}
