/** Layers of networks that explain themselves as nodes of ONNX. */
import { SIMILARITY_EPSILON } from '../interpretable/prototypes.ts';
import type { PartMaskLayer, PrototypesLayer } from '../layer.ts';
import { weightOf } from './model.ts';
import type { OnnxGraph, OnnxPlace } from './onnx-layers.ts';
import { partMasks, prototypeColumns } from './constants.ts';

/**
 * log((d + 1) / (d + e)) of the squared distance d to the nearest place. Which place is nearest is found with one
 * product, |z|^2 - 2 z p + |p|^2; d itself is summed without cancellation.
 */
export function prototypes(graph: OnnxGraph, { name, channels }: PrototypesLayer, x: OnnxPlace): OnnxPlace {
  const [, height = 1, width = 1] = x.shape;
  const area = height * width;
  const stored = weightOf(graph.model, `${name}.vectors`);
  const count = stored.data.length / channels;
  const { columns, squares } = prototypeColumns(stored);
  const last = graph.node('Transpose', [x.name], [height, width, channels], { perm: [0, 2, 3, 1] });
  const shape = graph.whole(`places_${name}`, [0, area, channels]);
  const places = graph.node('Reshape', [last.name, shape], [area, channels]);
  const product = graph.node(
    'MatMul',
    [places.name, graph.constant(`${name}.columns`, [channels, count], columns)],
    [area, count],
  );
  const lastAxis = graph.whole('last_axis', [2]);
  const square = graph.node('Mul', [places.name, places.name], places.shape);
  const ofPlaces = graph.node('ReduceSum', [square.name, lastAxis], [area, 1], { keepdims: 1 });
  const ofBoth = graph.node('Add', [ofPlaces.name, graph.constant(`${name}.squares`, [count], squares)], [area, count]);
  const distances = graph.node('Add', [product.name, ofBoth.name], [area, count]);
  const nearest = graph.node('ArgMin', [distances.name], [count], { axis: 1, keepdims: 0 });
  const index = graph.node('Unsqueeze', [nearest.name, lastAxis], [count, 1]);
  const found = graph.node('GatherND', [places.name, index.name], [count, channels], { batch_dims: 1 });
  const vectors = graph.weight(`${name}.vectors`, [count, channels]);
  const offset = graph.node('Sub', [found.name, vectors], found.shape);
  const apart = graph.node('Mul', [offset.name, offset.name], found.shape);
  const distance = graph.node('ReduceSum', [apart.name, lastAxis], [count], { keepdims: 0 });
  const above = graph.node('Add', [distance.name, graph.constant('one', [], [1])], [count]);
  const below = graph.node('Add', [distance.name, graph.constant('small', [], [SIMILARITY_EPSILON])], [count]);
  return graph.node('Log', [graph.node('Div', [above.name, below.name], [count]).name], [count]);
}

/** max(x, 0) times the mask around its peak, which is looked up in a table of the masks of all places. */
export function partMask(graph: OnnxGraph, { name }: PartMaskLayer, x: OnnxPlace): OnnxPlace {
  const [channels = 1, height = 1, width = 1] = x.shape;
  const area = height * width;
  const flat = [channels, area];
  const positive = graph.node('Relu', [x.name], x.shape);
  const rows = graph.node('Reshape', [positive.name, graph.whole(`rows_${name}`, [0, channels, area])], flat);
  const peaks = graph.node('ArgMax', [rows.name], [channels], { axis: 2, keepdims: 0 });
  const masks = graph.constant(`${name}.masks`, [area, area], partMasks(height, width));
  const mask = graph.node('Gather', [masks, peaks.name], flat, { axis: 0 });
  const masked = graph.node('Mul', [rows.name, mask.name], flat);
  return graph.node('Reshape', [masked.name, graph.whole(`map_${name}`, [0, ...x.shape])], x.shape);
}
