/**
 * The compute process: one job, then its end. Started by the host (host.ts) with a channel to it; ends when that
 * channel closes, because nobody would hear what it does.
 */
import { constants, setPriority } from 'node:os';
import { startEngine } from '../compute/choose.ts';
import type { Engine } from '../compute/engine.ts';
import { askForThreads } from '../compute/threads.ts';
import { SteadygazeError, toErrorValue } from '../contract/errors.ts';
import { openChannel } from './channel.ts';
import { evaluateJob } from './evaluate-job.ts';
import { explainJob } from './explain-job.ts';
import { ExplainQueue } from './explain-queue.ts';
import { logitsJob } from './logits-job.ts';
import { measureJob } from './measure-job.ts';
import type { JobRequest, Report } from './protocol.ts';
import { shardJob } from './shard-job.ts';
import { trainJob } from './train-job.ts';
import { tuneJob } from './tune-job.ts';

/** How long a process that lost its host may take to store a checkpoint. */
const FAREWELL = 5_000;

/** What can be told a job that works. */
interface Controls {
  pause(): void;
  resume(): void;
  stop(): void;
}

/** What a person waits for. */
const AT_ONCE: ReadonlySet<JobRequest['kind']> = new Set(['probe', 'explain', 'logits']);

const channel = openChannel();
const questions = new ExplainQueue();
let control: Controls | null = null;
/** Wishes that came before there was a job to tell them to. */
let early: 'pause' | 'stop' | null = null;
let started = false;

function stop(): void {
  if (control === null) early = 'stop';
  else control.stop();
}

function controlledBy(handle: Controls): void {
  control = handle;
  if (early === 'stop') handle.stop();
  else if (early === 'pause') handle.pause();
}

async function work(request: JobRequest): Promise<void> {
  // A run takes every processor there is, for hours: the window, and whatever else a person does, goes first. What is
  // measured to tell how long a run will take has to get as much of the machine as the run will.
  if (!AT_ONCE.has(request.kind)) setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
  // The engine reads it while it loads.
  if (request.threads !== undefined) askForThreads(request.threads);
  let engine;
  try {
    engine = await startEngine(request.engine);
  } catch (error) {
    channel.send({ type: 'refused', error: toErrorValue(error) });
    return;
  }
  const { id, description, versions } = engine;
  channel.send({ type: 'engine', id, description, versions });
  if (early === 'stop' && request.kind !== 'probe') {
    throw new SteadygazeError('cancelled', 'Stopped on request before the work began.');
  }
  const { memoryShare = 1 } = request;
  await workOn(request, { ...engine, memoryBudget: Math.floor(engine.memoryBudget * memoryShare) });
}

async function workOn(request: JobRequest, engine: Engine): Promise<void> {
  const report = (message: Report) => channel.send(message);
  switch (request.kind) {
    case 'probe':
      break;
    case 'explain':
      controlledBy({ pause: () => undefined, resume: () => undefined, stop: () => questions.close() });
      await explainJob(engine, request, questions, report);
      break;
    case 'measure':
      report({ type: 'measured', estimates: await measureJob(engine, request, stopSignal()) });
      break;
    case 'tune':
      report({ type: 'tuned', rates: await tuneJob(engine, request, stopSignal()) });
      break;
    case 'logits':
      report({ type: 'logits', result: await logitsJob(engine, request) });
      break;
    case 'evaluate':
      await evaluateJob(engine, request, { report, controlledBy });
      break;
    case 'assess-shard':
      await shardJob(engine, request, stopSignal(), report);
      return;
    default:
      await trainJob(engine, request, { report, controlledBy });
      return;
  }
  report({ type: 'done', run: null, stopped: false });
}

/** Aborted when the job is told to stop; it cannot be paused. */
function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  controlledBy({ pause: () => undefined, resume: () => undefined, stop: () => stopping.abort() });
  return stopping.signal;
}

channel.onCommand((command) => {
  switch (command.type) {
    case 'start':
      if (started) return;
      started = true;
      work(command.request)
        .catch((error: unknown) => channel.send({ type: 'failed', run: null, error: toErrorValue(error) }))
        .finally(() => channel.leave());
      break;
    case 'explain':
    case 'interpret':
      questions.add(command);
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
    case 'end':
      break;
  }
});
channel.onLost(() => {
  setTimeout(() => process.exit(1), FAREWELL).unref();
  if (control === null) process.exit(1);
  control.stop();
});
process.on('SIGTERM', stop);
// Ctrl-C reaches every process of the terminal; the host decides what it means.
process.on('SIGINT', () => undefined);
