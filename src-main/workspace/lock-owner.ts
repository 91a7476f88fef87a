/** Who holds a lock, and whether that process is still there. */
import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import * as v from 'valibot';
import { systemCode } from '../contract/errors.ts';

const LockOwner = v.object({
  format: v.literal('steadygaze-lock'),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** Start of the process in the system's own count; null where the system does not tell. */
  start: v.nullable(v.string()),
  /** Computer, its current boot, and (in containers) the process numbering that `pid` belongs to. */
  machine: v.string(),
  /** Computer's name, for the message. */
  host: v.string(),
  since: v.string(),
  /** Makes every acquisition unlike every other. */
  token: v.string(),
});
export type LockOwner = v.InferOutput<typeof LockOwner>;

/** A holder on another machine says with the file's time that it lives; so often, in milliseconds. */
export const HEARTBEAT = 10_000;
/** Without a sign of life for so long, a lock whose process cannot be looked up is stale. */
export const SILENCE = 60_000;
/** Same machine but start times unknown (not Linux): the number may have been given to another process. */
const SILENCE_SAME_PID = 600_000;

/** This process as the owner of a lock. */
export function thisProcess(): LockOwner {
  return {
    format: 'steadygaze-lock',
    pid: process.pid,
    start: processStart(process.pid),
    machine: machine(),
    host: hostname(),
    since: new Date().toISOString(),
    token: randomBytes(16).toString('hex'),
  };
}

/** The owner that a lock file names, or null when the text is not a lock's. */
export function parseOwner(text: string): LockOwner | null {
  try {
    const parsed = v.safeParse(LockOwner, JSON.parse(text));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

/**
 * Whether the owner's process still runs. `silence`: milliseconds since the lock file was last
 * touched, by the clock of the file system. Once false for an owner it stays false.
 */
export function isAlive(owner: LockOwner, silence: number): boolean {
  if (owner.machine !== machine()) return silence < SILENCE;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it is there but belongs to another user.
    if (systemCode(error) === 'ESRCH') return false;
  }
  if (owner.start === null) return silence < SILENCE_SAME_PID;
  return processStart(owner.pid) === owner.start;
}

/**
 * Field 22 of /proc/PID/stat (clock ticks from boot to the start of the process), which a process
 * that got the same number later cannot share. Null where there is no /proc, or no such process,
 * or only its corpse (state Z: killed, not yet collected by its parent).
 */
function processStart(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 2, the name, is in parentheses and may itself hold blanks and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function machine(): string {
  const parts = [hostname()];
  for (const read of [
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    () => readlinkSync('/proc/self/ns/pid'),
  ]) {
    try {
      parts.push(read());
    } catch {
      // Not Linux: the computer's name has to do.
    }
  }
  return parts.join(' ');
}
