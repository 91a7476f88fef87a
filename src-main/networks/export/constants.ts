/** Weights and tables as graphs want them: PyTorch's layouts in TensorFlow's, and what is looked up. */
import { maskHeight, partTemplates } from '../interpretable/part-templates.ts';
import type { NamedArray } from '../parameters.ts';

/** [out,in,k,k] to [k,k,in,out]; of a depthwise convolution [C,1,k,k] to [k,k,C,1]. */
export function filterOf({ shape, data }: NamedArray): Float32Array {
  const [output = 1, input = 1, height = 1, width = 1] = shape;
  const pixels = height * width;
  const result = new Float32Array(data.length);
  for (let o = 0; o < output; o++)
    for (let i = 0; i < input; i++)
      for (let p = 0; p < pixels; p++) result[(p * input + i) * output + o] = data[(o * input + i) * pixels + p] ?? 0;
  return result;
}

/** [out,in] to [in,out]. */
export function matrixOf({ shape, data }: NamedArray): Float32Array {
  const [output = 1, input = 1] = shape;
  const result = new Float32Array(data.length);
  for (let o = 0; o < output; o++) for (let i = 0; i < input; i++) result[i * output + o] = data[o * input + i] ?? 0;
  return result;
}

/**
 * What finds the nearest place z to each prototype p with one product: |z - p|^2 = |z|^2 + z * columns + squares.
 * @param vectors of all prototypes, [m,D,1,1]
 */
export function prototypeColumns({ shape, data }: NamedArray): { columns: Float32Array; squares: Float32Array } {
  const [count = 1, channels = 1] = shape;
  const columns = new Float32Array(data.length);
  const squares = new Float32Array(count);
  for (let m = 0; m < count; m++)
    for (let c = 0; c < channels; c++) {
      const value = data[m * channels + c] ?? 0;
      columns[c * count + m] = -2 * value;
      squares[m] = (squares[m] ?? 0) + value * value;
    }
  return { columns, squares };
}

/** The mask of an ICNN around a peak at each place: [height*width (peak), height*width (place)]. */
export function partMasks(height: number, width: number): Float32Array {
  const area = height * width;
  const most = maskHeight(area);
  return partTemplates(height, width)
    .subarray(0, area * area)
    .map((value) => Math.max(value, 0) * most);
}
