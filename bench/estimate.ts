/**
 * How near the estimate of a run is to what the run takes: a few small plans on a part of the sample, each measured
 * beforehand and then carried out. Prints predicted and real seconds, part by part, and their ratio. With `--runs 2`
 * the second run of each plan is also predicted with what the first has taught.
 *
 *     node bench/estimate.ts [--engine native] [--every 3] [--runs 1] [--plan 'as the demo'] [--json]
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { table } from '../src-main/cli/output.ts';
import type { RunSettingsInput } from '../src-main/contract/settings.ts';
import { openDataset } from '../src-main/datasets/open-data.ts';
import type { EngineChoice } from '../src-main/jobs/engine-job.ts';
import { measurePlans } from '../src-main/jobs/measure-plans.ts';
import { secondsOf } from '../src-main/jobs/run-seconds.ts';
import { resolveSettings } from '../src-main/service/settings.ts';
import { startRun } from '../src-main/service/train-run.ts';
import { CORRECTED, corrected, learned, NO_CORRECTION } from '../src-main/service/tuning/correction.ts';
import type { Correction } from '../src-main/service/tuning/correction.ts';
import { RunClock } from '../src-main/service/tuning/run-clock.ts';
import { createStudy } from '../src-main/workspace/study.ts';

// What was found of this machine before must not help.
process.env['STEADYGAZE_MACHINE'] = '';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'auto' },
    every: { type: 'string', default: '3' },
    runs: { type: 'string', default: '1' },
    plan: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const every = Number(values.every);
const runs = Number(values.runs);

const SHORT = { warmupEpochs: 4, rounds: 1, epochsPerRound: 2, learningRate: 0.02, batchSize: 32 };
const PLANS: Readonly<Record<string, RunSettingsInput>> = {
  'as the demo': {
    network: { architecture: 'resnet10', width: 16, stem: 'half', lastStride: 1, size: 48 },
    training: SHORT,
    method: { autoProbe: 96 },
  },
  'larger pictures': {
    network: { architecture: 'resnet10', width: 16, stem: 'half', lastStride: 1, size: 64 },
    training: { ...SHORT, warmupEpochs: 8 },
    method: { steps: 4, autoProbe: 32 },
  },
  'a wider network': {
    network: { architecture: 'resnet18', width: 32, stem: 'half', lastStride: 1, size: 64 },
    training: { ...SHORT, warmupEpochs: 2, batchSize: 64 },
    method: { steps: 2, autoProbe: 32 },
  },
};

interface Row {
  readonly plan: string;
  readonly part: string;
  readonly predicted: number;
  readonly real: number;
  readonly ratio: number;
}

const root = await mkdtemp(join(tmpdir(), 'steadygaze-estimate-'));
const rows: Row[] = [];
try {
  const pictures = join(root, 'pictures');
  await copySome(join(import.meta.dirname, '../resources/sample'), pictures);
  const dataset = await openDataset(pictures, { seed: 0 });
  let correction: Correction = NO_CORRECTION;
  for (const [plan, input] of Object.entries(PLANS)) {
    if (values.plan !== undefined && values.plan !== plan) continue;
    for (let run = 0; run < runs; run++) {
      const study = join(root, `${plan} ${String(run)}`);
      await createStudy(study, dataset);
      correction = await compare(plan, study, resolveSettings(input, [`seed=${String(run)}`]), correction);
    }
  }
} finally {
  await rm(root, { recursive: true, force: true });
}
if (values.json) {
  console.log(JSON.stringify(rows));
} else {
  const cells = rows.map(({ plan, part, predicted, real, ratio }) => [
    ...[plan, part, predicted.toFixed(1), real.toFixed(1), ratio.toFixed(2)],
  ]);
  console.log(table([['plan', 'part', 'predicted, s', 'real, s', 'real / predicted'], ...cells]));
}

/** Copies every so many pictures of each class, and their masks. */
async function copySome(from: string, to: string): Promise<void> {
  const isWanted = (path: string): boolean =>
    !path.endsWith('.md') && Number(/(\d+)\.\w+$/.exec(path)?.[1] ?? 0) % every === 0;
  await cp(from, to, { recursive: true, filter: (path) => isWanted(path.slice(from.length)) });
}

/** Predicts a run, carries it out, and adds what both came to. @returns what is known after it */
async function compare(
  plan: string,
  study: string,
  settings: ReturnType<typeof resolveSettings>,
  correction: Correction,
): Promise<Correction> {
  const { estimates } = await measurePlans(study, values.engine as EngineChoice, [settings]);
  const [estimate] = estimates;
  if (estimate === undefined || estimate.problem !== undefined) throw new Error(`${plan} cannot be carried out here.`);
  const expected = corrected(estimate.parts, correction);
  const clock = new RunClock();
  const began = performance.now();
  await startRun({
    ...{ study, settings, preset: null, corrections: [], engine: values.engine as EngineChoice },
    onEvent: (event) => clock.hear(event),
  });
  const real = (performance.now() - began) / 1000;
  const ratios = clock.ratios(estimate);
  for (const part of CORRECTED) {
    const ratio = ratios[part];
    if (ratio === undefined) continue;
    const predicted = expected[part];
    rows.push({
      plan,
      part,
      predicted,
      real: ratio * estimate.parts[part],
      ratio: (ratio * estimate.parts[part]) / predicted,
    });
  }
  const predicted = secondsOf(expected);
  rows.push({ plan, part: 'the whole run', predicted, real, ratio: real / predicted });
  return learned(correction, ratios);
}
