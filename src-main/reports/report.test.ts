import { describe, expect, test } from 'vitest';
import { REPORT_SECTIONS, type ReportSection } from '../contract/report-view.ts';
import { amplificationOf, buildReport, reportJson, summaryJson } from './document.ts';
import {
  CLASSES,
  CONSISTENCY,
  hardSample,
  PLAIN,
  reportInput,
  runInput,
  seededRuns,
  withParts,
} from './report.fixture.ts';
import { limitsOf } from './limits.ts';
import { hardSentence, percent, plainText, signedPoints, wholePercent } from './words.ts';

describe('the document', () => {
  const document = buildReport(reportInput());

  test('answers first, naming the reliance on the background with its size', () => {
    const gap = document.runs[0].figures['bg_gap']?.value ?? 0;
    expect(document.answer[0]).toBe(
      `On this data, the model trained plainly names ${percent(document.runs[0].figures['top1']?.value ?? 0)} of the test pictures correctly.`,
    );
    expect(document.answer[1]).toContain(
      `relies on the background: accuracy falls by ${(gap * 100).toFixed(1)} points`,
    );
    expect(document.answer[2]).toMatch(
      /^An attack too small to see \(at most 2\/255\) changes \d+\.\d% of its answers\.$/,
    );
    expect(document.answer[3]).toContain('no measurable difference in accuracy');
    expect(document.answer).toHaveLength(4);
  });

  test('equal runs differ nowhere', () => {
    const same = buildReport(reportInput([runInput(PLAIN), runInput({ ...PLAIN, arm: 'consistency' })]));
    expect(same.comparisons[0].differences.every(({ verdict }) => verdict === 'none')).toBe(true);
    const claims = same.findings.filter((finding) => finding.run === null).map(({ sentence }) => plainText(sentence));
    expect(claims.length).toBeGreaterThan(3);
    for (const claim of claims) expect(claim).toMatch(/^No measurable difference/);
  });

  test('a gap whose interval contains zero is not called reliance', () => {
    const run = runInput(PLAIN);
    const { evaluation } = run;
    const debiasing = evaluation?.parts.debiasing;
    if (evaluation === undefined || debiasing === undefined) throw new Error('the fixture has all parts');
    const figures = { ...debiasing.figures, bg_gap: { value: 0.02, low: -0.01, high: 0.05, n: 1000 } };
    const parts = { ...evaluation.parts, debiasing: { ...debiasing, figures } };
    const { answer, findings } = buildReport(reportInput([{ ...run, evaluation: { ...evaluation, parts } }]));
    expect(answer.join(' ')).toContain('no measurable difference to its accuracy');
    expect(answer.join(' ')).not.toContain('It relies on');
    expect(findings.find(({ topic }) => topic === 'Background')).toMatchObject({ tone: 'neutral' });
  });

  test('a gaze that does not beat a box in the middle is said to find nothing', () => {
    const gaze = document.findings.find(({ run, topic }) => run === 0 && topic === 'Gaze');
    expect(gaze).toMatchObject({ tone: 'attention' });
    expect(plainText(gaze?.sentence ?? [])).toContain('does not tell measurably better where objects are');
  });

  test('E measured under different strengths is not compared', () => {
    const runs = [runInput(PLAIN, 0), runInput(CONSISTENCY, 0, { eps: 6 / 255 })];
    const other = buildReport(reportInput(runs));
    expect(other.comparisons[0].consistencyComparable).toBe(false);
    expect(other.findings.some(({ sentence }) => plainText(sentence).includes('cannot be compared directly'))).toBe(
      true,
    );
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
    const only = buildReport(reportInput([withParts(stopped)]));
    expect(only.answer).toEqual([
      'On this data, the model trained plainly has not been evaluated yet. Its run was stopped before its end.',
    ]);
    const json = reportJson(only);
    expect(json.runs[0]).toMatchObject({ top1: null, e_mean: [], maxboxacc: null, bg_gap: null });
    expect(buildReport(reportInput([])).answer).toHaveLength(1);
  });
});

