import type { Command } from 'commander';
import { reportRuns } from '../../service/report-runs.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson } from '../output.ts';

interface ReportOptions extends CommonOptions {
  readonly runs?: readonly string[];
  readonly out: string;
}

export function reportCommand(): Command {
  return command('report', 'write report.html and report.json about the runs of a study')
    .argument('<study>', 'folder of the study')
    .option('--runs <run...>', 'ids of runs, also separated by commas (default: all that were assessed)')
    .requiredOption('--out <folder>', 'where to write them')
    .action(
      action<ReportOptions, [string]>(async ({ json, runs, out }, folder) => {
        const ids = runs?.flatMap((text) => text.split(',')).filter((id) => id !== '');
        const written = await reportRuns({ study: folder, out, ...(ids === undefined ? {} : { runs: ids }) });
        if (json) return printJson({ html: written.html, json: written.json, runs: written.runs });
        for (const sentence of written.document.answer) print(sentence);
        print();
        print(`Open ${written.html}`);
      }),
    );
}
