/** What lies in a folder of pictures: the first thing anybody wants to know. Nothing is written beside the pictures. */
import { summarise } from '../datasets/describe.ts';
import type { DatasetSummary } from '../datasets/describe.ts';
import type { Choice } from '../datasets/format.ts';
import { openData } from '../datasets/open-data.ts';
import type { Candidate, OpenedData } from '../datasets/open-data.ts';

export interface ReadingOptions {
  /** Id of the format, where a person says which; else the surest. */
  readonly format?: string;
  /** Answers to the format's questions, by their keys. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Seed of the split where the folders do not say it. */
  readonly seed?: number;
  /** Files read so far, and in all; before that, names found so far, and null. */
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
}

/** What was found, and how it was read: what could be chosen otherwise. */
export interface RecognisedData extends DatasetSummary {
  /** What was recognised, in one sentence. */
  readonly recognised: string;
  /** Formats that could read it, surest first; the one in force is `format`. */
  readonly candidates: readonly Candidate[];
  readonly choices: readonly Choice[];
}

/** @throws SteadygazeError as the reader: `not-found`, `data-empty`, `data-one-class`, `data-unreadable` */
export async function inspectData(path: string, options: ReadingOptions = {}): Promise<RecognisedData> {
  return recognised(await openData(path, { seed: 0, remember: true, ...options }));
}

export const recognised = ({ dataset, sentence, candidates, choices }: OpenedData): RecognisedData => ({
  ...summarise(dataset),
  recognised: sentence,
  candidates,
  choices,
});
