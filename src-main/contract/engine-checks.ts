/** What an engine needs of this machine, and what of it is there. */

/** `unknown`: it cannot be seen from here, or it makes no sense to look as long as something before it is missing. */
export type CheckState = 'ok' | 'missing' | 'unknown';

/** One thing that an engine needs. */
export interface EngineCheck {
  /** What it is, in a few words: "NVIDIA driver". */
  readonly check: string;
  readonly state: CheckState;
  /** What was found, in words. */
  readonly found: string;
  /** What to do, in a sentence or two; empty where nothing is to be done. */
  readonly todo: string;
}

/** Whether an engine can be used, and why, in plain words. */
export interface EngineExplanation {
  readonly id: string;
  readonly usable: boolean;
  /** What computes, or why it does not. */
  readonly summary: string;
  /** The first thing to do about an engine that cannot be used; empty for one that can. */
  readonly todo: string;
  /** In the order in which one depends on the other. */
  readonly checks: readonly EngineCheck[];
}
