/** Weights that others publish: what there is, and fetching them when somebody asks for it. Nothing else fetches. */
import { describePublished, publishedWeights } from '../published/published-files.ts';
import { downloadWeights } from '../published/download.ts';
import { mirrorOf } from '../published/mirror.ts';
import type { Handlers } from './checked-input.ts';
import type { Parts } from './parts.ts';

type PublishedHandlers = Pick<Handlers, 'weights.published' | 'weights.download'>;

export function publishedOperations({ preferences, published, tasks }: Parts): PublishedHandlers {
  const { folder, list } = published;
  const mirror = () => mirrorOf(preferences.value.weightsMirror);
  return {
    'weights.published': () => describePublished(folder, mirror(), list),
    'weights.download': async ({ id, task }) => {
      const weights = publishedWeights(id, list);
      tasks.refuseTaken(task);
      await tasks.run(task, `Downloading ${weights.title}`, ({ signal, onProgress, retitle }) =>
        downloadWeights(weights, {
          ...{ folder, mirror: mirror(), signal, onProgress },
          onCheck: () => retitle(`Checking ${weights.title}`),
        }),
      );
      return null;
    },
  };
}
