import { Option } from 'commander';
import type { Command } from 'commander';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { repeatReport } from '../../service/repeat-report.ts';
import type { RepeatedRun, Repetition } from '../../service/repeat-report.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { EvaluationLine } from '../evaluation-line.ts';
import { listenTo } from '../listening.ts';
import { print, printJson, table } from '../output.ts';

interface RepeatOptions extends CommonOptions {
  readonly study?: string;
  readonly data?: string;
  readonly engine?: EngineChoice;
  readonly figuresOnly?: boolean;
  readonly runs?: readonly string[];
  readonly out: string;
  readonly anyway?: boolean;
}

export function repeatCommand(): Command {
  return command('repeat', 'do the work of a report again and compare every figure')
    .argument('<report>', 'the report.json of a report')
    .option('--study <study>', 'a study with the pictures of the report')
    .addOption(new Option('--data <folder>', 'the folder of pictures').conflicts('study'))
    .addOption(engineOption(['auto']))
    .option('--figures-only', 'train nothing: measure the weights in the study again')
    .option('--runs <run...>', 'ids of runs of the report, also separated by commas (default: all finished ones)')
    .option('--out <folder>', 'where the repetition is kept; asked for again, it goes on there', 'repeat-out')
    .option('--anyway', 'go on although the pictures are not those of the report')
    .action(
      action<RepeatOptions, [string]>(async ({ json = false, runs, ...options }, report) => {
        const ids = runs?.flatMap((text) => text.split(',')).filter((id) => id !== '');
        const listening = listenTo(json);
        const line = json ? null : new EvaluationLine();
        const result = await listening
          .during((listeners) =>
            repeatReport({
              ...{ ...options, ...listeners, report },
              ...(ids === undefined ? {} : { runs: ids }),
              onStep: (sentence) => {
                line?.end();
                listening.say(sentence);
              },
              onMeasuring: (progress) => line?.show(progress),
              onPart: (part) => line?.measured(part),
            }),
          )
          .finally(() => line?.end());
        if (result === null)
          return listening.stopped('Stopped. Asked for again in the same way, it goes on from there.');
        if (result.verdict === 'different') process.exitCode = 1;
        if (json) return printJson(result);
        for (const run of result.runs) printRun(run);
        print(conclusion(result));
      }),
    );
}

function printRun({ run, repeated, weights, figures, notes }: RepeatedRun): void {
  print(`Run ${run}, repeated as ${repeated}: the weights are ${weights === 'same' ? 'the same' : 'others'}.`);
  for (const note of notes) print(note);
  const rows = figures.map((figure) => [
    figure.part,
    figure.key,
    `${number(figure.reported)} [${number(figure.low)}, ${number(figure.high)}]`,
    figure.repeated === null ? 'none' : number(figure.repeated),
    figure.difference === null ? '' : signed(figure.difference),
    String(figure.allowed),
    number(figure.halfInterval),
    figure.verdict,
  ]);
  const head = [
    'part',
    'figure',
    'reported [95% interval]',
    'repeated',
    'difference',
    'none up to',
    'half interval',
    '',
  ];
  print(table([head, ...rows]));
  print();
}

const number = (value: number): string => value.toFixed(4);

function signed(difference: number): string {
  if (difference === 0) return '0';
  const size = Math.abs(difference);
  return `${difference > 0 ? '+' : '-'}${size < 1e-4 ? size.toExponential(1) : number(size)}`;
}

function conclusion({ verdict, runs }: Repetition): string {
  const figures = runs.flatMap((run) => run.figures);
  const count = (wanted: string) => figures.filter((figure) => figure.verdict === wanted).length;
  switch (verdict) {
    case 'same':
      return `All ${figures.length} figures are the same.`;
    case 'within its interval':
      return `${count('same')} of ${figures.length} figures are the same, the others lie within half of their interval.`;
    case 'different':
      return `${count('different')} of ${figures.length} figures are different.`;
  }
}
