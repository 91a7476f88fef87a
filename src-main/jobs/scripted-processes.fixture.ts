/** Compute processes that play a part instead of computing: what they say, and how they end. */
import { setImmediate as turn } from 'node:timers/promises';
import { SteadygazeError } from '../contract/errors.ts';
import type { EngineId } from '../compute/engine.ts';
import type { ComputeHost, ProcessExit } from './compute-host.ts';
import type { Command, JobRequest, Question, Report } from './protocol.ts';

export interface Part {
  readonly says: readonly Report[];
  /** Absent: it stays until it is told to stop, or killed. */
  readonly ends?: ProcessExit;
  /** Called before it ends. */
  readonly before?: () => void;
  /** What it says to a question; null: it is lost with its graphics card. */
  readonly answers?: (question: Question) => Report | null;
}

export interface ScriptedHost extends ComputeHost {
  /** What each process was asked to do. */
  readonly requests: JobRequest[];
}

export const FINE: ProcessExit = { code: 0, signal: null, errorOutput: '' };
/** As a process ends that the system has ended. */
export const KILLED: ProcessExit = { code: null, signal: 'SIGKILL', errorOutput: '' };
const STOPPED = new SteadygazeError('cancelled', 'Stopped on request.').toValue();
const LOST = new SteadygazeError('engine-lost', 'The graphics card was lost while it computed.').toValue();

/** The engine of a process is up. */
export const up = (id: EngineId): Report => ({ type: 'engine', id, description: `the engine ${id}`, versions: {} });
/** The last word of a process whose graphics card was lost. */
export const lostReport = (run: string | null = null): Report => ({ type: 'failed', run, error: LOST });
/** A process that finds no graphics card. */
export const REFUSED: Report = {
  type: 'refused',
  error: new SteadygazeError('engine-unavailable', 'No graphics card can be reached.').toValue(),
};

/** Of which each plays its part. The last part is played again for ever. */
export function scriptedHost(parts: readonly Part[]): ScriptedHost {
  const requests: JobRequest[] = [];
  return {
    requests,
    start() {
      const part = parts[Math.min(requests.length, parts.length - 1)];
      let hear: (report: Report) => void = () => undefined;
      let exit: (exit: ProcessExit) => void = () => undefined;
      let ended = false;
      const end = (how: ProcessExit) => {
        if (ended) return;
        ended = true;
        part.before?.();
        exit(how);
      };
      const play = async () => {
        for (const report of part.says) {
          await turn();
          if (!ended) hear(report);
        }
        await turn();
        if (part.ends !== undefined) end(part.ends);
      };
      const last = async (report: Report) => {
        await turn();
        hear(report);
        end(FINE);
      };
      return {
        pid: 1,
        send(command: Command) {
          if (command.type === 'start') {
            requests.push(command.request);
            void play();
          } else if (command.type === 'stop') {
            if (part.ends === undefined) void last({ type: 'failed', run: null, error: STOPPED });
          } else if (command.type === 'explain' || command.type === 'interpret') {
            const answer = part.answers?.(command) ?? null;
            if (answer === null) void last(lostReport());
            else void turn().then(() => hear(answer));
          }
        },
        kill: () => end(KILLED),
        onReport: (listener) => void (hear = listener),
        onExit: (listener) => void (exit = listener),
      };
    },
  };
}
