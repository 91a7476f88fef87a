/** Early warnings of shortcuts as bars: how far rules get that never see the object, and what that is compared with. */
import type { ProblemGroup } from '../../../src-main/contract/data-view.ts';

/** What a rule sees, in a few words; by kind of the problem. */
const SEEN: Readonly<Record<string, string>> = {
  'border-tells-class': 'Only the outermost pixels',
  'colour-tells-class': 'Only colours, no shapes',
  'size-tells-class': 'Only width and height',
  'camera-tells-class': 'Only which camera it was',
};

/** One bar. */
export interface RuleTrial {
  /** What the rule sees. */
  readonly sees: string;
  /** The class that the rule is about; null: all classes. */
  readonly about: string | null;
  /** Shares in 0..1, see RuleFigures. */
  readonly right: number;
  readonly chance: number;
  /** The class that it knows best. */
  readonly clearest: string;
}

/** Rules about all classes first, the best of each first. */
export function ruleTrials(groups: readonly ProblemGroup[]): RuleTrial[] {
  const trials = groups.flatMap(({ kind, title, problems }) =>
    problems.flatMap(({ file, figures }): RuleTrial[] =>
      figures === undefined ? [] : [{ sees: SEEN[kind] ?? title, about: file === '' ? null : file, ...figures }],
    ),
  );
  const ahead = ({ right, chance }: RuleTrial): number => right - chance;
  return trials.sort((a, b) => Number(a.about !== null) - Number(b.about !== null) || ahead(b) - ahead(a));
}

/** "61 of 100" */
export const of100 = (share: number): string => `${Math.round(100 * share)} of 100`;
