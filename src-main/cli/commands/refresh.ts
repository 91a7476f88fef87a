import type { Command } from 'commander';
import { refreshData } from '../../service/refresh-data.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson } from '../output.ts';

export function refreshCommand(): Command {
  return command('refresh', 'read the pictures of a study again; corrections, parts and runs stay')
    .argument('<study>', 'folder of the study')
    .action(
      action<CommonOptions, [string]>(async ({ json }, folder) => {
        const view = await refreshData(folder);
        if (json) return printJson(view);
        print(view.sentence);
        const { train, val, test } = view.counts;
        print(`Now for training ${train}, for choosing thresholds ${val}, for the final figures ${test}.`);
        for (const warning of view.warnings) print(warning);
      }),
    );
}
