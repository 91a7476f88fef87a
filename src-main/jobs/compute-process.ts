/**
 * The compute process: one job, then its end. Started by the host (host.ts) with a channel to it; ends when that
 * channel closes, because nobody would hear what it does.
 */
import { startEngine } from '../compute/choose.ts';
import { SteadygazeError, toErrorValue } from '../contract/errors.ts';
import type { JobControl } from './control.ts';
import type { Command, JobRequest, Report } from './protocol.ts';
import { trainJob } from './train-job.ts';

/** How long a process that lost its host may take to store a checkpoint. */
const FAREWELL = 5_000;

let control: JobControl | null = null;
/** Wishes that came before there was a job to tell them to. */
let early: 'pause' | 'stop' | null = null;
let started = false;

function report(message: Report): void {
  // The channel may be closing at this moment; then the process ends anyway.
  if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
}

function stop(): void {
  if (control === null) early = 'stop';
  else control.stop();
}

async function work(request: JobRequest): Promise<void> {
  let engine;
  try {
    engine = await startEngine(request.engine);
  } catch (error) {
    report({ type: 'refused', error: toErrorValue(error) });
    return;
  }
  report({ type: 'engine', id: engine.id, description: engine.description, versions: engine.versions });
  if (request.kind === 'probe') {
    report({ type: 'done', run: null, stopped: false });
    return;
  }
  if (early === 'stop') {
    const error = new SteadygazeError('cancelled', 'Stopped on request before the run began.');
    report({ type: 'failed', run: null, error: error.toValue() });
    return;
  }
  await trainJob(engine, request, {
    report,
    controlledBy(handle) {
      control = handle;
      if (early === 'stop') handle.stop();
      else if (early === 'pause') handle.pause();
    },
  });
}

/** Everything said is delivered before the process ends. */
function leave(): void {
  if (!process.connected) process.exit();
  process.removeAllListeners('disconnect');
  process.once('disconnect', () => process.exit());
  process.disconnect();
}

process.on('message', (command: Command) => {
  switch (command.type) {
    case 'start':
      if (started) return;
      started = true;
      work(command.request).then(leave, (error: unknown) => {
        report({ type: 'failed', run: null, error: toErrorValue(error) });
        leave();
      });
      break;
    case 'pause':
      if (control === null) early = 'pause';
      else control.pause();
      break;
    case 'resume':
      if (early === 'pause') early = null;
      control?.resume();
      break;
    case 'stop':
      stop();
      break;
  }
});
process.on('disconnect', () => {
  setTimeout(() => process.exit(1), FAREWELL).unref();
  if (control === null) process.exit(1);
  control.stop();
});
process.on('SIGTERM', stop);
// Ctrl-C reaches every process of the terminal; the host decides what it means.
process.on('SIGINT', () => undefined);
