/**
 * Weights of Keras Applications (keras.io/api/applications, Keras 3.15: applications/vgg16.py, densenet.py) and their
 * TensorFlow.js copies, put under torchvision's names, of those networks whose arithmetic is that of the networks here:
 *
 * - VGG16. Padding "same" of a 3x3 filter with stride 1 is one zero on each side; pools are alike. `preprocess_input`
 *   reverses the channels and takes 103.939, 116.779, 123.68 off blue, green, red, in values of 0 to 255: the first
 *   filter's channels are reversed, and mean and deviation travel along. The first dense layer sees the map as rows,
 *   columns, channels; here as channels, rows, columns.
 * - DenseNet121. Explicit zeros on both sides, also before the max pool, where they change nothing after a ReLU. Batch
 *   norms add 1.001e-5 to variances, those here 1e-5: the difference is added to the variances, which makes it exact.
 *
 * Not the ResNets: those of Keras take stride 2 in the first convolution of a block, torchvision's in the second, and
 * other pixels are left out. Nor MobileNetV2, EfficientNet and ConvNeXt: they pad one side only, or add 1e-3, or carry
 * the preparation of pictures inside.
 */
import type { ArchitectureName } from '../../contract/settings.ts';
import { countedLayers, namedLayers } from './keras-layers.ts';
import type { KerasLayer, LayerKind } from './keras-layers.ts';
import type { FoundArray, WeightsFile } from './weights-file.ts';

/** A layer of Keras's, in the order of computing, and its place here. */
type Place = readonly [layer: string, kind: LayerKind, place: string];

