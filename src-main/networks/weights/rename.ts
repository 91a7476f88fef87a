/**
 * From names of other programs to torchvision's. The rules of each program are a table; a network is told by names
 * that only it has. Where arithmetic differs, names alone do not make a network: such networks have no rules here.
 */
import type { FoundArray } from './weights-file.ts';

type Arrays = ReadonlyMap<string, FoundArray>;

/** What wrappers of PyTorch put before every name: several processors, compilation, Lightning. */
const PREFIXES = ['module.', '_orig_mod.', 'model.'];
/** A counter of averaged weights, which stands beside them. */
const COUNTER = 'n_averaged';

/** Takes off what wrappers put before every name. */
export function withoutPrefix(arrays: Arrays): Arrays {
  const names = [...arrays.keys()].filter((name) => name !== COUNTER);
  const prefix = PREFIXES.find((start) => names.length > 0 && names.every((name) => name.startsWith(start)));
  if (prefix === undefined) return arrays;
  const renamed = new Map<string, FoundArray>();
  for (const [name, array] of arrays) if (name !== COUNTER) renamed.set(name.slice(prefix.length), array);
  return withoutPrefix(renamed);
}

/** The beginning of a name, and what stands in its place; groups of the pattern are numbers of stages and blocks. */
type Rule = readonly [pattern: RegExp, place: string | ((...numbers: number[]) => string)];

interface Convention {
  /** Continues "names of ...". */
  readonly of: string;
  /** Names that files of this kind have, all of them. */
  readonly signs: readonly string[];
  /** A name that they have not. */
  readonly without?: string;
  readonly rules: readonly Rule[];
  /** From the shape in the file, given the new name; the numbers stay as they are. */
  readonly reshape?: (name: string, shape: readonly number[]) => readonly number[];
}

/** Number of the block from the first stage on, of stages with so many blocks. */
function blockOf(stages: readonly number[], stage: number, block: number): number {
  return stages.slice(0, stage).reduce((sum, count) => sum + count, block);
}

const MOBILENET_STAGES = [1, 2, 3, 4, 3, 3, 1];
const mobile = (place: string) => (stage: number, block: number) =>
  `features.${1 + blockOf(MOBILENET_STAGES, stage, block)}.conv.${place}`;
const efficient = (place: string) => (stage: number, block: number) => `features.${stage + 1}.${block}.block.${place}`;
const convnext = (place: string) => (stage: number, block: number) => `features.${2 * stage + 1}.${block}.${place}`;
const INVERTED = 'blocks.1.0.conv_pwl.weight';
const SQUEEZE = 'blocks.0.0.se.conv_reduce.weight';

