/** What a report can be about, in one click, and what each of its sections needs to have been measured. */
import type { EvaluationPart } from '../../../src-main/contract/evaluation.ts';
import type { EvaluationOverview } from '../../../src-main/contract/evaluation-view.ts';
import { REPORT_SECTIONS, type ReportSection } from '../../../src-main/contract/report-view.ts';

export const REPORT_KINDS = [
  'everything',
  'comparison',
  'recognition',
  'localization',
  'debiasing',
  'robustness',
  'hard-samples',
] as const;
export type ReportKind = (typeof REPORT_KINDS)[number];

export const KINDS: Readonly<
  Record<ReportKind, { readonly label: string; readonly sections: readonly ReportSection[] }>
> = {
  everything: { label: 'Everything', sections: REPORT_SECTIONS },
  comparison: { label: 'Comparison', sections: ['comparison'] },
  recognition: { label: 'Recognition', sections: ['recognition'] },
  // Without masks and boxes the explanations are all there is to say where it looks.
  localization: { label: 'Localization', sections: ['localization', 'explanations'] },
  debiasing: { label: 'Debiasing', sections: ['debiasing'] },
  robustness: { label: 'Robustness', sections: ['robustness'] },
  'hard-samples': { label: 'Hard pictures', sections: ['hard-samples'] },
};

/** The kind whose sections these are; null where a person has made their own selection. */
export function kindOf(sections: readonly ReportSection[]): ReportKind | null {
  const same = (others: readonly ReportSection[]): boolean =>
    others.length === sections.length && others.every((section) => sections.includes(section));
  return REPORT_KINDS.find((kind) => same(KINDS[kind].sections)) ?? null;
}

export const SECTIONS: Readonly<
  Record<ReportSection, { readonly label: string; readonly hint: string; readonly parts: readonly EvaluationPart[] }>
> = {
  comparison: { label: 'Comparison', hint: 'What changed from run to run, with intervals', parts: [] },
  recognition: { label: 'Recognition', hint: 'Names, classes, how sure it is', parts: ['recognition'] },
  localization: { label: 'Localization', hint: 'Whether it looks at the object', parts: ['localization'] },
  debiasing: {
    label: 'Background',
    hint: 'What it does when backgrounds are exchanged',
    parts: ['debiasing', 'challenge', 'groups'],
  },
  robustness: { label: 'Robustness', hint: 'Attacks, noise, blur, weather', parts: ['robustness', 'corruptions'] },
  explanations: {
    label: 'Explanations',
    hint: 'Whether they are steady and true, and what filters stand for',
    parts: ['consistency', 'faithfulness', 'stability', 'interpretability'],
  },
  'hard-samples': { label: 'Hard pictures', hint: 'Those whose gaze is least steady', parts: [] },
};

/**
 * What a section of these runs would hold. `partly`: a part or a run is missing. `impossible`: none of it can be
 * measured on these pictures.
 */
export type SectionState = 'ready' | 'partly' | 'missing' | 'impossible';

export function sectionState(section: ReportSection, overview: EvaluationOverview | null): SectionState {
  const { parts: wanted } = SECTIONS[section];
  const parts = (overview?.parts ?? []).filter(({ part }) => wanted.includes(part));
  if (parts.length === 0) return 'ready';
  const cells = parts.flatMap(({ runs, obstacle }) => runs.map(({ state }) => ({ state, obstacle })));
  const measured = cells.filter(({ state }) => state === 'measured').length;
  const open = cells.filter(({ state, obstacle }) => state !== 'measured' && obstacle === null).length;
  if (open === 0) return measured === 0 ? 'impossible' : 'ready';
  return measured === 0 ? 'missing' : 'partly';
}
