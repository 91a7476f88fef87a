/**
 * `events.ndjson`: what happened to a run and when, one JSON object a line. Progress is not logged, so
 * that the file grows with rounds and epochs and not with pictures.
 */
import { open, readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { systemCode } from '../contract/errors.ts';
import type { JobEvent } from '../contract/run.ts';
import { loggableEventSchema } from './record-schemas.ts';
import type { LoggableEvent } from './record-schemas.ts';
import { eventsFile } from './study-layout.ts';

/** One line of the log. */
export type LoggedEvent = LoggableEvent & {
  /** ISO 8601, UTC. */
  readonly time: string;
};

/** Beyond this size only what changes the state of the run is added: 16 MB are 150,000 checkpoints. */
const FULL = 16 << 20;
const FREQUENT: ReadonlySet<JobEvent['type']> = new Set(['epoch', 'checkpoint', 'warning']);

/** Adds an event; progress is passed over. The caller holds the run's lock. `run` is the run's folder. */
export async function appendEvent(run: string, event: JobEvent, now = new Date()): Promise<void> {
  if (event.type === 'progress') return;
  const file = await open(eventsFile(run), 'a+');
  try {
    const { size } = await file.stat();
    if (size > FULL && FREQUENT.has(event.type)) return;
    const line = `${JSON.stringify({ time: now.toISOString(), ...event })}\n`;
    // A killed writer may have left half a line. It must not swallow this one.
    const torn = size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 0x0a;
    await file.write(torn ? `\n${line}` : line);
  } finally {
    await file.close();
  }
}

/** The events of a run in their order, and how many lines could not be read. A run without a log has none. */
export async function readEvents(run: string): Promise<{
  readonly events: readonly LoggedEvent[];
  readonly damagedLines: number;
}> {
  try {
    return parseEvents(await readFile(eventsFile(run), 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { events: [], damagedLines: 0 };
    throw error;
  }
}

/** Reads the text of a log. Never throws, whatever the text is. */
export function parseEvents(text: string): { readonly events: LoggedEvent[]; readonly damagedLines: number } {
  const events: LoggedEvent[] = [];
  let damagedLines = 0;
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const event = parseLine(line);
    if (event === null) damagedLines++;
    else events.push(event);
  }
  return { events, damagedLines };
}

function parseLine(line: string): LoggedEvent | null {
  try {
    const value: unknown = JSON.parse(line);
    const event = v.safeParse(loggableEventSchema, value);
    const time = v.safeParse(v.looseObject({ time: v.string() }), value);
    return event.success && time.success ? { ...event.output, time: time.output.time } : null;
  } catch {
    return null;
  }
}
