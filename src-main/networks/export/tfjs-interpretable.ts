/** Layers of networks that explain themselves as nodes of TensorFlow. */
import { SIMILARITY_EPSILON } from '../interpretable/prototypes.ts';
import type { PartMaskLayer, PrototypesLayer } from '../layer.ts';
import { partMasks, prototypeColumns } from './constants.ts';
import { weightOf } from './model.ts';
import { FLOAT, INT } from './tfjs-graph.ts';
import type { TfPlace } from './tfjs-graph.ts';
import type { TfLayers } from './tfjs-layers.ts';

/** As in onnx-interpretable.ts. */
export function prototypes(graph: TfLayers, { name, channels }: PrototypesLayer, x: TfPlace): TfPlace {
  const [height = 1, width = 1] = x.shape;
  const area = height * width;
  const vectors = weightOf(graph.model, `${name}.vectors`);
  const count = vectors.data.length / channels;
  const { columns, squares } = prototypeColumns(vectors);
  const all = [count, channels];
  const rows = graph.node('Reshape', [x.name, graph.whole(`patches_${channels}`, [-1, channels])], [channels]);
  const product = graph.node(
    'MatMul',
    [rows.name, graph.floats(`${name}.columns`, [channels, count], () => columns)],
    [count],
    { transpose_a: { b: false }, transpose_b: { b: false } },
  );
  const square = graph.node('Square', [rows.name], [channels]);
  const ofPlaces = graph.node('Sum', [square.name, graph.whole('values', [1])], [1], { keep_dims: { b: true } });
  const ofVectors = graph.floats(`${name}.squares`, [count], () => squares);
  const ofBoth = graph.node('AddV2', [ofPlaces.name, ofVectors], [count]);
  const distances = graph.node('AddV2', [product.name, ofBoth.name], [count]);
  const perPicture = graph.node(
    'Reshape',
    [distances.name, graph.whole(`distances_${name}`, [-1, area, count])],
    [area, count],
  );
  const nearest = graph.node('ArgMin', [perPicture.name, graph.whole('place_axis', [1], [])], [count], {
    output_type: INT,
  });
  const places = graph.node('Reshape', [x.name, graph.whole(`places_${name}`, [-1, area, channels])], [area, channels]);
  // Picked by a product with ones and zeros, for WebAssembly gathers from the first picture only; its OneHot is of
  // whole numbers.
  const depth = graph.whole(`area_${area}`, [area], []);
  const [yes, no] = [graph.whole('yes', [1], []), graph.whole('no', [0], [])];
  const marked = graph.node('OneHot', [nearest.name, depth, yes, no], [count, area], { T: INT, axis: { i: '-1' } });
  const chosen = graph.node('Cast', [marked.name], [count, area], { SrcT: INT, DstT: FLOAT });
  const found = graph.node('BatchMatMulV2', [chosen.name, places.name], all, {
    adj_x: { b: false },
    adj_y: { b: false },
  });
  const offset = graph.node('Sub', [found.name, graph.floats(`${name}.vectors`, all, () => vectors.data)], all);
  const apart = graph.node('Square', [offset.name], all);
  const distance = graph.node('Sum', [apart.name, graph.whole('vector_axis', [2])], [count], {
    keep_dims: { b: false },
  });
  const above = graph.node('AddV2', [distance.name, graph.number('one', 1)], [count]);
  const below = graph.node('AddV2', [distance.name, graph.number('small', SIMILARITY_EPSILON)], [count]);
  return graph.node('Log', [graph.node('RealDiv', [above.name, below.name], [count]).name], [count]);
}

/** As in onnx-interpretable.ts. */
export function partMask(graph: TfLayers, { name }: PartMaskLayer, x: TfPlace): TfPlace {
  const [height = 1, width = 1, channels = 1] = x.shape;
  const area = height * width;
  const flat = [area, channels];
  const positive = graph.node('Relu', [x.name], x.shape);
  const shape = graph.whole(`places_${name}`, [-1, area, channels]);
  const places = graph.node('Reshape', [positive.name, shape], flat);
  const peaks = graph.node('ArgMax', [places.name, graph.whole('place_axis', [1], [])], [channels], {
    output_type: INT,
  });
  const masks = graph.floats(`${name}.masks`, [area, area], () => partMasks(height, width));
  const found = graph.node('GatherV2', [masks, peaks.name, graph.whole('first_axis', [0], [])], [channels, area], {
    batch_dims: { i: '0' },
  });
  const mask = graph.node('Transpose', [found.name, graph.whole('swapped', [0, 2, 1])], flat);
  const masked = graph.node('Mul', [places.name, mask.name], flat);
  return graph.node('Reshape', [masked.name, graph.whole(`map_${name}`, [-1, ...x.shape])], x.shape);
}
