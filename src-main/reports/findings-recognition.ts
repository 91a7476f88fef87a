/** Statements about recognition. */
import type { Figure } from '../contract/run.ts';
import { className, range, type RunFinding } from './finding.ts';
import type { RunView } from './run-view.ts';
import { counted, percent, type Rich } from './words.ts';

export function recognitionFindings(run: RunView): RunFinding[] {
  const { top1, map, ece } = run.figures;
  const out: RunFinding[] = [];
  if (top1 === undefined) return out;
  if (map !== undefined) {
    out.push({
      sections: ['comparison', 'recognition'],
      main: true,
      tone: 'neutral',
      topic: 'Recognition',
      number: percent(map.value),
      sentence: `is its mean average precision over the classes, on ${counted(map.n, 'test picture')} (${range(map)}).`,
    });
  }
  out.push({
    sections: ['comparison', 'recognition'],
    main: true,
    tone: 'neutral',
    topic: map === undefined ? 'Recognition' : 'First name',
    number: percent(top1.value),
    sentence:
      map === undefined
        ? `of ${counted(top1.n, 'test picture')} are named correctly (${range(top1)}).`
        : `of ${counted(top1.n, 'test picture')} are of the class that it is most sure of (${range(top1)}).`,
  });
  const details = run.parts.recognition?.details;
  if (details === undefined) return out;
  const weakest = weakestClass(details.averagePrecision ?? details.perClass);
  if (weakest !== null && details.averagePrecision !== undefined) {
    const { label, figure } = weakest;
    out.push({
      sections: ['recognition'],
      main: false,
      tone: map !== undefined && figure.high < map.low ? 'attention' : 'neutral',
      topic: 'Weakest class',
      number: percent(figure.value),
      sentence: [
        'is the average precision of ',
        className(run, label),
        `, the lowest of any class (${range(figure)}, ${counted(details.perClass[label]?.n ?? 0, 'picture')} of it).`,
      ],
    });
  } else if (weakest !== null) {
    const { label, figure } = weakest;
    out.push({
      sections: ['recognition'],
      main: false,
      tone: figure.high < top1.low ? 'attention' : 'neutral',
      topic: 'Weakest class',
      number: percent(figure.value),
      sentence: [
        'of ',
        className(run, label),
        ` are named correctly, the fewest of any class (${range(figure)}, ${counted(figure.n, 'picture')})`,
        ...mistakenFor(run, details.confusion[label], label),
        '.',
      ],
    });
  }
  const measured = details.calibration.reduce((sum, { count }) => sum + count, 0);
  if (ece !== undefined && measured > 0) {
    const sure = details.calibration.reduce((sum, bin) => sum + bin.count * bin.confidence, 0) / measured;
    const verdict =
      sure > top1.high
        ? 'It is surer than it should be'
        : sure < top1.low
          ? 'It is less sure than it could be'
          : 'On average that fits';
    out.push({
      sections: ['recognition'],
      main: false,
      tone: sure > top1.high ? 'attention' : 'neutral',
      topic: 'Certainty',
      number: percent(sure),
      sentence: `sure on average, and right in ${percent(top1.value)}. ${verdict} (expected calibration error ${percent(ece.value)}, ${range(ece)}).`,
    });
  }
  return out;
}

/** The class with the smallest accuracy; null with fewer than two classes measured. */
function weakestClass(perClass: readonly (Figure | null)[]): { label: number; figure: Figure } | null {
  const measured = perClass.flatMap((figure, label) => (figure === null ? [] : [{ label, figure }]));
  if (measured.length < 2) return null;
  return measured.reduce((a, b) => (b.figure.value < a.figure.value ? b : a));
}

/** ", most often taken for Coat (31 times)"; nothing where no other class was said. */
function mistakenFor(run: RunView, row: readonly number[], label: number): Rich {
  const others = row.map((n, prediction) => (prediction === label ? 0 : n));
  const most = Math.max(...others);
  if (most === 0) return [];
  return ['; most often it is taken for ', className(run, others.indexOf(most)), ` (${counted(most, 'time')})`];
}
