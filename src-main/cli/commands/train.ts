import { Option } from 'commander';
import type { Command } from 'commander';
import { ARMS, PRESETS } from '../../contract/settings.ts';
import type { Arm, Preset } from '../../contract/settings.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { trainRun } from '../../service/train-run.ts';
import { takeWeights } from '../../service/use-weights.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { listenTo } from '../listening.ts';
import { print } from '../output.ts';
import { sourceOf, withWeightsOptions } from './weights-options.ts';
import type { WeightsFileOptions } from './weights-options.ts';

interface TrainOptions extends CommonOptions, WeightsFileOptions {
  readonly arm?: Arm;
  readonly preset: Preset;
  readonly rounds?: string;
  readonly seed?: string;
  readonly engine: EngineChoice;
  readonly set: readonly string[];
}

export function trainCommand(): Command {
  return withWeightsOptions(
    command('train', 'train one arm of a study')
      .argument('<study>', 'folder of the study')
      .option('--weights <file>', 'begin with these weights, and with the network and pictures that belong to them'),
  )
    .addOption(new Option('--arm <arm>', 'what training pays attention to (default: consistency)').choices(ARMS))
    .addOption(new Option('--preset <preset>', 'how much effort').choices(PRESETS).default('standard'))
    .option('--rounds <number>', 'rounds after the warm-up')
    .option('--seed <number>', 'seed of everything that is random')
    .addOption(engineOption(['auto']).default('auto'))
    .option('--set <name=value>', 'change a setting; may be given many times', collect, [])
    .action(
      action<TrainOptions, [string]>(async ({ json = false, preset, engine, ...options }, folder) => {
        // Checked as settings, so that a wrong value is answered with what it may be.
        const set = [...(await startOf(folder, options)), ...options.set];
        if (options.arm !== undefined) set.push(`arm=${options.arm}`);
        if (options.rounds !== undefined) set.push(`training.rounds=${options.rounds}`);
        if (options.seed !== undefined) set.push(`seed=${options.seed}`);
        const listening = listenTo(json);
        const { run, stopped } = await listening.during((listeners) =>
          trainRun({ study: folder, preset, engine, set, ...listeners }),
        );
        if (stopped) return listening.stopped(`Stopped. Go on with: steadygaze resume ${folder}`);
        if (!json) print(`Finished the run ${run}. See it with: steadygaze report ${folder} --out report`);
      }),
    );
}

/** The weights of a file as settings: they come first, so that every one of them can be set otherwise. */
async function startOf(study: string, options: WeightsFileOptions & CommonOptions): Promise<readonly string[]> {
  if (options.weights === undefined) return [];
  const { id, settings, sentences } = await takeWeights(study, await sourceOf(options.weights, options));
  if (options.json !== true) sentences.forEach((sentence) => print(sentence));
  const values = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
  return [...values, `start.weights=${id}`];
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
