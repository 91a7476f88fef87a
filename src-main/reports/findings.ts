/**
 * What the figures mean, in plain words. The rules of wording live here and in comparison.ts: nothing is
 * claimed that its interval does not carry, and no figure is praised that a trivial method reaches.
 */
import type { Figure } from '../contract/run.ts';
import { differenceSentence, type PairedDifference } from './comparison.ts';
import type { Comparison, RunView } from './document.ts';
import { capitalised, counted, epsText, percent, points, signedPoints, wholePercent } from './words.ts';

/** One statement with the number it rests on. `attention` marks what a reader should not overlook,
 * `none` a difference that cannot be told from zero, `open` what was not measured. */
export interface Finding {
  readonly tone: 'neutral' | 'attention' | 'none' | 'open';
  /** The run it speaks of; null for statements about the comparison or the whole report. */
  readonly run: number | null;
  /** What it is about, in two or three words. */
  readonly topic: string;
  /** The number as it is printed large, or null. */
  readonly number: string | null;
  readonly sentence: string;
}

/** Where an interval lies, judged as it is printed (a tenth of a point). */
function side(figure: Figure): 'above' | 'below' | 'zero' {
  const low = Math.round(figure.low * 1000);
  const high = Math.round(figure.high * 1000);
  return low > 0 ? 'above' : high < 0 ? 'below' : 'zero';
}

const range = (figure: Figure): string => `95% interval ${percent(figure.low)} to ${percent(figure.high)}`;
const lossRange = (figure: Figure): string =>
  `95% interval of the loss ${signedPoints(figure.low)} to ${signedPoints(figure.high)} points`;

/** The answer: what a person should know who reads nothing else. */
export function answerOf(runs: readonly RunView[], comparisons: readonly Comparison[]): string[] {
  if (runs.length === 0) return ['This report contains no run, so there is nothing to answer yet.'];
  const evaluated = (run: RunView): boolean => run.figures.top1 !== null;
  const baseline = runs[comparisons[0]?.baseline ?? 0];
  const first = evaluated(baseline) ? baseline : (runs.find(evaluated) ?? baseline);
  const missing = runs.filter((run) => run !== first && !evaluated(run));
  return [
    ...mainSentences(first),
    ...comparisons
      .filter((each) => evaluated(runs[each.baseline]) && evaluated(runs[each.candidate]))
      .slice(0, 2)
      .map((each) => comparisonSentence(runs[each.candidate], each)),
    ...missing.map(
      (run) =>
        `${capitalised(run.model)} has not been evaluated: its run ${stateClause(run)}. Nothing is compared with it.`,
    ),
  ];
}

function mainSentences(run: RunView): string[] {
  const top1 = run.figures.top1;
  if (top1 === null) {
    return [`On this data, ${run.model} has not been evaluated yet: its run ${stateClause(run)}.`];
  }
  const gap = run.figures.bg_gap;
  const sentences = [`On this data, ${run.model} names ${percent(top1.value)} of the test pictures correctly.`];
  if (gap === null) {
    sentences.push(
      'How far it relies on the background could not be measured: that needs masks for the test pictures.',
    );
    const last = run.final;
    if (last !== null) {
      sentences.push(
        `When the background of a training picture is slightly disturbed, its explanation does not survive in ${percent(last.eBelowHalf)} of them.`,
      );
    }
  } else if (side(gap) === 'above') {
    sentences.push(
      `It relies on the background: accuracy falls by ${points(gap.value)} points when objects stand before the background of a random class rather than of their own.`,
    );
  } else {
    sentences.push(
      side(gap) === 'zero'
        ? 'Whether the background fits the class makes no measurable difference to its accuracy.'
        : `Unexpectedly, it is right more often, by ${points(gap.value)} points, when the background is that of a random class.`,
    );
  }
  return sentences;
}

