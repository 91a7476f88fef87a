/** Layers as nodes of TensorFlow, [N,H,W,C]: one function for each kind of layer. */
import { LAYER_NORM_EPSILON, NORM_EPSILON } from '../layer.ts';
import type { DenseLayer, Layer, MaxPoolLayer } from '../layer.ts';
import { averagingMatrix, sideAfter, weightOf } from './model.ts';
import type { ModelToExport } from './model.ts';
import { listAttribute, textAttribute, TfGraph } from './tfjs-graph.ts';
import type { TfAttribute, TfPlace } from './tfjs-graph.ts';
import { partMask, prototypes } from './tfjs-interpretable.ts';
import { filterOf, matrixOf } from './constants.ts';

type Of<Op> = Extract<Layer, { op: Op }>;

export class TfLayers extends TfGraph {
  readonly model: ModelToExport;

  constructor(model: ModelToExport) {
    super();
    this.model = model;
  }

  /** A weight of the network as it is. @returns its name */
  weight(name: string): string {
    const { data } = weightOf(this.model, name);
    return this.floats(name, [data.length], () => data);
  }

  sequence(layers: readonly Layer[], x: TfPlace): TfPlace {
    return layers.reduce((place, layer) => this.#layer(layer, place), x);
  }

  #layer(layer: Layer, x: TfPlace): TfPlace {
    switch (layer.op) {
      case 'conv':
      case 'depthwise':
        return convolution(this, layer, x);
      case 'pointwise':
        return pointwise(this, layer, x);
      case 'norm':
        return batchNorm(this, layer, x);
      case 'layerNorm':
        return layerNorm(this, layer, x);
      case 'scale':
        return this.node('Mul', [x.name, this.weight(layer.name)], x.shape);
      case 'relu':
        return this.node('Relu', [x.name], x.shape);
      case 'relu6':
        return this.node('Relu6', [x.name], x.shape);
      case 'sigmoid':
        return this.node('Sigmoid', [x.name], x.shape);
      case 'silu':
        return this.node('Mul', [x.name, this.node('Sigmoid', [x.name], x.shape).name], x.shape);
      case 'gelu':
        return gelu(this, x);
      case 'maxPool':
        return maxPool(this, layer, x);
      case 'averageWindow':
        return averageWindow(this, layer.size, x);
      case 'averagePool':
        return averagePool(this, layer.side, x);
      case 'flatten':
        return flatten(this, x);
      case 'dense':
        return dense(this, layer, x);
      case 'residual': {
        const body = this.sequence(layer.body, x);
        return this.node('AddV2', [body.name, this.sequence(layer.shortcut, x).name], body.shape);
      }
      case 'gate':
        return this.node('Mul', [x.name, this.sequence(layer.body, x).name], x.shape);
      case 'concat': {
        const body = this.sequence(layer.body, x);
        const [height = 1, width = 1, channels = 0] = x.shape;
        const shape = [height, width, channels + (body.shape[2] ?? 0)];
        return this.node('ConcatV2', [x.name, body.name, this.whole('channel_axis', [3], [])], shape, {
          N: { i: '2' },
        });
      }
      case 'prototypes':
        return prototypes(this, layer, x);
      case 'partMask':
        return partMask(this, layer, x);
      case 'dropout':
      case 'stochasticDepth':
      case 'classGate':
        // These do something in training only.
        return x;
    }
  }
}

const NHWC = textAttribute('NHWC');

function window(stride: number, padding: 'VALID' | 'SAME'): Record<string, TfAttribute> {
  return {
    strides: listAttribute([1, stride, stride, 1]),
    padding: textAttribute(padding),
    data_format: NHWC,
    dilations: listAttribute([1, 1, 1, 1]),
  };
}

/**
 * Padding is a node of its own where TensorFlow's "SAME" is another one: at a stride above 1 that pads below and to the
 * right only.
 */
function convolution(graph: TfLayers, layer: Of<'conv' | 'depthwise'>, x: TfPlace): TfPlace {
  const { name, kernel, stride, pad } = layer;
  const [height = 1, width = 1] = x.shape;
  const isSame = stride === 1 && pad === (kernel - 1) / 2;
  const input = isSame || pad === 0 ? x : padded(graph, x, pad, 0);
  const filters = weightOf(graph.model, `${name}.weight`);
  const [output = 1, inputs = 1] = filters.shape;
  const isFull = layer.op === 'conv';
  const filter = graph.floats(
    `${name}.weight`,
    isFull ? [kernel, kernel, inputs, output] : [kernel, kernel, output, 1],
    () => filterOf(filters),
  );
  const shape = [sideAfter(height, kernel, stride, pad), sideAfter(width, kernel, stride, pad), output];
  const y = graph.node(
    isFull ? 'Conv2D' : 'DepthwiseConv2dNative',
    [input.name, filter],
    shape,
    window(stride, isSame ? 'SAME' : 'VALID'),
  );
  return layer.bias ? biased(graph, name, y) : y;
}

function biased(graph: TfLayers, name: string, y: TfPlace): TfPlace {
  return graph.node('BiasAdd', [y.name, graph.weight(`${name}.bias`)], y.shape, { data_format: NHWC });
}

function padded(graph: TfLayers, x: TfPlace, pad: number, value: number): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  const margins = graph.whole(`padding_${pad}`, [0, 0, pad, pad, pad, pad, 0, 0], [4, 2]);
  const filling = graph.number(value === 0 ? 'zero' : 'lowest', value);
  return graph.node('PadV2', [x.name, margins, filling], [height + 2 * pad, width + 2 * pad, channels]);
}