interface Application {
  readonly architecture: ArchitectureName;
  readonly title: string;
  readonly places: readonly Place[];
  /** Names of the same layer in other versions. */
  readonly others: Readonly<Record<string, string>>;
  /** Of pictures in [0,1], red, green, blue. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly notes: readonly string[];
}

const VGG16_CONVS = [2, 2, 3, 3, 3].flatMap((count, block) =>
  Array.from({ length: count }, (_, i) => `block${block + 1}_conv${i + 1}`),
);
/** Places of torchvision's VGG16 without batch norm: pools and ReLUs are counted too. */
const VGG16_FEATURES = [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28];
const HEAD = 'predictions';

const VGG16: Application = {
  architecture: 'vgg16',
  title: 'VGG16',
  places: [
    ...VGG16_CONVS.map((name, i) => [name, 'conv2d', `features.${VGG16_FEATURES[i]}`] as const),
    ['fc1', 'dense', 'classifier.0'],
    ['fc2', 'dense', 'classifier.3'],
    [HEAD, 'dense', 'classifier.6'],
  ],
  others: {},
  mean: [123.68 / 255, 116.779 / 255, 103.939 / 255],
  std: [1 / 255, 1 / 255, 1 / 255],
  notes: ['Pictures are taken to be prepared as its preprocess_input does (means of ImageNet, no deviation).'],
};

const DENSENET_BLOCKS = [6, 12, 24, 16];
const DENSENET: Application = {
  architecture: 'densenet121',
  title: 'DenseNet121',
  places: [
    ['conv1_conv', 'conv2d', 'features.conv0'],
    ['conv1_bn', 'batch_normalization', 'features.norm0'],
    ...DENSENET_BLOCKS.flatMap((count, block) => densePlaces(count, block + 1)),
    ['bn', 'batch_normalization', 'features.norm5'],
    [HEAD, 'dense', 'classifier'],
  ],
  others: { fc1000: HEAD },
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  notes: ['Its batch norms add 1.001e-5 to variances, those here 1e-5: the difference was added to the variances.'],
};

function densePlaces(count: number, block: number): Place[] {
  const layers = Array.from({ length: count }, (_, i): readonly Place[] => {
    const [theirs, ours] = [`conv${block + 1}_block${i + 1}`, `features.denseblock${block}.denselayer${i + 1}`];
    return [
      [`${theirs}_0_bn`, 'batch_normalization', `${ours}.norm1`],
      [`${theirs}_1_conv`, 'conv2d', `${ours}.conv1`],
      [`${theirs}_1_bn`, 'batch_normalization', `${ours}.norm2`],
      [`${theirs}_2_conv`, 'conv2d', `${ours}.conv2`],
    ];
  }).flat();
  if (block === DENSENET_BLOCKS.length) return layers;
  const [theirs, ours] = [`pool${block + 1}`, `features.transition${block}`];
  return [
    ...layers,
    [`${theirs}_bn`, 'batch_normalization', `${ours}.norm`],
    [`${theirs}_conv`, 'conv2d', `${ours}.conv`],
  ];
}

const APPLICATIONS = [VGG16, DENSENET];
/** A layer that only a larger network of the same family has. */
const LARGER = new Set(['block3_conv4', 'conv4_block25_1_conv', 'conv5_block17_1_conv']);
/** A layer that Keras's ResNets have, of every depth. */
const RESNET = new Set(['conv2_block1_3_conv', 'res2a_branch2a']);

const ALL_OTHERS =
  'networks of Keras and TensorFlow.js compute otherwise than those here, even under the same name (padding, ' +
  'strides, the constant in batch norms); only VGG16 and DenseNet121 of Keras Applications do not';
const OF_RESNETS =
  'the ResNets of Keras compute otherwise than those here: they take stride 2 in the first convolution of a block, ' +
  'not in the second';

/** With torchvision's names where the network is one that can be used, else with the reason why it cannot. */
export function kerasWeights(file: WeightsFile): WeightsFile {
  const { arrays, notes } = file;
  const found = applicationOf(arrays);
  if (found === null) {
    const unusable = namedLayers(arrays, RESNET).size > 0 ? OF_RESNETS : ALL_OTHERS;
    return { ...file, unusable };
  }
  const { application, layers, named } = found;
  const { architecture, title, mean, std } = application;
  const renamed = torchvisionArrays(application, layers);
  const said = named ? `These are weights of Keras’s ${title}` : `By its layers this is Keras’s ${title}`;
  return {
    ...file,
    arrays: renamed,
    notes: [...notes, `${said}; torchvision’s names were put in their place.`, ...application.notes],
    metadata: {
      ...file.metadata,
      ...{ architecture, mean: JSON.stringify(mean), std: JSON.stringify(std) },
      ...(architecture === 'vgg16' ? { head: 'torchvision', ...sizeOf(renamed) } : {}),
    },
  };
}

/** Five pools halve the side of a picture before its map is flattened; without the dense layers nothing tells. */
function sizeOf(arrays: ReadonlyMap<string, FoundArray>): Record<string, string> {
  const [, values] = arrays.get('classifier.0.weight')?.shape ?? [];
  const channels = arrays.get('features.28.weight')?.shape[0];
  if (values === undefined || channels === undefined) return {};
  const side = Math.sqrt(values / channels);
  return Number.isInteger(side) ? { size: `${side * 2 ** 5}` } : {};
}

interface Found {
  readonly application: Application;
  /** By the names of `places`. */
  readonly layers: ReadonlyMap<string, KerasLayer>;
  /** Whether the file names its layers. */
  readonly named: boolean;
}

function applicationOf(arrays: ReadonlyMap<string, FoundArray>): Found | null {
  if (namedLayers(arrays, LARGER).size > 0) return null;
  const counted = countedLayers(arrays);
  for (const application of APPLICATIONS) {
    const { places, others } = application;
    const wanted = new Set([...places.map(([name]) => name), ...Object.keys(others)]);
    const named = new Map([...namedLayers(arrays, wanted)].map(([name, layer]) => [others[name] ?? name, layer]));
    // The dense layers at the end may be missing, or be other ones; they are learnt anew then.
    const isThere = (layers: ReadonlyMap<string, KerasLayer>) =>
      places.every(([name, kind]) => kind === 'dense' || isWhole(kind, layers.get(name)));
    if (isThere(named)) return { application, layers: named, named: true };
    const layers = counted === null ? null : inOrder(application, counted);
    if (layers !== null && isThere(layers)) return { application, layers, named: false };
  }
  return null;
}

function isWhole(kind: LayerKind, layer: KerasLayer | undefined): boolean {
  if (layer === undefined) return false;
  if (kind !== 'batch_normalization') return layer.kernel?.shape.length === (kind === 'dense' ? 2 : 4);
  const { gamma, beta, moving_mean: mean, moving_variance: variance } = layer;
  return [gamma, beta, mean, variance].every((array) => array?.shape.length === 1);
}

/** Counted layers under the names of those at the same place; null where there are more or fewer of a kind. */
function inOrder(
  { places }: Application,
  counted: Readonly<Record<LayerKind, readonly KerasLayer[]>>,
): ReadonlyMap<string, KerasLayer> | null {
  const layers = new Map<string, KerasLayer>();
  for (const [kind, found] of Object.entries(counted)) {
    const names = places.filter((place) => place[1] === kind).map(([name]) => name);
    if (found.length !== names.length && !(kind === 'dense' && found.length === 0)) return null;
    found.forEach((layer, i) => layers.set(names[i], layer));
  }
  return layers;
}

/** 1.001e-5 - 1e-5. */
const MORE_VARIANCE = 1e-8;

function torchvisionArrays({ architecture, places }: Application, layers: ReadonlyMap<string, KerasLayer>) {
  const arrays = new Map<string, FoundArray>();
  // Channels of the map that is flattened.
  let channels = 0;
  let isFirst = true;
  for (const [name, kind, place] of places) {
    const layer = layers.get(name);
    if (layer === undefined || !isWhole(kind, layer)) continue;
    const { kernel, bias, gamma, beta, moving_mean: mean, moving_variance: variance } = layer;
    if (kernel !== undefined && kind === 'conv2d') {
      arrays.set(`${place}.weight`, filters(kernel, isFirst && architecture === 'vgg16'));
      channels = kernel.shape[3] ?? 0;
      isFirst = false;
    }
    if (kernel !== undefined && kind === 'dense') {
      arrays.set(`${place}.weight`, transposed(kernel, place === 'classifier.0' ? channels : 1));
    }
    if (bias !== undefined) arrays.set(`${place}.bias`, bias);
    if (gamma !== undefined) arrays.set(`${place}.weight`, gamma);
    if (beta !== undefined) arrays.set(`${place}.bias`, beta);
    if (mean !== undefined) arrays.set(`${place}.running_mean`, mean);
    if (variance !== undefined) {
      arrays.set(`${place}.running_var`, { ...variance, data: variance.data.map((value) => value + MORE_VARIANCE) });
    }
  }
  return arrays;
}

/** [height,width,in,out] to [out,in,height,width]. @param reversed whether the channels that come in are blue first */
function filters({ shape, dtype, data }: FoundArray, reversed: boolean): FoundArray {
  const [height = 0, width = 0, input = 0, output = 0] = shape;
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < output; o++) {
    for (let i = 0; i < input; i++) {
      const from = reversed ? input - 1 - i : i;
      for (let pixel = 0; pixel < height * width; pixel++) turned[at++] = data[(pixel * input + from) * output + o];
    }
  }
  return { shape: [output, input, height, width], dtype, data: turned };
}

/** [in,out] to [out,in]. @param channels of which each pixel has so many in `in`; here each channel has all pixels */
function transposed({ shape, dtype, data }: FoundArray, channels: number): FoundArray {
  const [input = 0, output = 0] = shape;
  const pixels = input / channels;
  const turned = new Float32Array(data.length);
  let at = 0;
  for (let o = 0; o < output; o++) {
    for (let c = 0; c < channels; c++) {
      for (let pixel = 0; pixel < pixels; pixel++) turned[at++] = data[(pixel * channels + c) * output + o];
    }
  }
  return { shape: [output, input], dtype, data: turned };
}
