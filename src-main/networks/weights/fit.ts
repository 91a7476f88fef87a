/**
 * Which network arrays of a file are, as settings that build exactly it: what is read off shapes, and from what the
 * file says of itself where shapes cannot tell. All must fit but what comes after the map that heatmaps are taken from:
 * that is learnt anew where it is missing or tells other classes apart.
 */
import { ARCHITECTURES } from '../../contract/settings.ts';
import type { ArchitectureName, NetworkSettings, Stem } from '../../contract/settings.ts';
import { buildArchitecture } from '../architectures.ts';
import { interpretableOf } from '../interpretable/interpretable.ts';
import { type Architecture, visitLayers } from '../layer.ts';
import { isShape, shapesOf } from '../matching.ts';
import { describeParameters } from '../parameters.ts';
import { elementsOf } from './weights-file.ts';

/** Arrays by torchvision's names, of which the shapes are looked at. */
type Shapes = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** Settings of a network, but for what its pictures are. */
export type ShapeSettings = Omit<NetworkSettings, 'mean' | 'std' | 'size'>;

export interface NetworkFit {
  readonly settings: ShapeSettings;
  /** Names of the arrays that fit. */
  readonly matched: readonly string[];
  /** Share of the network's numbers that the file has, 0 to 1. */
  readonly share: number;
  /** Numbers that the last layer gives; 0 where the file has no last layer that fits. */
  readonly outputs: number;
  /** Names of arrays after the map that the file lacks, or has in another shape. */
  readonly learntAnew: readonly string[];
  /** Why these arrays are not those of the network, continuing "because"; null: they are. */
  readonly problem: string | null;
}

/** So many names are said; the rest is counted. */
const SAID = 3;
/** Channels are rounded in some networks, so that the first layer does not tell the width exactly. */
const NEAR = 8;
const WIDEST = 256;
/** A counter that PyTorch's batch norms carry and nobody needs. */
const IGNORED = /(^|\.)num_batches_tracked$/;

const FIRST_FILTER: Readonly<Record<string, string>> = {
  densenet121: 'features.conv0.weight',
  mobilenet_v2: 'features.0.0.weight',
  efficientnet_b0: 'features.0.0.weight',
  convnext_tiny: 'features.0.0.weight',
};

/** The networks that arrays could be of, the best first: those that fit, then those of which a part fits. */
export function fitNetworks(shapes: Shapes, hints: Partial<ShapeSettings> = {}): NetworkFit[] {
  const names = hints.architecture === undefined ? ARCHITECTURES : [hints.architecture];
  return names
    .flatMap((name) => fitNetwork(name, shapes, hints) ?? [])
    .sort((a, b) => Number(a.problem !== null) - Number(b.problem !== null) || b.share - a.share);
}

/** Null where the first layer of this network is not among the arrays. */
function fitNetwork(
  architecture: ArchitectureName,
  shapes: Shapes,
  hints: Partial<ShapeSettings> = {},
): NetworkFit | null {
  const name = FIRST_FILTER[architecture] ?? (architecture.startsWith('vgg') ? 'features.0.weight' : 'conv1.weight');
  const filter = shapes.get(name)?.shape;
  if (filter?.length !== 4 || filter[1] !== 3) return null;
  const [first] = filter;
  const widths = [hints.width ?? first, first];
  for (let off = 1; off <= NEAR; off++) widths.push(first - off, first + off);
  const possible = [...new Set(widths)].filter((width) => width >= 1 && width <= WIDEST);
  let best: NetworkFit | null = null;
  for (const width of possible) {
    const fit = compare({ ...settingsOf(architecture, shapes, filter, hints), width }, shapes);
    if (best === null || (best.problem !== null && fit.problem === null)) best = fit;
    // Networks whose channels are not rounded have exactly one width.
    if (best.problem === null || !(architecture in FIRST_FILTER)) break;
  }
  return best;
}

function settingsOf(
  architecture: ArchitectureName,
  shapes: Shapes,
  filter: readonly number[],
  hints: Partial<ShapeSettings>,
): Omit<ShapeSettings, 'width'> {
  const interpretable = interpretableOf((name) => shapes.has(name));
  const vectors = [...shapes].find(([name]) => name.endsWith('.vectors'))?.[1].shape ?? [];
  const classes = classesIn(shapes) ?? 1;
  const isResnet = architecture.includes('resnet');
  const hinted: Stem = hints.stem === undefined || hints.stem === 'imagenet' ? 'small' : hints.stem;
  return {
    architecture,
    stem: !isResnet || filter[2] === 7 ? 'imagenet' : hinted,
    lastStride: isResnet ? (hints.lastStride ?? 2) : 2,
    head: shapes.has('classifier.3.weight') ? 'torchvision' : 'light',
    interpretable,
    prototypesPerClass: vectors.length === 0 ? 10 : Math.max(1, Math.floor(vectors[0] / classes)),
    prototypeChannels: vectors[1] ?? 128,
  };
}

/** Rows of what tells classes apart. */
function classesIn(shapes: Shapes): number | null {
  const telling = /(^|\.)(class_activation|gate)$|^(fc|classifier(\.\d)?|last_layer)\.weight$/;
  const found = [...shapes].filter(([name, { shape }]) => telling.test(name) && shape.length === 2);
  // Of several dense layers the last.
  return found.at(-1)?.[1].shape[0] ?? null;
}

function compare(settings: ShapeSettings, shapes: Shapes): NetworkFit {
  const head = lastDense(buildArchitecture(settings, 2));
  const rows = shapes.get(`${head}.weight`)?.shape[0] ?? classesIn(shapes) ?? 2;
  const architecture = buildArchitecture(settings, Math.max(2, rows));
  const after = namesOfHead(architecture);
  const matched: string[] = [];
  const learntAnew: string[] = [];
  const missing: string[] = [];
  const unlike: string[] = [];
  let needed = 0;
  let there = 0;
  const expected = shapesOf(describeParameters(architecture));
  for (const [name, shape] of expected) {
    const found = shapes.get(name)?.shape;
    needed += elementsOf(shape);
    if (found !== undefined && isShape(found, shape)) {
      matched.push(name);
      there += elementsOf(shape);
    } else if (after.some((start) => name.startsWith(start))) learntAnew.push(name);
    else if (found === undefined) missing.push(name);
    else unlike.push(`${name} ([${found.join(', ')}] instead of [${shape.join(', ')}])`);
  }
  const unknown = [...shapes.keys()].filter(
    (name) => !expected.has(name) && !IGNORED.test(name) && !/^(fc|classifier|head|last_layer)(\.|$)/.test(name),
  );
  const problems = [
    ...(missing.length > 0 ? [`they lack ${few(missing)}`] : []),
    ...(unlike.length > 0 ? [`the shape is another one in ${few(unlike)}`] : []),
    ...(unknown.length > 0 ? [`this network has no ${few(unknown)}`] : []),
  ];
  return {
    settings,
    matched,
    share: there / needed,
    outputs: matched.includes(`${head}.weight`) ? rows : 0,
    learntAnew,
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}

/** Beginnings of the names of what comes after the map. */
function namesOfHead({ head }: Architecture): string[] {
  const names: string[] = [];
  visitLayers(head, (layer) => {
    if ('name' in layer) names.push(layer.name === '' ? '' : `${layer.name}.`);
  });
  return names;
}

/** Name of the layer that gives the logits. */
function lastDense({ head }: Architecture): string {
  const last = head.at(-1);
  return last?.op === 'dense' ? last.name : '';
}

function few(names: readonly string[]): string {
  const more = names.length - SAID;
  return names.slice(0, SAID).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
