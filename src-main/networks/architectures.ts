/** From settings to an architecture. */
import type { NetworkSettings } from '../contract/settings.ts';
import type { Architecture } from './layer.ts';
import { resnet } from './resnet.ts';
import { lightEnd, vgg } from './vgg.ts';

/** @param classes number of logits, at least 2. */
export function buildArchitecture(
  settings: Pick<NetworkSettings, 'architecture' | 'width' | 'stem' | 'lastStride'>,
  classes: number,
): Architecture {
  const { architecture, width, stem, lastStride } = settings;
  switch (architecture) {
    case 'vgg11':
    case 'vgg11_bn':
    case 'vgg13':
    case 'vgg13_bn':
    case 'vgg16':
    case 'vgg16_bn':
      return vgg(architecture, width, lightEnd(width), classes);
    default:
      return resnet(architecture, width, stem, lastStride, classes);
  }
}
