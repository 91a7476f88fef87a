/** One measurement in a process of its own, so that peak memory and what is left over are its own. */
import { spawn } from 'node:child_process';
import type { EngineId } from '../src-main/compute/engine.ts';
import { SteadygazeError } from '../src-main/contract/errors.ts';
import { type Answer, measuring, type Outcome, type Task } from './task.ts';

/**
 * Runs a task to its end.
 * @throws SteadygazeError `engine-unavailable`, what else the process answers; `engine-failed` when it gives no answer
 */
export async function perform(task: Task): Promise<Outcome> {
  const child = spawn(process.execPath, measuring(task), { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  let complaints = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ending = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      resolve(signal ?? String(code));
    });
  });
  const last = output.trim().split('\n').at(-1) ?? '';
  if (ending !== '0' || !last.startsWith('{'))
    throw brokenOff(task.engine, `Its process ended with ${ending}.\n${complaints}`);
  const answer = JSON.parse(last) as Answer;
  if ('outcome' in answer) return answer.outcome;
  throw new SteadygazeError(answer.error.code, answer.error.message, answer.error.hint, answer.error.details);
}

/** A measurement that gave nothing, or not what was asked for. */
export function brokenOff(engine: EngineId, details: string): SteadygazeError {
  return new SteadygazeError(
    'engine-failed',
    `The benchmark of the engine "${engine}" broke off.`,
    'Close other programs that need much memory and try again, or leave this engine out.',
    details,
  );
}
