import type { Command } from 'commander';
import type { DatasetSummary } from '../../datasets/describe.ts';
import { inspectData } from '../../service/inspect-data.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

/** Problems printed for a person; `--json` has all. */
const SHOWN = 20;

export function inspectCommand(): Command {
  return command('inspect', 'say what lies in a folder of pictures; nothing is written')
    .argument('<path>', 'folder with one folder of pictures per class')
    .action(
      action<CommonOptions, [string]>(async ({ json }, path) => {
        const summary = await inspectData(path);
        if (json) printJson(summary);
        else printSummary(summary);
      }),
    );
}

/** For a person. */
export function printSummary({ description, classes, splits, problems }: DatasetSummary): void {
  print(description);
  print();
  print(table(classes.map(({ name, count }) => [name, String(count)])));
  print();
  print(`For training ${splits.train}, for choosing thresholds ${splits.val}, for the final figures ${splits.test}.`);
  if (problems.length === 0) return;
  print();
  print(problems.length === 1 ? 'One problem:' : `${problems.length} problems:`);
  print(table(problems.slice(0, SHOWN).map(({ file, reason }) => [`  ${file}`, reason])));
  if (problems.length > SHOWN) print(`  ... and ${problems.length - SHOWN} more (all with --json)`);
}
