/**
 * Residual networks (He et al., CVPR 2016) as torchvision builds them: basic blocks, `layerN.M`,
 * 1x1 shortcut where the shape changes. ResNet-10 is the same with one block a stage.
 */
import type { Stem } from '../contract/settings.ts';
import type { Architecture, Layer } from './layer.ts';

const BLOCKS: Readonly<Record<'resnet10' | 'resnet18' | 'resnet34', readonly number[]>> = {
  resnet10: [1, 1, 1, 1],
  resnet18: [2, 2, 2, 2],
  resnet34: [3, 4, 6, 3],
};

/** @param lastStride stride of the last stage; 1 keeps the resolution, as is usual for localization (Choe et al., 2020) */
export function resnet(
  name: keyof typeof BLOCKS,
  width: number,
  stem: Stem,
  lastStride: 1 | 2,
  classes: number,
): Architecture {
  const features: Layer[] = [...stemLayers(stem, width)];
  let channels = width;
  BLOCKS[name].forEach((count, stage) => {
    const output = width * 2 ** stage;
    for (let block = 0; block < count; block++) {
      const stride = stage === 0 || block > 0 ? 1 : stage === 3 ? lastStride : 2;
      features.push(basicBlock(`layer${stage + 1}.${block}`, channels, output, stride), { op: 'relu' });
      channels = output;
    }
  });
  return {
    name,
    features,
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
  const kernel = large ? 7 : 3;
  const layers: Layer[] = [
    {
      op: 'conv',
      name: 'conv1',
      input: 3,
      output: width,
      kernel,
      stride: stem === 'small' ? 1 : 2,
      pad: (kernel - 1) / 2,
      bias: false,
    },
    { op: 'norm', name: 'bn1', channels: width },
    { op: 'relu' },
  ];
  return large ? [...layers, { op: 'maxPool', size: 3, stride: 2, pad: 1 }] : layers;
}

function basicBlock(name: string, input: number, output: number, stride: number): Layer {
  const conv = (part: string, from: number, by: number): Layer => ({
    op: 'conv',
    name: `${name}.${part}`,
    input: from,
    output,
    kernel: 3,
    stride: by,
    pad: 1,
    bias: false,
  });
  const shortcut: Layer[] =
    stride === 1 && input === output
      ? []
      : [
          { op: 'conv', name: `${name}.downsample.0`, input, output, kernel: 1, stride, pad: 0, bias: false },
          { op: 'norm', name: `${name}.downsample.1`, channels: output },
        ];
  return {
    op: 'residual',
    body: [
      conv('conv1', input, stride),
      { op: 'norm', name: `${name}.bn1`, channels: output },
      { op: 'relu' },
      conv('conv2', output, 1),
      { op: 'norm', name: `${name}.bn2`, channels: output },
    ],
    shortcut,
  };
}
