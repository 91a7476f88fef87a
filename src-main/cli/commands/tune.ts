import { Option } from 'commander';
import type { Command } from 'commander';
import { PRESETS } from '../../contract/settings.ts';
import type { Preset } from '../../contract/settings.ts';
import type { EngineChoice } from '../../jobs/engine-job.ts';
import { tuneFor } from '../../service/tuning/tune-study.ts';
import type { Tuned } from '../../service/tuning/tune.ts';
import { choiceInWords, suggestionInWords } from '../../service/tuning/words.ts';
import { action, command, engineOption } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson, table } from '../output.ts';
import { StatusLine } from '../status-line.ts';

interface TuneOptions extends CommonOptions {
  readonly preset: Preset;
  readonly engine: EngineChoice;
  readonly set: readonly string[];
}

export function tuneCommand(): Command {
  return command('tune', 'find out which engine, threads and batches are fastest here, and remember it')
    .argument('[study]', 'folder of the study that it is for (default: work such as the demo)')
    .addOption(new Option('--preset <preset>', 'how much effort').choices(PRESETS).default('standard'))
    .addOption(engineOption(['auto']).default('auto'))
    .option('--set <name=value>', 'change a setting; may be given many times', collect, [])
    .action(
      action<TuneOptions, [string | undefined]>(async ({ json = false, preset, engine, set }, study) => {
        const line = new StatusLine();
        const { stop } = interruptible(() => line.clear());
        try {
          const tuned = await tuneFor({
            ...{ preset, set, signal: stop },
            ...(study === undefined ? {} : { study }),
            ...(engine === 'auto' ? {} : { engines: [engine] }),
            ...(json ? {} : { onProgress: (text: string, share: number) => line.draw(`${text} ...`, share) }),
          });
          line.clear();
          if (json) printJson({ ...tuned.tuning, notMeasured: tuned.notMeasured });
          else printTable(tuned);
        } finally {
          line.clear();
        }
      }),
    );
}

function printTable({ tuning, notMeasured }: Tuned): void {
  const milliseconds = (seconds: number): string => (seconds * 1000).toPrecision(3);
  const rows = tuning.engines.flatMap(({ engine, threads, training, assessment }) => {
    const name = [engine, threads === null ? '' : String(threads)];
    return [
      ...training.map(({ batch, seconds }) => [...name, 'training', String(batch), milliseconds(seconds)]),
      ...assessment.map(({ batch, seconds }) => [
        ...name,
        'pass of an assessment',
        String(batch),
        milliseconds(seconds),
      ]),
    ];
  });
  print(`For ${tuning.kind}:`);
  print(table([['engine', 'threads', 'work', 'batch', 'ms a picture'], ...rows]));
  for (const { engine, reason } of notMeasured) print(`${engine} was not measured: ${reason}`);
  print(`Chosen: ${choiceInWords(tuning.choice)}. It is used wherever no engine is asked for.`);
  const suggestion = suggestionInWords(tuning);
  if (suggestion !== null) print(suggestion);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
