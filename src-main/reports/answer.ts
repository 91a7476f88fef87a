/** The answer of a report: two to four plain sentences, for whoever reads nothing else. */
import type { ReportSection } from '../contract/report-view.ts';
import type { Comparison } from './compared-runs.ts';
import { changePredicate } from './comparison.ts';
import { side, stateClause, strengthWords, type Telling } from './finding.ts';
import { beatsRandom } from './findings-explanation.ts';
import { tellingAttack } from './findings-robustness.ts';
import type { RunView } from './run-view.ts';
import { capitalised, percent, points } from './words.ts';

const MOST_SENTENCES = 4;

/** What a person should know who reads nothing else. Speaks of the chosen sections. */
export function answerOf(telling: Telling): string[] {
  const { runs, comparisons } = telling;
  const baseline = runs.at(comparisons.at(0)?.baseline ?? 0);
  if (baseline === undefined) return ['This report contains no run, so there is nothing to answer yet.'];
  const first = isEvaluated(baseline) ? baseline : (runs.find(isEvaluated) ?? baseline);
  const missing = missingSentence(runs.filter((run) => run !== first && !isEvaluated(run)));
  const compared = comparedSentences(telling);
  const told = [...compared, ...missing];
  return [...firstSentences(first, telling.sections, MOST_SENTENCES - told.length), ...told];
}

const isEvaluated = (run: RunView): boolean => Object.keys(run.figures).length > 0;

/** The main run in at most `most` sentences, at least one. */
function firstSentences(run: RunView, sections: readonly ReportSection[], most: number): string[] {
  if (!isEvaluated(run)) {
    const why =
      run.record.state === 'finished'
        ? 'Compare measures it, and so does "steadygaze evaluate".'
        : `Its run ${stateClause(run)}.`;
    return [`On this data, ${run.model} has not been evaluated yet. ${why}`];
  }
  const has = (section: ReportSection): boolean => sections.includes(section);
  const whole = has('comparison');
  const sentences = [
    accuracySentence(run),
    ...(has('debiasing') || whole ? [backgroundSentence(run)] : []),
    ...(has('localization') && !has('debiasing') ? [gazeSentence(run)] : []),
    ...(has('robustness') ? [attackSentence(run)] : []),
    ...(has('localization') && has('debiasing') ? [gazeSentence(run)] : []),
    ...(has('explanations') ? [faithfulSentence(run)] : []),
    ...(has('recognition') && sections.length === 1 ? [certaintySentence(run)] : []),
    ...(has('hard-samples') && sections.length === 1 ? [steadinessSentence(run)] : []),
  ].filter((sentence) => sentence !== null);
  const rest = run.figures['bg_gap'] === undefined && (has('debiasing') || whole) ? steadinessSentence(run) : null;
  if (rest !== null && !sentences.includes(rest)) sentences.splice(2, 0, rest);
  return sentences.slice(0, Math.max(1, most));
}

function accuracySentence({ figures, model }: RunView): string {
  const { top1, map } = figures;
  if (top1 !== undefined && map !== undefined) {
    return `On this data, ${model} finds the pictures of each class with a mean average precision of ${percent(map.value)}; in ${percent(top1.value)} of the test pictures, the class that it is most sure of is there.`;
  }
  return top1 === undefined
    ? `On this data, how many pictures ${model} names correctly has not been measured.`
    : `On this data, ${model} names ${percent(top1.value)} of the test pictures correctly.`;
}

function backgroundSentence({ figures, record }: RunView): string {
  const gap = figures['bg_gap'];
  if (gap === undefined && record.task === 'multi-label') {
    return 'How far it relies on the background has not been measured: exchanging backgrounds takes pictures of exactly one class each.';
  }
  if (gap === undefined) {
    return 'How far it relies on the background has not been measured: without masks or boxes for the test pictures, that takes a second model.';
  }
  return {
    above: `It relies on the background: accuracy falls by ${points(gap.value)} points when objects stand before the background of a random class rather than of their own.`,
    zero: 'Whether the background fits the class makes no measurable difference to its accuracy.',
    below: `Unexpectedly, it is right more often, by ${points(gap.value)} points, when the background is that of a random class.`,
  }[side(gap)];
}

function gazeSentence({ figures }: RunView): string | null {
  const { energy, uniform_energy: even, maxboxacc, centre_box: centre } = figures;
  if (energy === undefined || even === undefined) return null;
  const looks =
    energy.low > even.high
      ? `${percent(energy.value)} of its gaze lies on the object, where an even gaze would have ${percent(even.value)}`
      : `Its gaze does not lie on the object measurably more than an even gaze would (${percent(energy.value)} against ${percent(even.value)})`;
  if (maxboxacc === undefined || centre === undefined || maxboxacc.low > centre.high) return `${looks}.`;
  return `${looks}, yet it does not find objects measurably better than a box in the middle.`;
}

function attackSentence(run: RunView): string | null {
  const row = tellingAttack(run, 'all') ?? tellingAttack(run, 'background');
  if (row === null) {
    const { mce } = run.figures;
    return mce === undefined
      ? null
      : `With noise, blur, weather or compression, ${percent(mce.value)} of its names are wrong.`;
  }
  const where = row.region === 'all' ? '' : ' that touches only the background';
  return `${capitalised(strengthWords(row.eps))}${where} changes ${percent(1 - row.same.value)} of its answers.`;
}

