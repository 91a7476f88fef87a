/**
 * Do arrays of a file belong to a network? Other than networks/matching.ts, which refuses what does not fit wholly,
 * this gives all that fits and all that does not, as data and as sentences.
 */
import type { Architecture, DenseLayer } from '../layer.ts';
import { isShape, shapesOf } from '../matching.ts';
import { describeParameters } from '../parameters.ts';
import { elementsOf } from './weights-file.ts';

/** A counter that PyTorch's batch norms carry and nobody needs. */
const IGNORED = /(^|\.)num_batches_tracked$/;
/** So many names of a kind are said; the rest is counted. */
const SAID = 3;

type Shaped = ReadonlyMap<string, { readonly shape: readonly number[] }>;

export interface WeightsMatch {
  /** Names of the arrays that fit. */
  readonly matched: readonly string[];
  /** Names that the network needs and the file lacks. */
  readonly missing: readonly string[];
  /** Names that the file has and the network does not. */
  readonly unexpected: readonly string[];
  readonly wronglyShaped: readonly {
    readonly name: string;
    readonly expected: readonly number[];
    readonly found: readonly number[];
  }[];
  /** Numbers of classes, where the last layer differs in nothing else: it is to be trained anew. */
  readonly headReplaced: { readonly expected: number; readonly found: number } | null;
  /** Share of the network's numbers that the file has, 0 to 1. */
  readonly share: number;
}

/** @param classes the number wanted, where it is another than the network's own */
export function matchWeights(network: Architecture, found: Shaped, classes = network.classes): WeightsMatch {
  const expected = new Map(shapesOf(describeParameters(network)));
  const head = lastDense(network);
  if (head !== null) {
    expected.set(`${head.name}.weight`, [classes, head.input]);
    if (head.bias !== false) expected.set(`${head.name}.bias`, [classes]);
  }
  const matched: string[] = [];
  const missing: string[] = [];
  const wronglyShaped: WeightsMatch['wronglyShaped'][number][] = [];
  let needed = 0;
  let there = 0;
  for (const [name, shape] of expected) {
    const array = found.get(name);
    needed += elementsOf(shape);
    if (array === undefined) missing.push(name);
    else if (!isShape(array.shape, shape)) wronglyShaped.push({ name, expected: shape, found: array.shape });
    else {
      matched.push(name);
      there += elementsOf(shape);
    }
  }
  const unexpected = [...found.keys()].filter((name) => !expected.has(name) && !IGNORED.test(name));
  const weight = found.get(`${head?.name ?? ''}.weight`)?.shape;
  const isOnlyHead =
    head !== null &&
    weight?.length === 2 &&
    weight[1] === head.input &&
    weight[0] !== classes &&
    wronglyShaped.every(({ name }) => name === `${head.name}.weight` || name === `${head.name}.bias`);
  return {
    matched,
    missing,
    unexpected,
    wronglyShaped,
    headReplaced: isOnlyHead ? { expected: classes, found: weight[0] } : null,
    share: needed === 0 ? 0 : there / needed,
  };
}

/** What a match means, for a person. */
export function matchSentences(network: string, match: WeightsMatch): string[] {
  const { matched, missing, unexpected, wronglyShaped, headReplaced } = match;
  const sentences: string[] = [];
  if (missing.length === 0 && wronglyShaped.length === 0) sentences.push(`All weights of ${network} are in the file.`);
  else sentences.push(`${matched.length} of the arrays of ${network} are in the file and fit.`);
  if (headReplaced !== null) {
    const { expected, found } = headReplaced;
    sentences.push(`The file tells ${found} classes apart, not ${expected}: the last layer is to be trained anew.`);
  } else if (wronglyShaped.length > 0) {
    const shown = wronglyShaped.map((each) => `${each.name} (${list(each.found)} instead of ${list(each.expected)})`);
    sentences.push(`Another shape than the network’s have ${few(shown)}.`);
  }
  if (missing.length > 0) sentences.push(`The file lacks ${few(missing)}.`);
  if (unexpected.length > 0) sentences.push(`The network has no ${few(unexpected)}.`);
  return sentences;
}

/** The layer that gives the logits. */
function lastDense(network: Architecture): DenseLayer | null {
  const last = network.head.at(-1);
  return last?.op === 'dense' ? last : null;
}

function few(names: readonly string[]): string {
  const more = names.length - SAID;
  return names.slice(0, SAID).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function list(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
