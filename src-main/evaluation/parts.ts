/** Every part of an evaluation that can be measured. */
import type { EvaluationPart } from '../contract/evaluation.ts';
import { challengePart } from './challenge-part.ts';
import { consistencyPart } from './consistency-part.ts';
import { corruptionsPart } from './corruptions-part.ts';
import { debiasingPart } from './debiasing-part.ts';
import { faithfulnessPart } from './faithfulness-part.ts';
import { groupsPart } from './groups-part.ts';
import { interpretabilityPart } from './interpretability-part.ts';
import { localizationPart } from './localization-part.ts';
import type { PartKind } from './part.ts';
import { recognitionPart } from './recognition-part.ts';
import { robustnessPart } from './robustness-part.ts';
import { stabilityPart } from './stability-part.ts';

/** The parts by name. */
export const PARTS: { readonly [Part in EvaluationPart]: PartKind<Part> } = {
  recognition: recognitionPart,
  localization: localizationPart,
  debiasing: debiasingPart,
  challenge: challengePart,
  groups: groupsPart,
  robustness: robustnessPart,
  corruptions: corruptionsPart,
  consistency: consistencyPart,
  faithfulness: faithfulnessPart,
  stability: stabilityPart,
  interpretability: interpretabilityPart,
};

/**
 * Parts that take every picture to be of exactly one class: another background "of the same class", or a group "of one
 * class", says nothing where pictures are of several.
 */
export const ONE_CLASS_PARTS: ReadonlySet<EvaluationPart> = new Set(['debiasing', 'groups'] satisfies EvaluationPart[]);

/**
 * Parts that cannot do without knowing where objects are, so that models are asked where nothing else says it.
 * (Robustness attacks the background too, but then goes by the measured model itself.)
 */
export const FOREGROUND_PARTS: ReadonlySet<EvaluationPart> = new Set([
  'debiasing',
  'challenge',
  'groups',
] satisfies EvaluationPart[]);
