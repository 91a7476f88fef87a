/** From settings to an architecture. */
import type { NetworkSettings } from '../contract/settings.ts';
import type { Architecture } from './layer.ts';
import { resnet } from './resnet.ts';
import { vgg11WithNorm } from './vgg.ts';

/** @param classes number of logits, at least 2. */
export function buildArchitecture(
  settings: Pick<NetworkSettings, 'architecture' | 'width' | 'stem' | 'lastStride'>,
  classes: number,
): Architecture {
  const { architecture, width, stem, lastStride } = settings;
  return architecture === 'vgg11_bn'
    ? vgg11WithNorm(width, classes)
    : resnet(architecture, width, stem, lastStride, classes);
}
