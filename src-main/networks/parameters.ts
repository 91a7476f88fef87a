/**
 * Names, shapes and places of a network's parameters. All parameters lie in one flat vector, and all running statistics
 * in another; parameter-vector.ts says how they lie on an engine. Inside, convolutions are HWIO and dense layers
 * [in,out] (TensorFlow); outside, OIHW and [out,in] under torchvision's names (PyTorch).
 */
import { SteadygazeError } from '../contract/errors.ts';
import { hashSeed, Random } from '../numeric/random.ts';
import { type Architecture, type InitialWeights, type LayerNormLayer, type NormLayer, visitLayers } from './layer.ts';
import { requireMatch, shapesOf } from './matching.ts';

/** A named float32 array, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface Parameter {
  readonly name: string;
  /**
   * `state`: numbers that a network keeps and no gradient changes (ICNN's table, where prototypes come from). `votes`:
   * a dense layer's weights that no gradient changes (ProtoPNet's last layer).
   */
  readonly kind: 'conv' | 'dense' | 'scale' | 'offset' | 'gate' | 'prototypes' | 'votes' | 'state';
  /** PyTorch's shape. */
  readonly shape: readonly number[];
  /** Shape inside. */
  readonly innerShape: readonly number[];
  readonly offset: number;
  readonly size: number;
  readonly initial: Initial;
}

/** How a parameter's first values are drawn. */
type Initial =
  | { readonly kind: 'normal'; readonly deviation: number }
  /** In [-bound, bound). */
  | { readonly kind: 'uniform'; readonly bound: number }
  /** In [0,1). */
  | { readonly kind: 'share' }
  /** Of a matrix [in,out]: 1 where floor(in / perClass) is out, else -0.5. */
  | { readonly kind: 'votes'; readonly perClass: number; readonly classes: number }
  | { readonly kind: 'constant'; readonly value: number };

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
  const add = (name: string, kind: Parameter['kind'], shape: number[], inner: number[], initial: Initial): void => {
    const size = shape.reduce((product, side) => product * side, 1);
    parameters.push({ name, kind, shape, innerShape: inner, offset: parameterCount, size, initial });
    parameterCount += size;
  };
  const vector = (name: string, kind: 'scale' | 'offset', channels: number): void => {
    add(name, kind, [channels], [channels], { kind: 'constant', value: kind === 'scale' ? 1 : 0 });
  };
  const normParameters = ({ name, channels }: NormLayer | LayerNormLayer): void => {
    vector(`${name}.weight`, 'scale', channels);
    vector(`${name}.bias`, 'offset', channels);
  };
  const { conv, dense } = architecture.initial ?? { conv: 'fan-out', dense: 'fan-in' };
  visitLayers([...architecture.features, ...architecture.head], (layer) => {
    switch (layer.op) {
      case 'conv': {
        const { name, input, output, kernel: k, bias } = layer;
        add(
          `${name}.weight`,
          'conv',
          [output, input, k, k],
          [k, k, input, output],
          convInitial(conv, input, output, k),
        );
        if (bias) vector(`${name}.bias`, 'offset', output);
        break;
      }
      case 'depthwise': {
        const { name, channels, kernel: k, bias } = layer;
        add(`${name}.weight`, 'conv', [channels, 1, k, k], [k, k, channels, 1], convInitial(conv, 1, channels, k));
        if (bias) vector(`${name}.bias`, 'offset', channels);
        break;
      }
      case 'dense':
      case 'pointwise': {
        const { name, input, output } = layer;
        const inner = layer.op === 'dense' ? [input, output] : [1, 1, input, output];
        if (layer.op === 'dense' && layer.perClass !== undefined) {
          const votes: Initial = { kind: 'votes', perClass: layer.perClass, classes: output };
          add(`${name}.weight`, 'votes', [output, input], inner, votes);
        } else {
          add(`${name}.weight`, 'dense', [output, input], inner, denseInitial(dense, input, output));
        }
        if (layer.op === 'pointwise' || layer.bias !== false) vector(`${name}.bias`, 'offset', output);
        break;
      }
      case 'prototypes': {
        const { name, channels, classes, perClass } = layer;
        const count = classes * perClass;
        add(`${name}.vectors`, 'prototypes', [count, channels, 1, 1], [count, channels], { kind: 'share' });
        add(`${name}.sources`, 'state', [count, 3], [count, 3], { kind: 'constant', value: -1 });
        break;
      }
      case 'scale': {
        const { name, channels, initial } = layer;
        add(name, 'scale', [channels, 1, 1], [channels], { kind: 'constant', value: initial });
        break;
      }
      case 'norm':
        statistics.push({ name: layer.name, channels: layer.channels, offset: statisticsCount });
        statisticsCount += 2 * layer.channels;
        normParameters(layer);
        break;
      case 'layerNorm':
        normParameters(layer);
        break;
      case 'partMask': {
        const sides = [layer.classes, layer.channels];
        add(`${layer.name}.class_activation`, 'state', sides, sides, { kind: 'constant', value: 0 });
        break;
      }
      case 'classGate': {
        const sides = [layer.classes, layer.channels];
        add(`${layer.name}.gate`, 'gate', sides, sides, { kind: 'constant', value: 1 });
        break;
      }
      default:
        // Without parameters of its own.
        break;
    }
  });
  return { parameters, parameterCount, statistics, statisticsCount };
}

