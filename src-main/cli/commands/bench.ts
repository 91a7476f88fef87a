import { Option, type Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { action, command, engineOption, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';

interface BenchOptions extends CommonOptions {
  readonly engine?: string;
  readonly quick?: boolean;
  readonly stem?: 'imagenet' | 'small';
  readonly threads?: number;
  readonly full?: boolean;
  readonly pictures?: number[];
  readonly steps?: number;
  readonly memory?: boolean;
}

/** What bench/main.ts offers. It lies outside src-main, for nothing here depends on it. */
interface BenchModule {
  readonly runBench: (
    options: Omit<BenchOptions, 'engine' | 'json'> & { json: boolean; engines?: string[] },
  ) => Promise<void>;
}

const MODULE = '../../../bench/main.ts';

export function benchCommand(): Command {
  return command('bench', 'measure how fast the engines are on this machine')
    .addOption(engineOption([]))
    .option('--quick', 'fewer repetitions')
    .addOption(
      new Option('--stem <stem>', 'first layers of the ResNet: small is 16 times heavier').choices([
        'imagenet',
        'small',
      ]),
    )
    .option('--threads <n>', 'threads that the native engine computes with', wholeNumber(1))
    .option('--pictures <list>', 'only this: assess so many pictures, such as 500,5000,50000', wholeNumbers)
    .option('--steps <n>', 'only this: so many training steps, and whether memory grows', wholeNumber(1))
    .option('--memory', 'only this: peak memory against batch and picture size')
    .option('--full', 'all of that, which takes some minutes for each engine')
    .action(
      action<BenchOptions, []>(async ({ json = false, engine, ...options }) => {
        const { runBench } = await load();
        await runBench({ json, ...(engine === undefined ? {} : { engines: [engine] }), ...options });
      }),
    );
}

function wholeNumbers(text: string): number[] {
  return text.split(',').map(wholeNumber(1));
}

async function load(): Promise<BenchModule> {
  try {
    return (await import(new URL(MODULE, import.meta.url).href)) as BenchModule;
  } catch (error) {
    throw new SteadygazeError(
      'not-found',
      'The benchmark is not part of this installation.',
      'It comes with the source code.',
      String(error),
    );
  }
}
