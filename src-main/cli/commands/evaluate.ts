import type { Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { EVALUATION_PARTS } from '../../contract/evaluation.ts';
import type { EvaluationPart } from '../../contract/evaluation.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import type { EvaluatedPart } from '../../jobs/protocol.ts';
import { evaluateRuns } from '../../service/evaluate-runs.ts';
import { resolveEvaluationSettings } from '../../service/settings.ts';
import { action, command, engineOption } from '../command.ts';
import { EvaluationLine } from '../evaluation-line.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson, table } from '../output.ts';
import { addOutsideOptions, evaluateOutsideCommand, isOutside } from './evaluate-outside.ts';
import type { OutsideCommandOptions } from './evaluate-outside.ts';

interface EvaluateCommandOptions extends OutsideCommandOptions {
  readonly runs?: readonly string[];
  readonly parts?: readonly string[];
  readonly set: readonly string[];
  readonly engine: EngineChoice;
  readonly again?: boolean;
}

/** Figures of a part that are printed; attacks have a hundred. */
const SHOWN = 12;

export function evaluateCommand(): Command {
  const described = command('evaluate', 'measure what finished runs have learned, or heatmaps of another program')
    .argument('[study]', 'folder of the study')
    .option('--runs <run...>', 'ids of runs, also separated by commas (default: all that have finished)')
    .option('--parts <part...>', `what to measure, also separated by commas: ${EVALUATION_PARTS.join(', ')}, or all`)
    .option('--set <name=value>', 'change a setting, "robustness.pictures=0"; may be given many times', collect, [])
    .addOption(engineOption(['auto']).default('auto'))
    .option('--again', 'also measure what was measured before');
  return addOutsideOptions(described).action(
    action<EvaluateCommandOptions, [string | undefined]>(async (options, study) => {
      if (isOutside(options)) {
        refuseInsides(options.parts);
        return evaluateOutsideCommand(options, study);
      }
      if (study === undefined) {
        throw new SteadygazeError(
          'bad-argument',
          'There is nothing to evaluate.',
          'Name a study, or give heatmaps with --maps, or predictions with --predictions.',
        );
      }
      await evaluateStudy(options, study);
    }),
  );
}

async function evaluateStudy(options: EvaluateCommandOptions, study: string): Promise<void> {
  const { json = false, engine, again = false, seed, set } = options;
  const runs = options.runs?.flatMap((text) => text.split(',')).filter((id) => id !== '');
  const settings = resolveEvaluationSettings([`seed=${seed}`, ...set]);
  const parts = partsOf(options.parts);
  const line = json ? null : new EvaluationLine();
  const { stop, kill } = interruptible(() => line?.say('Stopping. What was measured is kept.'));
  try {
    const measured = await evaluateRuns({
      ...{ study, parts, settings, engine, again, signal: stop, kill },
      ...(runs === undefined ? {} : { runs }),
      onProgress: (progress) => line?.show(progress),
      onPart: (part) => line?.measured(part),
      onNotice: (message) => line?.say(message),
      onRestart: (message) => line?.say(message),
    });
    line?.end();
    if (json) return printJson(measured);
    printFigures(measured.parts);
  } finally {
    line?.end();
  }
}

/** Of another program's work only heatmaps and predictions are known, not the network. */
function refuseInsides(names: readonly string[] | undefined): void {
  if (names === undefined) return;
  const impossible = partsOf(names).filter((part) => part !== 'recognition' && part !== 'localization');
  if (impossible.length === 0) return;
  throw new SteadygazeError(
    'bad-argument',
    `Of heatmaps and predictions of another program ${impossible.join(', ')} cannot be measured: that takes the network itself.`,
    'Leave out --parts, or bring the model into the study (steadygaze bring) and measure it there.',
  );
}

function partsOf(names: readonly string[] | undefined): readonly EvaluationPart[] {
  const wanted = names?.flatMap((text) => text.split(',')).filter((name) => name !== '') ?? [];
  const unknown = wanted.find((name) => name !== 'all' && !EVALUATION_PARTS.some((part) => part === name));
  if (unknown !== undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `There is no part "${unknown}" of an evaluation.`,
      `There are: ${EVALUATION_PARTS.join(', ')}, or all of them with "all".`,
    );
  }
  if (wanted.length === 0 || wanted.includes('all')) return EVALUATION_PARTS;
  return EVALUATION_PARTS.filter((part) => wanted.includes(part));
}

/** Each part with its figures, runs side by side; then what could not be measured, and why. */
function printFigures(measured: readonly EvaluatedPart[]): void {
  const runs = [...new Set(measured.map(({ run }) => run))];
  for (const part of EVALUATION_PARTS) {
    const results = runs.map((run) => measured.find((each) => each.run === run && each.part === part));
    const figures = results.map((each) => (each !== undefined && 'result' in each ? each.result.figures : {}));
    const keys = [...new Set(figures.flatMap((each) => Object.keys(each)))];
    if (keys.length === 0) continue;
    const rows = keys.slice(0, SHOWN).map((key) => [
      `  ${key}`,
      ...figures.map((each) => {
        if (!(key in each)) return '';
        const { value, low, high } = each[key];
        return `${value.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
      }),
    ]);
    print(table([[part, ...runs], ...rows]));
    if (keys.length > SHOWN) print(`  ... and ${keys.length - SHOWN} more (all with --json)`);
    const notes = results.flatMap((each) => (each !== undefined && 'result' in each ? each.result.notes : []));
    for (const note of new Set(notes)) print(`  ${note}`);
    print();
  }
  for (const { run, part, ...rest } of measured) {
    if ('unmeasurable' in rest) print(`Not measured: ${part} of ${run}. ${rest.unmeasurable}`);
  }
  print('In parentheses: 95% intervals over pictures.');
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
