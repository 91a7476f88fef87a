/** Options of commands that take a file of weights. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SteadygazeError } from '../../contract/errors.ts';
import { STEMS } from '../../contract/settings.ts';
import type { Stem } from '../../contract/settings.ts';
import { architectureNamed } from '../../service/use-weights.ts';
import type { WeightsSource } from '../../service/use-weights.ts';
import { wholeNumber } from '../command.ts';

export interface WeightsFileOptions {
  readonly weights?: string;
  readonly arch?: string;
  readonly size?: number;
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly stem?: Stem;
  readonly lastStride?: 1 | 2;
  /** Path of a list of names. */
  readonly classes?: string;
}

/** Adds what may be said of a file of weights: what is not is read off the file, or is what is usual. */
export function withWeightsOptions(command: Command): Command {
  return command
    .option('--arch <name>', 'which network the weights are of (default: it is found out)')
    .option('--size <pixels>', 'side of the pictures it was trained with', wholeNumber(16))
    .option('--mean <r,g,b>', 'what is subtracted from pictures in [0,1]', threeNumbers)
    .option('--std <r,g,b>', 'what they are divided by then', threeNumbers)
    .addOption(new Option('--stem <stem>', 'how a ResNet begins: its shapes do not tell strides').choices(STEMS))
    .addOption(new Option('--last-stride <stride>', 'stride of the last stage of a ResNet').argParser(lastStride));
}

/** @throws SteadygazeError `bad-argument` for an unknown network, `not-found` where the list of names is not there */
export async function sourceOf(path: string, options: WeightsFileOptions): Promise<WeightsSource> {
  const { arch, size = null, mean = null, std = null, stem = null, lastStride: stride = null } = options;
  const classNames = options.classes === undefined ? null : await readNames(options.classes);
  const architecture = arch === undefined ? null : architectureNamed(arch);
  return { path, architecture, size, mean, std, stem, lastStride: stride, classNames };
}

/** One name a line, in the order of the outputs. */
async function readNames(path: string): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    throw new SteadygazeError('not-found', `The list of names cannot be read: ${path}`, 'Write one name a line.');
  }
  return text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim());
}

/** Parses "0.5,0.5,0.5". */
export function threeNumbers(text: string): readonly number[] {
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.length === 3 && numbers.every(Number.isFinite)) return numbers;
  throw new InvalidArgumentError('It must be three numbers separated by commas, for red, green and blue.');
}

/** Parses 1 or 2. */
export function lastStride(text: string): 1 | 2 {
  if (text === '1') return 1;
  if (text === '2') return 2;
  throw new InvalidArgumentError('It must be 1 or 2.');
}
