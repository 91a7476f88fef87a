/**
 * What explanation consistency does to networks that explain themselves, on the sample:
 *
 *     node bench/interpretable.ts --out FOLDER [--networks none,icnn,csg,protopnet] [--seeds 0] [--engine native]
 *
 * Trains the plain and the consistency arm of each kind of network with the settings of the demo, all in one study,
 * measures how well their filters, gates and prototypes can be understood, and prints every figure with its 95 %
 * interval. Begun again on the same folder, it goes on with what is missing.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import type { EngineId } from '../src-main/compute/engine.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import type { Figure, RunRecord } from '../src-main/contract/run.ts';
import { INTERPRETABLE } from '../src-main/contract/settings.ts';
import type { Interpretable } from '../src-main/contract/settings.ts';
import { createStudyFrom } from '../src-main/service/create-study.ts';
import { DEMO_SETTINGS } from '../src-main/service/demo-settings.ts';
import { evaluateRuns } from '../src-main/service/evaluate-runs.ts';
import { trainRun } from '../src-main/service/train-run.ts';
import { listRuns, readRun } from '../src-main/workspace/run.ts';

const SAMPLE = fileURLToPath(new URL('../resources/sample', import.meta.url));
const ARMS = ['plain', 'consistency'] as const;

const { values: given } = parseArgs({
  options: {
    out: { type: 'string' },
    networks: { type: 'string', default: INTERPRETABLE.join(',') },
    seeds: { type: 'string', default: '0' },
    engine: { type: 'string', default: 'native' },
    /** More settings for all runs, separated by commas: "training.rounds=1". */
    set: { type: 'string', default: '' },
  },
});
if (given.out === undefined) throw new Error('--out FOLDER is needed');
const engine = ENGINE_IDS.find((id) => id === given.engine);
if (engine === undefined) throw new Error(`there is no engine ${given.engine}`);
const networks = given.networks.split(',').map((name) => {
  const found = INTERPRETABLE.find((kind) => kind === name);
  if (found === undefined) throw new Error(`there is no network ${name}`);
  return found;
});
const seeds = given.seeds.split(',').map(Number);
const more = given.set === '' ? [] : given.set.split(',');

const study = join(resolve(given.out), 'study');
await createStudyFrom(study, { data: SAMPLE, name: 'Networks that explain themselves' }).catch((error: unknown) => {
  if (!(error instanceof SteadygazeError) || error.code !== 'study-exists') throw error;
});
for (const kind of networks) {
  for (const seed of seeds) for (const arm of ARMS) await train(engine, kind, seed, arm);
}
await printFigures(engine);

async function train(on: EngineId, kind: Interpretable, seed: number, arm: (typeof ARMS)[number]): Promise<void> {
  const { runs } = await listRuns(study);
  const isThere = runs.some(
    ({ state, settings }) =>
      state === 'finished' && settings.arm === arm && settings.seed === seed && settings.network.interpretable === kind,
  );
  if (isThere) return;
  const set = [`arm=${arm}`, `seed=${seed}`, `network.interpretable=${kind}`, ...demoSettings(), ...more];
  const { run } = await trainRun({ study, engine: on, preset: 'quick', set });
  console.error(`${run} (${kind}) took ${Math.round((await readRun(study, run)).seconds)} s`);
}

function demoSettings(): string[] {
  return Object.entries(DEMO_SETTINGS).flatMap(([group, settings]) =>
    Object.entries(settings as Record<string, unknown>).map(([name, value]) => `${group}.${name}=${String(value)}`),
  );
}

async function printFigures(on: EngineId): Promise<void> {
  const { runs } = await listRuns(study);
  const measured = await evaluateRuns({ study, engine: on, parts: ['interpretability'] });
  for (const run of runs.filter(({ state }) => state === 'finished')) {
    const { network, arm, seed } = run.settings;
    console.log(`\n${network.interpretable}, ${arm}, seed ${seed} (${run.id})`);
    for (const [name, figure] of Object.entries(trainedFigures(run))) console.log(line(name, figure));
    for (const part of measured.parts) {
      if (part.run !== run.id) continue;
      if ('unmeasurable' in part) console.log(`  ${part.unmeasurable}`);
      else for (const [name, figure] of Object.entries(part.result.figures)) console.log(line(name, figure));
    }
  }
}

/** What every run is measured by at its end. */
function trainedFigures({ figures, rounds }: RunRecord): Record<string, Figure | number> {
  const last = rounds.at(-1);
  return {
    ...(figures === null ? {} : { top1: figures.top1 }),
    ...(figures?.localization ? { pointing: figures.localization.pointing, energy: figures.localization.energy } : {}),
    ...(figures?.debiasing ? { bg_gap: figures.debiasing.bgGap } : {}),
    ...(last === undefined ? {} : { mean_e: last.eMean, epsilon_255: last.eps * 255 }),
  };
}

function line(name: string, figure: Figure | number): string {
  if (typeof figure === 'number') return `  ${name.padEnd(24)} ${figure.toFixed(3)}`;
  const { value, low, high, n } = figure;
  return `  ${name.padEnd(24)} ${value.toFixed(3)}  [${low.toFixed(3)}, ${high.toFixed(3)}]  n ${n}`;
}
