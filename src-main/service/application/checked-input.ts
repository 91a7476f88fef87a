/** What comes from outside, checked against the contract before anything is done with it. */
import * as v from 'valibot';
import { SteadygazeError } from '../../contract/errors.ts';
import { OPERATIONS, isOperation } from '../../contract/operations.ts';
import type { CheckedInput, OperationName, Output } from '../../contract/operations.ts';

/** One function for every operation: a missing one does not compile. */
export type Handlers = {
  readonly [Name in OperationName]: (input: CheckedInput<Name>) => Promise<Output<Name>>;
};

/** No list or table of an input may be longer; the schemas say so too, but only after they looked at every entry. */
const MOST_ENTRIES = 100_000;
/** Characters of the technical reason that are kept: a reason may repeat what it was given. */
const LONGEST_REASON = 500;

/** @throws SteadygazeError `bad-argument` */
export function checkedName(name: unknown): OperationName {
  if (isOperation(name)) return name;
  const shown = typeof name === 'string' ? `"${name.slice(0, 60)}"` : 'this';
  throw new SteadygazeError(
    'bad-argument',
    `Steadygaze does not know what ${shown} means.`,
    'The window and the program are of different versions. Reload the window, or start Steadygaze again.',
  );
}

/** The input with its defaults filled in. @throws SteadygazeError `bad-argument` that names the field */
export function checkedInput<Name extends OperationName>(name: Name, input: unknown): CheckedInput<Name> {
  if (hasTooMany(input)) throw wrong(name, '', `more than ${MOST_ENTRIES} entries`);
  const parsed = v.safeParse(OPERATIONS[name].input, input, { abortEarly: true, abortPipeEarly: true });
  if (parsed.success) return parsed.output as CheckedInput<Name>;
  const [issue] = parsed.issues;
  throw wrong(name, v.getDotPath(issue) ?? '', issue.message);
}

function hasTooMany(input: unknown): boolean {
  if (typeof input !== 'object' || input === null) return false;
  return Object.values(input).some((value: unknown) => {
    if (Array.isArray(value)) return value.length > MOST_ENTRIES;
    return typeof value === 'object' && value !== null && Object.keys(value).length > MOST_ENTRIES;
  });
}

function wrong(name: OperationName, field: string, reason: string): SteadygazeError {
  return new SteadygazeError(
    'bad-argument',
    field === ''
      ? `What was sent for "${name}" cannot be used.`
      : `What was sent for "${name}" has something missing or wrong in "${field.slice(0, 100)}".`,
    'Try again. If it happens again, reload the window.',
    reason.slice(0, LONGEST_REASON),
  );
}
