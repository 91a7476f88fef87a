/** Do the weights that runs are to begin with belong to their networks? Said before anything is started. */
import { SteadygazeError } from '../contract/errors.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import type { RunSettings } from '../contract/settings.ts';
import { describeKeptWeights } from '../workspace/study-weights.ts';

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
