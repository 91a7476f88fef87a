/** What all commands share: options that mean the same everywhere, and what happens when one fails. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { ENGINE_IDS } from '../compute/engine.ts';
import type { EngineId } from '../compute/engine.ts';
import { askForThreads } from '../compute/threads.ts';
import { printError } from './output.ts';

export interface CommonOptions {
  readonly json?: boolean;
}

/** A command with `--json`. */
export function command(usage: string, summary: string): Command {
  return new Command(usage).summary(summary).description(summary).option('--json', 'print JSON, for programs');
}

/** `--engine`: which engine computes. */
export function engineOption(also: readonly 'auto'[]): Option {
  const choices: (EngineId | 'auto')[] = [...also, ...ENGINE_IDS];
  return new Option('--engine <engine>', 'which engine computes').choices(choices);
}

/** `--threads`: how many threads the engine `native` computes with; it goes before what was found to be fastest. */
export function threadsOption(): Option {
  const parse = wholeNumber(1);
  return new Option('--threads <number>', 'how many threads the engine native computes with').argParser((text) => {
    const threads = parse(text);
    // For the compute processes that are started from here.
    askForThreads(threads);
    return threads;
  });
}

/** Wraps the work of a command: a failure is said once, and sets the exit code. */
export function action<Options extends CommonOptions, Arguments extends unknown[]>(
  run: (options: Options, ...args: Arguments) => Promise<void>,
): (...args: unknown[]) => Promise<void> {
  return async (...given) => {
    // Commander calls with the arguments, then the options, then the command.
    const options = given.at(-2) as Options;
    try {
      await run(options, ...(given.slice(0, -2) as Arguments));
    } catch (error) {
      printError(error, options.json ?? false);
    }
  };
}

/** Parses an option that is a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
  };
}
