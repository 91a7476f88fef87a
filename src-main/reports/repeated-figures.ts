/** What came out when a report's work was done again, figure by figure beside what the report says. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { Figure } from '../contract/run.ts';
import type { ReportedPart, ReportedRun } from './repeatable.ts';

/**
 * - `same`: equal, as far as equality can be expected (see {@link RepeatedFigure.allowed}).
 * - `within its interval`: not equal, but nearer than half the width of the reported 95% interval.
 * - `different`: farther away, measured on another number of pictures, or not measured again.
 */
export type RepeatVerdict = 'same' | 'within its interval' | 'different';

export interface RepeatedFigure {
  readonly part: EvaluationPart;
  readonly key: string;
  readonly reported: number;
  readonly low: number;
  readonly high: number;
  /** Null: not measured again. */
  readonly repeated: number | null;
  /** Repeated minus reported. */
  readonly difference: number | null;
  /** Differences up to this count as none. */
  readonly allowed: number;
  /** Half the width of the reported interval. */
  readonly halfInterval: number;
  readonly verdict: RepeatVerdict;
}

/** The same arithmetic in the same order: nothing but the last digits may differ. */
const EXACT = 1e-9;
/** Other engines add up in another order; native ones in an order that varies. */
const ACROSS_ENGINES = 1e-3;

/** What arithmetic depends on. */
export type Computed = Pick<ReportedRun, 'engine' | 'engineDescription' | 'versions'>;

/** Whether the same figures can be expected to the last digit: WebAssembly computes alike, given the same versions. */
export function computedAlike(a: Computed, b: Computed): boolean {
  const names = new Set([...Object.keys(a.versions), ...Object.keys(b.versions)]);
  return (
    a.engine === 'wasm' &&
    b.engine === 'wasm' &&
    a.engineDescription === b.engineDescription &&
    [...names].every((name) => a.versions[name] === b.versions[name])
  );
}

/**
 * Every figure that the report has of a run, beside the repeated one. Figures that only the repetition has are left out.
 * @param alike see {@link computedAlike}
 */
export function repeatedFigures(
  reported: readonly ReportedPart[],
  repeated: readonly Pick<ReportedPart, 'part' | 'figures' | 'engine'>[],
  alike: boolean,
): RepeatedFigure[] {
  return reported.flatMap(({ part, figures, engine }) => {
    const other = repeated.find((each) => each.part === part);
    // A part can have been measured on another engine than the run was trained on.
    const exact = alike && engine === 'wasm' && other?.engine === 'wasm';
    return Object.entries(figures).map(([key, figure]) => ({
      part,
      key,
      ...beside(figure, other?.figures[key], exact ? EXACT : ACROSS_ENGINES),
    }));
  });
}

function beside(
  { value, low, high, n }: Figure,
  again: Figure | undefined,
  allowed: number,
): Omit<RepeatedFigure, 'part' | 'key'> {
  const halfInterval = (high - low) / 2;
  const told = { reported: value, low, high, allowed, halfInterval };
  if (again === undefined) return { ...told, repeated: null, difference: null, verdict: 'different' };
  const difference = again.value - value;
  const verdict = again.n === n ? verdictOf(Math.abs(difference), allowed, halfInterval) : 'different';
  return { ...told, repeated: again.value, difference, verdict };
}

function verdictOf(distance: number, allowed: number, halfInterval: number): RepeatVerdict {
  if (distance <= allowed) return 'same';
  return distance <= halfInterval ? 'within its interval' : 'different';
}

/** The worst of several; `same` for none. */
export function worstVerdict(verdicts: readonly RepeatVerdict[]): RepeatVerdict {
  const order: readonly RepeatVerdict[] = ['different', 'within its interval', 'same'];
  return order.find((verdict) => verdicts.includes(verdict)) ?? 'same';
}
