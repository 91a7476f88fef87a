import type { Command } from 'commander';
import { mergeShards } from '../../service/merge-shards.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson } from '../output.ts';

interface MergeCommandOptions extends CommonOptions {
  readonly run?: string;
}

export function mergeCommand(): Command {
  return command('merge', 'put the shards of an assessment together, so that the run can go on')
    .argument('<study>', 'folder of the study')
    .option('--run <run>', 'of this run (default: the only one that has not finished)')
    .action(
      action<MergeCommandOptions, [string]>(async ({ json = false, ...options }, folder) => {
        const merged = await mergeShards({ study: folder, ...options });
        if (json) return printJson(merged);
        if ('notDue' in merged) return print([merged.notDue, merged.hint].join('\n').trim());
        const { run, round, shards, pictures, notes } = merged;
        notes.forEach((note) => print(note));
        print(
          `The assessment of round ${round} of the run ${run} is complete: ${pictures} pictures, ` +
            `${shards} ${shards === 1 ? 'shard' : 'shards'}.`,
        );
        print(`Go on with: steadygaze resume ${folder} --run ${run} --until-assessment`);
      }),
    );
}
