/** One run from its first picture to its last figure: what a compute process does for `train` and `resume`. */
import type { Engine } from '../compute/engine.ts';
import { SteadygazeError, toErrorValue } from '../contract/errors.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import type { RunSettings } from '../contract/settings.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { runRounds } from '../method/rounds.ts';
import type { Snapshot } from '../method/snapshot.ts';
import type { NamedArray } from '../networks/parameters.ts';
import { loadNewestSnapshot, removeCheckpoints, saveSnapshot } from '../workspace/checkpoints.ts';
import { readCorrections } from '../workspace/corrections-file.ts';
import { readEvents } from '../workspace/events.ts';
import { hashFile } from '../workspace/file-hash.ts';
import { createRun, readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import type { ReadData } from '../workspace/study-data.ts';
import { cacheFolder, runFolder, weightsFile } from '../workspace/study-layout.ts';
import { readKeptWeights } from '../workspace/study-weights.ts';
import { JobControl } from './control.ts';
import { applyCorrections, checkCorrections } from './corrections.ts';
import { evaluateRun, evaluationWork, keepHardest } from './evaluate-run.ts';
import { ProgressMeter } from './progress.ts';
import type { Report, ResumeRequest, TrainRequest } from './protocol.ts';
import { roundsHooks } from './run-hooks.ts';
import { RunSession, versionsOf } from './run-session.ts';
import { StudyPixels } from './study-pixels.ts';
import { findWarmup } from './warmup.ts';

type StartWeights = ReadonlyMap<string, NamedArray>;

/** The way out of the compute process. */
export interface JobOutlet {
  report(report: Report): void;
  /** Gets the handle for pausing and stopping before any long work. */
  controlledBy(control: JobControl): void;
}

/** Begins or goes on with a run, works on it to its end, and reports everything, also its failure. */
export async function trainJob(
  engine: Engine,
  request: TrainRequest | ResumeRequest,
  outlet: JobOutlet,
): Promise<void> {
  let session: RunSession | null = null;
  try {
    const at = request.kind === 'resume' ? await readRun(request.study, request.run) : request.data;
    const { dataset, state } = await new StudyData(await openStudy(request.study)).read(at);
    // Before anything is written: a run that has nothing to begin with is none.
    const start = request.kind === 'resume' ? null : await startWeights(request.study, request.settings);
    const id = request.kind === 'resume' ? request.run : await beginRun(engine, request, { dataset, state });
    session = await RunSession.open(request.study, id, (event) => outlet.report({ type: 'event', event }));
    const { until } = request;
    await workOn({ session, engine, studied: dataset, resumed: request.kind === 'resume', start, until, outlet });
    outlet.report({ type: 'done', run: id, stopped: false });
  } catch (error) {
    outlet.report(await lastWords(session, error));
  } finally {
    session?.release();
  }
}

async function beginRun(
  engine: Engine,
  request: TrainRequest,
  { dataset, state }: Pick<ReadData, 'dataset' | 'state'>,
): Promise<string> {
  const { study, settings, preset, corrections = [] } = request;
  const beginning = {
    settings,
    preset,
    engine: engine.id,
    engineDescription: engine.description,
    versions: versionsOf(engine),
    dataFingerprint: dataset.fingerprint,
    ...state,
    classes: [...dataset.classes],
    ...(dataset.task === 'multi-label' ? { task: dataset.task } : {}),
  };
  return (await createRun(study, beginning, checkCorrections(dataset, corrections))).id;
}

interface Work {
  readonly session: RunSession;
  readonly engine: Engine;
  /** The pictures as the study has them, without the run's corrections. */
  readonly studied: Dataset;
  readonly resumed: boolean;
  /** Weights to begin with, where they were read already. */
  readonly start: StartWeights | null;
  readonly until: TrainRequest['until'];
  readonly outlet: JobOutlet;
}

async function workOn({ session, engine, studied, resumed, start, until, outlet }: Work): Promise<void> {
  const { settings, dataFingerprint } = session.record;
  const { arm, seed, network, training } = settings;
  if (dataFingerprint !== studied.fingerprint) {
    throw new SteadygazeError(
      'data-changed',
      `The run ${session.id} was begun with other pictures than the study has now.`,
      'Start a new run.',
    );
  }
  const dataset = applyCorrections(studied, await readCorrections(session.folder, session.record));
  const meter = new ProgressMeter(session.id, (event) => session.tell(event));
  const control = new JobControl({
    checkpointSeconds: settings.checkpointSeconds,
    onPause: async () => {
      await session.update({ state: 'paused' });
      session.tell({ type: 'paused' });
    },
    onResume: async () => {
      await session.update({ state: 'running' });
      meter.restart();
      session.tell({ type: 'resumed' });
    },
  });
  session.countPauses(() => control.pausedFor);
  outlet.controlledBy(control);
  await session.update({
    state: 'running',
    error: null,
    engine: engine.id,
    engineDescription: engine.description,
    versions: versionsOf(engine),
  });
  session.tell({ type: 'started', engine: engine.id, arm, seed });
  const warn = (message: string) => session.tell({ type: 'warning', message });

  const pixels = await StudyPixels.open(dataset, network.size, cacheFolder(session.study));
  try {
    const before = { round: 0, epoch: 0, loss: null, work: 0, workTotal: 1 };
    // The threads that prepare batches come up while pictures are decoded.
    const data = pixels.training();
    await pixels.fill({
      control: () => control.control(),
      onProgress: (done, total) => meter.update({ ...before, phase: 'decode', done, total }),
      onWarning: warn,
    });
    const [test, validation] = [pixels.evaluation('test'), pixels.evaluation('val')];
    const workAfter = evaluationWork(test, validation);
    const record = await readRun(session.study, session.id);
    const onWarmup = () => outlet.report({ type: 'warmup', run: session.id });
    const hooks = roundsHooks({ session, record, data, control, meter, workAfter, onWarmup });
    const from = await startingPoint(session, resumed);
    if (from !== null) await session.update({ eps: from.position.eps, epsSurvival: from.position.epsSurvival });

    let workInRounds = 0;
    const { weights, eps, epsSurvival } = await runRounds(
      engine,
      settings,
      data,
      {
        ...hooks,
        progress: (progress) => {
          workInRounds = progress.workTotal;
          hooks.progress(progress);
        },
        ...(until === 'assessment' ? { assessmentDue: stopHere } : {}),
      },
      from,
      from === null ? (start ?? (await startWeights(session.study, settings))) : null,
    );

    const model = { engine, settings, weights, eps };
    await keepHardest(session.folder, model, data, training.rounds);
    const weightsHash = await hashFile(weightsFile(session.folder, training.rounds));
    const on = { classes: dataset.classes, weightsHash, dataFingerprint };
    const figures = await evaluateRun(session.folder, model, test, validation, on, {
      control: () => control.control(),
      onProgress: (done, total) => {
        const work = workInRounds + (workAfter * done) / Math.max(1, total);
        const workTotal = workInRounds + workAfter;
        meter.update({ phase: 'evaluate', round: training.rounds, epoch: 0, done, total, loss: null, work, workTotal });
      },
      onWarning: warn,
    });
    await session.update({ state: 'finished', figures, eps, epsSurvival, weightsHash, error: null });
    await removeCheckpoints(session.folder);
    session.tell({ type: 'finished', figures, seconds: session.seconds });
    await session.settled();
  } finally {
    await pixels.close();
  }
}

/** Ends the work as a stop on request does: the checkpoint is stored, and the run can be resumed. */
function stopHere(): Promise<never> {
  return Promise.reject(new SteadygazeError('cancelled', 'Stopped where an assessment is due.'));
}

/** The newest checkpoint of a resumed run; the warm-up of another arm where there is one; else the beginning. */
async function startingPoint(session: RunSession, resumed: boolean): Promise<Snapshot | null> {
  const { study, folder, record } = session;
  if (resumed) {
    const found = await loadNewestSnapshot(folder, record.settings);
    found?.warnings.forEach((message) => session.tell({ type: 'warning', message }));
    session.tell({ type: 'resumed' });
    if (found !== null) return found.snapshot;
  }
  const shared = await findWarmup(study, record);
  if (shared === null) return null;
  await saveSnapshot(folder, shared.snapshot, record.settings);
  const { events } = await readEvents(runFolder(study, shared.run));
  for (const event of events) {
    // Its epochs are this run's too; without them the curves of the report would begin in the middle.
    if (event.type !== 'epoch' || event.round !== 0) continue;
    const { round, epoch, loss, accuracy, learningRate } = event;
    session.tell({ type: 'epoch', round, epoch, loss, accuracy, learningRate });
  }
  session.tell({
    type: 'warning',
    message: `The warm-up was taken over from the run ${shared.run}, which did exactly the same up to its first assessment.`,
  });
  return shared.snapshot;
}

/** What the study keeps for runs to begin with; null: nothing. @throws SteadygazeError `not-found`, `weights-invalid` */
async function startWeights(study: string, { start }: RunSettings): Promise<StartWeights | null> {
  return start.weights === NO_WEIGHTS ? null : (await readKeptWeights(study, start.weights)).weights;
}

/** Writes down how a run ended early, as far as that is possible still, and says it. */
async function lastWords(session: RunSession | null, error: unknown): Promise<Report> {
  const value = toErrorValue(error);
  if (session === null) return { type: 'failed', run: null, error: value };
  session.forgiveWrites();
  const stopped = value.code === 'cancelled';
  // On a full disk even this fails; then the record says "running", and no process holds its lock.
  await session.update(stopped ? { state: 'stopped' } : { state: 'failed', error: value }).catch(() => undefined);
  session.tell(stopped ? { type: 'stopped' } : { type: 'failed', error: value });
  await session.settled().catch(() => undefined);
  return stopped ? { type: 'done', run: session.id, stopped: true } : { type: 'failed', run: session.id, error: value };
}
