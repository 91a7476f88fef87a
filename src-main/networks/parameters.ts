/**
 * Names, shapes and places of a network's parameters. All parameters lie in one flat vector (and
 * all running statistics in another), so that an optimiser step is a handful of operations on two
 * vectors instead of hundreds on small tensors. Inside, convolutions are HWIO and dense layers
 * [in,out] (TensorFlow); outside, OIHW and [out,in] under torchvision's names (PyTorch).
 */
import { SteadygazeError } from '../contract/errors.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import { type Architecture, visitLayers } from './layer.ts';
import { requireMatch, shapesOf } from './matching.ts';

/** A named float32 array, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Parameter {
  readonly name: string;
  readonly kind: 'conv' | 'dense' | 'scale' | 'offset';
  /** PyTorch's shape. */
  readonly shape: readonly number[];
  /** Shape inside. */
  readonly innerShape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

/** Running mean and variance of one batch norm; both of `channels` values, mean first. */
export interface Statistics {
  readonly name: string;
  readonly channels: number;
  readonly offset: number;
}

export interface ParameterLayout {
  readonly parameters: readonly Parameter[];
  readonly parameterCount: number;
  readonly statistics: readonly Statistics[];
  readonly statisticsCount: number;
}

export function describeParameters(architecture: Architecture): ParameterLayout {
  const parameters: Parameter[] = [];
  const statistics: Statistics[] = [];
  let parameterCount = 0;
  let statisticsCount = 0;
  const add = (name: string, kind: Parameter['kind'], shape: number[], innerShape: number[]): void => {
    const size = shape.reduce((product, side) => product * side, 1);
    parameters.push({ name, kind, shape, innerShape, offset: parameterCount, size });
    parameterCount += size;
  };
  visitLayers([...architecture.features, ...architecture.head], (layer) => {
    if (layer.op === 'conv') {
      const { name, input, output, kernel, bias } = layer;
      add(`${name}.weight`, 'conv', [output, input, kernel, kernel], [kernel, kernel, input, output]);
      if (bias) add(`${name}.bias`, 'offset', [output], [output]);
    } else if (layer.op === 'norm') {
      add(`${layer.name}.weight`, 'scale', [layer.channels], [layer.channels]);
      add(`${layer.name}.bias`, 'offset', [layer.channels], [layer.channels]);
      statistics.push({ name: layer.name, channels: layer.channels, offset: statisticsCount });
      statisticsCount += 2 * layer.channels;
    } else if (layer.op === 'dense') {
      add(`${layer.name}.weight`, 'dense', [layer.output, layer.input], [layer.input, layer.output]);
      add(`${layer.name}.bias`, 'offset', [layer.output], [layer.output]);
    }
  });
  return { parameters, parameterCount, statistics, statisticsCount };
}

