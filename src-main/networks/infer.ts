/**
 * Which network a file of weights is, as far as its shapes can tell: width, first layers, number of classes, sizes of
 * the dense layers. Strides leave no trace in shapes and must be said.
 */
import { SteadygazeError } from '../contract/errors.ts';
import type { ArchitectureName, Stem } from '../contract/settings.ts';
import { convnextTiny } from './convnext.ts';
import { densenet121 } from './densenet.ts';
import { efficientnetB0 } from './efficientnet.ts';
import { interpretableNetwork, interpretableOf } from './interpretable/interpretable.ts';
import type { Architecture } from './layer.ts';
import { MOBILENET_LAST, MOBILENET_STARTS, mobilenetV2 } from './mobilenet.ts';
import { resnet, type ResnetName } from './resnet.ts';
import { vgg, type VggEnd, type VggName } from './vgg.ts';

/** Arrays by torchvision's names, of which the shapes are looked at. */
export type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** What shapes cannot tell. */
export interface Strides {
  /** Of a ResNet whose first filter is 3x3: stride 1 (`small`) or 2 (`half`). */
  readonly stem?: 'small' | 'half';
  /** Of the last stage of a ResNet. */
  readonly lastStride?: 1 | 2;
}

/**
 * The network of this name with the sizes of these arrays, and with what it explains itself by. Where they do not fit
 * each other, the network is one that they do not fit: importing says which.
 * @throws SteadygazeError `weights-invalid` where an array that tells the sizes is missing or senseless
 */
export function inferArchitecture(name: ArchitectureName, shapes: Shapes, strides: Strides = {}): Architecture {
  const interpretable = interpretableOf((array) => shapes.has(array));
  if (interpretable === 'protopnet') return inferPrototypeNetwork(name, shapes, strides);
  return interpretableNetwork(inferBackbone(name, shapes, strides), { interpretable });
}

/** The backbone has no head of its own: one of the right number of classes is made up, and put away again. */
function inferPrototypeNetwork(name: ArchitectureName, shapes: Shapes, strides: Strides): Architecture {
  const look = new Look(name, shapes);
  const classes = look.size('last_layer.weight', 0);
  const heads = ['fc', 'classifier', 'classifier.0', 'classifier.1', 'classifier.2'];
  const own = heads.map((head) => [`${head}.weight`, { shape: [classes, 1] }] as const);
  return interpretableNetwork(inferBackbone(name, new Map([...shapes, ...own]), strides), {
    interpretable: 'protopnet',
    prototypesPerClass: Math.max(1, Math.floor(look.size('prototype.vectors', 0) / classes)),
    prototypeChannels: look.size('prototype.vectors', 1),
  });
}

function inferBackbone(name: ArchitectureName, shapes: Shapes, strides: Strides): Architecture {
  const look = new Look(name, shapes);
  switch (name) {
    case 'densenet121': {
      const growth = look.size('features.denseblock1.denselayer1.conv2.weight', 0);
      return densenet121({ first: look.size('features.conv0.weight', 0), growth }, look.size('classifier.weight', 0));
    }
    case 'mobilenet_v2':
      return inferMobilenet(look);
    case 'efficientnet_b0':
      return inferEfficientnet(look);
    case 'convnext_tiny': {
      const stages = [1, 3, 5, 7].map((stage) => look.size(`features.${stage}.0.layer_scale`, 0));
      return convnextTiny(stages, look.size('classifier.2.weight', 0));
    }
    case 'vgg11':
    case 'vgg11_bn':
    case 'vgg13':
    case 'vgg13_bn':
    case 'vgg16':
    case 'vgg16_bn':
      return inferVgg(name, look);
    default:
      return inferResnet(name, look, strides);
  }
}

function inferResnet(name: ResnetName, look: Look, { stem, lastStride = 2 }: Strides): Architecture {
  const kernel = look.size('conv1.weight', 2);
  const first: Stem = kernel === 7 ? 'imagenet' : (stem ?? 'small');
  return resnet(name, look.size('conv1.weight', 0), first, lastStride, look.size('fc.weight', 0));
}

function inferVgg(name: VggName, look: Look): Architecture {
  const width = look.size('features.0.weight', 0);
  const kind = look.has('classifier.2.weight') ? 'light' : 'torchvision';
  const names = kind === 'light' ? ['classifier.0', 'classifier.2'] : ['classifier.0', 'classifier.3', 'classifier.6'];
  const outputs = names.map((dense) => look.size(`${dense}.weight`, 0));
  const end: VggEnd = {
    kind,
    // The last convolutions have 8 times the width.
    side: Math.max(1, Math.round(Math.sqrt(look.size('classifier.0.weight', 1) / (width * 8)))),
    hidden: outputs.slice(0, -1),
  };
  return vgg(name, width, end, outputs[outputs.length - 1]);
}

function inferMobilenet(look: Look): Architecture {
  // A block without expansion narrows in its second part, the others in their third.
  const stages = MOBILENET_STARTS.map((place, i) => look.size(`features.${place}.conv.${i === 0 ? 1 : 2}.weight`, 0));
  const last = look.size(`features.${MOBILENET_LAST}.0.weight`, 0);
  const sizes = { first: look.size('features.0.0.weight', 0), stages, last };
  return mobilenetV2(sizes, look.size('classifier.1.weight', 0));
}

function inferEfficientnet(look: Look): Architecture {
  const stages = [1, 2, 3, 4, 5, 6, 7].map((stage) =>
    look.size(`features.${stage}.0.block.${stage === 1 ? 2 : 3}.0.weight`, 0),
  );
  const sizes = { first: look.size('features.0.0.weight', 0), stages, last: look.size('features.8.0.weight', 0) };
  return efficientnetB0(sizes, look.size('classifier.1.weight', 0));
}

/** Larger than any layer of any network here: a larger one is a mistake, or meant to fill the memory. */
const LARGEST = 2 ** 17;

/** Looks at shapes, and says what it misses. */
class Look {
  readonly #network: string;
  readonly #shapes: Shapes;

  constructor(network: string, shapes: Shapes) {
    this.#network = network;
    this.#shapes = shapes;
  }

  has(name: string): boolean {
    return this.#shapes.has(name);
  }

  /** One side of an array. */
  size(name: string, axis: number): number {
    const found = this.#shapes.get(name);
    const side = found?.shape[axis];
    if (side !== undefined && side >= 1 && side <= LARGEST) return side;
    throw new SteadygazeError(
      'weights-invalid',
      found === undefined
        ? `These are not weights of ${this.#network}: they lack ${name}.`
        : `These are not weights of ${this.#network}: ${name} has the shape [${found.shape.join(', ')}].`,
      'Check that the name of the network is that of the weights, and that the tensors have torchvision’s names.',
    );
  }
}
