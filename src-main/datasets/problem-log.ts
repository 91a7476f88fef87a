/** Problems of a source that may have millions of them: the first of each kind are kept, the others counted. */
import type { Problem, ProblemKind } from './dataset.ts';

const KEPT = 1000;

export class ProblemLog {
  readonly #kept: Problem[] = [];
  readonly #counts = new Map<ProblemKind, number>();

  add(kind: ProblemKind, file: string, reason: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count <= KEPT) this.#kept.push({ file, kind, reason });
  }

  /** @param source file that sums are told of */
  finish(source: string): Problem[] {
    const sums = [...this.#counts].flatMap(([kind, count]): Problem[] => {
      const more = count - KEPT;
      if (more <= 0) return [];
      return [{ file: source, kind, reason: `${more.toLocaleString('en')} more of this kind are not listed.` }];
    });
    return [...this.#kept, ...sums];
  }
}
