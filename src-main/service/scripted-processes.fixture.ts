/** Runs in compute processes that play a part instead of computing. */
import * as v from 'valibot';
import type { EngineId } from '../compute/engine.ts';
import type { JobEvent } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import type { JobRequest } from '../jobs/protocol.ts';
import { scriptedHost } from '../jobs/scripted-processes.fixture.ts';
import type { Part } from '../jobs/scripted-processes.fixture.ts';
import { work } from './work.ts';
import type { WorkOptions } from './work.ts';

/** Carries out a run in such processes: how it ended, what was told, and what the processes were asked for. */
export async function workOfScripted(
  engine: EngineId,
  parts: readonly Part[],
  options: WorkOptions = {},
  request: JobRequest = {
    ...{ kind: 'train', study: '/nowhere', engine, preset: null },
    settings: v.parse(RunSettings, {}),
  },
) {
  const host = scriptedHost(parts);
  const events: JobEvent[] = [];
  const ended = await work(engine, () => request, {
    ...{ ...options, job: { ...options.job, host } },
    onEvent(event) {
      events.push(event);
      options.onEvent?.(event);
    },
  }).catch((error: unknown) => error);
  return { ended, said: events.map(({ type }) => type), events, requests: host.requests };
}
