/**
 * `steadygaze bench`: how fast and how large each engine is here, and how the time of an assessment grows with the
 * number of pictures. Every measurement has a process of its own (measure.ts), one after the other; each is printed as
 * soon as it is known, and one that breaks off does not end the others.
 */
import { cpus, totalmem } from 'node:os';
import * as v from 'valibot';
import { StatusLine, timeLeft } from '../src-main/cli/status-line.ts';
import { ENGINE_IDS, type EngineId } from '../src-main/compute/engine.ts';
import { installedEngines } from '../src-main/compute/installed.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { RunSettings, STEMS, type Stem } from '../src-main/contract/settings.ts';
import { measureEngine, type Measuring } from './measure-engine.ts';
import { perform } from './measuring-process.ts';
import { type Part, partsOf, secondsLeft } from './parts.ts';
import { type BenchOptions, planOf } from './plan.ts';
import { ReportPrinter } from './print.ts';
import type { BenchReport } from './report.ts';

/**
 * Measures and prints to standard output.
 * @throws SteadygazeError `bad-argument` for an unknown engine or stem; `engine-failed`, after everything else has been
 * measured and printed, when a measurement broke off
 */
export async function runBench(options: BenchOptions): Promise<void> {
  const engines = chosenEngines(options.engines);
  const stem = chosenStem(options.stem ?? 'imagenet');
  const plan = planOf(options);
  // The processes that measure compute with this many threads.
  if (options.threads !== undefined) process.env['TF_NUM_INTRAOP_THREADS'] = String(options.threads);
  const { network } = v.parse(RunSettings, { network: { architecture: 'resnet18', width: 64, stem, lastStride: 2 } });
  const head = { machine: describeMachine(), network };
  const printer = options.json ? null : new ReportPrinter();
  const progress = options.json ? null : new BenchProgress(engines.flatMap((engine) => partsOf(engine, network, plan)));
  printer?.begin(head);
  const results: BenchReport['engines'][number][] = [];
  for (const engine of engines) {
    const parts = partsOf(engine, network, plan);
    printer?.beginEngine(engine);
    const result = await measureEngine(parts, listener(printer, progress));
    progress?.endEngine(parts);
    printer?.endEngine(result);
    results.push(result);
  }
  if (options.json) console.log(JSON.stringify({ ...head, engines: results } satisfies BenchReport));
  refuseFailures(results);
}

/** Carries the measurements out, and lets a person see them. */
function listener(printer: ReportPrinter | null, progress: BenchProgress | null): Measuring {
  let described = false;
  return {
    perform,
    onBegin: (part) => progress?.begin(part),
    onMeasured(part, measured, description) {
      progress?.end(part, measured.section !== 'failed');
      if (!described && description !== '') printer?.describeEngine(description);
      described ||= description !== '';
      printer?.part(measured);
    },
  };
}

/** Which measurement it is, of how many, and how long the rest takes: on standard error. */
class BenchProgress {
  readonly #line = new StatusLine();
  readonly #done: [Part, number][] = [];
  readonly #total: number;
  #rest: readonly Part[];
  #began = 0;

  constructor(parts: readonly Part[]) {
    this.#rest = parts;
    this.#total = parts.length;
  }

  begin({ title, task }: Part): void {
    this.#began = performance.now();
    const at = this.#total - this.#rest.length;
    const left = timeLeft(secondsLeft(this.#done, this.#rest));
    this.#line.draw(`${at + 1} of ${this.#total}: ${task.engine}, ${title}; about ${left} left`, at / this.#total);
  }

  /** @param measured how long one took that broke off says nothing about the others */
  end(part: Part, measured: boolean): void {
    this.#line.clear();
    if (measured) this.#done.push([part, (performance.now() - this.#began) / 1000]);
    this.#rest = this.#rest.slice(1);
  }

  /** What an engine that cannot be used leaves out takes no time. */
  endEngine(parts: readonly Part[]): void {
    this.#line.clear();
    this.#rest = this.#rest.filter(({ task }) => task.engine !== parts[0].task.engine);
  }
}

/** Whoever reads only the exit code hears of it, too. */
function refuseFailures(results: BenchReport['engines']): void {
  const failures = results.flatMap((result) => ('failures' in result ? result.failures : []));
  if (failures.length === 0) return;
  throw new SteadygazeError(
    'engine-failed',
    `${failures.length} of the measurements broke off; everything else was measured.`,
    'Close other programs that need much memory, and measure those again by themselves.',
    failures.map(({ part, reason }) => `${part}: ${reason}`).join('\n'),
  );
}

function chosenEngines(names: readonly string[] | undefined): EngineId[] {
  if (names === undefined || names.length === 0) return installedEngines();
  return names.map((name) => {
    const id = ENGINE_IDS.find((candidate) => candidate === name);
    if (id !== undefined) return id;
    throw new SteadygazeError('bad-argument', `There is no engine "${name}".`, `Choose from ${ENGINE_IDS.join(', ')}.`);
  });
}

function chosenStem(name: string): Stem {
  const stem = STEMS.find((candidate) => candidate === name);
  if (stem !== undefined) return stem;
  throw new SteadygazeError('bad-argument', `There is no stem "${name}".`, `Choose from ${STEMS.join(', ')}.`);
}

function describeMachine(): BenchReport['machine'] {
  const [processor] = cpus();
  return {
    processor: processor?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
  };
}
