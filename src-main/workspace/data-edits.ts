/**
 * `data-edits.ndjson`: what people corrected of the data, one JSON object a line, only ever added to: a correction, one
 * taken back, one done again, or a fingerprint when the pictures were read anew. The state after n lines never changes,
 * so a run that remembers n can always be shown the data as it saw them.
 */
import { open, readFile, truncate } from 'node:fs/promises';
import * as v from 'valibot';
import { DataEdit } from '../contract/data-edits.ts';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { newerError } from './json-file.ts';
import { acquireLock } from './lock.ts';
import { dataEditsFile, dataLockFile } from './study-layout.ts';

const FORMAT = 'steadygaze-data-edits';
const VERSION = 1;
/** Milliseconds that somebody else may take for a correction. */
const PATIENCE = 10_000;

const time = v.string();
const Line = v.variant('do', [
  /** Sentence and number of pictures are those of the moment it was made. */
  v.looseObject({
    do: v.literal('edit'),
    time,
    edit: DataEdit,
    sentence: v.string(),
    pictures: v.pipe(v.number(), v.integer(), v.minValue(0)),
  }),
  v.looseObject({ do: v.literal('undo'), time }),
  v.looseObject({ do: v.literal('redo'), time }),
  /** From here on the data are what was read then. */
  v.looseObject({ do: v.literal('import'), time, fingerprint: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)) }),
]);
export type DataEditLine = v.InferOutput<typeof Line>;

export interface DataEditLog {
  /** In their order; null is a line that cannot be read, which changes nothing. */
  readonly lines: readonly (DataEditLine | null)[];
}

/** A correction that is in force, or was taken back. */
export interface LoggedEdit {
  readonly edit: DataEdit;
  readonly sentence: string;
  readonly time: string;
  readonly pictures: number;
  /** Number of lines with it. */
  readonly line: number;
  /** Fingerprint of what had been read when it was made; null: what the study was made of. */
  readonly on: string | null;
}

/** What holds after some lines. */
export interface EditState {
  /** Fingerprint of the pictures as they were read; null: what the study was made of. */
  readonly from: string | null;
  /** In force, oldest first. */
  readonly done: readonly LoggedEdit[];
  /** Taken back, the next to be done again last. */
  readonly undone: readonly LoggedEdit[];
}

/**
 * A study without corrections has no lines.
 * @throws SteadygazeError `study-newer`, `study-corrupt` where the file is something else
 */
export async function readDataEdits(study: string): Promise<DataEditLog> {
  const path = dataEditsFile(study);
  try {
    return parseDataEdits(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { lines: [] };
    throw error;
  }
}

/** Reads the text of a log. What follows the last line break was being written when its writer was killed: it never was. */
export function parseDataEdits(text: string, path: string): DataEditLog {
  const [first, ...rest] = text.split('\n').slice(0, -1);
  if (first === undefined) return { lines: [] };
  const header = v.safeParse(v.looseObject({ format: v.literal(FORMAT), version: v.number() }), parsed(first));
  if (!header.success) {
    throw new SteadygazeError(
      'study-corrupt',
      `The corrections of this study's data cannot be read: ${path}`,
      'Put back a copy of the file. Without it the data would be those that were read from the disk.',
    );
  }
  if (header.output.version > VERSION) throw newerError('list of corrections', path, header.output.version);
  return {
    lines: rest.map((line) => {
      const checked = v.safeParse(Line, parsed(line));
      return checked.success ? checked.output : null;
    }),
  };
}

/** What holds after the first `count` lines; default: after all. */
export function stateAfter({ lines }: DataEditLog, count = lines.length): EditState {
  let from: string | null = null;
  const done: LoggedEdit[] = [];
  let undone: LoggedEdit[] = [];
  lines.slice(0, count).forEach((line, i) => {
    switch (line?.do) {
      case 'edit': {
        const { edit, sentence, time: made, pictures } = line;
        done.push({ edit, sentence, time: made, pictures, line: i + 1, on: from });
        undone = [];
        break;
      }
      case 'undo': {
        const last = done.pop();
        if (last !== undefined) undone.push(last);
        break;
      }
      case 'redo': {
        const next = undone.pop();
        if (next !== undefined) done.push(next);
        break;
      }
      case 'import':
        from = line.fingerprint;
        break;
      case undefined:
    }
  });
  return { from, done, undone };
}

/** What becomes of the log, and what is answered. */
interface Decision<Result> {
  /** Lines to be added; none leaves it as it is. */
  readonly add: readonly DataEditLine[];
  readonly result: Result;
  /** Done once the lines are durable, and before anybody else gets at the data. */
  readonly after?: () => Promise<void>;
}

/**
 * Changes the data of a study while nobody else does.
 * @param decide gets the log as it is; what it adds is durable when this returns
 * @throws SteadygazeError `study-locked`, `study-unwritable`; a full disk passes through
 */
export async function addDataEdit<Result>(
  study: string,
  decide: (log: DataEditLog) => Promise<Decision<Result>>,
): Promise<Result> {
  let lock;
  try {
    lock = await acquireLock(dataLockFile(study), { what: 'the data of this study', wait: PATIENCE });
  } catch (error) {
    throw unwritable(error);
  }
  try {
    const { add, result, after } = await decide(await readDataEdits(study));
    if (add.length > 0) await append(dataEditsFile(study), add);
    await after?.();
    return result;
  } catch (error) {
    throw unwritable(error);
  } finally {
    lock.release();
  }
}

async function append(path: string, lines: readonly DataEditLine[]): Promise<void> {
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const kept = await wholeLines(path);
  // The first line comes with the second: a file that is there names its format.
  if (kept === 0) return writeFileAtomic(path, `${JSON.stringify({ format: FORMAT, version: VERSION })}\n${text}`);
  await truncate(path, kept);
  const file = await open(path, 'a');
  try {
    await file.appendFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Bytes up to the last line break: behind it is what a killed writer left. */
async function wholeLines(path: string): Promise<number> {
  try {
    return (await readFile(path)).lastIndexOf(0x0a) + 1;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return 0;
    throw error;
  }
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function unwritable(error: unknown): unknown {
  if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) return error;
  return new SteadygazeError(
    'study-unwritable',
    'Your correction cannot be saved, because this study may not be written.',
    'Allow writing to the folder of the study, or copy the study to another place.',
    String(error),
  );
}
