/** Seeds as a person writes them: "0", "0, 1, 2" or "0-4". */

const LARGEST = 2 ** 31 - 1;
const MOST = 20;

/** @returns distinct seeds in their order; null where the text is anything else, or more than 20 */
export function parseSeeds(text: string): readonly number[] | null {
  const seeds = new Set<number>();
  for (const part of text.split(/[\s,;]+/).filter((each) => each !== '')) {
    const [, first = '', last = first] = /^(\d{1,10})(?:[-–](\d{1,10}))?$/.exec(part) ?? [];
    if (first === '') return null;
    const [from, to] = [Number(first), Number(last)];
    if (to < from || to > LARGEST || to - from >= MOST) return null;
    for (let seed = from; seed <= to; seed++) seeds.add(seed);
  }
  return seeds.size === 0 || seeds.size > MOST ? null : [...seeds];
}
