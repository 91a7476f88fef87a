/**
 * VGG (Simonyan and Zisserman, ICLR 2015) with batch norm, torchvision's names. Ours is lighter at
 * the end, as the reference vectors have it: no last max pool (which doubles the resolution of the
 * heatmap), adaptive pooling to 2x2, and two dense layers, `classifier.0` and `classifier.2`.
 */
import type { Architecture, Layer } from './layer.ts';

/** Channels as multiples of the width; `pool` halves the side. */
const VGG11: readonly (number | 'pool')[] = [1, 'pool', 2, 'pool', 4, 4, 'pool', 8, 8, 'pool', 8, 8];
const POOLED_SIDE = 2;

export function vgg11WithNorm(width: number, classes: number): Architecture {
  const layers: Layer[] = [];
  let channels = 3;
  let index = 0;
  for (const entry of VGG11) {
    if (entry === 'pool') {
      layers.push({ op: 'maxPool', size: 2, stride: 2, pad: 0 });
      index += 1;
      continue;
    }
    const output = width * entry;
    layers.push(
      {
        op: 'conv',
        name: `features.${index}`,
        input: channels,
        output,
        kernel: 3,
        stride: 1,
        pad: 1,
        bias: true,
      },
      { op: 'norm', name: `features.${index + 1}`, channels: output },
      { op: 'relu' },
    );
    channels = output;
    index += 3;
  }
  const hidden = width * 8;
  return {
    name: 'vgg11_bn',
    features: layers,
    head: [
      { op: 'averagePool', side: POOLED_SIDE },
      { op: 'flatten' },
      { op: 'dense', name: 'classifier.0', input: channels * POOLED_SIDE ** 2, output: hidden },
      { op: 'relu' },
      { op: 'dense', name: 'classifier.2', input: hidden, output: classes },
    ],
    classes,
  };
}