describe('the answer speaks of what was chosen', () => {
  const two = reportInput([runInput(PLAIN, 0), runInput(CONSISTENCY, 0)]);
  const answers = new Map(
    REPORT_SECTIONS.map((section) => [section, buildReport({ ...two, sections: [section] }).answer]),
  );
  const answerTo = (section: ReportSection): string => answers.get(section)?.join(' ') ?? '';

  test('and of nothing else, in two to four sentences', () => {
    expect(answerTo('robustness')).toContain('An attack too small to see');
    expect(answerTo('robustness')).not.toContain('background');
    expect(answerTo('localization')).toContain('of its gaze lies on the object, where an even gaze would have');
    expect(answerTo('localization')).toContain('does not find objects measurably better than a box in the middle');
    expect(answerTo('explanations')).toContain('measurably better than a random order');
    expect(answerTo('recognition')).toContain('How sure it is differs from how often it is right');
    expect(answerTo('hard-samples')).toContain('its explanation does not survive');
    expect(answerTo('debiasing')).toContain('It relies on the background');
    for (const answer of answers.values()) {
      expect(answer.length).toBeGreaterThan(1);
      expect(answer.length).toBeLessThan(5);
    }
  });

  test('over several seeds it tells what all seeds carry', () => {
    const document = buildReport(reportInput(seededRuns()));
    expect(document.answer.filter((sentence) => sentence.startsWith('Over 3 seeds, '))).toHaveLength(2);
    expect(document.answer.join(' ')).not.toContain('seed by seed');
    expect(document.answer.length).toBeLessThan(5);
  });

  test('foregrounds taken from models are warned of, wherever backgrounds are spoken of', () => {
    const runs = [PLAIN, CONSISTENCY].map((spec) => runInput({ ...spec, foreground: 'models' }, 0));
    const warnings = (section: ReportSection) => buildReport({ ...reportInput(runs), sections: [section] }).warnings;
    expect(warnings('debiasing')).toEqual([expect.stringContaining('the heatmaps of 2 models')]);
    expect(warnings('comparison')).toHaveLength(1);
    expect(warnings('recognition')).toEqual([]);
    expect(buildReport(two).warnings).toEqual([]);
  });

  test('heatmaps that are no better than a random order are not praised', () => {
    const run = runInput(PLAIN, 0);
    const { evaluation } = run;
    if (evaluation === undefined) throw new Error('the fixture has all parts');
    const resampled = { ...evaluation.resampled, insertion: evaluation.resampled['insertion_random'] };
    const same = buildReport({
      ...reportInput([{ ...run, evaluation: { ...evaluation, resampled } }]),
      sections: ['explanations'],
    });
    expect(same.answer.join(' ')).toContain('do not name the pixels that matter measurably better');
    expect(same.findings.find(({ topic }) => topic === 'Insertion')).toMatchObject({ tone: 'attention' });
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
      expect(run.top1).toBe(document.runs[i].figures['top1']?.value);
      expect(run.hardest).toHaveLength(24);
    }
    expect(json.comparison).toHaveLength(1);
    expect(json.definitions.bg_gap).toContain('mixed-same');
  });

  test('what was not measured is null, not zero', () => {
    const run = withParts(runInput(PLAIN, 0), 'recognition');
    const json = reportJson(buildReport(reportInput([run])));
    expect(json.runs[0]).toMatchObject({
      maxboxacc: null,
      energy: null,
      pointing: null,
      bg_gap: null,
      acc_mixed_same: null,
    });
    expect(json.runs[0].figures).not.toHaveProperty('bg_gap');
    expect(Object.keys(json.runs[0].parts)).toEqual(['recognition']);
    expect(json.answer.join(' ')).toContain('has not been measured: without masks or boxes');
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
