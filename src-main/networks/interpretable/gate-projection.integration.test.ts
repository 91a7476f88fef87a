import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';
import { startWasm } from '../../compute/wasm.ts';
import type { Chunk } from '../parameter-vector.ts';
import type { Parameter } from '../parameters.ts';
import { projectGates } from './gate-projection.ts';

beforeAll(async () => {
  await startWasm();
});

it('projects a gate where it lies in a chunk that begins in the middle of the vector', async () => {
  const initial = { kind: 'constant', value: 0 } as const;
  const parameter = (name: string, kind: Parameter['kind'], shape: number[], offset: number): Parameter => ({
    ...{ name, kind, shape, innerShape: shape, offset, size: shape.reduce((all, side) => all * side, 1), initial },
  });
  const parameters = [
    parameter('before', 'dense', [3], 100),
    parameter('gate', 'gate', [2, 2], 103),
    parameter('after', 'offset', [1], 107),
  ];
  const chunk: Chunk = { parameters, offset: 100, size: 8 };
  const values = tf.tensor1d([7, -7, 3, 2, -1, 1, 0.5, 9]);
  const projected = projectGates(chunk, values);
  // Columns of the gate: 2, 1 and -1, 0.5; each by its largest, cut to [0,1].
  expect([...(await projected.data())]).toEqual([7, -7, 3, 1, 0, 0.5, 1, 9]);
  tf.dispose([values, projected]);
});
