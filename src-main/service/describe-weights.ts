/** What is in a file of weights, and which networks it could be of. */
import { resolve } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { ARCHITECTURES } from '../contract/settings.ts';
import type { ArchitectureName } from '../contract/settings.ts';
import { inferArchitecture } from '../networks/infer.ts';
import { findNonFinite } from '../networks/safetensors.ts';
import { matchSentences, matchWeights } from '../networks/weights/match.ts';
import type { WeightsMatch } from '../networks/weights/match.ts';
import { namedWeights, readWeightsFile } from '../networks/weights/read-weights.ts';
import type { FoundArray, WeightsFormat } from '../networks/weights/weights-file.ts';

export interface DescribeWeightsOptions {
  readonly file: string;
  /** A network by torchvision's name; without it all are tried. */
  readonly arch?: string;
  /** Classes that the network is to tell apart; without it as many as the file's. */
  readonly classes?: number;
}

/** How the file fits one network. */
export interface NetworkFit extends WeightsMatch {
  readonly arch: ArchitectureName;
  readonly sentences: readonly string[];
}

/** As `weights --json` prints it. */
export interface WeightsDescription {
  readonly format: WeightsFormat;
  /** Kinds of numbers with how many arrays have each. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Floating-point numbers in all. */
  readonly numbers: number;
  readonly arrays: readonly { readonly name: string; readonly shape: readonly number[]; readonly kind: string }[];
  /** Sentences: what was chosen while reading, and what is wrong with the numbers. */
  readonly notes: readonly string[];
  /** The best fit first; those that share hardly anything are left out unless asked for. */
  readonly fits: readonly NetworkFit[];
}

/** Two networks of one family share so much at least when they are meant to fit. */
const LEAST_SHARE = 0.5;
const MOST_FITS = 3;

/** @throws SteadygazeError `bad-argument` for an unknown network; `not-found`, `weights-invalid` for the file */
export async function describeWeights({ file, arch, classes }: DescribeWeightsOptions): Promise<WeightsDescription> {
  const wanted = arch === undefined ? null : ARCHITECTURES.find((known) => known === arch);
  if (wanted === undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `There is no network "${arch ?? ''}" here.`,
      `There are: ${ARCHITECTURES.join(', ')}.`,
    );
  }
  const content = await readWeightsFile(resolve(file));
  const { format, arrays } = content;
  const { arrays: floating, notes: said, unusable } = namedWeights(content);
  const notes = unusable === undefined ? said : [...said, `They can be looked at, not used: ${unusable}.`];
  const kinds: Record<string, number> = {};
  for (const { dtype } of arrays.values()) kinds[dtype] = (kinds[dtype] ?? 0) + 1;
  const broken = findNonFinite(floating);
  const fits = (wanted === null ? ARCHITECTURES : [wanted])
    .flatMap((name) => fitOf(name, floating, classes) ?? [])
    .filter(({ share }) => wanted !== null || share >= LEAST_SHARE)
    .sort((a, b) => b.share - a.share || a.unexpected.length - b.unexpected.length)
    .slice(0, MOST_FITS);
  return {
    format,
    kinds,
    numbers: [...floating.values()].reduce((sum, { data }) => sum + data.length, 0),
    arrays: [...arrays].map(([name, { shape, dtype }]) => ({ name, shape, kind: dtype })),
    notes: broken === null ? notes : [...notes, `It holds ${broken.value} in ${broken.name}: it cannot be used.`],
    // Where the file fits wholly, what fits in part is of no interest.
    fits: fits.some(isWhole) ? fits.filter(isWhole) : fits,
  };
}

function isWhole({ share, unexpected }: NetworkFit): boolean {
  return share === 1 && unexpected.length === 0;
}

/** Null where the sizes that tell what the network is are missing. */
function fitOf(
  arch: ArchitectureName,
  arrays: ReadonlyMap<string, FoundArray>,
  classes: number | undefined,
): NetworkFit | null {
  try {
    const network = inferArchitecture(arch, arrays);
    const match = matchWeights(network, arrays, classes);
    return { arch, ...match, sentences: matchSentences(arch, match) };
  } catch (error) {
    if (error instanceof SteadygazeError && error.code === 'weights-invalid') return null;
    throw error;
  }
}