/** The two flat vectors of a network. */
export interface FlatWeights {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/**
 * Seeded initial weights: convolutions normal with variance 2 / fan-out (He et al., ICCV 2015, as
 * torchvision's ResNet), dense layers uniform in +-1/sqrt(fan-in) (PyTorch), scales 1, offsets 0,
 * running mean 0 and variance 1. Depends on the seed and the parameter's name alone.
 */
export function initialWeights(layout: ParameterLayout, seed: number): FlatWeights {
  const parameters = new Float32Array(layout.parameterCount);
  for (const { name, kind, shape, offset, size } of layout.parameters) {
    const values = parameters.subarray(offset, offset + size);
    const random = new Random(hashSeed('initial weights', seed, name));
    if (kind === 'conv') {
      const [output = 1, , height = 1, width = 1] = shape;
      const deviation = Math.sqrt(2 / (output * height * width));
      for (let i = 0; i < size; i++) values[i] = deviation * random.normal();
    } else if (kind === 'dense') {
      const bound = 1 / Math.sqrt(shape[1] ?? 1);
      random.fillUniform(values, -bound, bound);
    } else if (kind === 'scale') {
      values.fill(1);
    }
  }
  const statistics = new Float32Array(layout.statisticsCount);
  for (const { channels, offset } of layout.statistics) statistics.fill(1, offset + channels, offset + 2 * channels);
  return { parameters, statistics };
}

/** From flat vectors to named arrays in PyTorch's layout. */
export function exportWeights(layout: ParameterLayout, flat: FlatWeights): Map<string, NamedArray> {
  const named = exportParameters(layout, flat.parameters);
  for (const { name, channels, offset } of layout.statistics) {
    named.set(`${name}.running_mean`, { shape: [channels], data: flat.statistics.slice(offset, offset + channels) });
    named.set(`${name}.running_var`, {
      shape: [channels],
      data: flat.statistics.slice(offset + channels, offset + 2 * channels),
    });
  }
  return named;
}

/** The parameters alone: also for what has their shape, as gradients and momentum. */
export function exportParameters(layout: ParameterLayout, flat: Float32Array): Map<string, NamedArray> {
  const named = new Map<string, NamedArray>();
  for (const parameter of layout.parameters) {
    const inner = flat.subarray(parameter.offset, parameter.offset + parameter.size);
    const data = new Float32Array(parameter.size);
    permute(parameter, (outside, inside) => {
      data[outside] = inner[inside];
    });
    named.set(parameter.name, { shape: parameter.shape, data });
  }
  return named;
}

/**
 * From named arrays in PyTorch's layout to flat vectors. `num_batches_tracked` is ignored.
 * @throws SteadygazeError `weights-invalid` when names are missing or unknown, shapes differ or values are not finite.
 */
export function importWeights(layout: ParameterLayout, named: ReadonlyMap<string, NamedArray>): FlatWeights {
  requireMatch(shapesOf(layout), named);
  const parameters = flatParameters(layout, named);
  const statistics = new Float32Array(layout.statisticsCount);
  for (const { name, channels, offset } of layout.statistics) {
    statistics.set(take(named, `${name}.running_mean`), offset);
    statistics.set(take(named, `${name}.running_var`), offset + channels);
  }
  return { parameters, statistics };
}

/** Counterpart of {@link exportParameters}. @throws SteadygazeError `weights-invalid` as {@link importWeights} */
export function importParameters(layout: ParameterLayout, named: ReadonlyMap<string, NamedArray>): Float32Array {
  requireMatch(new Map(layout.parameters.map(({ name, shape }) => [name, shape])), named);
  return flatParameters(layout, named);
}

function flatParameters(layout: ParameterLayout, named: ReadonlyMap<string, NamedArray>): Float32Array {
  const flat = new Float32Array(layout.parameterCount);
  for (const parameter of layout.parameters) {
    const data = take(named, parameter.name);
    permute(parameter, (outside, inside) => {
      flat[parameter.offset + inside] = data[outside];
    });
  }
  return flat;
}

function take(named: ReadonlyMap<string, NamedArray>, name: string): Float32Array {
  const array = named.get(name);
  if (array === undefined) throw new SteadygazeError('weights-invalid', `The weights lack the tensor ${name}.`);
  return array.data;
}

/** Calls `move` with every pair of (index outside, index inside). */
function permute(parameter: Parameter, move: (outside: number, inside: number) => void): void {
  const { kind, shape, size } = parameter;
  if (kind === 'conv') {
    const [output = 1, input = 1, height = 1, width = 1] = shape;
    let outside = 0;
    for (let o = 0; o < output; o++)
      for (let i = 0; i < input; i++)
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) move(outside++, ((y * width + x) * input + i) * output + o);
  } else if (kind === 'dense') {
    const [output = 1, input = 1] = shape;
    for (let o = 0; o < output; o++) for (let i = 0; i < input; i++) move(o * input + i, i * output + o);
  } else {
    for (let i = 0; i < size; i++) move(i, i);
  }
}
