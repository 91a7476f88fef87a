/** One operation of the contract: what goes in is checked at run time, what comes out is known to the compiler. */
import type * as v from 'valibot';
import type { ErrorValue } from './errors.ts';

/** Carries the type of an answer; there is nothing at run time, because the service that answers is ours. */
declare const answer: unique symbol;

export interface Operation<Input extends v.GenericSchema = v.GenericSchema, Output = unknown> {
  readonly input: Input;
  readonly [answer]?: Output;
}

/** Errors are values: nothing is thrown across the border. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorValue };

/** `operation(schema).answers<Type>()` */
export function operation<Input extends v.GenericSchema>(input: Input) {
  return { answers: <Output>(): Operation<Input, Output> => ({ input }) };
}

export type OutputOf<O> = O extends Operation<v.GenericSchema, infer Output> ? Output : never;
export type InputOf<O> = O extends Operation<infer Input> ? v.InferInput<Input> : never;
/** As it arrives after the check, defaults filled in. */
export type CheckedInputOf<O> = O extends Operation<infer Input> ? v.InferOutput<Input> : never;
