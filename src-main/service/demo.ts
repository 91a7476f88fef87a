/**
 * The demo: the sample study, trained plainly and by explanation consistency from the same warm-up, and a report
 * that sets the two side by side.
 */
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { threadsAskedFor } from '../compute/threads.ts';
import type { Arm, RunSettings } from '../contract/settings.ts';
import { openDataset } from '../datasets/open-data.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import { summaryJson } from '../reports/document.ts';
import type { SummaryJson } from '../reports/document.ts';
import { isLeftover, writeFileAtomic, writeJsonAtomic } from '../workspace/atomic-file.ts';
import { createStudy, openStudyForWriting } from '../workspace/study.ts';
import { DEMO_SETTINGS } from './demo-settings.ts';
import { writingInto } from './out-folder.ts';
import { reportRuns } from './report-runs.ts';
import { resolveSettings } from './settings.ts';
import { rememberedTuning, withTunedBatch } from './tuning/remembered.ts';
import { work } from './work.ts';
import type { WorkOptions, WorkResult } from './work.ts';

export interface DemoOptions extends WorkOptions {
  /** Default: demo-out. */
  readonly out?: string;
  readonly engine?: EngineChoice;
  /** The data; default: the sample study that comes with Steadygaze. */
  readonly data?: string;
  /** "name=value", over the demo's own settings. */
  readonly set?: readonly string[];
}

export interface DemoResult {
  /** Paths of what was written; null when it was stopped before. */
  readonly html: string | null;
  readonly summary: SummaryJson | null;
  readonly study: string;
}

const SAMPLE = fileURLToPath(new URL('../../resources/sample', import.meta.url));
const NAME = 'Steadygaze demo';
const TITLE = 'Does it look at the product or at the wall behind it?';
const ARMS: readonly Arm[] = ['plain', 'consistency'];
/** Of each arm: of a network this narrow, a second thread takes the other arm more than it saves this one. */
const THREADS = 1;
/** Says that a folder is a demo's, from its first moment on. */
const MARKER = '.steadygaze-demo';
/** Everything a demo writes. */
const OURS: ReadonlySet<string> = new Set([MARKER, 'study', 'report.html', 'report.json', 'summary.json']);

/** @throws SteadygazeError `study-exists` when the folder holds something that is not a demo's */
export async function demo(options: DemoOptions): Promise<DemoResult> {
  const began = performance.now();
  const out = resolve(options.out ?? 'demo-out');
  const data = options.data ?? SAMPLE;
  // Everything that can be wrong with what was asked for is found before anything is removed.
  const { engine = 'auto', set = [] } = options;
  // Nothing is measured beforehand, but what was measured once is made use of.
  const tuning = await rememberedTuning(resolveSettings(DEMO_SETTINGS, set));
  const settings = ARMS.map((arm) =>
    withTunedBatch(resolveSettings({ ...DEMO_SETTINGS, arm }, set), tuning, engine, set),
  );
  const dataset = await openDataset(data, { seed: 0 });
  await writingInto(out, () => prepareFolder(out));
  const folder = join(out, 'study');
  await createStudy(folder, dataset, { name: NAME });
  const results = await trainArms(folder, settings, options);
  if (results.some(({ stopped }) => stopped)) return { html: null, summary: null, study: folder };
  const seconds = (performance.now() - began) / 1000;
  const runs = results.map(({ run }) => run);
  const { html, document } = await reportRuns({ study: folder, runs, out, title: TITLE, seconds });
  const summary = summaryJson(document);
  await writeJsonAtomic(join(out, 'summary.json'), summary);
  return { html, summary, study: folder };
}

/**
 * The first arm, and the others beside it as soon as it has done the work that all share: narrow networks keep one
 * processor busy and not several. On a graphics card one after the other.
 */
async function trainArms(
  folder: string,
  [plain, ...others]: readonly RunSettings[],
  options: DemoOptions,
): Promise<WorkResult[]> {
  const study = await openStudyForWriting(folder);
  try {
    let beside = false;
    let early: Promise<WorkResult>[] = [];
    const start = (settings: RunSettings, choice: EngineChoice, extra: Partial<WorkOptions> = {}) =>
      work(choice, (engine) => ({ kind: 'train', study: study.folder, engine, settings, preset: 'demo' }), {
        threads: threadsAskedFor() ?? THREADS,
        ...options,
        ...extra,
      });
    let engine: EngineChoice = options.engine ?? 'auto';
    const first = await start(plain, engine, {
      onEngine(info) {
        options.onEngine?.(info);
        engine = info.id;
        beside = (info.id === 'wasm' || info.id === 'native') && availableParallelism() >= 2;
      },
      onJob(job) {
        options.onJob?.(job);
        job.once('warmup', () => {
          if (!beside || options.stop?.aborted) return;
          early = others.map((settings) => start(settings, engine));
          // They are waited for below; until then a failure must not end the process.
          for (const each of early) each.catch(() => undefined);
        });
      },
    }).catch(async (error: unknown) => {
      await Promise.allSettled(early);
      throw error;
    });
    const results = [first];
    for (const [i, settings] of others.entries()) {
      if (results.some(({ stopped }) => stopped) && early.length === 0) break;
      results.push(await (early[i] ?? start(settings, engine)));
    }
    return results;
  } finally {
    study.lock.release();
  }
}

/** Makes the folder ready: removes what an earlier demo left in it, and nothing else. */
async function prepareFolder(out: string): Promise<void> {
  const names = await readdir(out).catch((error: unknown): string[] => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  if (names.length > 0 && !names.includes(MARKER)) throw occupied(out);
  if (names.some((name) => !OURS.has(name) && !name.endsWith('.part') && !isLeftover(name))) throw occupied(out);
  try {
    // A demo that is still running keeps its study.
    if (names.includes('study')) (await openStudyForWriting(join(out, 'study'))).lock.release();
  } catch (error) {
    if (!(error instanceof SteadygazeError) || error.code === 'study-locked') throw error;
  }
  await writeFileAtomic(
    join(out, MARKER),
    'Written by "steadygaze demo", which may replace everything in this folder.\n',
  );
  for (const name of names) if (name !== MARKER) await rm(join(out, name), { recursive: true, force: true });
}

function occupied(out: string): SteadygazeError {
  return new SteadygazeError(
    'study-exists',
    `There is something else than an earlier demo here: ${out}`,
    'Choose another folder with --out; nothing was changed.',
  );
}
