/** Every part of an evaluation that can be measured. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import type { PartKind } from './part.ts';

/** The parts by name. */
export const PARTS: { readonly [Part in EvaluationPart]?: PartKind<Part> } = {};

/** Parts that need to know where objects are, so that models are asked where nothing else says it. */
export const FOREGROUND_PARTS: ReadonlySet<EvaluationPart> = new Set([
  'debiasing',
  'challenge',
  'groups',
  'robustness',
] satisfies EvaluationPart[]);
