/** What has to be known before figures of several runs are compared. */
import type { RunRecord } from '../../contract/run.ts';
import { measuredAlike } from '../../reports/compared-runs.ts';
import { sameDisturbance, type RunView } from '../../reports/document.ts';
import { settingRows } from '../../reports/settings-table.ts';

/** Settings whose difference is what a comparison is made for, or that change no figure. */
const EXPECTED: ReadonlySet<string> = new Set(['arm', 'seed', 'checkpointSeconds', 'assessBatch', 'method.mixShare']);
const MOST_NAMED = 4;
/** What a model that was brought does not share with one that learned here. */
const OF_LEARNING = /^(training|start)\./;

/** @param views the baseline first */
export function cautionsOf(views: readonly RunView[]): string[] {
  const [baseline, ...others] = views;
  const cautions: string[] = [];
  const elsewhere = others.filter((run) => !measuredAlike(baseline, run));
  if (elsewhere.length > 0) {
    cautions.push(
      views.length === 2
        ? 'The two runs were tested on different pictures or labels, so their figures are not compared.'
        : `Not tested on the pictures and labels of the baseline, and therefore not compared with it: ${named(elsewhere)}.`,
    );
  }
  const half = views.filter(({ record }) => record.state !== 'finished');
  if (half.length === 1) cautions.push(`${named(half)} is not finished, so what is shown of it may change.`);
  if (half.length > 1) cautions.push(`Not finished, so that what is shown of them may change: ${named(half)}.`);
  if (others.some(({ record }) => correctionsOf(record) !== correctionsOf(baseline.record))) {
    cautions.push(
      'They were trained with different corrections of the labels; a difference may come from these alone.',
    );
  }
  const unexpected = unexpectedSettings(views);
  if (unexpected.length > 0) {
    const more = unexpected.length - MOST_NAMED;
    const names = unexpected.slice(0, MOST_NAMED).join(', ') + (more > 0 ? ` and ${String(more)} more` : '');
    cautions.push(`They differ in more than the kind of training: ${names}.`);
  }
  cautions.push(...aboutSeeds(baseline, others));
  if (others.some(({ record }) => record.engine !== baseline.record.engine)) {
    cautions.push('They were computed by different engines, whose numbers differ slightly.');
  }
  const disturbed = others.filter(
    ({ record, rounds }) => rounds.length > 0 && !sameDisturbance(baseline.record, record),
  );
  if (disturbed.length > 0 && baseline.rounds.length > 0) {
    cautions.push('Their steadiness was measured under different disturbances and cannot be compared directly.');
  }
  return cautions;
}

function unexpectedSettings(views: readonly RunView[]): string[] {
  const noise = views.some(({ arm }) => arm === 'noise');
  return settingRows(views)
    .filter(({ name, differs }) => differs && !EXPECTED.has(name) && !(views.some(isBrought) && OF_LEARNING.test(name)))
    .map(({ name }) => name)
    .filter((name) => !(noise && name === 'method.attack'));
}

function aboutSeeds(baseline: RunView, others: readonly RunView[]): string[] {
  if ([baseline, ...others].some(isBrought)) return [];
  if (others.some(({ seed }) => seed !== baseline.seed)) {
    return [
      others.length === 1
        ? 'They began with different seeds, so a part of every difference is the luck of training.'
        : 'Some began with another seed than the baseline: a part of their differences to it is the luck of training.',
    ];
  }
  if (others.some(({ arm }) => arm !== baseline.arm)) {
    return ['One seed was compared. With another the differences can come out differently; three or more tell.'];
  }
  return [];
}

const isBrought = ({ arm }: RunView): boolean => arm === 'given';

const named = (views: readonly RunView[]): string => views.map(({ label }) => label).join(', ');

const correctionsOf = ({ corrections }: RunRecord): string => corrections?.hash ?? '';
