import { Option, type Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';

interface BenchOptions extends CommonOptions {
  readonly engine?: string;
  readonly quick?: boolean;
  readonly stem?: 'imagenet' | 'small';
}

/** What bench/main.ts offers. It lies outside src-main, for nothing here depends on it. */
interface BenchModule {
  readonly runBench: (options: { json: boolean; engines?: string[]; quick?: boolean; stem?: string }) => Promise<void>;
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
    .action(
      action<BenchOptions, []>(async ({ json = false, engine, quick, stem }) => {
        const { runBench } = await load();
        await runBench({
          json,
          ...(engine === undefined ? {} : { engines: [engine] }),
          ...(quick === undefined ? {} : { quick }),
          ...(stem === undefined ? {} : { stem }),
        });
      }),
    );
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
