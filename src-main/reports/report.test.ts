import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differenceSentence, pairedDifference, verdictOf } from './comparison.ts';
import { amplificationOf, buildReport, reportJson, summaryJson } from './document.ts';
import { FIGURE_KINDS, figureKind } from './figure-kinds.ts';
import { CLASSES, CONSISTENCY, hardSample, PLAIN, reportInput, runInput } from './report.fixture.ts';
import { limitsOf } from './section-repeat.ts';
import { hardSentence, percent, plainText, signedPoints, wholePercent } from './words.ts';

const CLAIMS = /\b(better|worse|more|less|fewer|higher|lower|relies on the background \d)/;

describe('differences', () => {
  test('an interval that contains zero is never called a difference', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...FIGURE_KINDS),
        fc.double({ min: -1, max: 0, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (kind, low, high) => {
          const verdict = verdictOf(low, high, kind.better);
          expect(verdict).toBe('none');
          const sentence = differenceSentence({
            key: kind.key,
            before: 0.5,
            after: 0.6,
            change: 0.1,
            low,
            high,
            n: 10,
            verdict,
          });
          expect(sentence).toMatch(/^No measurable difference/);
          expect(sentence.replace(kind.subject, '')).not.toMatch(CLAIMS);
        },
      ),
    );
  });

  test('an interval that excludes zero says which way, whatever is better', () => {
    expect(verdictOf(0.01, 0.03, 'higher')).toBe('better');
    expect(verdictOf(0.01, 0.03, 'lower')).toBe('worse');
    expect(verdictOf(-0.03, -0.01, 'higher')).toBe('worse');
    expect(verdictOf(-0.03, -0.01, 'lower')).toBe('better');
  });

  test('a border that is printed as 0.0 counts as zero', () => {
    expect(verdictOf(0.0004, 0.02, 'higher')).toBe('none');
    expect(verdictOf(Number.NaN, 0.02, 'higher')).toBe('unknown');
  });

  test('differences are paired by picture and leave out what was not measured', () => {
    const kind = figureKind('top1');
    const before = Uint8Array.from([1, 0, 1, 1, 255]);
    const after = Uint8Array.from([1, 1, 1, 0, 1]);
    const figure = { low: 0, high: 1, n: 4 };
    const seen: number[][] = [];
    const difference = pairedDifference(
      kind,
      { ...figure, value: 0.75 },
      { ...figure, value: 0.75 },
      [{ correct: before }, { correct: after }],
      (values) => {
        seen.push([...values]);
        return { low: -0.5, high: 0.5 };
      },
    );
    expect(seen).toEqual([[0, 1, 0, -1]]);
    expect(difference).toMatchObject({ change: 0, n: 4, verdict: 'none' });
  });

  test('arrays that do not account for the figures give no interval and no claim', () => {
    const kind = figureKind('top1');
    const figure = { low: 0, high: 1, n: 2 };
    const difference = pairedDifference(kind, { ...figure, value: 0.2 }, { ...figure, value: 0.9 }, [
      { correct: Uint8Array.from([1, 0]) },
      { correct: Uint8Array.from([1, 0]) },
    ]);
    expect(difference).toMatchObject({ verdict: 'unknown', low: null });
    expect(difference && differenceSentence(difference)).toMatch(/^Whether accuracy differs was not tested/);
  });
});

