/**
 * How quickly an evaluation goes through pictures, and that its memory grows by its rows alone:
 *
 *     node bench/evaluation.ts [--pictures 1000,10000] [--engine native]
 *
 * Recognition and localization of made-up pictures of 32 pixels by a small network with random weights, with rows and
 * results on disk as in a study. Each number of pictures has a process of its own, so that its peak memory is its own.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import * as v from 'valibot';
import { startEngine } from '../src-main/compute/choose.ts';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import type { EngineId } from '../src-main/compute/engine.ts';
import { EvaluationSettings } from '../src-main/contract/evaluation.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { measurePart } from '../src-main/evaluation/measure-parts.ts';
import type { MeasuredModel } from '../src-main/evaluation/measure-parts.ts';
import { NetworkPredictor } from '../src-main/evaluation/network-predictor.ts';
import { PARTS } from '../src-main/evaluation/parts.ts';
import type { EvaluationData } from '../src-main/evaluation/predictor.ts';
import { buildArchitecture } from '../src-main/networks/architectures.ts';
import { describeParameters, initialWeights } from '../src-main/networks/parameters.ts';
import { shelfOf } from '../src-main/workspace/evaluation-store.ts';
import { CLASSES, syntheticPictures } from './pictures.ts';

const MEASURED = ['recognition', 'localization'] as const;
const SIZE = 32;
const { network } = v.parse(RunSettings, { network: { architecture: 'resnet10', width: 8, stem: 'half', size: SIZE } });

interface Outcome {
  readonly pictures: number;
  readonly part: (typeof MEASURED)[number];
  readonly picturesPerSecond: number;
  /** Largest resident set of the process until then, and what the rows of the part take. */
  readonly peakMemory: number;
  readonly rowBytes: number;
}

/** Pictures with a square in the middle as their object: masks cost more than boxes. */
function annotatedPictures(count: number): EvaluationData {
  const pictures = syntheticPictures(count, SIZE);
  const { labels, ids } = pictures;
  const masks = new Map<number, Uint8Array>();
  const maskOf = (side: number): Uint8Array => {
    const inside = (at: number) => at >= side / 4 && at < (3 * side) / 4;
    const mask =
      masks.get(side) ??
      Uint8Array.from({ length: side * side }, (_, p) => {
        return inside(p % side) && inside(Math.floor(p / side)) ? 1 : 0;
      });
    masks.set(side, mask);
    return mask;
  };
  return {
    ...{ count, size: SIZE, labels, labelSets: null, ids, hasMasks: true, hasBoxes: false },
    boxes: () => [],
    readPictures: (indices, out) => pictures.read(Array.from(indices), out),
    readMask: (_, side) => Promise.resolve(maskOf(side)),
  };
}

/** In a process of its own. */
async function measure(pictures: number, id: EngineId): Promise<Outcome[]> {
  const engine = await startEngine(id);
  const architecture = buildArchitecture(network, CLASSES);
  const weights = initialWeights(describeParameters(architecture), 0);
  const predictor = new NetworkPredictor(engine, architecture, weights, SIZE, 'cam');
  const settings = v.parse(EvaluationSettings, {});
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-bench-'));
  const hash = '0'.repeat(64);
  const identity = { weightsHash: hash, dataFingerprint: hash, split: 'test', judges: [], settings } as const;
  let rowBytes = 0;
  const shelf = shelfOf(folder);
  const model: MeasuredModel = {
    identity,
    subject: {
      ...{ model: predictor, measured: annotatedPictures(pictures), validation: null, judges: [], settings },
      ...{ classes: Array.from({ length: CLASSES }, (_, label) => `class ${label}`), batchSize: 64 },
      control: () => Promise.resolve(),
    },
    engine: engine.id,
    shelf: {
      ...shelf,
      rows: (part, about) => {
        rowBytes = 4 * about.count * about.width;
        return shelf.rows(part, about);
      },
    },
  };
  const outcomes: Outcome[] = [];
  try {
    for (const part of MEASURED) {
      const outcome = await measurePart(PARTS[part], model, { again: false });
      if ('unmeasurable' in outcome) throw new Error(outcome.unmeasurable);
      const peakMemory = 1024 * process.resourceUsage().maxRSS;
      outcomes.push({ pictures, part, picturesPerSecond: pictures / outcome.result.seconds, peakMemory, rowBytes });
    }
  } finally {
    predictor.close();
    await rm(folder, { recursive: true });
  }
  return outcomes;
}

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '1000,10000' },
    engine: { type: 'string', default: 'native' },
    measure: { type: 'boolean', default: false },
  },
});
const engine = ENGINE_IDS.find((id) => id === values.engine);
const counts = values.pictures.split(',').map(Number);
if (engine === undefined || counts.some((count) => !Number.isInteger(count) || count < 1)) {
  throw new Error(`--pictures takes whole numbers, --engine one of ${ENGINE_IDS.join(', ')}`);
}
if (values.measure) {
  for (const count of counts) console.log(JSON.stringify(await measure(count, engine)));
} else {
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`.padStart(9);
  console.log('  pictures  part           pictures/s     peak     rows');
  for (const count of counts) {
    const args = [import.meta.filename, '--measure', '--pictures', String(count), '--engine', engine];
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e7 });
    const [last = '[]'] = stdout.trim().split('\n').slice(-1);
    for (const each of JSON.parse(last) as Outcome[]) {
      const speed = each.picturesPerSecond.toFixed(0).padStart(10);
      console.log(
        `${String(count).padStart(10)}  ${each.part.padEnd(14)} ${speed}${megabytes(each.peakMemory)}${megabytes(each.rowBytes)}`,
      );
    }
  }
}