/** Fans of a depthwise convolution are PyTorch's: its filter is [channels,1,k,k]. */
function convInitial(rule: InitialWeights['conv'], input: number, output: number, kernel: number): Initial {
  if (typeof rule === 'number') return { kind: 'normal', deviation: rule };
  return { kind: 'normal', deviation: Math.sqrt(2 / ((rule === 'fan-in' ? input : output) * kernel * kernel)) };
}

function denseInitial(rule: InitialWeights['dense'], input: number, output: number): Initial {
  if (typeof rule === 'number') return { kind: 'normal', deviation: rule };
  return { kind: 'uniform', bound: 1 / Math.sqrt(rule === 'fan-in' ? input : output) };
}

/** First weights of a prototype for its own class and for the others (Chen et al., NeurIPS 2019). */
const OWN_VOTE = 1;
const OTHER_VOTE = -0.5;

/** The two flat vectors of a network. */
export interface FlatWeights {
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/**
 * Seeded initial weights, drawn as each parameter says; running mean 0 and variance 1. Depends on the seed and the
 * parameter's name alone.
 */
export function initialWeights(layout: ParameterLayout, seed: number): FlatWeights {
  const parameters = new Float32Array(layout.parameterCount);
  for (const { name, initial, offset, size } of layout.parameters) {
    const values = parameters.subarray(offset, offset + size);
    const random = new Random(hashSeed('initial weights', seed, name));
    if (initial.kind === 'normal') {
      for (let i = 0; i < size; i++) values[i] = initial.deviation * random.normal();
    } else if (initial.kind === 'uniform') {
      random.fillUniform(values, -initial.bound, initial.bound);
    } else if (initial.kind === 'share') {
      random.fillUniform(values, 0, 1);
    } else if (initial.kind === 'votes') {
      const { perClass, classes } = initial;
      for (let i = 0; i < size; i++) {
        values[i] = Math.floor(i / classes / perClass) === i % classes ? OWN_VOTE : OTHER_VOTE;
      }
    } else {
      values.fill(initial.value);
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
    named.set(parameter.name, { shape: parameter.shape, data: exportParameter(parameter, flat) });
  }
  return named;
}

/** The values of one parameter in PyTorch's layout. */
export function exportParameter(parameter: Parameter, flat: Float32Array): Float32Array {
  const inner = flat.subarray(parameter.offset, parameter.offset + parameter.size);
  const data = new Float32Array(parameter.size);
  permute(parameter, (outside, inside) => {
    data[outside] = inner[inside];
  });
  return data;
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
  } else if (kind === 'dense' || kind === 'votes') {
    const [output = 1, input = 1] = shape;
    for (let o = 0; o < output; o++) for (let i = 0; i < input; i++) move(o * input + i, i * output + o);
  } else {
    for (let i = 0; i < size; i++) move(i, i);
  }
}
