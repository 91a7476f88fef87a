/**
 * Whether the options that make a round cheaper change what is learnt in the end:
 *
 *     node bench/learnt.ts [--seeds 3] [--engine native] [--beside 2] [--out FOLDER]
 *         [--variants 'exact,stop at 0.02,share 1/2,from training,plain'] [--set training.rounds=4]
 *
 * For every seed the consistency arm of the demo is trained exactly and with each option, and plainly as a yardstick, so
 * many runs beside each other, each with one thread. What each has learnt is measured on the test pictures of the sample,
 * E by the evaluation's own attack, which is the same for all. Printed is what every run comes to, as soon as it is
 * known, and at the end the differences to the exact training of the same seed. Begun again on the same folder, it goes
 * on with what is missing; without one, what was trained is removed at the end.
 *
 * An option is part of what a warm-up is remembered by, so that each trains its own, and their seconds can be compared.
 * The plain arm takes over that of the exact one: its seconds are left out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import * as v from 'valibot';
import { table } from '../src-main/cli/output.ts';
import { timeLeft } from '../src-main/cli/status-line.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import { askForThreads } from '../src-main/compute/threads.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import type { EvaluationPart } from '../src-main/contract/evaluation.ts';
import type { RunSettings } from '../src-main/contract/settings.ts';
import { createStudyFrom } from '../src-main/service/create-study.ts';
import { DEMO_SETTINGS } from '../src-main/service/demo-settings.ts';
import { evaluateRuns } from '../src-main/service/evaluate-runs.ts';
import { resolveSettings } from '../src-main/service/settings.ts';
import { work } from '../src-main/service/work.ts';
import { listRuns, readRun } from '../src-main/workspace/run.ts';
import { openStudyForWriting } from '../src-main/workspace/study.ts';
import { type Learnt, learntSentences, learntTable } from './learnt-table.ts';

// What was found of this machine before must not make one run another than the next, nor is anything remembered of it.
process.env['STEADYGAZE_MACHINE'] = '';
process.env['STEADYGAZE_INDEXES'] = '';

const SAMPLE = fileURLToPath(new URL('../resources/sample', import.meta.url));
const EXACT = 'exact';
const PLAIN = 'plain';
const VARIANTS: Readonly<Record<string, readonly string[]>> = {
  [EXACT]: ['arm=consistency'],
  'stop at 0.02': ['arm=consistency', 'stopConverged=true', 'convergedChange=0.02'],
  'share 1/2': ['arm=consistency', 'assessShare=0.5'],
  'from training': ['arm=consistency', 'consistencyFrom=training'],
  [PLAIN]: ['arm=plain'],
};
/** The first three are measured at the end of a training; the others take the same attack, and no other pictures. */
const PARTS: readonly EvaluationPart[] = ['recognition', 'localization', 'debiasing', 'groups', 'consistency'];

const { values: given } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    engine: { type: 'string', default: 'native' },
    /** Runs at the same time. */
    beside: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    variants: { type: 'string', default: Object.keys(VARIANTS).join(',') },
    out: { type: 'string' },
    /** More settings for all runs, separated by commas. */
    set: { type: 'string', default: '' },
  },
});
const engine = v.parse(v.picklist(ENGINE_IDS), given.engine);
const variants = given.variants.split(',').map((name) => name.trim());
if (variants[0] !== EXACT) throw new Error(`--variants begins with "${EXACT}": the others are compared with it`);
const unknown = variants.find((name) => VARIANTS[name] === undefined);
if (unknown !== undefined)
  throw new Error(`there is no variant "${unknown}"; choose from ${Object.keys(VARIANTS).join(', ')}`);
const seeds = Array.from({ length: Number(given.seeds) }, (_, seed) => seed);
const more = given.set === '' ? [] : given.set.split(',');
askForThreads(1);

const root = given.out === undefined ? await mkdtemp(join(tmpdir(), 'steadygaze-learnt-')) : resolve(given.out);
const study = join(root, 'study');
try {
  await createStudyFrom(study, { data: SAMPLE, name: 'What cheaper rounds learn' }).catch((error: unknown) => {
    if (!(error instanceof SteadygazeError) || error.code !== 'study-exists') throw error;
  });
  const all = await trainAll();
  console.log(`\n${table(learntTable(all, variants))}\n`);
  learntSentences(all, variants).forEach((sentence) => console.log(sentence));
} finally {
  if (given.out === undefined) await rm(root, { recursive: true, force: true });
}

/** Seed by seed, so that what was interrupted has whole seeds; some runs beside each other. */
async function trainAll(): Promise<Learnt[]> {
  const { lock } = await openStudyForWriting(study);
  try {
    const tasks = seeds.flatMap((seed) => variants.map((variant) => ({ seed, variant })));
    const total = tasks.length;
    const all: Learnt[] = [];
    const began = performance.now();
    const lane = async (): Promise<void> => {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        const learnt = await learntBy(task.variant, task.seed);
        all.push(learnt);
        const left = ((performance.now() - began) / 1000 / all.length) * (total - all.length);
        const time = all.length === total ? '' : `, about ${timeLeft(left)} left`;
        console.log(`${all.length} of ${total}${time}: ${inWords(learnt)}`);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, Number(given.beside)) }, lane));
    return all;
  } finally {
    lock.release();
  }
}

async function learntBy(variant: string, seed: number): Promise<Learnt> {
  const settings = resolveSettings({ ...DEMO_SETTINGS, seed }, [...VARIANTS[variant], ...more]);
  const run = (await finished(settings)) ?? (await trained(settings));
  const figures: Record<string, number> = {};
  // Exact and plain runs share one warm-up: see above.
  if (variant !== PLAIN) figures['seconds'] = (await readRun(study, run)).seconds;
  const { parts } = await evaluateRuns({ study, engine, runs: [run], parts: PARTS });
  for (const part of parts) {
    if ('unmeasurable' in part) continue;
    for (const [key, { value }] of Object.entries(part.result.figures)) figures[key] = value;
  }
  return { variant, seed, figures };
}

/** The run with these settings that an earlier call has trained. */
async function finished(settings: RunSettings): Promise<string | null> {
  const { runs } = await listRuns(study);
  const found = runs.find((run) => run.state === 'finished' && isDeepStrictEqual(run.settings, settings));
  return found?.id ?? null;
}

async function trained(settings: RunSettings): Promise<string> {
  const request = { kind: 'train', study, engine, settings, preset: 'demo' } as const;
  return (await work(engine, () => request, {})).run;
}

function inWords({ variant, seed, figures }: Learnt): string {
  const percent = (key: string): string => `${((figures[key] ?? NaN) * 100).toFixed(1)} %`;
  const e = (figures['e_mean'] ?? NaN).toFixed(3);
  const time = figures['seconds'] === undefined ? '' : `, ${figures['seconds'].toFixed(0)} s`;
  return `seed ${seed}, ${variant}: top-1 ${percent('top1')}, energy ${percent('energy')}, mean E ${e}${time}`;
}
