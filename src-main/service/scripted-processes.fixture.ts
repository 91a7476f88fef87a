/** Compute processes that play a part instead of computing: what they say, and how they end. */
import { setImmediate as turn } from 'node:timers/promises';
import * as v from 'valibot';
import type { EngineId } from '../compute/engine.ts';
import type { JobEvent } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import type { ComputeHost, ProcessExit } from '../jobs/compute-host.ts';
import type { Command, JobRequest, Report } from '../jobs/protocol.ts';
import { work } from './work.ts';
import type { WorkOptions } from './work.ts';

export interface Part {
  readonly says: readonly Report[];
  readonly ends: ProcessExit;
  /** Called before it ends. */
  readonly before?: () => void;
}

/** Of which each plays its part. The last part is played again for ever. */
function scripted(parts: readonly Part[]): ComputeHost & { readonly requests: JobRequest[] } {
  const requests: JobRequest[] = [];
  return {
    requests,
    start() {
      const part = parts[Math.min(requests.length, parts.length - 1)];
      let hear: (report: Report) => void = () => undefined;
      let end: (exit: ProcessExit) => void = () => undefined;
      const play = async () => {
        for (const report of part.says) {
          await turn();
          hear(report);
        }
        await turn();
        part.before?.();
        end(part.ends);
      };
      return {
        pid: 1,
        send(command: Command) {
          if (command.type !== 'start') return;
          requests.push(command.request);
          void play();
        },
        kill: () => undefined,
        onReport: (listener) => void (hear = listener),
        onExit: (listener) => void (end = listener),
      };
    },
  };
}

/** Carries out a run in such processes: how it ended, what was told, and what the processes were asked for. */
export async function workOfScripted(engine: EngineId, parts: readonly Part[], options: WorkOptions = {}) {
  const host = scripted(parts);
  const events: JobEvent[] = [];
  const train: JobRequest = {
    ...{ kind: 'train', study: '/nowhere', engine, preset: null },
    settings: v.parse(RunSettings, {}),
  };
  const ended = await work(engine, () => train, {
    ...{ job: { host }, ...options },
    onEvent: (event) => events.push(event),
  }).catch((error: unknown) => error);
  return { ended, said: events.map(({ type }) => type), events, requests: host.requests };
}
