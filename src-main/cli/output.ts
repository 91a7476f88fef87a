/** What the command line prints: results on standard output, everything else on standard error. */
import type { ErrorCode, ErrorValue } from '../contract/errors.ts';
import { toErrorValue } from '../contract/errors.ts';

/** 0: done. 1: it failed. 2: it was asked for wrongly. 130: stopped on request, as a shell calls Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 130;

const USAGE: ReadonlySet<ErrorCode> = new Set(['bad-argument', 'unknown-setting', 'impossible-value']);

function exitCodeOf({ code }: ErrorValue): ExitCode {
  if (code === 'cancelled') return 130;
  return USAGE.has(code) ? 2 : 1;
}

/** A value for a program: one line. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** A line for a person. */
export function print(line = ''): void {
  process.stdout.write(`${line}\n`);
}

/** Says what went wrong: with `json` one object and nothing else. Sets the exit code. */
export function printError(error: unknown, json: boolean): void {
  const value = toErrorValue(error);
  process.exitCode = exitCodeOf(value);
  if (json) {
    const { code, message, hint } = value;
    process.stderr.write(`${JSON.stringify({ code, message, hint })}\n`);
    return;
  }
  const lines = [value.message, ...(value.hint === '' ? [] : [value.hint])];
  if (process.env['STEADYGAZE_DEBUG'] === '1' && value.details !== undefined) lines.push(value.details);
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** Columns of a table, each as wide as its widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