/** A dense layer at every pixel is a convolution with a 1x1 filter. */
function pointwise(graph: TfLayers, { name, input, output }: Of<'pointwise'>, x: TfPlace): TfPlace {
  const weight = weightOf(graph.model, `${name}.weight`);
  const filter = graph.floats(`${name}.weight`, [1, 1, input, output], () => matrixOf(weight));
  const shape = [...x.shape.slice(0, 2), output];
  return biased(graph, name, graph.node('Conv2D', [x.name, filter], shape, window(1, 'VALID')));
}

function batchNorm(graph: TfLayers, { name }: Of<'norm'>, x: TfPlace): TfPlace {
  const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => graph.weight(`${name}.${part}`));
  return graph.node('FusedBatchNormV3', [x.name, ...parts], x.shape, {
    epsilon: { f: NORM_EPSILON },
    is_training: { b: false },
    data_format: NHWC,
  });
}

/** (x - mean) / sqrt(variance + eps) over the channels of each pixel. */
function layerNorm(graph: TfLayers, { name }: Of<'layerNorm'>, x: TfPlace): TfPlace {
  const axis = graph.whole('channels', [3]);
  const one = [...x.shape.slice(0, 2), 1];
  const mean = graph.node('Mean', [x.name, axis], one, { keep_dims: { b: true } });
  const centred = graph.node('Sub', [x.name, mean.name], x.shape);
  const square = graph.node('Square', [centred.name], x.shape);
  const variance = graph.node('Mean', [square.name, axis], one, { keep_dims: { b: true } });
  const above = graph.node('AddV2', [variance.name, graph.number('layer_norm_epsilon', LAYER_NORM_EPSILON)], one);
  const inverse = graph.node('Rsqrt', [above.name], one);
  const normal = graph.node('Mul', [centred.name, inverse.name], x.shape);
  const scaled = graph.node('Mul', [normal.name, graph.weight(`${name}.weight`)], x.shape);
  return graph.node('AddV2', [scaled.name, graph.weight(`${name}.bias`)], x.shape);
}

/** x (1 + erf(x / sqrt 2)) / 2 */
function gelu(graph: TfLayers, x: TfPlace): TfPlace {
  const scaled = graph.node('Mul', [x.name, graph.number('root_half', Math.SQRT1_2)], x.shape);
  const erf = graph.node('Erf', [scaled.name], x.shape);
  const raised = graph.node('AddV2', [erf.name, graph.number('one', 1)], x.shape);
  const product = graph.node('Mul', [x.name, raised.name], x.shape);
  return graph.node('Mul', [product.name, graph.number('half', 0.5)], x.shape);
}

/** The smallest float32: no value of a map is below it. */
const LOWEST = -3.4028234663852886e38;

function maxPool(graph: TfLayers, { size, stride, pad }: MaxPoolLayer, x: TfPlace): TfPlace {
  const input = pad === 0 ? x : padded(graph, x, pad, LOWEST);
  const [height = 1, width = 1, channels = 1] = x.shape;
  const shape = [sideAfter(height, size, stride, pad), sideAfter(width, size, stride, pad), channels];
  return graph.node('MaxPool', [input.name], shape, pooling(size, stride));
}

function pooling(size: number, stride: number): Record<string, TfAttribute> {
  const { strides, padding, data_format } = window(stride, 'VALID');
  return { ksize: listAttribute([1, size, size, 1]), strides, padding, data_format };
}

function averageWindow(graph: TfLayers, size: number, x: TfPlace): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  const shape = [sideAfter(height, size, size, 0), sideAfter(width, size, size, 0), channels];
  return graph.node('AvgPool', [x.name], shape, pooling(size, size));
}

/** To side x side: as a mean, as windows that touch where they fit, else as a product with a matrix of shares. */
function averagePool(graph: TfLayers, side: number, x: TfPlace): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  const shape = [side, side, channels];
  if (side === 1) {
    return graph.node('Mean', [x.name, graph.whole('pixels', [1, 2])], shape, { keep_dims: { b: true } });
  }
  if (height === width && height % side === 0) return averageWindow(graph, height / side, x);
  const area = height * width;
  const first = channelsFirst(graph, x);
  const rows = graph.node('Reshape', [first.name, graph.whole(`rows_${area}`, [-1, area])], [area]);
  const shares = graph.floats(`shares_${height}_${width}_${side}`, [area, side * side], () =>
    averagingMatrix(height, width, side),
  );
  const pooled = graph.node('MatMul', [rows.name, shares], [side * side], matrixProduct);
  const maps = graph.node(
    'Reshape',
    [pooled.name, graph.whole(`maps_${channels}_${side}`, [-1, channels, side, side])],
    [channels, side, side],
  );
  return graph.node('Transpose', [maps.name, graph.whole('channels_last', [0, 2, 3, 1])], shape);
}

const matrixProduct = { transpose_a: { b: false }, transpose_b: { b: false } };

function channelsFirst(graph: TfLayers, x: TfPlace): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  return graph.node('Transpose', [x.name, graph.whole('channels_first', [0, 3, 1, 2])], [channels, height, width]);
}

/** In PyTorch's order: channel by channel. */
function flatten(graph: TfLayers, x: TfPlace): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  const values = height * width * channels;
  const first = height * width === 1 ? x : channelsFirst(graph, x);
  return graph.node('Reshape', [first.name, graph.whole(`flat_${values}`, [-1, values])], [values]);
}

function dense(graph: TfLayers, { name, input, output, bias }: DenseLayer, x: TfPlace): TfPlace {
  const weight = weightOf(graph.model, `${name}.weight`);
  const matrix = graph.floats(`${name}.weight`, [input, output], () => matrixOf(weight));
  const product = graph.node('MatMul', [x.name, matrix], [output], matrixProduct);
  return bias === false ? product : graph.node('AddV2', [product.name, graph.weight(`${name}.bias`)], [output]);
}
