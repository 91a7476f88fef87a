import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { ARMS, PRESETS } from '../../contract/settings.ts';
import type { Arm, Preset } from '../../contract/settings.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { Shard } from '../../method/shards.ts';
import { assessShard } from '../../service/assess-shard.ts';
import { trainRun } from '../../service/train-run.ts';
import { takeWeights } from '../../service/use-weights.ts';
import { sayAssessmentsDue } from '../assessment-due.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { listenTo } from '../listening.ts';
import { print, printJson } from '../output.ts';
import { sourceOf, withWeightsOptions } from './weights-options.ts';
import type { WeightsFileOptions } from './weights-options.ts';

interface TrainOptions extends CommonOptions, WeightsFileOptions {
  readonly arm?: Arm;
  readonly preset: Preset;
  readonly rounds?: string;
  readonly seed?: string;
  readonly engine?: EngineChoice;
  readonly set: readonly string[];
  readonly untilAssessment?: boolean;
  readonly assessShard?: Shard;
  readonly run?: string;
}

/** They say what a new run is to do. */
const OF_NEW_RUNS = ['weights', 'arm', 'preset', 'rounds', 'seed', 'set', 'untilAssessment'];

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
    .addOption(engineOption(['auto']))
    .option('--set <name=value>', 'change a setting; may be given many times', collect, [])
    .option('--until-assessment', 'stop where the first assessment is due, because it is made in shards')
    .addOption(
      new Option('--assess-shard <i/n>', 'train nothing: make shard i of n (1/n to n/n) of the assessment that is due')
        .argParser(shardOf)
        .conflicts(OF_NEW_RUNS),
    )
    .addOption(new Option('--run <run>', 'with --assess-shard: of this run (default: the only one not finished)'))
    .action(
      action<TrainOptions, [string]>(async (options, folder) => {
        if (options.assessShard !== undefined) return assess(folder, options.assessShard, options);
        if (options.run === undefined) return train(folder, options);
        throw new SteadygazeError(
          'bad-argument',
          'A run that was begun is not begun again: --run belongs to --assess-shard.',
          `Go on with a run: steadygaze resume ${folder} --run ${options.run}`,
        );
      }),
    );
}

async function train(
  folder: string,
  { json = false, preset, engine = 'auto', untilAssessment = false, ...options }: TrainOptions,
): Promise<void> {
  // Checked as settings, so that a wrong value is answered with what it may be.
  const set = [...(await startOf(folder, { ...options, json })), ...options.set];
  if (options.arm !== undefined) set.push(`arm=${options.arm}`);
  if (options.rounds !== undefined) set.push(`training.rounds=${options.rounds}`);
  if (options.seed !== undefined) set.push(`seed=${options.seed}`);
  const listening = listenTo(json);
  const { run, stopped } = await listening.during((listeners) =>
    trainRun({
      ...{ study: folder, preset, engine, set, ...listeners },
      ...(untilAssessment ? { until: 'assessment' } : {}),
    }),
  );
  if (stopped && untilAssessment) return sayAssessmentsDue(folder, [run], listening, json);
  if (stopped) return listening.stopped(`Stopped. Go on with: steadygaze resume ${folder}`);
  if (!json) print(`Finished the run ${run}. See it with: steadygaze report ${folder} --out report`);
}

async function assess(
  folder: string,
  shard: Shard,
  { json = false, run: wanted, engine }: TrainOptions,
): Promise<void> {
  const listening = listenTo(json, 'Stopping after this batch. Once more ends it at once.');
  const { run, stopped } = await listening.during((listeners) =>
    assessShard({
      ...{ study: folder, shard, ...listeners },
      ...(wanted === undefined ? {} : { run: wanted }),
      ...(engine === undefined ? {} : { engine }),
    }),
  );
  if (stopped) return listening.stopped('Stopped. Nothing of this shard is kept: ask for it again in the same way.');
  const { index, of } = shard;
  if (json) printJson({ type: 'shard', run, shard: index, of });
  else print(`Shard ${index} of ${of} of the run ${run} is there. With all of them: steadygaze merge ${folder}`);
}

/** Parses "3/8". Whether there is such a shard is said by whoever makes it. */
function shardOf(text: string): Shard {
  const found = /^(\d{1,9})\/(\d{1,9})$/.exec(text);
  if (found === null) throw new InvalidArgumentError('Write 3/8 for the third of eight shards.');
  return { index: Number(found[1]), of: Number(found[2]) };
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
