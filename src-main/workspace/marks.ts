/**
 * `marks.ndjson`: what people said of pictures, one JSON object a line: the picture's mark as it is from then on. The last
 * line of a picture counts. Adding a line is all that happens when somebody marks, so nothing said before can be lost.
 */
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { VERDICTS } from '../contract/sample-view.ts';
import type { Mark } from '../contract/sample-view.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { marksFile } from './study-layout.ts';

const Line: v.GenericSchema<unknown, Mark> = v.object({
  id: v.string(),
  verdict: v.nullable(v.picklist(VERDICTS)),
  note: v.string(),
  correction: v.nullable(
    v.variant('kind', [
      v.object({ kind: v.literal('relabel'), label: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
      v.object({ kind: v.literal('leave-out') }),
    ]),
  ),
  time: v.string(),
});

/** A file with more lines than this many times its marks is written anew. */
const WORN = 4;
/** Below this many lines it is not worth it. */
const FEW = 1000;

/** A mark that says nothing: it was taken back. */
export const isBlank = ({ verdict, note, correction }: Mark): boolean =>
  verdict === null && note === '' && correction === null;

export interface MarksOfStudy {
  /** By sample id, in the order in which they were last changed. Blank ones are left out. */
  readonly marks: ReadonlyMap<string, Mark>;
  readonly lines: number;
  /** Lines that could not be read: half a line of a writer that was killed, say. */
  readonly damagedLines: number;
}

/** A study without marks has none. */
export async function readMarks(study: string): Promise<MarksOfStudy> {
  try {
    return parseMarks(await readFile(marksFile(study), 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return parseMarks('');
    throw error;
  }
}

/** Reads the text of a file of marks. Never throws, whatever the text is. */
export function parseMarks(text: string): MarksOfStudy {
  const marks = new Map<string, Mark>();
  let lines = 0;
  let damagedLines = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    lines++;
    const mark = parseLine(line);
    if (mark === null) {
      damagedLines++;
      continue;
    }
    marks.delete(mark.id);
    if (!isBlank(mark)) marks.set(mark.id, mark);
  }
  return { marks, lines, damagedLines };
}

/**
 * Adds marks and makes them durable.
 * @throws SteadygazeError `study-unwritable`; a full disk passes through
 */
export async function appendMarks(study: string, marks: readonly Mark[]): Promise<void> {
  if (marks.length === 0) return;
  const file = await openForAdding(marksFile(study));
  try {
    const { size } = await file.stat();
    // A killed writer may have left half a line. It must not swallow this one.
    const torn = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 0x0a;
    await file.appendFile((torn ? '\n' : '') + textOf(marks));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes the file anew where most of its lines say what is no longer so. Returns whether it did. */
export async function compactMarks(study: string, { marks, lines }: MarksOfStudy): Promise<boolean> {
  if (lines <= FEW || lines <= WORN * marks.size) return false;
  await writeFileAtomic(marksFile(study), textOf([...marks.values()]));
  return true;
}

const textOf = (marks: readonly Mark[]): string =>
  marks
    .map(({ time, id, verdict, note, correction }) => `${JSON.stringify({ time, id, verdict, note, correction })}\n`)
    .join('');

function parseLine(line: string): Mark | null {
  try {
    const parsed = v.safeParse(Line, JSON.parse(line));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

async function openForAdding(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a+');
  } catch (error) {
    if (!['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) throw error;
    throw new SteadygazeError(
      'study-unwritable',
      'Your mark cannot be saved, because this study may not be written.',
      'Allow writing to the folder of the study, or copy the study to another place.',
      String(error),
    );
  }
}