/** One sentence: what measurably changed, what did not, what was not tested. */
function comparisonSentence(candidate: RunView, comparison: Comparison): string {
  const name = capitalised(candidate.model);
  const find = (key: PairedDifference['key']): PairedDifference | undefined =>
    comparison.differences.find((difference) => difference.key === key);
  const parts: string[] = [];
  const gap = find('bg_gap');
  const energy = find('energy');
  const accuracy = find('top1');
  if (gap?.verdict === 'better') parts.push(`relies on the background ${points(gap.change)} points less`);
  if (gap?.verdict === 'worse') parts.push(`relies on the background ${points(gap.change)} points more`);
  if (gap?.verdict === 'none') parts.push('shows no measurable difference in its reliance on the background');
  if (energy?.verdict === 'better') parts.push(`has ${points(energy.change)} points more of its gaze on the object`);
  if (energy?.verdict === 'worse') parts.push(`has ${points(energy.change)} points less of its gaze on the object`);
  if (energy?.verdict === 'none') parts.push('shows no measurable difference in where it looks');
  if (accuracy?.verdict === 'better') parts.push(`names ${points(accuracy.change)} points more pictures correctly`);
  if (accuracy?.verdict === 'worse') parts.push(`names ${points(accuracy.change)} points fewer pictures correctly`);
  if (accuracy?.verdict === 'none') parts.push('shows no measurable difference in accuracy');
  if (parts.length === 0) return `${name} was not compared picture by picture, so no difference is claimed.`;
  const last = parts.pop() ?? '';
  return `${name} ${parts.length === 0 ? last : `${parts.join(', ')}, and ${last}`}.`.replace(
    /(shows no measurable difference in [a-z ]+), and shows no measurable difference in/,
    '$1, and none in',
  );
}

/** The statements behind the answer, each with its interval. */
export function findingsOf(runs: readonly RunView[], comparisons: readonly Comparison[]): Finding[] {
  return [
    ...runs.flatMap(runFindings),
    ...comparisons.flatMap((comparison) => comparisonFindings(runs, comparison, comparisons.length > 1)),
  ];
}

function runFindings(run: RunView): Finding[] {
  const about = { run: run.index };
  const out: Finding[] = [];
  const { top1, bg_gap: gap, acc_mixed_same: same, acc_mixed_rand: rand, energy } = run.figures;
  if (run.record.state !== 'finished') {
    out.push({
      ...about,
      tone: 'attention',
      topic: 'Not complete',
      number: null,
      sentence: `This run ${stateClause(run)}. ${run.record.error === null ? '' : `${run.record.error.message} `}${
        run.rounds.length === 0 && top1 === null
          ? 'Nothing was measured until then.'
          : 'What follows was measured until then.'
      }`,
    });
  }
  if (top1 !== null) {
    out.push({
      ...about,
      tone: 'neutral',
      topic: 'Recognition',
      number: percent(top1.value),
      sentence: `of ${counted(top1.n, 'test picture')} are named correctly (${range(top1)}).`,
    });
  }
  if (gap !== null && same !== null && rand !== null) {
    const where = side(gap);
    out.push({
      ...about,
      tone: where === 'above' ? 'attention' : 'neutral',
      topic: 'Background',
      number: signedPoints(-gap.value),
      sentence:
        where === 'zero'
          ? `points when the background is that of a random class (${percent(same.value)} to ${percent(rand.value)}). The interval contains zero: no measurable reliance on the background (BG-Gap, ${lossRange(gap)}).`
          : `points when the background is that of a random class rather than of the object\u2019s own: ${percent(same.value)} correct becomes ${percent(rand.value)} (BG-Gap, ${lossRange(gap)}).`,
    });
  } else if (top1 !== null) {
    out.push({
      ...about,
      tone: 'open',
      topic: 'Background',
      number: null,
      sentence: 'Not measured: exchanging backgrounds needs masks that say where the objects are in the test pictures.',
    });
  }
  if (run.localization !== null && energy !== null) out.push(gazeFinding(run, energy));
  else if (top1 !== null) {
    out.push({
      ...about,
      tone: 'open',
      topic: 'Gaze',
      number: null,
      sentence:
        'Localization could not be measured, because nothing says where the objects are: the data has neither masks nor boxes. How steady the gaze is can be told without them.',
    });
  }
  const last = run.rounds.at(-1);
  if (last !== undefined) {
    out.push({
      ...about,
      tone: 'neutral',
      topic: 'Steadiness',
      number: percent(last.eBelowHalf),
      sentence: `of ${counted(last.samples, 'training picture')} do not keep their explanation (E below 0.5) when the background is changed by at most ${epsText(last.eps)}. Under it, ${wholePercent(last.survived)} of the correct predictions stay the same.`,
    });
  }
  return out;
}