describe('the document', () => {
  const document = buildReport(reportInput());

  test('answers first, naming the reliance on the background with its size', () => {
    const gap = document.runs[0].figures.bg_gap?.value ?? 0;
    expect(document.answer[0]).toBe(
      `On this data, the model trained plainly names ${percent(document.runs[0].figures.top1?.value ?? 0)} of the test pictures correctly.`,
    );
    expect(document.answer[1]).toContain(
      `relies on the background: accuracy falls by ${(gap * 100).toFixed(1)} points`,
    );
    expect(document.answer[2]).toContain('no measurable difference in accuracy');
  });

  test('equal runs differ nowhere', () => {
    const same = buildReport(reportInput([runInput(PLAIN), runInput({ ...PLAIN, arm: 'consistency' })]));
    expect(same.comparisons[0].differences.every(({ verdict }) => verdict === 'none')).toBe(true);
    const claims = same.findings.filter((finding) => finding.run === null).map(({ sentence }) => sentence);
    expect(claims.length).toBeGreaterThan(3);
    for (const claim of claims) expect(claim).toMatch(/^No measurable difference/);
  });

  test('a gap whose interval contains zero is not called reliance', () => {
    const run = runInput(PLAIN);
    const figures = run.record.figures;
    if (figures?.debiasing == null) throw new Error('the fixture has figures');
    const debiasing = { ...figures.debiasing, bgGap: { value: 0.02, low: -0.01, high: 0.05, n: 1000 } };
    const { answer, findings } = buildReport(
      reportInput([{ ...run, record: { ...run.record, figures: { ...figures, debiasing } } }]),
    );
    expect(answer.join(' ')).toContain('no measurable difference to its accuracy');
    expect(answer.join(' ')).not.toContain('It relies on');
    expect(findings.find(({ topic }) => topic === 'Background')).toMatchObject({ tone: 'neutral' });
  });

  test('a gaze that does not beat a box in the middle is said to find nothing', () => {
    const gaze = document.findings.find(({ run, topic }) => run === 0 && topic === 'Gaze');
    expect(gaze).toMatchObject({ tone: 'attention' });
    expect(gaze?.sentence).toContain('does not tell measurably better where objects are');
  });

  test('E measured under different strengths is not compared', () => {
    const runs = [runInput(PLAIN, 0), runInput(CONSISTENCY, 0, { eps: 6 / 255 })];
    const other = buildReport(reportInput(runs));
    expect(other.comparisons[0].consistencyComparable).toBe(false);
    expect(other.findings.some(({ sentence }) => sentence.includes('cannot be compared directly'))).toBe(true);
    expect(document.comparisons[0].consistencyComparable).toBe(true);
  });

  test('runs on other data are not compared', () => {
    const runs = [runInput(PLAIN, 0), runInput(CONSISTENCY, 0, { dataFingerprint: 'other' })];
    expect(buildReport(reportInput(runs)).comparisons).toEqual([]);
  });

  test('each run is compared with the plain run of its seed', () => {
    const seeded = (spec: typeof PLAIN, seed: number) => {
      const run = runInput(spec, 0);
      return {
        ...run,
        record: { ...run.record, id: `${spec.arm}-${String(seed)}`, settings: { ...run.record.settings, seed } },
      };
    };
    const runs = [seeded(PLAIN, 0), seeded(PLAIN, 1), seeded(CONSISTENCY, 0), seeded(CONSISTENCY, 1)];
    const { comparisons, runs: views } = buildReport(reportInput(runs));
    expect(comparisons.map(({ baseline, candidate }) => [baseline, candidate])).toEqual([
      [0, 2],
      [1, 3],
    ]);
    expect(new Set(views.map(({ label }) => label)).size).toBe(4);
  });

  test('a run that stopped before its first round says so instead of inventing figures', () => {
    const stopped = runInput(PLAIN, 0, { state: 'stopped', rounds: [], figures: null, eps: null, epsSurvival: null });
    const only = buildReport(reportInput([stopped]));
    expect(only.answer).toEqual([
      'On this data, the model trained plainly has not been evaluated yet: its run was stopped before its end.',
    ]);
    const json = reportJson(only);
    expect(json.runs[0]).toMatchObject({ top1: null, e_mean: [], maxboxacc: null, bg_gap: null });
    expect(buildReport(reportInput([])).answer).toHaveLength(1);
  });
});

