/** Which test pictures a report shows by name, so that whoever reads the study hands over these and no more. */
import type { StoredEvaluation } from '../contract/evaluation.ts';
import type { ReportSection } from '../contract/report-view.ts';

/** Pictures of each kind of background, and backgrounds that change most answers. */
export const EXAMPLES_SHOWN = 4;
const BACKGROUNDS_SHOWN = 6;

/** Ids of the test pictures that the chosen sections show, each once. */
export function wantedPictures(
  evaluations: readonly (StoredEvaluation | undefined)[],
  sections: readonly ReportSection[],
): string[] {
  if (!sections.includes('debiasing')) return [];
  const ids = evaluations.flatMap((each) => {
    const clusters = each?.parts.groups?.details.clusters ?? [];
    const backgrounds = hardestBackgrounds(each?.parts.challenge?.details.backgrounds ?? []);
    return [
      ...clusters.flatMap(({ examples }) => examples.slice(0, EXAMPLES_SHOWN)),
      ...backgrounds.map(({ id }) => id),
    ];
  });
  return [...new Set(ids)];
}

type Background = { readonly id: string; readonly changes: number };

/** Those that change most answers, most first. */
export const hardestBackgrounds = (backgrounds: readonly Background[]): Background[] =>
  [...backgrounds].sort((a, b) => b.changes - a.changes).slice(0, BACKGROUNDS_SHOWN);
