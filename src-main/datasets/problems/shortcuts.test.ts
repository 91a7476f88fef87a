import { describe, expect, it } from 'vitest';
import { eachClass, problemsOf } from './problems.fixture.ts';

const CLASSES = ['bag', 'boot', 'dress'];
const GROUNDS = [
  [60, 140, 60],
  [190, 170, 120],
  [70, 90, 180],
] as const;

/** "71 of 100" */
const firstNumber = (reason: string | undefined): number => Number(/(\d+) of 100/.exec(reason ?? '')?.[1]);

describe('early warnings of shortcuts', () => {
  it('stay silent where nothing but chance differs, for any seed and any size', () => {
    for (let seed = 0; seed < 25; seed++) {
      const count = [10, 12, 15, 30, 60][seed % 5];
      const classes = CLASSES.slice(0, 2 + (seed % 2));
      const cameras = ['A', 'B', null];
      const made = eachClass(classes.length, count, (label, i) => ({
        width: 300 + ((i * 7919 + label * 31 + seed) % 5) * 40,
        camera: cameras[(i * 31 + label * 17 + seed * 7) % 3],
      }));
      expect(problemsOf(made, classes, seed), `seed ${seed}`).toEqual([]);
    }
  });

  it('tell that the border gives the class away in three of four pictures', () => {
    // Three quarters lie on the ground of their class, the others on any of the three: 3/4 + 1/4 * 1/3 = 83 of 100.
    const made = eachClass(3, 120, (label, i) => ({ ground: GROUNDS[i % 4 === 3 ? Math.floor(i / 4) % 3 : label] }));
    const problems = problemsOf(made, CLASSES);
    const [border, ...others] = problems;
    expect(border).toMatchObject({ file: '', kind: 'border-tells-class' });
    expect(border?.reason).toMatch(
      /^A rule that sees only the outermost pixels names the right class for \d\d of 100 pictures; guessing would be 33\. It knows "(bag|boot|dress)" best \(\d\d of 100\), such as \S+\.jpg\.$/,
    );
    expect(Math.abs(firstNumber(border?.reason) - 83)).toBeLessThanOrEqual(3);
    // The same as numbers.
    expect(Math.round(100 * (border?.figures?.right ?? 0))).toBe(firstNumber(border?.reason));
    expect(border?.figures?.chance).toBeCloseTo(1 / 3, 12);
    expect(border?.reason).toContain(`"${border?.figures?.clearest ?? 'nothing'}" best`);
    // Half of each picture is ground, and the noise does not hide its colour.
    expect(others.map(({ kind }) => kind)).toEqual(['colour-tells-class']);
  });

  it('tell that colours do, where the border does not', () => {
    const made = eachClass(3, 60, (label) => ({ colour: GROUNDS[label], ground: [128, 128, 128] }));
    expect(problemsOf(made, CLASSES).map(({ kind }) => kind)).toEqual(['colour-tells-class']);
  });

  it('tell of one class alone', () => {
    // Five classes, and only one has a ground of its own.
    const names = ['bag', 'boot', 'cap', 'dress', 'shirt'];
    const made = eachClass(5, 60, (label) => (label === 2 ? { ground: [20, 220, 20], colour: [20, 220, 20] } : {}));
    const problems = problemsOf(made, names);
    expect(problems.map(({ file, kind }) => [file, kind])).toEqual([
      ['cap', 'border-tells-class'],
      ['cap', 'colour-tells-class'],
    ]);
    expect(problems[0]?.reason).toMatch(
      /^A rule that sees only the outermost pixels finds \d+ of 100 pictures of "cap", such as cap\/00002\.jpg; of all other pictures it takes \d+ of 100 for it\.$/,
    );
    expect(firstNumber(problems[0]?.reason)).toBeGreaterThan(90);
    expect(problems[0]?.figures).toMatchObject({ clearest: 'cap', right: firstNumber(problems[0]?.reason) / 100 });
  });

  it('tell of cameras and sizes, with what is usual', () => {
    const made = eachClass(2, 50, (label, i) => ({
      camera: label === 0 || i % 10 === 0 ? 'Canon EOS 5D' : null,
      ...(label === 1 && i % 10 !== 1 ? { width: 1024, height: 1024 } : { width: 400 + 3 * i, height: 300 + 5 * i }),
    }));
    const problems = problemsOf(made, ['scan', 'x-ray']);
    expect(problems.map(({ file, kind }) => [file, kind])).toEqual([
      ['', 'size-tells-class'],
      ['', 'camera-tells-class'],
    ]);
    expect(problems[0]?.reason).toContain('1024 x 1024 pixels in 90 of 100 of them');
    expect(problems[1]?.reason).toContain(
      'A rule that knows only which camera took the picture names the right class for 95 of 100 pictures; guessing would be 50. It knows "scan" best (100 of 100), such as scan/00000.jpg: Canon EOS 5D in 100 of 100 of them.',
    );
  });

  it('do not count bursts of one scene as many pictures', () => {
    // Two scenes of 40 frames a class: that one rule fits them says nothing.
    const made = eachClass(2, 80, (label, i) => ({ group: label * 2 + (i % 2), ground: GROUNDS[label] }));
    expect(problemsOf(made, ['a', 'b']).filter(({ kind }) => kind.includes('tells-class'))).toEqual([]);
  });
});
