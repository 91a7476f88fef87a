/**
 * `machines.json`: what was measured on this machine and what was refused, in one file for all programs of Steadygaze of
 * one person. A home folder may be that of several machines, so it holds a few of them. STEADYGAZE_MACHINE names another
 * folder for it; empty, nothing is remembered. Losing it costs nothing but a measurement.
 */
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { ENGINE_IDS } from '../../compute/engine.ts';
import { KeptFile } from '../application/kept-file.ts';

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const whole = v.pipe(v.number(), v.integer(), v.minValue(1));
const engine = v.picklist(ENGINE_IDS);
const rates = v.array(v.object({ batch: whole, seconds: positive }));

/** What was chosen for a kind of work, and what it was chosen from. */
const Tuning = v.object({
  /** See {@link kindOfWork}. */
  kind: v.string(),
  /** ISO 8601. */
  measured: v.string(),
  choice: v.object({
    engine,
    description: v.string(),
    threads: v.nullable(whole),
    assessBatch: whole,
    training: positive,
    assessment: positive,
    seconds: positive,
  }),
  engines: v.array(
    v.object({ engine, description: v.string(), threads: v.nullable(whole), training: rates, assessment: rates }),
  ),
});
export type Tuning = v.InferOutput<typeof Tuning>;

const Refused = v.object({ engine, reason: v.string(), hint: v.string(), at: v.string() });
export type Refused = v.InferOutput<typeof Refused>;

const Machine = v.object({
  key: v.string(),
  tunings: v.array(Tuning),
  refusals: v.array(Refused),
  /** By engine: see correction.ts. */
  corrections: v.record(v.string(), v.object({ training: positive, assessment: positive, evaluation: positive })),
});
export type MachineRecord = v.InferOutput<typeof Machine>;

const MOST_MACHINES = 12;
const MOST_TUNINGS = 60;

/** @returns absolute; null where nothing is to be remembered */
export function machineFolder(env: NodeJS.ProcessEnv = process.env): string | null {
  const named = env['STEADYGAZE_MACHINE'];
  if (named !== undefined) return isAbsolute(named) ? named : null;
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Steadygaze');
  const local = env['LOCALAPPDATA'];
  if (process.platform === 'win32') return join(local ?? join(homedir(), 'AppData', 'Local'), 'Steadygaze');
  // The XDG specification tells programs to ignore a relative path here.
  const xdg = env['XDG_DATA_HOME'];
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share'), 'steadygaze');
}

const freshMachine = (key: string): MachineRecord => ({ key, tunings: [], refusals: [], corrections: {} });

/** What is known of a machine. @param folder null: nothing */
export async function readMachine(folder: string | null, key: string): Promise<MachineRecord> {
  if (folder === null) return freshMachine(key);
  return (await openFile(folder)).value.find((each) => each.key === key) ?? freshMachine(key);
}

/** Changes of this process, one after the other. Those of two processes at once: the later one wins. */
let changing: Promise<unknown> = Promise.resolve();

/** Changes what is known of a machine, from what the file holds now. Never rejects. @returns what is known then */
export function changeMachine(
  folder: string | null,
  key: string,
  change: (machine: MachineRecord) => MachineRecord,
): Promise<MachineRecord> {
  const work = async (): Promise<MachineRecord> => {
    if (folder === null) return change(freshMachine(key));
    const file = await openFile(folder);
    const changed = change(file.value.find((each) => each.key === key) ?? freshMachine(key));
    const kept = { ...changed, tunings: changed.tunings.slice(0, MOST_TUNINGS) };
    await mkdir(folder, { recursive: true }).catch(() => undefined);
    file.set([kept, ...file.value.filter((each) => each.key !== key)].slice(0, MOST_MACHINES));
    await file.settled();
    return kept;
  };
  const done = changing.then(work);
  changing = done.catch(() => undefined);
  return done;
}

/** A damaged file is put aside, and one that cannot be written costs a measurement: nobody has to hear of it. */
function openFile(folder: string): Promise<KeptFile<MachineRecord[]>> {
  const path = join(folder, 'machines.json');
  return KeptFile.open({ path, kind: 'machines', schema: v.array(Machine), fresh: [], log: () => undefined });
}
