import { readFile, writeFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import * as v from 'valibot';
import { DataEdit, type EditExportKind } from '../../contract/data-edits.ts';
import { SteadygazeError, systemCode } from '../../contract/errors.ts';
import { changeStudyData } from '../../service/change-study-data.ts';
import { action, command, wholeNumber } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

interface EditOptions extends CommonOptions {
  readonly relabel?: string;
  readonly exclude?: boolean;
  readonly merge?: string;
  readonly into?: string;
  readonly dropClass?: string;
  readonly move?: string;
  readonly resplit?: boolean;
  readonly seed: number;
  readonly val: number;
  readonly test: number;
  readonly ids?: string;
  readonly picture: readonly string[];
  readonly fromMarks?: boolean;
  readonly undo?: boolean;
  readonly redo?: boolean;
  readonly list?: boolean;
  readonly export?: string;
  readonly kind?: EditExportKind;
}

const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export function editCommand(): Command {
  return command('edit', 'correct labels, classes and parts of a study; no picture is touched')
    .argument('<study>', 'folder of the study')
    .option('--picture <path>', 'a picture that --relabel, --exclude or --move is about (may be repeated)', collect, [])
    .option('--ids <file>', 'a file with one such picture a line ("-": from standard input)')
    .option('--relabel <class>', 'give them this class (several, separated by ";", where a picture may have several)')
    .option('--exclude', 'leave them out')
    .addOption(new Option('--move <part>', 'move them to this part').choices(['train', 'val', 'test']))
    .option('--merge <classes>', 'make one class of these (separated by ","); one alone is renamed')
    .option('--into <class>', 'the class that --merge makes')
    .option('--drop-class <class>', 'leave a class out')
    .option('--resplit', 'part all pictures anew')
    .option('--seed <number>', 'seed of --resplit', wholeNumber(0), 0)
    .option('--val <share>', 'share for validation of --resplit', Number, 0.1)
    .option('--test <share>', 'share for testing of --resplit', Number, 0.2)
    .option('--from-marks', 'make the corrections that marks ask for')
    .option('--undo', 'take the last correction back')
    .option('--redo', 'do again what was taken back')
    .option('--list', 'say what was corrected')
    .option('--export <file>', 'write the corrections: all labels as .csv, or what was done as .json')
    .addOption(new Option('--kind <kind>', 'what --export writes').choices(['labels-csv', 'edits-csv', 'edits-json']))
    .action(
      action<EditOptions, [string]>(async (options, folder) => {
        const { json = false, undo = false, redo = false, fromMarks = false } = options;
        const edits = await editsOf(options);
        const file = options.export === undefined ? null : resolve(options.export);
        refuseMixed(edits.length > 0, [undo, redo, fromMarks]);
        if (edits.length === 0 && !undo && !redo && !fromMarks && options.list !== true && file === null) {
          throw refusal('Nothing was asked for.', 'See --help for what can be corrected.');
        }
        const result = await changeStudyData(folder, {
          ...{ edits, fromMarks, step: undo ? 'undo' : redo ? 'redo' : null },
          export: file === null ? null : (options.kind ?? kindOf(file)),
        });
        if (file !== null && result.exported !== null) await writeFile(file, result.exported);
        const { view, step } = result;
        if (json) return printJson({ ...view, step, written: file });
        if (undo || redo) print(step === null ? 'There is nothing.' : `${undo ? 'Taken back' : 'Done again'}: ${step}`);
        else for (const { sentence } of view.edits.slice(view.edits.length - result.made)) print(sentence);
        if (options.list === true) {
          print(view.edits.length === 0 ? 'Nothing has been corrected.' : table(listed(view)));
        }
        if (file !== null) print(`Written: ${file}`);
        if (options.list === true) for (const warning of view.warnings) print(warning);
      }),
    );
}

const listed = ({ edits }: { edits: readonly { time: string; sentence: string }[] }): string[][] =>
  edits.map(({ time, sentence }) => [time.slice(0, 16).replace('T', ' '), sentence]);

async function editsOf(options: EditOptions): Promise<DataEdit[]> {
  const { relabel, exclude = false, move, merge, into, dropClass, resplit = false, seed, val, test } = options;
  const found: unknown[] = [];
  const aboutPictures = relabel !== undefined || exclude || move !== undefined;
  const ids = await picturesOf(options);
  if (aboutPictures && ids.length === 0) {
    throw refusal('It was not said which pictures are meant.', 'Name them with --picture, or in a file with --ids.');
  }
  if (!aboutPictures && ids.length > 0) {
    throw refusal('It was not said what is to become of the pictures.', 'Use --relabel, --exclude or --move.');
  }
  if ((merge === undefined) !== (into === undefined)) {
    throw refusal('--merge and --into belong together.', 'For example: --merge "cat,kitten" --into cat');
  }
  if (relabel !== undefined) found.push({ kind: 'relabel', ids, classes: relabel.split(';') });
  if (exclude) found.push({ kind: 'exclude', ids });
  if (move !== undefined) found.push({ kind: 'move', ids, split: move });
  if (merge !== undefined) found.push({ kind: 'merge', classes: merge.split(','), into });
  if (dropClass !== undefined) found.push({ kind: 'drop-class', class: dropClass });
  if (resplit) found.push({ kind: 'resplit', seed, val, test });
  return found.map((edit) => {
    const checked = v.safeParse(DataEdit, edit);
    if (checked.success) return checked.output;
    throw refusal('This correction cannot be made.', v.summarize(checked.issues));
  });
}

async function picturesOf({ ids, picture }: EditOptions): Promise<string[]> {
  if (ids === undefined) return [...picture];
  let text: string;
  try {
    text = await readFile(ids === '-' ? '/dev/stdin' : ids, 'utf8');
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `There is no file ${ids}.`, 'Check the path.');
  }
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return [...picture, ...lines];
}

function refuseMixed(edits: boolean, others: readonly boolean[]): void {
  if ([edits, ...others].filter(Boolean).length > 1) {
    throw refusal('These cannot be asked for together.', 'Correct, undo and redo one after the other.');
  }
}

const kindOf = (file: string): EditExportKind =>
  extname(file).toLowerCase() === '.json' ? 'edits-json' : 'labels-csv';

const refusal = (message: string, hint: string): SteadygazeError => new SteadygazeError('bad-argument', message, hint);