/** Energy beside a map that is the same everywhere, MaxBoxAcc beside a centred box. */
function gazeFinding(run: RunView, energy: Figure): Finding {
  const { uniformEnergy, centreBox, maxboxacc, target } = run.localization ?? { target: 'box' };
  const object = target === 'mask' ? 'on the object' : 'in the box around the object';
  let sentence = `of its gaze lies ${object} (${range(energy)}).`;
  let tone: Finding['tone'] = 'neutral';
  if (uniformEnergy !== undefined) {
    const even = `a map that is the same everywhere: ${percent(uniformEnergy.value)}`;
    if (energy.low > uniformEnergy.high) sentence += ` That is more than ${even}.`;
    else {
      tone = 'attention';
      sentence += ` That is ${energy.high < uniformEnergy.low ? 'less than' : 'not measurably more than'} ${even}.`;
    }
  }
  if (run.localization?.thresholdFrom === 'test') {
    sentence +=
      ' No validation picture says where its object is, so the brightness border of the boxes was chosen on the test pictures themselves, which flatters the figures of the boxes.';
  }
  if (centreBox !== undefined && maxboxacc !== undefined) {
    const boxes = `A box around it finds ${percent(maxboxacc.value)} of the objects; always guessing a box in the middle finds ${percent(centreBox.value)}`;
    if (maxboxacc.low > centreBox.high) sentence += ` ${boxes}.`;
    else {
      tone = 'attention';
      sentence += ` ${boxes}, so its gaze does not tell measurably better where objects are.`;
    }
  }
  return { tone, run: run.index, topic: 'Gaze', number: percent(energy.value), sentence };
}

const CHANGE_TONES = { better: 'neutral', worse: 'attention', none: 'none', unknown: 'open' } as const;

const TOPICS = {
  top1: 'Recognition',
  bg_gap: 'Background',
  energy: 'Gaze',
  pointing: 'First look',
  maxboxacc: 'Box',
} as const;

function comparisonFindings(runs: readonly RunView[], comparison: Comparison, severalCandidates: boolean): Finding[] {
  const out: Finding[] = (['top1', 'bg_gap', 'energy', 'pointing', 'maxboxacc'] as const).flatMap((key) => {
    const difference = comparison.differences.find((each) => each.key === key);
    if (difference === undefined) return [];
    return [
      {
        tone: CHANGE_TONES[difference.verdict],
        run: null,
        topic: severalCandidates ? `${TOPICS[key]}, ${runs[comparison.candidate].label}` : TOPICS[key],
        number: signedPoints(difference.change),
        sentence: differenceSentence(difference),
      },
    ];
  });
  const [a, b] = [runs[comparison.baseline], runs[comparison.candidate]];
  if (!comparison.consistencyComparable && a.rounds.length > 0 && b.rounds.length > 0) {
    out.push({
      tone: 'open',
      run: null,
      topic: 'Steadiness',
      number: null,
      sentence: `The E of ${a.label} and of ${b.label} were measured under different disturbances${
        a.record.eps === null || b.record.eps === null
          ? ''
          : ` (at most ${epsText(a.record.eps)} and ${epsText(b.record.eps)})`
      }, so they cannot be compared directly.`,
    });
  }
  return out;
}

/** The state of a run as the end of a sentence that begins "this run". */
function stateClause(run: RunView): string {
  const words = {
    running: 'is still going on',
    paused: 'is paused',
    finished: 'is finished',
    stopped: 'was stopped before its end',
    failed: 'failed before its end',
  } as const;
  return words[run.record.state];
}
