/**
 * Layers of a network that Keras or TensorFlow.js saved, told from the names of arrays. Whole models in `.h5` and
 * model.json name layers ("block1_conv1/kernel"); `.keras` and `.weights.h5` only count them
 * ("layers/conv2d_12/vars/0"), in the order in which they compute.
 */
import type { FoundArray } from './weights-file.ts';

export type Variable = 'kernel' | 'bias' | 'gamma' | 'beta' | 'moving_mean' | 'moving_variance';

/** Variables of a layer. */
export type KerasLayer = Readonly<Partial<Record<Variable, FoundArray>>>;

/** The older names are those of the files that Keras published in 2016: "block1_conv1/block1_conv1_W_1". */
const VARIABLES: readonly (readonly [pattern: RegExp, variable: Variable])[] = [
  [/^(kernel|.+_W(_\d+)?)$/, 'kernel'],
  [/^(bias|.+_b(_\d+)?)$/, 'bias'],
  [/^gamma$/, 'gamma'],
  [/^beta$/, 'beta'],
  [/^moving_mean$/, 'moving_mean'],
  [/^moving_variance$/, 'moving_variance'],
];

/**
 * Layers by the names that are wanted. A layer inside another model ("vgg16/block1_conv1/kernel"), and one whose name
 * has a slash ("conv1/bn/gamma"), are known as well.
 */
export function namedLayers(
  arrays: ReadonlyMap<string, FoundArray>,
  wanted: ReadonlySet<string>,
): Map<string, KerasLayer> {
  const layers = new Map<string, Partial<Record<Variable, FoundArray>>>();
  for (const [path, array] of arrays) {
    const parts = path.split('/');
    const last = parts.pop() ?? '';
    const variable = VARIABLES.find(([pattern]) => pattern.test(last))?.[1];
    const name = parts.map((_, i) => parts.slice(i).join('_')).find((each) => wanted.has(each));
    if (variable === undefined || name === undefined) continue;
    const layer = layers.get(name) ?? {};
    layer[variable] = array;
    layers.set(name, layer);
  }
  return layers;
}

/** What the numbers of variables stand for. */
const VARS = {
  conv2d: ['kernel', 'bias'],
  dense: ['kernel', 'bias'],
  batch_normalization: ['gamma', 'beta', 'moving_mean', 'moving_variance'],
} as const;
export type LayerKind = keyof typeof VARS;
const COUNTED = /^(?:.*\/)?layers\/(conv2d|dense|batch_normalization)(?:_(\d+))?\/vars\/(\d)$/;
/** What stands beside the layers and belongs to no network. */
const BESIDE = /^(optimizer|metrics|compile_metrics|_layer_checkpoint_dependencies|.*\/seed_generator)\//;

/** Layers of each kind in their order; null where the file does not count its layers, or has layers of other kinds. */
export function countedLayers(
  arrays: ReadonlyMap<string, FoundArray>,
): Readonly<Record<LayerKind, readonly KerasLayer[]>> | null {
  const found: Record<LayerKind, Partial<Record<Variable, FoundArray>>[]> = {
    conv2d: [],
    dense: [],
    batch_normalization: [],
  };
  for (const [path, array] of arrays) {
    if (BESIDE.test(path)) continue;
    const [, kind, index = '0', variable] = COUNTED.exec(path) ?? [];
    if (kind === undefined) return null;
    const name = VARS[kind as LayerKind][Number(variable)] as Variable | undefined;
    if (name === undefined || Number(index) > MOST) return null;
    const layers = found[kind as LayerKind];
    layers[Number(index)] = { ...layers[Number(index)], [name]: array };
  }
  // A gap in the count: something of the network is missing.
  return Object.values(found).every((layers) => layers.length === Object.keys(layers).length) ? found : null;
}

/** No network has more layers of a kind. */
const MOST = 10_000;
