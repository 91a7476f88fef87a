import type { Command } from 'commander';
import { hardSamples } from '../../service/hard-samples.ts';
import { action, command, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

interface HardOptions extends CommonOptions {
  readonly run: string;
  readonly top: number;
  readonly round?: number;
}

export function hardCommand(): Command {
  return command('hard', 'list the training pictures whose explanation survives least')
    .argument('<study>', 'folder of the study')
    .requiredOption('--run <run>', 'id of the run')
    .option('--top <number>', 'how many', wholeNumber(1), 24)
    .option('--round <number>', 'which assessment (default: the last)', wholeNumber(0))
    .action(
      action<HardOptions, [string]>(async ({ json, run, top, round }, folder) => {
        const { samples, ...about } = await hardSamples(folder, {
          run,
          top,
          ...(round === undefined ? {} : { round }),
        });
        if (json) return printJson(samples);
        print(`The ${samples.length} hardest pictures of the run ${about.run}, assessment ${about.round}:`);
        const rows = samples.map(({ E, S, Q, v, label, prediction, path }) => [
          ...[E, S, Q, v].map((value) => value.toFixed(3)),
          label,
          prediction,
          path,
        ]);
        print(table([['E', 'S', 'Q', 'v', 'label', 'prediction', 'picture'], ...rows]));
      }),
    );
}
