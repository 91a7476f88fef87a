/**
 * Products on vectors of 8 instead of 4 floats. WebAssembly knows only 4; V8 can make one instruction of two on
 * processors with AVX2, which nearly doubles the speed, but counts that among its experiments. So it does it for our
 * two products alone, at once and to the end, in versions of V8 that we have tested; and they are used only if they give
 * the very bits of the kernels as written (each float goes through the same operations).
 */
import { setFlagsFromString } from 'node:v8';
import type { WasmHeap } from '../wasm-heap.ts';
import { loadKernelsAgain, type Kernels } from './module.ts';

/** Beginnings of the versions of V8 on which all tests of the engine passed: Node.js 24. */
const TESTED = ['13.6.'];

const FLAGS = ['experimental-wasm-revectorize', 'no-liftoff', 'no-wasm-lazy-compilation'];
const USUAL_FLAGS = ['no-experimental-wasm-revectorize', 'liftoff', 'wasm-lazy-compilation'];

type Products = Pick<Kernels, 'multiply' | 'multiplyOuter'>;

/** The kernels with wide products where that is possible, else as they are. */
export function widened(kernels: Kernels, memory: object, heap: WasmHeap): Kernels {
  if (!TESTED.some((version) => process.versions.v8.startsWith(version))) return kernels;
  const { multiply, multiplyOuter } = compileWide(memory);
  return agree(kernels, { multiply, multiplyOuter }, heap) ? { ...kernels, multiply, multiplyOuter } : kernels;
}

function compileWide(memory: object): Kernels {
  FLAGS.forEach((flag) => {
    setFlagsFromString(`--${flag}`);
  });
  try {
    return loadKernelsAgain(memory);
  } finally {
    USUAL_FLAGS.forEach((flag) => {
      setFlagsFromString(`--${flag}`);
    });
  }
}

/** An example whose rows, runs and columns leave remainders of every kind. */
const [ROWS, RUNS, LENGTH, COLUMNS, PANELS] = [13, 3, 11, 19, 3];
const DEPTH = RUNS * LENGTH;
const FLOAT_BYTES = 4;

/** Whether both give the same bits for an example. */
export function agree(one: Products, other: Products, heap: WasmHeap): boolean {
  const sizes = {
    left: ROWS * DEPTH + 8,
    panels: PANELS * DEPTH * 8,
    pixels: PANELS * ROWS * 8,
    bias: PANELS * 8,
    tables: 2 * 18,
    out: (ROWS + DEPTH) * COLUMNS + 8,
  };
  const lengths = Object.values(sizes);
  return heap.borrow(FLOAT_BYTES * lengths.reduce((sum, length) => sum + length), (start) => {
    const places = lengths.map((_, i) => lengths.slice(0, i).reduce((sum, each) => sum + each * FLOAT_BYTES, start));
    const [left, panels, pixels, bias, tables, out] = places;
    const outPlaces = tables + 18 * FLOAT_BYTES;
    const results = [one, other].map(({ multiply, multiplyOuter }) => {
      const all = heap.view(start, (out - start) / FLOAT_BYTES + sizes.out);
      // Values in (-1, 1) without a pattern; the results begin at 0.
      all.forEach((_, i) => (all[i] = i < (out - start) / FLOAT_BYTES ? ((i * 7919) % 1009) / 504.5 - 1 : 0));
      const table = heap.integers(tables, 2 * 18);
      for (let i = 0; i < 18; i++) {
        table[i] = Math.min(i, ROWS - 1) * DEPTH * FLOAT_BYTES;
        table[18 + i] = Math.min(i, ROWS - 1) * COLUMNS * FLOAT_BYTES;
      }
      multiply(left, tables, out, outPlaces, ROWS, 6, RUNS, 0, LENGTH, panels, COLUMNS, bias);
      const gradient = out + ROWS * COLUMNS * FLOAT_BYTES;
      multiplyOuter(left, tables, pixels, ROWS, 8, RUNS, LENGTH * FLOAT_BYTES, LENGTH, COLUMNS, gradient);
      return heap.integers(out, sizes.out).slice();
    });
    return results[0].every((bits, i) => bits === results[1][i]) && results[0].some((bits) => bits !== 0);
  });
}
