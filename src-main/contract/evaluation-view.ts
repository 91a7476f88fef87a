/** What has been measured on finished runs, and what could be, as the window shows it. */
import type { EvaluationPart } from './evaluation.ts';

export interface PartOverview {
  readonly part: EvaluationPart;
  /** "Attacks". */
  readonly label: string;
  /** What it answers, as a person would ask: "How easily can it be fooled?" */
  readonly question: string;
  /** Why it cannot be measured on these data or with these runs, and what to do; null where it can. */
  readonly obstacle: string | null;
  /** Seconds for one run, roughly, on this machine; null until something has been measured here. */
  readonly seconds: number | null;
  readonly runs: readonly {
    readonly run: string;
    /** `outdated`: measured of other weights, data, settings, or by an older definition. */
    readonly state: 'measured' | 'missing' | 'outdated';
  }[];
}

export interface EvaluationOverview {
  /** Pictures that would be measured. */
  readonly pictures: number;
  readonly split: 'test' | 'val';
  readonly parts: readonly PartOverview[];
}
