/** Following a run from the command line: as JSON lines, or as a progress line; and Ctrl-C. */
import type { JobEvent } from '../contract/run.ts';
import { interruptible } from './interrupt.ts';
import { printJson } from './output.ts';
import { ProgressLine } from './progress-line.ts';

export interface Listeners {
  readonly onEvent: (event: JobEvent) => void;
  readonly stop: AbortSignal;
  readonly kill: AbortSignal;
}

export interface Listening {
  /** Does the work, showing what it says. */
  during<T>(work: (listeners: Listeners) => Promise<T>): Promise<T>;
  /** Whether a person (or the system) has asked for a stop. */
  readonly interrupted: boolean;
  /** For after a stop on request: says how to go on, and sets the exit code. */
  stopped(sentence: string): void;
  /** A line for a person; nothing with JSON. */
  say(sentence: string): void;
}

/** @param onStop said when a stop is asked for */
export function listenTo(
  json: boolean,
  onStop = 'Storing where it is, then stopping. Once more ends it at once.',
): Listening {
  const line = json ? null : new ProgressLine();
  const signals = interruptible(() => line?.say(onStop));
  return {
    async during(work) {
      try {
        return await work({ ...signals, onEvent: (event) => (line === null ? printJson(event) : line.show(event)) });
      } finally {
        line?.end();
      }
    },
    get interrupted() {
      return signals.stop.aborted;
    },
    stopped(sentence) {
      process.exitCode = 130;
      line?.say(sentence);
    },
    say: (sentence) => line?.say(sentence),
  };
}