function faithfulSentence(run: RunView): string | null {
  const { insertion, e_below_half: lost } = run.figures;
  const eps = run.parts.consistency?.details.eps;
  const steady =
    lost === undefined || eps === undefined
      ? null
      : `${percent(lost.value)} of its explanations do not survive a background changed by at most ${String(eps)}/255`;
  if (insertion === undefined) return steady === null ? null : `${steady}.`;
  const faithful = {
    yes: 'Its heatmaps name pixels that matter to it, measurably better than a random order would',
    no: 'Its heatmaps do not name the pixels that matter measurably better than a random order would',
    unknown: null,
  }[beatsRandom(run, 'insertion')];
  if (faithful === null) return steady === null ? null : `${steady}.`;
  return steady === null ? `${faithful}.` : `${faithful}; ${steady}.`;
}

function certaintySentence({ figures }: RunView): string | null {
  const { ece } = figures;
  return ece === undefined
    ? null
    : `How sure it is differs from how often it is right by ${points(ece.value)} points on average.`;
}

function steadinessSentence({ final }: RunView): string | null {
  return final === null
    ? null
    : `When the background of a training picture is slightly disturbed, its explanation does not survive in ${percent(final.eBelowHalf)} of them.`;
}

/** What measurably changed, what did not, what was not tested: over seeds where there are several, else run by run. */
function comparedSentences(telling: Telling): string[] {
  const overSeeds = seedsSentences(telling);
  if (overSeeds.length > 0) return overSeeds;
  const { runs, comparisons } = telling;
  return comparisons
    .filter((each) => isEvaluated(runs[each.baseline]) && isEvaluated(runs[each.candidate]))
    .slice(0, 2)
    .map((each) => comparisonSentence(telling, each));
}

/** Figures that the answer compares, the most telling first. */
function comparedKeys({ kinds, sections }: Telling): string[] {
  const has = (section: ReportSection): boolean => sections.includes(section);
  const attack = kinds.find(({ key, headline }) => headline && key.startsWith('same_'))?.key;
  const recognition = kinds.some(({ key }) => key === 'map') ? 'map' : 'top1';
  if (has('comparison')) return ['bg_gap', 'energy', recognition];
  return [
    ...(has('debiasing') ? ['bg_gap', 'worst_group'] : []),
    ...(has('localization') ? ['energy', 'maxboxacc'] : []),
    ...(has('robustness') ? [...(attack === undefined ? [] : [attack]), 'mce'] : []),
    ...(has('explanations') ? ['e_mean', 'insertion'] : []),
    recognition,
  ].slice(0, 3);
}

function comparisonSentence(telling: Telling, comparison: Comparison): string {
  const candidate = telling.runs[comparison.candidate];
  const changed: string[] = [];
  const equal: string[] = [];
  for (const key of comparedKeys(telling)) {
    const kind = telling.kinds.find((each) => each.key === key);
    const difference = comparison.differences.find((each) => each.key === key);
    if (kind === undefined || difference === undefined) continue;
    if (difference.verdict === 'none') equal.push(kind.subject);
    else if (difference.verdict !== 'unknown') changed.push(changePredicate(kind, difference.change));
  }
  const name = capitalised(candidate.model);
  if (changed.length + equal.length === 0) {
    return `${name} was not compared picture by picture, so no difference is claimed.`;
  }
  const same = `no measurable difference in ${listed(equal, 'or in')}`;
  if (changed.length === 0) return `${name} shows ${same}.`;
  return `${name} ${listed(changed, 'and')}${equal.length === 0 ? '' : `; there is ${same}`}.`;
}

/** One sentence for each other kind of training that shares at least two seeds with the first. */
function seedsSentences(telling: Telling): string[] {
  const { seeds } = telling;
  if (seeds === null) return [];
  const keys = comparedKeys(telling);
  return seeds.arms
    .flatMap((_arm, i) => {
      const told = keys.flatMap((key) => {
        const difference = seeds.figures.find((figure) => figure.key === key)?.differences[i];
        return difference == null || difference.perSeed.length < 2 ? [] : [difference];
      });
      return told.length === 0 ? [] : [told];
    })
    .flatMap((told, _i, all) => told.slice(0, all.length > 1 ? 1 : 2).map(({ sentence }) => withoutEvidence(sentence)))
    .slice(0, 2);
}

/** The numbers of each seed stand in the table; the answer is for reading. */
const withoutEvidence = (sentence: string): string => sentence.replace(/ \([^()]*seed by seed[^()]*\)/, '');

/** "a, b, and c"; "a and b". */
function listed(items: readonly string[], word: string): string {
  if (items.length < 3) return items.join(` ${word} `);
  return `${items.slice(0, -1).join(', ')}, ${word} ${items.at(-1) ?? ''}`;
}

/** Runs without any figure, in one sentence. */
function missingSentence(missing: readonly RunView[]): string[] {
  if (missing.length === 0) return [];
  const [run] = missing;
  if (missing.length === 1) {
    const state = run.record.state === 'finished' ? '' : `: its run ${stateClause(run)}`;
    return [`${capitalised(run.model)} has not been evaluated${state}. Nothing is compared with it.`];
  }
  return [`${String(missing.length)} of the runs have not been evaluated; nothing is compared with them.`];
}
