/**
 * Pictures of attacks, and what networks themselves say of pictures, on demand: keeps a compute process that explains while it is needed, and asks it for what
 * nobody has asked for before. What was asked for last is answered first, because that is what a person looks at.
 */
import { readFile, stat } from 'node:fs/promises';
import { SteadygazeError } from '../contract/errors.ts';
import type { Interpretation } from '../contract/interpretation.ts';
import type { RunRecord } from '../contract/run.ts';
import type { Interpretable, NetworkSettings } from '../contract/settings.ts';
import { lastRound, readRun } from '../workspace/run.ts';
import {
  attackedPictureFile,
  changePictureFile,
  interpretationFile,
  runFolder,
  weightsFile,
} from '../workspace/study-layout.ts';
import { startEngineJob } from './engine-job.ts';
import type { EngineAdvice, EngineChoice } from './engine-job.ts';
import type { Job } from './host.ts';
import { isLoss, lostForGood, ONCE, startAgain } from './lasting-job.ts';
import type { LastingJobOptions } from './lasting-job.ts';
import { MemoryWatch, SHARE_AFTERWARDS } from './memory-watch.ts';
import type { ExplainAnswer } from './protocol.ts';
import { keyOf, newWish, type Subject, type Wish } from './wish.ts';

export interface ExplainerOptions extends Pick<LastingJobOptions, 'host' | 'rest' | 'endedForMemory'> {
  /** Absolute path of the study. */
  readonly study: string;
  readonly engine: EngineChoice;
  /** Asked whenever a process is started. */
  readonly advice?: () => Promise<EngineAdvice>;
  /** The process ends after so long without a question. Default: two minutes. */
  readonly idleMilliseconds?: number;
}

/** Rows of one command: a screenful comes soon, and the next wish need not wait long. */
const BATCH = 16;
const IDLE = 120_000;
const LOST =
  'Look at the picture again in a moment. If the card is lost each time, restart the computer, or update the driver of the card.';

export class Explainer {
  readonly #options: ExplainerOptions;
  readonly #wishes = new Map<string, Wish>();
  #asked = 0;
  #commands = 0;
  #job: Promise<Job> | null = null;
  /** A process whose engine is not up yet. */
  #starting: Job | null = null;
  #working = false;
  #idle: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();
  readonly #memory: MemoryWatch;
  /** Of what the engine takes for a batch by itself. */
  #memoryShare: number | undefined;

  constructor(options: ExplainerOptions) {
    this.#options = options;
    this.#memory = new MemoryWatch(options.endedForMemory);
  }

  /**
   * Makes sure that the pictures of some rows of a round's table are in the study's cache (their paths:
   * `attackedPictureFile` and `changePictureFile`).
   * @param round null: the last that was assessed
   * @throws SteadygazeError `not-found` where the run, the round, a row, or the round's weights are not there;
   * `engine-unavailable`; `engine-lost`, `job-crashed` where another process did not help; `cancelled` after {@link close}
   */
  async explain(run: string, round: number | null, rows: readonly number[]): Promise<void> {
    const record = await readRun(this.#options.study, run);
    await this.#make('attack', record, round ?? lastRound(record), rows);
  }

  /**
   * What the network of a round itself says of a row of its table.
   * @throws SteadygazeError as {@link explain}
   */
  async interpret(run: string, round: number, row: number): Promise<Interpretation> {
    const { study } = this.#options;
    const record = await readRun(study, run);
    if (interpretableOf(record) === 'none') {
      refuseUnknown(record, round, [row]);
      return { kind: 'none' };
    }
    await this.#make('interpretation', record, round, [row]);
    return JSON.parse(await readFile(interpretationFile(study, run, round, row), 'utf8')) as Interpretation;
  }

  async #make(subject: Subject, record: RunRecord, round: number, rows: readonly number[]): Promise<void> {
    const asked = ++this.#asked;
    refuseUnknown(record, round, rows);
    const missing = await this.#missing(subject, record.id, round, [...new Set(rows)]);
    if (this.#closed) throw closed();
    const wishes = missing.map((row) => {
      const place = { subject, run: record.id, round, row };
      const wish = this.#wishes.get(keyOf(place)) ?? newWish(place);
      wish.asked = asked;
      this.#wishes.set(keyOf(place), wish);
      return wish.settled;
    });
    this.#work();
    const ends = await Promise.allSettled(wishes);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Ends the process. What is still waited for is rejected. */
  close(): void {
    this.#closing.abort();
    this.#rejectAll(closed());
    this.#endProcess();
  }

  /** Rows of which it is not there, or is older than the weights: of an earlier run of the same name. */
  async #missing(subject: Subject, run: string, round: number, rows: readonly number[]): Promise<number[]> {
    const { study } = this.#options;
    const weights = (await changedAt(weightsFile(runFolder(study, run), round))) ?? 0;
    const files = subject === 'attack' ? [attackedPictureFile, changePictureFile] : [interpretationFile];
    const found: number[] = [];
    for (const row of rows) {
      const times = await Promise.all(files.map((file) => changedAt(file(study, run, round, row))));
      if (times.some((time) => time === null || time < weights)) found.push(row);
    }
    return found;
  }

  /** Works off the wishes, if nobody does yet. */
  #work(): void {
    if (this.#working || this.#wishes.size === 0) return;
    this.#working = true;
    clearTimeout(this.#idle);
    void this.#workOff().finally(() => {
      this.#working = false;
      // Not kept waiting for its own sake: whoever is done may end.
      if (!this.#closed) {
        this.#idle = setTimeout(() => this.#endProcess(), this.#options.idleMilliseconds ?? IDLE).unref();
      }
      this.#work();
    });
  }

