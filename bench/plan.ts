/** What a call of the benchmark measures. */
import type { EngineId } from '../src-main/compute/engine.ts';
import { type Work, WORKS } from './workload.ts';

export interface BenchOptions {
  readonly json: boolean;
  /** Ids; all installed engines when absent. */
  readonly engines?: readonly string[] | undefined;
  /** Fewer pictures and repetitions: a look instead of a measurement. */
  readonly quick?: boolean | undefined;
  /** How the ResNet-18 begins. `small` costs 16 times as much as torchvision's own `imagenet`. */
  readonly stem?: string | undefined;
  /** Threads that engines on the processor compute with; as many as there are cores when absent. */
  readonly threads?: number | undefined;
  /** Everything below, too: some seven minutes an engine on the processor. */
  readonly full?: boolean | undefined;
  /** Only this: assessments of so many pictures. */
  readonly pictures?: readonly number[] | undefined;
  /** Only this: so many training steps of a narrow network, with the size of the process. */
  readonly steps?: number | undefined;
  /** Only this: peak memory against batch and picture size. */
  readonly memory?: boolean | undefined;
}

export interface Plan {
  /** Sides of the pictures that works are timed with. */
  readonly sizes: readonly number[];
  readonly works: readonly Work[];
  /** Of each work, at least. */
  readonly seconds: number;
  readonly batch: Readonly<Record<EngineId, number>>;
  /** Batch and side of the pictures. */
  readonly memory: readonly (readonly [batch: number, size: number])[];
  readonly pictures: readonly number[];
  readonly steps: number;
}

const BATCH: Plan['batch'] = { cuda: 64, native: 32, webgpu: 16, wasm: 4 };
const MEMORY: Plan['memory'] = [
  [16, 64],
  [64, 64],
  [256, 64],
  [16, 128],
  [16, 224],
  [32, 224],
];
const NOTHING: Plan = { sizes: [], works: [], seconds: 0, batch: BATCH, memory: [], pictures: [], steps: 0 };
const USUAL: Plan = { ...NOTHING, sizes: [64, 96], works: WORKS, seconds: 3, pictures: [500, 1000, 2000, 4000] };
const QUICK: Plan = {
  ...NOTHING,
  sizes: [64],
  works: WORKS.filter((work) => work !== 'calibration'),
  seconds: 0.3,
  batch: { ...BATCH, native: 8, wasm: 2 },
  pictures: [125, 500],
};

export function planOf({ quick, full, pictures = [], steps = 0, memory }: BenchOptions): Plan {
  if (full === true) return { ...USUAL, memory: MEMORY, pictures: [500, 5000, 50_000], steps: 10_000 };
  const only = { ...NOTHING, pictures, steps, memory: memory === true ? MEMORY : [] };
  if (only.memory.length + pictures.length + steps > 0) return only;
  return quick === true ? QUICK : USUAL;
}
