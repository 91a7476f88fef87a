/** Weights to start from, and networks that were trained elsewhere. */
import type { CheckedInput } from '../../contract/operations.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import type { WeightsSource } from '../use-weights.ts';
import { absolutePath } from './absolute-path.ts';
import type { Handlers } from './checked-input.ts';
import type { Parts } from './parts.ts';

type WeightsHandlers = Pick<Handlers, 'weights.inspectFile' | 'weights.use' | 'weights.list' | 'train.bring'>;

export function weightsOperations(parts: Parts): WeightsHandlers {
  const { desk, library, tasks } = parts;
  return {
    'weights.inspectFile': ({ path, task }) => {
      const target = absolutePath(path);
      return tasks.run(task, 'Reading the weights', () => library.inspectWeights(target));
    },
    'weights.use': ({ source, task }) => {
      const { folder } = desk.study;
      return tasks.run(task, 'Taking the weights into the study', async () =>
        library.useWeights(folder, await sourceOf(source)),
      );
    },
    'weights.list': async () => library.studyWeights(desk.study.folder),
    'train.bring': async () => {
      throw new SteadygazeError('refused', 'Networks trained elsewhere cannot be brought yet.');
    },
  };
}

async function sourceOf(source: CheckedInput<'weights.use'>['source']): Promise<WeightsSource> {
  if (source.kind === 'published') {
    throw new SteadygazeError('not-found', 'These weights have not been downloaded.', 'Download them first.');
  }
  const { kind: _, path, ...known } = source;
  return { ...known, path: absolutePath(path) };
}
