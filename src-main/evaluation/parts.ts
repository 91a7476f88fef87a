/** Every part of an evaluation that can be measured. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import { challengePart } from './challenge-part.ts';
import { consistencyPart } from './consistency-part.ts';
import { debiasingPart } from './debiasing-part.ts';
import { faithfulnessPart } from './faithfulness-part.ts';
import { groupsPart } from './groups-part.ts';
import { localizationPart } from './localization-part.ts';
import type { PartKind } from './part.ts';
import { recognitionPart } from './recognition-part.ts';
import { stabilityPart } from './stability-part.ts';

/** The parts by name. */
export const PARTS: { readonly [Part in EvaluationPart]: PartKind<Part> } = {
  recognition: recognitionPart,
  localization: localizationPart,
  debiasing: debiasingPart,
  challenge: challengePart,
  groups: groupsPart,
  consistency: consistencyPart,
  faithfulness: faithfulnessPart,
  stability: stabilityPart,
  // These two are being written.
  robustness: undefined as unknown as PartKind<'robustness'>,
  corruptions: undefined as unknown as PartKind<'corruptions'>,
};

/** Parts that need to know where objects are, so that models are asked where nothing else says it. */
export const FOREGROUND_PARTS: ReadonlySet<EvaluationPart> = new Set([
  'debiasing',
  'challenge',
  'groups',
  'robustness',
] satisfies EvaluationPart[]);
