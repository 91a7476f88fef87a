/** A network that tells fewer classes apart, or the same in another order: the rows of its last layers, picked. */
import { type Architecture, visitLayers } from './layer.ts';
import type { NamedArray } from './parameters.ts';

type Arrays = ReadonlyMap<string, NamedArray>;

/**
 * The same network for other classes: its logit c is the logit `outputs[c]` of the network that was given.
 * @param weights all arrays of the network, in PyTorch's layout; those that know of no classes are passed on as they are
 */
export function pickClasses({ features, head }: Architecture, weights: Arrays, outputs: readonly number[]): Arrays {
  const picked = new Map(weights);
  const pick = (name: string, axis: 0 | 1, places: readonly number[]): void => {
    const found = picked.get(name);
    if (found !== undefined) picked.set(name, axis === 0 ? rowsOf(found, places) : columnsOf(found, places));
  };
  visitLayers([...features, ...head], (layer) => {
    if (layer.op === 'partMask') pick(`${layer.name}.class_activation`, 0, outputs);
    if (layer.op === 'classGate') pick(`${layer.name}.gate`, 0, outputs);
    if (layer.op === 'prototypes') {
      pick(`${layer.name}.vectors`, 0, blocks(outputs, layer.perClass));
      pick(`${layer.name}.sources`, 0, blocks(outputs, layer.perClass));
    }
  });
  const last = head.at(-1);
  if (last?.op !== 'dense') throw new Error('the last layer gives no logits');
  pick(`${last.name}.weight`, 0, outputs);
  pick(`${last.name}.bias`, 0, outputs);
  if (last.perClass !== undefined) pick(`${last.name}.weight`, 1, blocks(outputs, last.perClass));
  return picked;
}

/** Places of what belongs to these classes, where each class has `perClass` that lie together. */
function blocks(classes: readonly number[], perClass: number): number[] {
  return classes.flatMap((label) => Array.from({ length: perClass }, (_, i) => label * perClass + i));
}

function rowsOf({ shape, data }: NamedArray, rows: readonly number[]): NamedArray {
  const length = shape.slice(1).reduce((product, side) => product * side, 1);
  const picked = new Float32Array(rows.length * length);
  rows.forEach((row, i) => picked.set(data.subarray(row * length, (row + 1) * length), i * length));
  return { shape: [rows.length, ...shape.slice(1)], data: picked };
}

function columnsOf({ shape, data }: NamedArray, columns: readonly number[]): NamedArray {
  const [rows, width] = shape;
  const picked = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((column, i) => {
      picked[row * columns.length + i] = data[row * width + column];
    });
  }
  return { shape: [rows, columns.length], data: picked };
}