const CONVENTIONS: readonly Convention[] = [
  {
    of: 'timm (VGG)',
    signs: ['pre_logits.fc1.weight', 'features.0.weight'],
    rules: [
      [/^pre_logits\.fc1(?=\.)/, 'classifier.0'],
      [/^pre_logits\.fc2(?=\.)/, 'classifier.3'],
      [/^head\.fc(?=\.)/, 'classifier.6'],
    ],
    // Its dense layers are convolutions as large as the map: the same numbers in the same order.
    reshape: (name, shape) =>
      name.startsWith('classifier.') && shape.length === 4 ? [shape[0], shape[1] * shape[2] * shape[3]] : shape,
  },
  {
    of: 'timm (MobileNetV2)',
    signs: ['conv_stem.weight', INVERTED],
    without: SQUEEZE,
    rules: [
      [/^conv_stem(?=\.)/, 'features.0.0'],
      [/^bn1(?=\.)/, 'features.0.1'],
      [/^conv_head(?=\.)/, 'features.18.0'],
      [/^bn2(?=\.)/, 'features.18.1'],
      [/^classifier(?=\.)/, 'classifier.1'],
      // The first block has no widening convolution.
      [/^blocks\.(0)\.(0)\.conv_dw(?=\.)/, mobile('0.0')],
      [/^blocks\.(0)\.(0)\.bn1(?=\.)/, mobile('0.1')],
      [/^blocks\.(0)\.(0)\.conv_pw(?=\.)/, mobile('1')],
      [/^blocks\.(0)\.(0)\.bn2(?=\.)/, mobile('2')],
      [/^blocks\.(\d+)\.(\d+)\.conv_pw(?=\.)/, mobile('0.0')],
      [/^blocks\.(\d+)\.(\d+)\.bn1(?=\.)/, mobile('0.1')],
      [/^blocks\.(\d+)\.(\d+)\.conv_dw(?=\.)/, mobile('1.0')],
      [/^blocks\.(\d+)\.(\d+)\.bn2(?=\.)/, mobile('1.1')],
      [/^blocks\.(\d+)\.(\d+)\.conv_pwl(?=\.)/, mobile('2')],
      [/^blocks\.(\d+)\.(\d+)\.bn3(?=\.)/, mobile('3')],
    ],
  },
  {
    of: 'timm (EfficientNet)',
    signs: ['conv_stem.weight', INVERTED, SQUEEZE],
    rules: [
      [/^conv_stem(?=\.)/, 'features.0.0'],
      [/^bn1(?=\.)/, 'features.0.1'],
      [/^conv_head(?=\.)/, 'features.8.0'],
      [/^bn2(?=\.)/, 'features.8.1'],
      [/^classifier(?=\.)/, 'classifier.1'],
      [/^blocks\.(0)\.(\d+)\.conv_dw(?=\.)/, efficient('0.0')],
      [/^blocks\.(0)\.(\d+)\.bn1(?=\.)/, efficient('0.1')],
      [/^blocks\.(0)\.(\d+)\.se\.conv_reduce(?=\.)/, efficient('1.fc1')],
      [/^blocks\.(0)\.(\d+)\.se\.conv_expand(?=\.)/, efficient('1.fc2')],
      [/^blocks\.(0)\.(\d+)\.conv_pw(?=\.)/, efficient('2.0')],
      [/^blocks\.(0)\.(\d+)\.bn2(?=\.)/, efficient('2.1')],
      [/^blocks\.(\d+)\.(\d+)\.conv_pw(?=\.)/, efficient('0.0')],
      [/^blocks\.(\d+)\.(\d+)\.bn1(?=\.)/, efficient('0.1')],
      [/^blocks\.(\d+)\.(\d+)\.conv_dw(?=\.)/, efficient('1.0')],
      [/^blocks\.(\d+)\.(\d+)\.bn2(?=\.)/, efficient('1.1')],
      [/^blocks\.(\d+)\.(\d+)\.se\.conv_reduce(?=\.)/, efficient('2.fc1')],
      [/^blocks\.(\d+)\.(\d+)\.se\.conv_expand(?=\.)/, efficient('2.fc2')],
      [/^blocks\.(\d+)\.(\d+)\.conv_pwl(?=\.)/, efficient('3.0')],
      [/^blocks\.(\d+)\.(\d+)\.bn3(?=\.)/, efficient('3.1')],
    ],
  },
  {
    of: 'timm (ConvNeXt)',
    signs: ['stem.0.weight', 'stages.0.blocks.0.conv_dw.weight', 'stages.0.blocks.0.mlp.fc1.weight'],
    rules: [
      [/^stem\.(\d)(?=\.)/, (part) => `features.0.${part}`],
      [/^stages\.(\d)\.downsample\.(\d)(?=\.)/, (stage, part) => `features.${2 * stage}.${part}`],
      [/^stages\.(\d)\.blocks\.(\d+)\.conv_dw(?=\.)/, convnext('block.0')],
      [/^stages\.(\d)\.blocks\.(\d+)\.norm(?=\.)/, convnext('block.2')],
      [/^stages\.(\d)\.blocks\.(\d+)\.mlp\.fc1(?=\.)/, convnext('block.3')],
      [/^stages\.(\d)\.blocks\.(\d+)\.mlp\.fc2(?=\.)/, convnext('block.5')],
      [/^stages\.(\d)\.blocks\.(\d+)\.gamma$/, convnext('layer_scale')],
      [/^head\.norm(?=\.)/, 'classifier.0'],
      [/^head\.fc(?=\.)/, 'classifier.2'],
    ],
    reshape: (name, shape) => (name.endsWith('.layer_scale') && shape.length === 1 ? [shape[0], 1, 1] : shape),
  },
  {
    // The weights that torchvision itself publishes are as old as this.
    of: 'an early torchvision (DenseNet)',
    signs: ['features.denseblock1.denselayer1.norm.1.weight'],
    rules: [
      [
        /^features\.denseblock(\d+)\.denselayer(\d+)\.norm\.(\d)(?=\.)/,
        (block, layer, i) => `features.denseblock${block}.denselayer${layer}.norm${i}`,
      ],
      [
        /^features\.denseblock(\d+)\.denselayer(\d+)\.conv\.(\d)(?=\.)/,
        (block, layer, i) => `features.denseblock${block}.denselayer${layer}.conv${i}`,
      ],
    ],
  },
];

/** Arrays under torchvision's names, with a sentence where they had others. Names that no rule knows stay. */
export function torchvisionNames(arrays: Arrays): { readonly arrays: Arrays; readonly notes: readonly string[] } {
  const convention = CONVENTIONS.find(
    ({ signs, without }) => signs.every((sign) => arrays.has(sign)) && (without === undefined || !arrays.has(without)),
  );
  if (convention === undefined) return { arrays, notes: [] };
  const { of, rules, reshape } = convention;
  const renamed = new Map<string, FoundArray>();
  for (const [name, array] of arrays) {
    const place = renamedBy(rules, name);
    renamed.set(place, reshape === undefined ? array : { ...array, shape: reshape(place, array.shape) });
  }
  return { arrays: renamed, notes: [`The arrays have the names of ${of}; torchvision’s were put in their place.`] };
}

function renamedBy(rules: readonly Rule[], name: string): string {
  for (const [pattern, place] of rules) {
    const found = pattern.exec(name);
    if (found === null) continue;
    const start = typeof place === 'string' ? place : place(...found.slice(1).map(Number));
    return start + name.slice(found[0].length);
  }
  return name;
}