  async #workOff(): Promise<void> {
    let losses = 0;
    let lost = false;
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      try {
        const answer = await this.#ask(batch, lost);
        if (this.#closed) return;
        losses = 0;
        lost = false;
        this.#settle(batch, answer);
      } catch (error) {
        this.#job = null;
        if (this.#closed) return;
        const why = asError(error);
        lost = isLoss(why);
        if (++losses > ONCE) this.#rejectAll(lost ? lostForGood(why, false, LOST) : why);
        else if (this.#memory.isDue) {
          this.#memory.answer();
          this.#memoryShare = SHARE_AFTERWARDS;
        }
      }
    }
  }

  #settle(batch: readonly Wish[], answer: ExplainAnswer): void {
    for (const wish of batch) {
      if (answer.type === 'explain-failed' && batch.length > 1) {
        // One picture that is gone must not take the others with it.
        wish.alone = true;
        continue;
      }
      this.#wishes.delete(keyOf(wish));
      if (answer.type === 'explained') wish.resolve();
      else wish.reject(SteadygazeError.fromValue(answer.error));
    }
  }

  /** Wishes of one kind and round, those asked for last first. */
  #nextBatch(): Wish[] {
    const newestFirst = [...this.#wishes.values()].sort((a, b) => b.asked - a.asked);
    if (newestFirst.length === 0 || newestFirst[0].alone) return newestFirst.slice(0, 1);
    const [{ subject, run, round }] = newestFirst;
    const isAlike = (wish: Wish) => wish.subject === subject && wish.run === run && wish.round === round;
    return newestFirst.filter((wish) => isAlike(wish) && !wish.alone).slice(0, BATCH);
  }

  /**
   * @param lost the process before was lost with its graphics card
   * @throws SteadygazeError when the process ends without an answer
   */
  async #ask(batch: readonly Wish[], lost: boolean): Promise<ExplainAnswer> {
    const job = await (this.#job ??= this.#start(lost));
    const id = ++this.#commands;
    const [{ subject, run, round }] = batch;
    let hear: (answer: ExplainAnswer) => void = () => undefined;
    const answered = new Promise<ExplainAnswer>((resolve) => {
      hear = (answer) => {
        if (answer.id === id) resolve(answer);
      };
    });
    job.on('answer', hear);
    try {
      job.explain({
        type: subject === 'attack' ? 'explain' : 'interpret',
        id,
        run,
        round,
        rows: batch.map(({ row }) => row),
      });
      return await Promise.race([
        answered,
        job.outcome.then((outcome) => {
          if (outcome.kind === 'failed' || outcome.kind === 'refused') throw SteadygazeError.fromValue(outcome.error);
          throw new SteadygazeError('job-crashed', 'The computing process ended before it answered.', 'Try again.');
        }),
      ]);
    } finally {
      job.off('answer', hear);
    }
  }

  async #start(lost: boolean): Promise<Job> {
    const { study, engine, advice, rest, host } = this.#options;
    const memoryShare = this.#memoryShare === undefined ? {} : { memoryShare: this.#memoryShare };
    const onStart = (job: Job) => {
      this.#starting = job;
      this.#memory.watch(job);
      if (this.#closed) job.kill();
    };
    const options = {
      ...(host === undefined ? {} : { host }),
      ...(rest === undefined ? {} : { rest }),
      ...(advice === undefined ? {} : { advice: await advice() }),
    };
    if (this.#closed) throw closed();
    const start = () =>
      startEngineJob(engine, (id) => ({ kind: 'explain', study, engine: id, ...memoryShare }), onStart, options);
    const kill = this.#closing.signal;
    const started = lost ? await startAgain({ kind: 'engine-lost' }, { kill, job: options }, start) : await start();
    this.#starting = null;
    if (started === 'stopped') throw closed();
    if (started === 'gone') {
      // To whom another engine will do, this one cannot be used.
      throw new SteadygazeError('engine-unavailable', 'The graphics card was lost and did not come back.', LOST);
    }
    if (this.#closed) started.job.cancel();
    return started.job;
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  #endProcess(): void {
    clearTimeout(this.#idle);
    const ending = this.#job;
    this.#job = null;
    this.#starting?.kill();
    void ending?.then(
      (job) => job.cancel(),
      () => undefined,
    );
  }

  #rejectAll(error: SteadygazeError): void {
    for (const wish of this.#wishes.values()) wish.reject(error);
    this.#wishes.clear();
  }
}

function refuseUnknown({ id, rounds }: RunRecord, round: number, rows: readonly number[]): void {
  const summary = rounds.find((candidate) => candidate.round === round);
  if (summary === undefined) throw new SteadygazeError('not-found', `The run ${id} has no assessment ${round}.`);
  const unknown = rows.find((row) => !Number.isInteger(row) || row < 0 || row >= summary.samples);
  if (unknown === undefined) return;
  throw new SteadygazeError('not-found', `There is no picture ${unknown} in assessment ${round} of the run ${id}.`);
}

/** Runs of earlier versions do not say it. */
function interpretableOf({ settings }: RunRecord): Interpretable {
  return (settings.network as Partial<NetworkSettings>).interpretable ?? 'none';
}

/** Milliseconds; null without the file. */
async function changedAt(path: string): Promise<number | null> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}

function asError(error: unknown): SteadygazeError {
  if (error instanceof SteadygazeError) return error;
  return new SteadygazeError('internal', 'The picture could not be explained.', 'Try again.', String(error));
}

function closed(): SteadygazeError {
  return new SteadygazeError('cancelled', 'The study was closed before its pictures were explained.');
}
