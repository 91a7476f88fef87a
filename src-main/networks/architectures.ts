/** From settings, or from a name alone, to an architecture. */
import type { ArchitectureName, NetworkSettings } from '../contract/settings.ts';
import { convnextStages, convnextTiny } from './convnext.ts';
import { densenet121 } from './densenet.ts';
import { efficientnetB0, efficientnetSizes } from './efficientnet.ts';
import { interpretableNetwork } from './interpretable/interpretable.ts';
import type { Architecture } from './layer.ts';
import { mobilenetSizes, mobilenetV2 } from './mobilenet.ts';
import { resnet } from './resnet.ts';
import { lightEnd, TORCHVISION_END, vgg, type VggEnd } from './vgg.ts';

type Settings = Pick<NetworkSettings, 'architecture' | 'width' | 'stem' | 'lastStride'> & Partial<NetworkSettings>;

/**
 * A network for training here, with what it explains itself by. Stem and last stride are those of ResNets; other
 * networks begin as torchvision's do. What is absent has its default: VGGs end lightly, pictures are normalised as
 * ImageNet's.
 * @param classes number of logits, at least 2.
 */
export function buildArchitecture(settings: Settings, classes: number): Architecture {
  const { head, width, mean, std } = settings;
  const plain = build(settings, head === 'torchvision' ? TORCHVISION_END : lightEnd(width), classes);
  const scaled = mean === undefined || std === undefined ? plain : { ...plain, input: { mean, std } };
  return interpretableNetwork(scaled, settings);
}

/** Channels of the first stage in torchvision. */
function fullWidth(name: ArchitectureName): number {
  if (name === 'convnext_tiny') return 96;
  return name === 'mobilenet_v2' || name === 'efficientnet_b0' ? 32 : 64;
}

/** The network as torchvision builds it. */
export function torchvisionArchitecture(name: ArchitectureName, classes = 1000): Architecture {
  const settings: Settings = { architecture: name, width: fullWidth(name), stem: 'imagenet', lastStride: 2 };
  return build(settings, TORCHVISION_END, classes);
}

function build({ architecture, width, stem, lastStride }: Settings, end: VggEnd, classes: number): Architecture {
  switch (architecture) {
    case 'densenet121':
      return densenet121({ first: width, growth: Math.max(1, Math.floor(width / 2)) }, classes);
    case 'mobilenet_v2':
      return mobilenetV2(mobilenetSizes(width), classes);
    case 'efficientnet_b0':
      return efficientnetB0(efficientnetSizes(width), classes);
    case 'convnext_tiny':
      return convnextTiny(convnextStages(width), classes);
    case 'vgg11':
    case 'vgg11_bn':
    case 'vgg13':
    case 'vgg13_bn':
    case 'vgg16':
    case 'vgg16_bn':
      return vgg(architecture, width, end, classes);
    default:
      return resnet(architecture, width, stem, lastStride, classes);
  }
}
