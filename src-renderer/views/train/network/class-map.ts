/** Which output of a network is which class of the study. */
import type { StudyWeightsView } from '../../../../src-main/contract/weights-view.ts';

type Outputs = Pick<StudyWeightsView, 'classes' | 'classNames'>;

/** How the classes of the study find their outputs by themselves; null: somebody has to say it. */
export function automaticMap(study: readonly string[], { classes, classNames }: Outputs): 'names' | 'order' | null {
  const known = new Set((classNames ?? []).map(plain));
  if (study.every((name) => known.has(plain(name)))) return 'names';
  return classNames === null && study.length === classes ? 'order' : null;
}

/** For each class of the study its output by name, or by place where there are no names; null: none. */
export function suggestedMap(study: readonly string[], { classes, classNames }: Outputs): (number | null)[] {
  if (classNames === null) return study.map((_, i) => (i < classes && study.length === classes ? i : null));
  const places = classNames.map(plain);
  return study.map((name) => {
    const place = places.indexOf(plain(name));
    return place < 0 ? null : place;
  });
}

/** Why it cannot be measured so, in a sentence; null: it can. */
export function mapProblem(map: readonly (number | null)[]): string | null {
  const used = map.filter((output) => output !== null);
  if (used.length < map.length) return 'Every class of the study needs an output of the network.';
  return new Set(used).size < used.length ? 'Two classes have the same output.' : null;
}

const plain = (name: string): string => name.trim().toLowerCase().replaceAll('_', ' ');
