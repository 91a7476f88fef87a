import { expect, it } from 'vitest';
import { requireMatch } from './matching.ts';

const SHAPES = new Map([
  ['a.weight', [2, 1]],
  ['a.bias', [2]],
]);
const array = (shape: number[], value = 0) => ({
  shape,
  data: new Float32Array(shape.reduce((p, n) => p * n, 1)).fill(value),
});
const GOOD = [
  ['a.weight', array([2, 1])],
  ['a.bias', array([2])],
] as const;

it('takes arrays that fit, and leaves counters aside', () => {
  expect(() => requireMatch(SHAPES, new Map([...GOOD, ['a.num_batches_tracked', array([])]]))).not.toThrow();
});

it('says in one sentence what is missing, unknown, or of another shape', () => {
  const extra = ['b', 'c', 'd', 'e', 'f'].map((name) => [name, array([1])] as const);
  expect(() => requireMatch(SHAPES, new Map([['a.weight', array([1, 2])], ...extra]))).toThrow(
    'The weights do not fit the network: they lack a.bias; the shape is another one in a.weight ([1, 2] instead of [2, 1]); this network has no b, c, d and 2 more.',
  );
});

it.each([NaN, Infinity])('names the array that holds %f', (value) => {
  expect(() => requireMatch(SHAPES, new Map([...GOOD, ['a.bias', array([2], value)]]))).toThrow(
    /not finite numbers, in a.bias/,
  );
});

it('refuses a variance whose root cannot be taken', () => {
  const shapes = new Map([['n.running_var', [1]]]);
  // Batch norms add 1e-5.
  expect(() => requireMatch(shapes, new Map([['n.running_var', array([1], -0.9e-5)]]))).not.toThrow();
  expect(() => requireMatch(shapes, new Map([['n.running_var', array([1], -1.1e-5)]]))).toThrow(
    'The weights hold variances below zero, which nothing has, in n.running_var.',
  );
});