describe('report.json and summary.json', () => {
  const document = buildReport(reportInput());

  test('every run has the keys that other programs read, as plain numbers', () => {
    const keys = [
      'arm',
      'seed',
      'top1',
      'e_mean',
      'maxboxacc',
      'maxboxacc_v2',
      'pointing',
      'energy',
      'acc_mixed_same',
      'acc_mixed_rand',
      'bg_gap',
    ];
    const summary = summaryJson(document);
    expect(Object.keys(summary)).toEqual(['engine', 'seconds', 'runs']);
    expect(summary.engine).toBe('native');
    for (const run of summary.runs) {
      expect(Object.keys(run)).toEqual(keys);
      expect(run.e_mean).toHaveLength(4);
    }
    const json = JSON.parse(JSON.stringify(reportJson(document))) as ReturnType<typeof reportJson>;
    for (const [i, run] of json.runs.entries()) {
      expect(Object.keys(run)).toEqual(
        expect.arrayContaining([...keys, 'eps', 'settings', 'versions', 'weights_hash']),
      );
      expect(run.bg_gap).toBeCloseTo((run.acc_mixed_same ?? 0) - (run.acc_mixed_rand ?? 0), 9);
      expect(run.top1).toBe(document.runs[i].figures.top1?.value);
      expect(run.hardest).toHaveLength(24);
    }
    expect(json.comparison).toHaveLength(1);
    expect(json.definitions.bg_gap).toContain('mixed-same');
  });

  test('what was not measured is null, not zero', () => {
    const run = runInput(PLAIN, 0);
    const figures = run.record.figures;
    if (figures === null) throw new Error('the fixture has figures');
    const record = { ...run.record, figures: { ...figures, localization: null, debiasing: null } };
    const json = reportJson(buildReport(reportInput([{ ...run, record }])));
    expect(json.runs[0]).toMatchObject({
      maxboxacc: null,
      energy: null,
      pointing: null,
      bg_gap: null,
      acc_mixed_same: null,
    });
    expect(json.runs[0].intervals).not.toHaveProperty('bg_gap');
    expect(json.answer.join(' ')).toContain('could not be measured: that needs masks');
  });
});

test('without test pictures the report says on what it measured', () => {
  const input = reportInput([runInput(PLAIN, 0)]);
  const study = { ...input.study, counts: { train: 900, val: 100, test: 0 } };
  expect(limitsOf(buildReport({ ...input, study }))[0]).toContain('measured on the validation pictures');
  expect(limitsOf(buildReport(input)).join(' ')).not.toContain('no test pictures');
});

describe('words', () => {
  test('numbers have a true minus, no negative zero, and no certainty by rounding', () => {
    expect(signedPoints(-0.149)).toBe('\u221214.9');
    expect(signedPoints(-0.00001)).toBe('0.0');
    expect(percent(-0.00001)).toBe('0.0%');
    expect(wholePercent(0.998)).toBe('over 99%');
    expect(wholePercent(0.001)).toBe('under 1%');
    expect(amplificationOf(8 / 255)).toBe(16);
  });

  test('the sentence of a hard picture says what the row says', () => {
    const { row } = hardSample(0);
    const flips = { ...row, label: 7, prediction: 7, attackedPrediction: 8, s: 0.2 };
    expect(plainText(hardSentence(flips, CLASSES))).toBe(
      'When the background is disturbed, the model says Bag instead of Sneaker, and looks elsewhere.',
    );
    expect(plainText(hardSentence({ ...flips, s: 0.95 }, CLASSES))).toMatch(
      /although it looks at nearly the same place\.$/,
    );
    expect(plainText(hardSentence({ ...flips, attackedPrediction: 7 }, CLASSES))).toContain('still says Sneaker');
    expect(plainText(hardSentence({ ...flips, prediction: 1 }, CLASSES))).toMatch(
      /^Even on the original the model says Trouser instead of Sneaker/,
    );
    expect(plainText(hardSentence({ ...flips, empty: true }, CLASSES))).toContain(
      'No place in the picture speaks for Sneaker',
    );
  });
});
