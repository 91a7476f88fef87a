import type { Command } from 'commander';
import { createStudyFrom } from '../../service/create-study.ts';
import { action, command, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson } from '../output.ts';
import { printRecognised, printSummary, readAs, readingOptions } from './inspect.ts';
import type { HowToRead } from './inspect.ts';

interface CreateOptions extends CommonOptions, HowToRead {
  readonly data: string;
  readonly name?: string;
  readonly seed: number;
}

export function createCommand(): Command {
  return readingOptions(command('create', 'make a study of a folder, archive or file of pictures'))
    .argument('<study>', 'folder of the new study')
    .requiredOption('--data <path>', 'folder, archive, table or annotation file')
    .option('--name <name>', 'what to call the study (default: the name of its folder)')
    .option('--seed <number>', 'seed of the split, where the folders do not say it', wholeNumber(0), 0)
    .action(
      action<CreateOptions, [string]>(async ({ json, data, name, seed, ...how }, folder) => {
        const { study, summary } = await createStudyFrom(folder, {
          data,
          seed,
          ...readAs(how),
          ...(name === undefined ? {} : { name }),
        });
        if (json) return printJson({ study: study.folder, ...summary });
        print(`Made the study ${study.folder}`);
        print();
        printRecognised(summary);
        printSummary(summary);
      }),
    );
}
