/** What MobileNetV2 and EfficientNet share: inverted residual blocks (Sandler et al., CVPR 2018) and round widths. */
import type { ActivationLayer, Layer } from './layer.ts';

/** Channels of a network of such blocks. */
export interface InvertedSizes {
  readonly first: number;
  /** After each stage. */
  readonly stages: readonly number[];
  readonly last: number;
}

/** A convolution without bias that keeps the side at stride 1, its batch norm, and an activation. */
export function activated(
  name: string,
  norm: string,
  [input, output]: readonly [number, number],
  [kernel, stride]: readonly [number, number],
  op: ActivationLayer['op'],
): Layer[] {
  return [...normalised(name, norm, [input, output], [kernel, stride]), { op }];
}

/** The same without an activation. */
export function normalised(
  name: string,
  norm: string,
  [input, output]: readonly [number, number],
  [kernel, stride]: readonly [number, number],
): Layer[] {
  return [
    { op: 'conv', name, input, output, kernel, stride, pad: (kernel - 1) / 2, bias: false },
    { op: 'norm', name: norm, channels: output },
  ];
}

/** A depthwise convolution, its batch norm, and an activation. */
export function depthwiseActivated(
  name: string,
  norm: string,
  channels: number,
  [kernel, stride]: readonly [number, number],
  op: ActivationLayer['op'],
): Layer[] {
  return [
    { op: 'depthwise', name, channels, kernel, stride, pad: (kernel - 1) / 2, bias: false },
    { op: 'norm', name: norm, channels },
    { op },
  ];
}

const STEP = 8;

/** The nearest multiple of 8 that is not more than a tenth smaller (torchvision's `_make_divisible`). */
export function roundChannels(channels: number): number {
  const rounded = Math.max(STEP, Math.floor((channels + STEP / 2) / STEP) * STEP);
  return rounded < 0.9 * channels ? rounded + STEP : rounded;
}
