/**
 * Weights that a person may ask to be downloaded: torchvision's first ImageNet weights (`IMAGENET1K_V1`) of the networks
 * here. A short list, pinned: what was fetched is used only if its SHA-256 is the one that stands here.
 *
 * Sources. File names, sizes in mebibytes (three digits) and pictures of 224 pixels: the weights' records in
 * github.com/pytorch/vision, torchvision/models/{resnet,vgg,densenet,mobilenetv2,efficientnet,convnext}.py, version
 * 0.28. The eight hex digits in a file's name are the beginning of its SHA-256, which torch.hub checks
 * (torch/hub.py, `load_state_dict_from_url`, `check_hash`). Whole hashes and sizes in bytes: as public projects that
 * pin these files wrote them down after downloading, the hashes each found in at least two of them, each beginning with
 * the digits of the name, the sizes each equal to that of the record in all its digits (VGG-16: the LibreYOLO
 * project's page of its VGG source checkpoints). Where nobody wrote them down, the beginning and the size of the record
 * are what there is.
 */
import type { ArchitectureName } from '../../contract/settings.ts';

/** SHA-256 in lower-case hex. */
export type PinnedHash = { readonly whole: string } | { readonly beginning: string };

/** In bytes; `about` is right to a thousandth of a mebibyte. */
export type PinnedSize = { readonly exact: number } | { readonly about: number };

export interface PublishedWeights {
  readonly id: string;
  /** "ResNet-18, trained on ImageNet". */
  readonly title: string;
  readonly architecture: ArchitectureName;
  readonly fileName: string;
  /** Address of the publisher. */
  readonly url: string;
  readonly size: PinnedSize;
  readonly sha256: PinnedHash;
  readonly publisher: string;
  readonly licence: string;
  /** What its pictures were: side in pixels, and per channel, of values in [0,1]. */
  readonly input: { readonly size: number; readonly mean: readonly number[]; readonly std: readonly number[] };
  readonly classes: number;
}

/** What a mirror takes the place of. */
const PUBLISHER_PREFIX = 'https://download.pytorch.org/models/';

const MEBIBYTE = 2 ** 20;
const exact = (bytes: number): PinnedSize => ({ exact: bytes });
const about = (mebibytes: number): PinnedSize => ({ about: Math.round(mebibytes * MEBIBYTE) });
const whole = (hash: string): PinnedHash => ({ whole: hash });
/** What the name of the file says, and no more. */
const beginning = (hash: string): PinnedHash => ({ beginning: hash });

const LICENCE =
  'BSD-3-Clause, that of torchvision. They were trained on ImageNet, whose terms allow its pictures to be used for ' +
  'research; what that means for weights is for you to judge.';

export const PUBLISHED_WEIGHTS: readonly PublishedWeights[] = [
  row(
    'resnet18',
    'ResNet-18',
    'resnet18-f37072fd.pth',
    exact(46_830_571),
    whole('f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec'),
  ),
  row(
    'resnet34',
    'ResNet-34',
    'resnet34-b627a593.pth',
    exact(87_319_819),
    whole('b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f'),
  ),
  row(
    'resnet50',
    'ResNet-50',
    'resnet50-0676ba61.pth',
    exact(102_530_333),
    whole('0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a'),
  ),
  row(
    'resnet101',
    'ResNet-101',
    'resnet101-63fe2227.pth',
    about(170.511),
    whole('63fe2227b86e8f1f2063f43a75c84d195911b6a0eace650907dd3dc62dd49a0a'),
  ),
  // Half the size of its numbers: they are stored in 16 bits.
  row(
    'wide_resnet50_2',
    'WideResNet-50-2',
    'wide_resnet50_2-95faca4d.pth',
    exact(138_223_492),
    whole('95faca4d11227dddf8633dbb5ff6c8a9003c1aa5b8945c73834b8007b10950b8'),
  ),
  row('vgg11', 'VGG-11', 'vgg11-8a719046.pth', about(506.84), beginning('8a719046')),
  row('vgg11_bn', 'VGG-11 with batch norm', 'vgg11_bn-6002323d.pth', about(506.881), beginning('6002323d')),
  row('vgg13', 'VGG-13', 'vgg13-19584684.pth', about(507.545), beginning('19584684')),
  row('vgg13_bn', 'VGG-13 with batch norm', 'vgg13_bn-abd245e5.pth', about(507.59), beginning('abd245e5')),
  row(
    'vgg16',
    'VGG-16',
    'vgg16-397923af.pth',
    exact(553_433_881),
    whole('397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0'),
  ),
  row(
    'vgg16_bn',
    'VGG-16 with batch norm',
    'vgg16_bn-6c64b313.pth',
    exact(553_507_836),
    whole('6c64b3138f2f4fcb3bcc4cafde11619c4f440eb1631787e93a682fd88305888a'),
  ),
  row(
    'densenet121',
    'DenseNet-121',
    'densenet121-a639ec97.pth',
    exact(32_342_954),
    whole('a639ec97d7c33b07ae66f0b5fb7d0192f95a3b11b7576c66c0126c2a727c4395'),
  ),
  row(
    'mobilenet_v2',
    'MobileNetV2',
    'mobilenet_v2-b0353104.pth',
    about(13.555),
    whole('b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889'),
  ),
  row(
    'efficientnet_b0',
    'EfficientNet-B0',
    'efficientnet_b0_rwightman-7f5810bc.pth',
    exact(21_444_401),
    whole('7f5810bc96def8f7552d5b7e68d53c4786f81167d28291b21c0d90e1fca14934'),
  ),
  row(
    'convnext_tiny',
    'ConvNeXt-Tiny',
    'convnext_tiny-983f1562.pth',
    exact(114_419_221),
    whole('983f1562536e84ff750a1576fb08e54de751dbf2e17c0d8a4a13704341fdcd3d'),
  ),
];

function row(
  architecture: ArchitectureName,
  name: string,
  fileName: string,
  size: PinnedSize,
  sha256: PinnedHash,
): PublishedWeights {
  return {
    ...{ id: `${architecture}-imagenet`, title: `${name}, trained on ImageNet`, architecture, fileName, size, sha256 },
    url: PUBLISHER_PREFIX + fileName,
    publisher: 'PyTorch (torchvision)',
    licence: LICENCE,
    input: { size: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
    classes: 1000,
  };
}

/** The size to show, in bytes. */
export function sizeOf({ size }: PublishedWeights): number {
  return 'exact' in size ? size.exact : size.about;
}

/** The pinned digits: all 64, or the beginning. */
export function digitsOf({ sha256 }: PublishedWeights): string {
  return 'whole' in sha256 ? sha256.whole : sha256.beginning;
}

/** Whether this is the SHA-256 of these weights, as far as it is known. @param hash 64 lower-case hex digits */
export function isPinned({ sha256 }: PublishedWeights, hash: string): boolean {
  return 'whole' in sha256 ? hash === sha256.whole : hash.startsWith(sha256.beginning);
}

/** `about` is right to 525 bytes; a record may be of a file that was packed anew, with the same numbers. */
const TOLERANCE = 2 ** 16;

/** Whether a file of so many bytes can be these weights. */
export function canBeSize({ size }: PublishedWeights, bytes: number): boolean {
  return 'exact' in size ? bytes === size.exact : Math.abs(bytes - size.about) <= TOLERANCE;
}

/** A larger file than this is not these weights. */
export function largestSize({ size }: PublishedWeights): number {
  return 'exact' in size ? size.exact : size.about + TOLERANCE;
}
