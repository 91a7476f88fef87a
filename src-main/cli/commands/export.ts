import type { Command } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { MODEL_FORMATS } from '../../contract/model-export.ts';
import type { ModelFormat } from '../../contract/model-export.ts';
import { action, command, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { interruptible } from '../interrupt.ts';
import { print, printJson } from '../output.ts';
import { percent, StatusLine } from '../status-line.ts';

interface ExportOptions extends CommonOptions {
  readonly run?: string;
  readonly out: string;
  readonly format?: readonly string[];
  readonly round?: number;
}

/** Files that are written sooner need no word of how far they are. */
const PATIENCE = 1_000;

/** @param version of the program */
export function exportCommand(version: string): Command {
  return command('export', 'write a trained network as files for other programs, with a card that says what it is')
    .argument('<study>', 'folder of the study')
    .requiredOption('--out <folder>', 'where to write the files')
    .option('--run <run>', 'id of the run (default: the last that is finished)')
    .option('--format <format...>', `also separated by commas: ${MODEL_FORMATS.join(', ')} (default: all)`)
    .option('--round <number>', 'weights at the end of which round (default: the last)', wholeNumber(0))
    .action(
      action<ExportOptions, [string]>(async ({ json = false, run, out, format, round }, study) => {
        const formats = formatsOf(format);
        const { exportStudyModel } = await import('../../service/write-model.ts');
        const line = json ? null : new StatusLine();
        const { stop } = interruptible(() => line?.say('Stopping.'));
        const began = performance.now();
        const card = await exportStudyModel({
          ...{ study, out, formats, version, signal: stop },
          ...(run === undefined ? {} : { run }),
          ...(round === undefined ? {} : { round }),
          onProgress(done, total) {
            if (total === null || performance.now() - began < PATIENCE) return;
            line?.draw(`Writing the network: ${percent(done / total)}`, done / total);
          },
        }).finally(() => line?.clear());
        if (json) return printJson({ out, run: card.run, round: card.round, files: card.files });
        print(`The network of the run ${card.run}, round ${String(card.round)}:`);
        for (const { name } of card.files) print(`  ${name}`);
        print(`What it is, what it is not for, and how to use it: ${out}/MODEL_CARD.md`);
      }),
    );
}

function formatsOf(texts: readonly string[] | undefined): readonly ModelFormat[] {
  const wanted = (texts ?? []).flatMap((text) => text.split(',')).filter((name) => name !== '');
  const unknown = wanted.find((name) => !MODEL_FORMATS.some((format) => format === name));
  if (unknown !== undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `A network cannot be written as "${unknown}".`,
      `There are: ${MODEL_FORMATS.join(', ')}.`,
    );
  }
  return wanted.length === 0 ? MODEL_FORMATS : MODEL_FORMATS.filter((format) => wanted.includes(format));
}
