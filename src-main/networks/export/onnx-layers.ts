/** Layers as nodes of ONNX, [N,C,H,W] as there is usual: one function for each kind of layer. */
import { LAYER_NORM_EPSILON, NORM_EPSILON } from '../layer.ts';
import type { DenseLayer, Layer, MaxPoolLayer, PointwiseLayer } from '../layer.ts';
import { averagingMatrix, sideAfter, weightOf } from './model.ts';
import type { ModelToExport } from './model.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from './onnx-encoding.ts';
import { partMask, prototypes } from './onnx-interpretable.ts';

/** A value of the graph. Shape without N: [C,H,W], or [values] once it is flat. */
export interface OnnxPlace {
  readonly name: string;
  readonly shape: readonly number[];
}
type Of<Op> = Extract<Layer, { op: Op }>;

export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly model: ModelToExport;

  constructor(model: ModelToExport) {
    this.model = model;
  }

  get tensors(): readonly OnnxTensor[] {
    return [...this.#tensors.values()];
  }

  /** Adds a node. @param shape of what comes out @param output its name; absent: one of its own */
  node(
    op: string,
    inputs: readonly string[],
    shape: readonly number[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    output = `${op}_${this.nodes.length}`,
  ): OnnxPlace {
    this.nodes.push({ op, inputs, output, attributes });
    return { name: output, shape };
  }

  /** Adds a weight of the network, perhaps in another shape. @returns its name */
  weight(name: string, shape?: readonly number[]): string {
    const found = weightOf(this.model, name);
    return this.constant(name, shape ?? found.shape, found.data);
  }

  constant(name: string, shape: readonly number[], data: Float32Array | readonly number[]): string {
    this.#tensors.set(name, { name, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) });
    return name;
  }

  /** Shapes and lists of axes. */
  whole(name: string, values: readonly number[]): string {
    this.#tensors.set(name, { name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  sequence(layers: readonly Layer[], x: OnnxPlace): OnnxPlace {
    return layers.reduce((place, layer) => this.#layer(layer, place), x);
  }

  #layer(layer: Layer, x: OnnxPlace): OnnxPlace {
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
        return this.node('Clip', [x.name, this.constant('zero', [], [0]), this.constant('six', [], [6])], x.shape);
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
        return this.node('Flatten', [x.name], [x.shape.reduce((product, side) => product * side, 1)], { axis: 1 });
      case 'dense':
        return dense(this, layer, x);
      case 'residual': {
        const body = this.sequence(layer.body, x);
        return this.node('Add', [body.name, this.sequence(layer.shortcut, x).name], body.shape);
      }
      case 'gate':
        return this.node('Mul', [x.name, this.sequence(layer.body, x).name], x.shape);
      case 'concat': {
        const body = this.sequence(layer.body, x);
        const [channels = 0, height = 1, width = 1] = x.shape;
        const shape = [channels + (body.shape[0] ?? 0), height, width];
        return this.node('Concat', [x.name, body.name], shape, { axis: 1 });
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

function convolution(graph: OnnxGraph, layer: Of<'conv' | 'depthwise'>, x: OnnxPlace): OnnxPlace {
  const { name, kernel, stride, pad, bias } = layer;
  const inputs = [x.name, graph.weight(`${name}.weight`), ...(bias ? [graph.weight(`${name}.bias`)] : [])];
  const [, height = 1, width = 1] = x.shape;
  const shape = [
    layer.op === 'conv' ? layer.output : layer.channels,
    sideAfter(height, kernel, stride, pad),
    sideAfter(width, kernel, stride, pad),
  ];
  const group = layer.op === 'conv' ? 1 : layer.channels;
  return graph.node('Conv', inputs, shape, { ...window(kernel, stride, pad), group });
}

function window(size: number, stride: number, pad: number): Record<string, OnnxAttribute> {
  return { kernel_shape: [size, size], strides: [stride, stride], pads: [pad, pad, pad, pad] };
}

/** A dense layer at every pixel is a convolution with a 1x1 filter. */
function pointwise(graph: OnnxGraph, { name, input, output }: PointwiseLayer, x: OnnxPlace): OnnxPlace {
  const inputs = [x.name, graph.weight(`${name}.weight`, [output, input, 1, 1]), graph.weight(`${name}.bias`)];
  return graph.node('Conv', inputs, [output, ...x.shape.slice(1)], window(1, 1, 0));
}

function batchNorm(graph: OnnxGraph, { name }: Of<'norm'>, x: OnnxPlace): OnnxPlace {
  const parts = ['weight', 'bias', 'running_mean', 'running_var'].map((part) => graph.weight(`${name}.${part}`));
  return graph.node('BatchNormalization', [x.name, ...parts], x.shape, { epsilon: { float: NORM_EPSILON } });
}

/** LayerNormalization works on the last axes: channels are brought there and back. */
function layerNorm(graph: OnnxGraph, { name }: Of<'layerNorm'>, x: OnnxPlace): OnnxPlace {
  const [channels = 1, height = 1, width = 1] = x.shape;
  const last = graph.node('Transpose', [x.name], [height, width, channels], { perm: [0, 2, 3, 1] });
  const inputs = [last.name, graph.weight(`${name}.weight`), graph.weight(`${name}.bias`)];
  const normal = graph.node('LayerNormalization', inputs, last.shape, {
    axis: 3,
    epsilon: { float: LAYER_NORM_EPSILON },
  });
  return graph.node('Transpose', [normal.name], x.shape, { perm: [0, 3, 1, 2] });
}

/** x (1 + erf(x / sqrt 2)) / 2: ONNX has a node for it from operator set 20 on only. */
function gelu(graph: OnnxGraph, x: OnnxPlace): OnnxPlace {
  const scaled = graph.node('Mul', [x.name, graph.constant('root_half', [], [Math.SQRT1_2])], x.shape);
  const erf = graph.node('Erf', [scaled.name], x.shape);
  const raised = graph.node('Add', [erf.name, graph.constant('one', [], [1])], x.shape);
  const product = graph.node('Mul', [x.name, raised.name], x.shape);
  return graph.node('Mul', [product.name, graph.constant('half', [], [0.5])], x.shape);
}

function maxPool(graph: OnnxGraph, { size, stride, pad }: MaxPoolLayer, x: OnnxPlace): OnnxPlace {
  const [channels = 1, ...sides] = x.shape;
  const shape = [channels, ...sides.map((side) => sideAfter(side, size, stride, pad))];
  return graph.node('MaxPool', [x.name], shape, window(size, stride, pad));
}

function averageWindow(graph: OnnxGraph, size: number, x: OnnxPlace): OnnxPlace {
  const [channels = 1, ...sides] = x.shape;
  return graph.node(
    'AveragePool',
    [x.name],
    [channels, ...sides.map((side) => sideAfter(side, size, size, 0))],
    window(size, size, 0),
  );
}

/** To side x side: as a mean, as windows that touch where they fit, else as a product with a matrix of shares. */
function averagePool(graph: OnnxGraph, side: number, x: OnnxPlace): OnnxPlace {
  const [channels = 1, height = 1, width = 1] = x.shape;
  const shape = [channels, side, side];
  if (side === 1) return graph.node('GlobalAveragePool', [x.name], shape);
  if (height === width && height % side === 0) return averageWindow(graph, height / side, x);
  const flat = graph.whole(`rows_${height}_${width}`, [0, channels, height * width]);
  const rows = graph.node('Reshape', [x.name, flat], [channels, height * width]);
  const shares = graph.constant(
    `shares_${height}_${width}_${side}`,
    [height * width, side * side],
    averagingMatrix(height, width, side),
  );
  const pooled = graph.node('MatMul', [rows.name, shares], [channels, side * side]);
  return graph.node('Reshape', [pooled.name, graph.whole(`map_${channels}_${side}`, [0, ...shape])], shape);
}

function dense(graph: OnnxGraph, layer: DenseLayer, x: OnnxPlace): OnnxPlace {
  const bias = layer.bias === false ? [] : [graph.weight(`${layer.name}.bias`)];
  return graph.node('Gemm', [x.name, graph.weight(`${layer.name}.weight`), ...bias], [layer.output], { transB: 1 });
}
