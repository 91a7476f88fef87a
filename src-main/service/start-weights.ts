/** The weights that runs begin with: whether they belong to the networks, and how they come into another study. */
import { SteadygazeError } from '../contract/errors.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import type { RunSettings } from '../contract/settings.ts';
import { describeKeptWeights, keepWeights, listKeptWeights, readKeptWeights } from '../workspace/study-weights.ts';

/** @throws SteadygazeError `not-found` where the study has no such weights; `impossible-value` where they are another network's */
export async function refuseUnfitStart(study: string, plans: readonly RunSettings[]): Promise<void> {
  const seen = new Set<string>();
  for (const { start, network } of plans) {
    const key = JSON.stringify([start.weights, network]);
    if (start.weights === NO_WEIGHTS || seen.has(key)) continue;
    seen.add(key);
    const { description } = await describeKeptWeights(study, start.weights);
    const head = description.head ?? 'light';
    const unlike: readonly (readonly [setting: string, wanted: string | number, theirs: string | number] | null)[] = [
      ['architecture', network.architecture, description.architecture],
      ['width', network.width, description.width],
      network.architecture.startsWith('vgg') ? ['head', network.head, head] : null,
      // Only its first filter tells a stem: the other two differ in a stride.
      network.architecture.includes('resnet') && (network.stem === 'imagenet') !== (description.stem === 'imagenet')
        ? ['stem', network.stem, description.stem]
        : null,
    ];
    for (const pair of unlike) {
      if (pair === null || pair[1] === pair[2]) continue;
      throw new SteadygazeError(
        'impossible-value',
        `The setting network.${pair[0]} cannot be "${pair[1]}" here: the weights to begin with (${description.name}) are those of a network where it is "${pair[2]}".`,
        `Set it to ${pair[2]}, or begin with other weights.`,
      );
    }
  }
}

/**
 * Copies what a run begins with to the study that repeats it. A report tells which weights they were and does not hold them.
 * @param from the study that keeps them, where it was named
 * @throws SteadygazeError `not-found`, `bad-argument`
 */
export async function copyStart(from: string | undefined, to: string, { start }: RunSettings): Promise<void> {
  const id = start.weights;
  if (id === NO_WEIGHTS || (await listKeptWeights(to)).some((kept) => kept.id === id)) return;
  if (from === undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `A run of this report begins with weights that the report does not hold (${id}).`,
      'Name the study that keeps them with --study.',
    );
  }
  const { weights, description } = await readKeptWeights(from, id);
  await keepWeights(to, weights, description);
}
