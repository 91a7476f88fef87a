/** A trained network on its way out of the app, whatever the format. */
import type { Architecture } from '../layer.ts';
import { inputScale } from '../layer.ts';
import type { NamedArray } from '../parameters.ts';

export interface ModelToExport {
  readonly architecture: Architecture;
  /** In PyTorch's layout, by torchvision's names. */
  readonly weights: ReadonlyMap<string, NamedArray>;
  /** Side of the square input in pixels. */
  readonly size: number;
  /** In the order of the logits. */
  readonly classNames: readonly string[];
  /** Whether a picture may be of several classes: probabilities are then sigmoids, else a softmax. */
  readonly severalLabels: boolean;
  /** Version of the program that writes. */
  readonly version: string;
  /** Further facts to be kept in the file, by name. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** One file of an exported network. Big ones come piece by piece, so that no copy of all weights is made. */
export interface ModelFile {
  /** With `/` between folders. */
  readonly name: string;
  readonly pieces: Iterable<Uint8Array>;
}

/** Names of what goes in and comes out, in every format. */
export const PICTURES = 'pictures';
export const LOGITS = 'logits';
export const PROBABILITIES = 'probabilities';
export const FEATURE_MAP = 'feature_map';

/** What the files say of themselves, beside the network. */
export function factsOf(model: ModelToExport): Record<string, string> {
  const { mean, std } = inputScale(model.architecture);
  return {
    ...model.facts,
    architecture: model.architecture.name,
    classes: JSON.stringify(model.classNames),
    size: String(model.size),
    mean: JSON.stringify(mean),
    std: JSON.stringify(std),
    probabilities: model.severalLabels ? 'sigmoid' : 'softmax',
    input: 'RGB in [0,1]; (x - mean) / std is part of the network',
  };
}

/** Looks a weight up. */
export function weightOf(model: ModelToExport, name: string): NamedArray {
  const found = model.weights.get(name);
  if (found === undefined) throw new Error(`no weight ${name}`);
  return found;
}

/** Side of a map after a window has slid over it. */
export function sideAfter(side: number, kernel: number, stride: number, pad: number): number {
  return Math.floor((side + 2 * pad - kernel) / stride) + 1;
}

/**
 * Adaptive average pooling of maps [height,width] to [side,side] as a matrix [height*width,side*side]; windows are
 * floor(i*H/side) .. ceil((i+1)*H/side), as PyTorch's are, so that sizes need not divide.
 */
export function averagingMatrix(height: number, width: number, side: number): Float32Array {
  const window = (i: number, all: number): [number, number] => [
    Math.floor((i * all) / side),
    Math.ceil(((i + 1) * all) / side),
  ];
  const matrix = new Float32Array(height * width * side * side);
  for (let i = 0; i < side; i++) {
    const [top, bottom] = window(i, height);
    for (let j = 0; j < side; j++) {
      const [left, right] = window(j, width);
      const share = 1 / ((bottom - top) * (right - left));
      for (let y = top; y < bottom; y++)
        for (let x = left; x < right; x++) matrix[(y * width + x) * side * side + i * side + j] = share;
    }
  }
  return matrix;
}
