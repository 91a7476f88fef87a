/** Problems of an annotation file, of which there may be as many as it has lines: of each kind only the first are told. */
import type { Problem, ProblemKind } from '../../dataset.ts';
import { counted } from '../text-lines.ts';

/** More of one kind, from one file, help nobody, and a damaged file may have millions. */
const MOST = 200;

export class Reports {
  readonly #problems: Problem[] = [];
  /** Problems so far, by the file that they come from and their kind. */
  readonly #counts = new Map<string, { readonly source: string; readonly kind: ProblemKind; count: number }>();

  /**
   * @param source the annotation file that shows the problem
   * @param file   what the problem is of, where that is another one: a picture, a class
   */
  add(source: string, kind: ProblemKind, reason: string, file = source): void {
    const key = `${kind} ${source}`;
    const known = this.#counts.get(key) ?? { source, kind, count: 0 };
    known.count++;
    this.#counts.set(key, known);
    if (known.count <= MOST) this.#problems.push({ file, kind, reason });
  }

  /** All of them, and how many were not told. */
  all(): Problem[] {
    const more = [...this.#counts.values()].flatMap(({ source, kind, count }): Problem[] => {
      const reason = `There are ${counted(count - MOST, 'more problem')} of this kind.`;
      return count > MOST ? [{ file: source, kind, reason }] : [];
    });
    return [...this.#problems, ...more];
  }
}
