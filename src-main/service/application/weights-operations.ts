/** Weights to start from, and networks that were trained elsewhere. */
import type { CheckedInput } from '../../contract/operations.ts';
import { publishedFile, recognisePublished } from '../published/published-files.ts';
import type { WeightsSource } from '../use-weights.ts';
import { absolutePath } from './absolute-path.ts';
import type { Handlers } from './checked-input.ts';
import type { Parts, Published } from './parts.ts';

type WeightsHandlers = Pick<Handlers, 'weights.inspectFile' | 'weights.use' | 'weights.list' | 'train.bring'>;

export function weightsOperations(parts: Parts): WeightsHandlers {
  const { desk, launches, library, measurements, published, tasks } = parts;
  return {
    'weights.inspectFile': ({ path, task }) => {
      const target = absolutePath(path);
      return tasks.run(task, 'Reading the weights', () => library.inspectWeights(target));
    },
    'weights.use': ({ source, task }) => {
      const { folder } = desk.study;
      return tasks.run(task, 'Taking the weights into the study', async () =>
        library.useWeights(folder, await sourceOf(source, published)),
      );
    },
    'weights.list': async () => library.studyWeights(desk.study.folder),
    'train.bring': async (input) => {
      measurements.refuse();
      await launches.bring(input);
      return null;
    },
  };
}

async function sourceOf(
  source: CheckedInput<'weights.use'>['source'],
  { folder, list }: Published,
): Promise<WeightsSource> {
  if (source.kind === 'published') {
    const { path, weights } = await publishedFile(source.id, folder, list);
    const { architecture, title, licence, input } = weights;
    return { path, architecture, title, licence, ...input };
  }
  const { path, architecture, size, mean, std, stem, lastStride } = source;
  const given = { path: absolutePath(path), architecture, size, mean, std, stem, lastStride };
  // A file from elsewhere that has the pinned hash is as good as a downloaded one.
  const known = await recognisePublished(given.path, list);
  return known === null ? given : { ...given, title: known.title, licence: known.licence };
}
