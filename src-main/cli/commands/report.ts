import type { Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { REPORT_SECTIONS, type ReportSection } from '../../contract/report-view.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { REPORT_EXTRAS, reportRuns, type WrittenReport } from '../../service/report-runs.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { EvaluationLine } from '../evaluation-line.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson } from '../output.ts';

interface ReportOptions extends CommonOptions {
  readonly runs?: readonly string[];
  readonly sections?: readonly string[];
  readonly title?: string;
  readonly out: string;
  readonly evaluate?: boolean;
  readonly engine: EngineChoice;
  readonly pdf?: boolean;
  readonly csv?: boolean;
  readonly parquet?: boolean;
  readonly zip?: boolean;
}

export function reportCommand(): Command {
  return command('report', 'write a report about the runs of a study')
    .argument('<study>', 'folder of the study')
    .option('--runs <run...>', 'ids of runs, also separated by commas (default: all that were assessed)')
    .requiredOption('--out <folder>', 'where to write report.html and report.json')
    .option('--sections <section...>', `what it holds: ${REPORT_SECTIONS.join(', ')}, or all (default)`)
    .option('--title <title>', 'its title (default: the name of the study)')
    .option('--evaluate', 'measure first what is missing for these sections')
    .addOption(engineOption(['auto']).default('auto'))
    .option('--pdf', 'also print it as report.pdf, with Chromium, Chrome or Edge')
    .option('--csv', 'also write the figures and the training pictures as CSV tables')
    .option('--parquet', 'also write what was measured on each picture as Parquet tables')
    .option('--zip', 'also write everything, with the pictures, as report.zip')
    .action(
      action<ReportOptions, [string]>(async ({ json = false, ...options }, folder) => {
        const written = await write(options, folder, json);
        if (json) {
          const { html, json: numbers, files, runs } = written;
          return printJson({ html, json: numbers, files, runs });
        }
        for (const sentence of written.document.answer) print(sentence);
        print();
        for (const file of written.files.slice(1)) print(`Wrote ${file}`);
        print(`Open ${written.html}`);
      }),
    );
}

async function write(options: Omit<ReportOptions, 'json'>, study: string, json: boolean): Promise<WrittenReport> {
  const { runs, out, title, evaluate = false, engine } = options;
  const sections = sectionsOf(options.sections);
  const line = json ? null : new EvaluationLine();
  const { stop, kill } = interruptible(() => line?.say('Stopping. What was measured is kept.'));
  try {
    return await reportRuns({
      ...{ study, out, signal: stop, extras: REPORT_EXTRAS.filter((extra) => options[extra] === true) },
      ...(runs === undefined ? {} : { runs: listed(runs) }),
      ...(sections === undefined ? {} : { sections }),
      ...(title === undefined ? {} : { title }),
      ...(evaluate
        ? {
            evaluate: {
              ...{ engine, signal: stop, kill },
              onProgress: (progress) => line?.show(progress),
              onPart: (part) => line?.measured(part),
              onNotice: (message) => line?.say(message),
              onRestart: (message) => line?.say(message),
            },
          }
        : {}),
    });
  } finally {
    line?.end();
  }
}

const listed = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split(',')).filter((id) => id !== '');

function sectionsOf(texts: readonly string[] | undefined): readonly ReportSection[] | undefined {
  const wanted = listed(texts ?? []);
  const unknown = wanted.find((name) => name !== 'all' && !REPORT_SECTIONS.some((section) => section === name));
  if (unknown !== undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `A report has no section "${unknown}".`,
      `There are: ${REPORT_SECTIONS.join(', ')}, or all of them with "all".`,
    );
  }
  if (wanted.length === 0 || wanted.includes('all')) return undefined;
  return REPORT_SECTIONS.filter((section) => wanted.includes(section));
}
