/** Statements about attacks and bad pictures. */
import type { PartDetails } from '../contract/evaluation.ts';
import { tellingEps } from './figure-kinds.ts';
import { range, strengthWords, type RunFinding } from './finding.ts';
import { ATTACK_WORDS } from './kinds/robustness.ts';
import type { RunView } from './run-view.ts';
import { counted, percent } from './words.ts';

type AttackRow = PartDetails['robustness']['rows'][number];

/** The strongest attack on a region at the strength nearest to 2/255; null where the region was not attacked. */
export function tellingAttack(run: RunView, region: AttackRow['region']): AttackRow | null {
  const rows = run.parts.robustness?.details.rows ?? [];
  const eps = tellingEps(rows);
  const order = Object.keys(ATTACK_WORDS);
  const tried = rows.filter((row) => row.region === region && row.eps === eps);
  return tried.length === 0
    ? null
    : tried.reduce((a, b) => (order.indexOf(b.attack) > order.indexOf(a.attack) ? b : a));
}

export function robustnessFindings(run: RunView): RunFinding[] {
  const out: RunFinding[] = [];
  for (const region of ['all', 'background'] as const) {
    const row = tellingAttack(run, region);
    if (row === null) continue;
    const changed = { ...row.same, value: 1 - row.same.value, low: 1 - row.same.high, high: 1 - row.same.low };
    const where = region === 'all' ? '' : ' that touches only the background';
    out.push({
      sections: ['comparison', 'robustness'],
      main: region === 'all',
      tone: changed.low > 0.5 ? 'attention' : 'neutral',
      topic: region === 'all' ? 'Attack' : 'Attack, background',
      number: percent(changed.value),
      sentence: `of its answers are changed by ${strengthWords(row.eps)}${where} (${ATTACK_WORDS[row.attack].name}, ${counted(changed.n, 'picture')}, ${range(changed)}); ${percent(row.accuracy.value)} are still right.`,
    });
  }
  const { mce, top1 } = run.figures;
  const rows = run.parts.corruptions?.details.rows ?? [];
  if (mce !== undefined && rows.length > 0) {
    const clean = top1 === undefined ? '' : `, against ${percent(1 - top1.value)} without these`;
    out.push({
      sections: ['comparison', 'robustness'],
      main: !out.some(({ main }) => main),
      tone: 'neutral',
      topic: 'Bad pictures',
      number: percent(mce.value),
      sentence: `of the names are wrong with noise, blur, weather and compression, over all kinds and strengths${clean} (${range(mce)}). Hardest: ${hardestKind(rows)}.`,
    });
  }
  return out;
}

/** "fog (71.2% wrong)", over all severities. */
function hardestKind(rows: PartDetails['corruptions']['rows']): string {
  const kinds = [...new Set(rows.map(({ label }) => label))].map((label) => {
    const own = rows.filter((row) => row.label === label);
    return { label, wrong: own.reduce((sum, row) => sum + 1 - row.accuracy.value, 0) / own.length };
  });
  const { label, wrong } = kinds.reduce((a, b) => (b.wrong > a.wrong ? b : a));
  return `${label.charAt(0).toLowerCase()}${label.slice(1)} (${percent(wrong)} wrong)`;
}
