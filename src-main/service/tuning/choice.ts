/** Which engine, how many threads and which batch of an assessment take the least time, from what was measured. */
import type { EngineId } from '../../compute/engine.ts';
import type { BatchRate, TunedRates } from '../../jobs/protocol.ts';

/** An engine that was measured, with a number of threads (null: it has none to choose). */
export interface MeasuredEngine extends Pick<TunedRates, 'training' | 'assessment'> {
  readonly engine: EngineId;
  /** In words, with versions and the name of the card. */
  readonly description: string;
  readonly threads: number | null;
}

/** How much of each a run is made of. */
export interface WorkOfRun {
  /** Pictures that all training steps work on. */
  readonly trainingPictures: number;
  /** Forward passes of assessments. */
  readonly passes: number;
}

interface Choice {
  readonly engine: EngineId;
  readonly description: string;
  readonly threads: number | null;
  /** Pictures of one pass of an assessment. */
  readonly assessBatch: number;
  /** Seconds of one picture: of training once, and of one forward pass of an assessment. */
  readonly training: number;
  readonly assessment: number;
  /** Seconds of the work that it was chosen for. */
  readonly seconds: number;
}

/** So near the best that a measurement of a second cannot tell them apart. */
const TIE = 1.04;

/**
 * The least time in total. Of those that are as good as equal: fewer threads, which leaves more of the machine to
 * others; then the smaller batch, which takes less memory.
 * @returns null where nothing was measured
 */
export function chooseFastest(measured: readonly MeasuredEngine[], work: WorkOfRun): Choice | null {
  const candidates = measured.flatMap((each): Choice[] => {
    const [training] = each.training;
    if (training === undefined) return [];
    const assessment = bestBatch(each.assessment);
    if (assessment === null) return [];
    const seconds = work.trainingPictures * training.seconds + work.passes * assessment.seconds;
    const { engine, description, threads } = each;
    const rates = { training: training.seconds, assessment: assessment.seconds, seconds };
    return [{ engine, description, threads, assessBatch: assessment.batch, ...rates }];
  });
  const least = Math.min(...candidates.map(({ seconds }) => seconds));
  const tied = candidates.filter(({ seconds }) => seconds <= TIE * least);
  const fewest = Math.min(...tied.map(threadsOf));
  return tied.filter((each) => threadsOf(each) === fewest).sort((a, b) => a.seconds - b.seconds)[0] ?? null;
}

/** What has no threads to choose occupies one. */
const threadsOf = ({ threads }: Choice): number => threads ?? 1;

function bestBatch(rates: readonly BatchRate[]): BatchRate | null {
  const least = Math.min(...rates.map(({ seconds }) => seconds));
  const tied = rates.filter(({ seconds }) => seconds <= TIE * least);
  return [...tied].sort((a, b) => a.batch - b.batch)[0] ?? null;
}

/** Training with larger batches learns something else, so it is only said how much faster it would be. */
interface LargerBatch {
  readonly batch: number;
  /** Share of the time that it would save, in (0,1). */
  readonly saves: number;
}

/** @returns null where it would save next to nothing */
export function largerTrainingBatch([own, ...larger]: readonly BatchRate[]): LargerBatch | null {
  if (own === undefined) return null;
  const [best] = [...larger].sort((a, b) => a.seconds - b.seconds);
  if (best === undefined || best.batch <= own.batch) return null;
  const saves = 1 - best.seconds / own.seconds;
  return saves >= 0.05 ? { batch: best.batch, saves } : null;
}
