/** Something of a picture that a process is to make, waited for by all who asked for it. */
import type { SteadygazeError } from '../contract/errors.ts';

/** What is made: the pictures of its attack, or what the network itself says of it. */
export type Subject = 'attack' | 'interpretation';

/** A row of a round's table, and what is wished of it. */
interface Place {
  readonly subject: Subject;
  readonly run: string;
  readonly round: number;
  readonly row: number;
}

export interface Wish extends Place {
  readonly settled: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: SteadygazeError) => void;
  /** Which call asked for it last. */
  asked: number;
  /** It was among several that failed together, so it is tried by itself. */
  alone: boolean;
}

/** The same for the same wish. */
export function keyOf({ subject, run, round, row }: Place): string {
  return `${subject}/${run}/${round}/${row}`;
}

export function newWish(place: Place): Wish {
  let resolve: () => void = () => undefined;
  let reject: (error: SteadygazeError) => void = () => undefined;
  const settled = new Promise<void>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { ...place, settled, resolve, reject, asked: 0, alone: false };
}
