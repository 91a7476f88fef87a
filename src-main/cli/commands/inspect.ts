import { InvalidArgumentError, type Command } from 'commander';
import { SHORTCUT_KINDS } from '../../datasets/dataset.ts';
import type { Problem } from '../../datasets/dataset.ts';
import { inspectData } from '../../service/inspect-data.ts';
import type { ReadingOptions, RecognisedData } from '../../service/inspect-data.ts';
import { action, command } from '../command.ts';
import type { CommonOptions } from '../command.ts';
import { print, printJson, table } from '../output.ts';

/** Problems printed for a person; `--json` has all. */
const SHOWN = 20;

/** `--format` and `--choose`: how the pictures are read. */
export interface HowToRead {
  readonly format?: string;
  readonly choose: Readonly<Record<string, string>>;
}

interface InspectOptions extends CommonOptions, HowToRead {}

export function inspectCommand(): Command {
  return readingOptions(command('inspect', 'say what lies in a folder, archive or file of pictures'))
    .argument('<path>', 'folder, archive, table or annotation file')
    .action(
      action<InspectOptions, [string]>(async ({ json, ...how }, path) => {
        const found = await inspectData(path, readAs(how));
        if (json) return printJson(found);
        printRecognised(found);
        printSummary(found);
      }),
    );
}

/** Adds `--format` and `--choose` to a command. */
export function readingOptions(to: Command): Command {
  return to
    .option('--format <name>', 'read them as this (inspect lists what is possible)')
    .option('--choose <key=value>', 'answer a question of the format (may be repeated)', collectChoice, {});
}

/** As the service takes them. */
export const readAs = ({ format, choose }: HowToRead): Pick<ReadingOptions, 'format' | 'choices'> => ({
  ...(format === undefined ? {} : { format }),
  choices: choose,
});

function collectChoice(text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a key and a value, as in label-column=species.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** What was recognised, what else it could be, and what can be chosen. */
export function printRecognised({ recognised, format, candidates, choices }: RecognisedData): void {
  print(recognised);
  const others = candidates.filter((candidate) => candidate.format !== format);
  if (others.length > 0) {
    print();
    print('It could also be read as:');
    print(table(others.map(({ format: id, title, reason }) => [`  --format ${id}`, title, reason])));
  }
  if (choices.length > 0) {
    print();
    print('What was assumed, and can be chosen otherwise:');
    const rows = choices.map(({ key, value, label, options }) => [
      ...[`  --choose ${key}=${quoted(value)}`, label],
      `one of: ${options.map((option) => quoted(option.value)).join(', ')}`,
    ]);
    print(table(rows));
  }
  print();
}

/** As a shell takes it. */
const quoted = (value: string): string => (/^[\w.-]+$/.test(value) ? value : JSON.stringify(value));

/** For a person. */
export function printSummary({ description, classes, splits, problems }: RecognisedData): void {
  print(description);
  print();
  print(table(classes.map(({ name, count }) => [name, String(count)])));
  print();
  print(`For training ${splits.train}, for choosing thresholds ${splits.val}, for the final figures ${splits.test}.`);
  const warnings = problems.filter(({ kind }) => SHORTCUT_KINDS.has(kind));
  const wrong = problems.filter(({ kind }) => !SHORTCUT_KINDS.has(kind));
  printProblems(wrong.length === 1 ? 'One problem:' : `${wrong.length} problems:`, wrong);
  printProblems('What may give the class away (a warning, not a proof):', warnings);
}

function printProblems(title: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  print();
  print(title);
  print(table(problems.slice(0, SHOWN).map(({ file, reason }) => [`  ${file === '' ? 'all' : file}`, reason])));
  if (problems.length > SHOWN) print(`  ... and ${problems.length - SHOWN} more (all with --json)`);
}
