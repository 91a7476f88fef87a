/** Do these arrays belong to this network? Said in one sentence, with the first few that do not. */
import { SteadygazeError } from '../contract/errors.ts';
import type { NamedArray, ParameterLayout } from './parameters.ts';

/** So many names of a kind are said; the rest is counted. */
const SAID = 3;
/** A counter that PyTorch's batch norms carry and nobody needs. */
const IGNORED = /(^|\.)num_batches_tracked$/;

/** What batch norms add to a variance before its root is taken. */
const NORM_EPSILON = 1e-5;

/** Every array of a network by name: parameters, and the running statistics of its batch norms. */
export function shapesOf(layout: ParameterLayout): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>(layout.parameters.map(({ name, shape }) => [name, shape]));
  for (const { name, channels } of layout.statistics) {
    shapes.set(`${name}.running_mean`, [channels]);
    shapes.set(`${name}.running_var`, [channels]);
  }
  return shapes;
}

/**
 * @param shapes of every array that is needed, by name
 * @throws SteadygazeError `weights-invalid` where arrays are missing, unknown, of other shapes, or hold NaN, infinities or
 *   negative variances
 */
export function requireMatch(
  shapes: ReadonlyMap<string, readonly number[]>,
  named: ReadonlyMap<string, NamedArray>,
): void {
  const missing = [...shapes.keys()].filter((name) => !named.has(name));
  const unknown = [...named.keys()].filter((name) => !shapes.has(name) && !IGNORED.test(name));
  const unlike = [...shapes].filter(([name, shape]) => !isShape(named.get(name)?.shape ?? shape, shape));
  const parts = [
    ...said(missing, (names) => `they lack ${names}`),
    ...said(
      unlike.map(([name, shape]) => `${name} (${shown(named.get(name)?.shape ?? [])} instead of ${shown(shape)})`),
      (names) => `the shape is another one in ${names}`,
    ),
    ...said(unknown, (names) => `this network has no ${names}`),
  ];
  if (parts.length > 0) {
    throw new SteadygazeError(
      'weights-invalid',
      `The weights do not fit the network: ${parts.join('; ')}.`,
      'Check that architecture, width and number of classes are those the weights were trained with.',
    );
  }
  const broken = [...shapes.keys()].filter((name) => named.get(name)?.data.some((value) => !Number.isFinite(value)));
  const impossible = [...shapes.keys()].filter(
    (name) => name.endsWith('.running_var') && named.get(name)?.data.some((value) => value + NORM_EPSILON <= 0),
  );
  const [sentence] = [
    ...said(broken, (names) => `The weights hold values that are not finite numbers, in ${names}.`),
    ...said(impossible, (names) => `The weights hold variances below zero, which nothing has, in ${names}.`),
  ];
  if (sentence !== undefined) {
    throw new SteadygazeError('weights-invalid', sentence, 'Get the file again, or choose another one.');
  }
}

function said(names: readonly string[], sentence: (names: string) => string): string[] {
  if (names.length === 0) return [];
  const more = names.length - SAID;
  return [sentence(names.slice(0, SAID).join(', ') + (more > 0 ? ` and ${more} more` : ''))];
}

/** Whether two shapes are the same. */
export function isShape(shape: readonly number[], expected: readonly number[]): boolean {
  return shape.length === expected.length && shape.every((side, i) => side === expected[i]);
}

function shown(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
