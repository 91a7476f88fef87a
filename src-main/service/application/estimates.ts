/** Measured times, remembered: measuring takes seconds, and nothing changes while the machine and the pictures do not. */
import { createHash } from 'node:crypto';
import { installedEngines } from '../../compute/installed.ts';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import type { RunSettings } from '../../contract/settings.ts';
import { KeptFile } from './kept-file.ts';

const MOST = 300;

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const Measured = v.object({
  /** Hash of everything that the figures depend on. */
  key: v.string(),
  engine: v.object({ id: v.string(), description: v.string() }),
  seconds: positive,
  trainingImagesPerSecond: positive,
  assessmentImagesPerSecond: positive,
});
/** What was measured of one run. */
type Measured = v.InferOutput<typeof Measured>;

export interface MeasuredFor {
  /** Of the data set. */
  readonly fingerprint: string;
  /** As it was asked for: what `auto` means depends on what is installed, which is part of the key. */
  readonly engine: string;
  readonly settings: RunSettings;
}

export class KeptEstimates {
  readonly #file: KeptFile<Measured[]>;
  readonly #version: string;

  private constructor(file: KeptFile<Measured[]>, version: string) {
    this.#file = file;
    this.#version = version;
  }

  /** @param version of the app: a newer one may be faster */
  static async open(dataFolder: string, version: string, log: (text: string) => void): Promise<KeptEstimates> {
    const path = join(dataFolder, 'estimates.json');
    return new KeptEstimates(
      await KeptFile.open({ path, kind: 'estimates', schema: v.array(Measured), fresh: [], log }),
      version,
    );
  }

  find(wanted: MeasuredFor): Omit<Measured, 'key'> | null {
    const key = this.#keyOf(wanted);
    return this.#file.value.find((each) => each.key === key) ?? null;
  }

  /** Keeps the newest few hundred. */
  keep(measuredFor: MeasuredFor, figures: Omit<Measured, 'key'>): void {
    const key = this.#keyOf(measuredFor);
    const { engine, seconds, trainingImagesPerSecond, assessmentImagesPerSecond } = figures;
    const entry = { key, engine, seconds, trainingImagesPerSecond, assessmentImagesPerSecond };
    this.#file.set([entry, ...this.#file.value.filter((each) => each.key !== key)].slice(0, MOST));
  }

  settled(): Promise<void> {
    return this.#file.settled();
  }

  #keyOf({ fingerprint, engine, settings }: MeasuredFor): string {
    const machine = [cpus()[0]?.model ?? '', availableParallelism(), process.platform, process.arch];
    const everything = JSON.stringify([this.#version, machine, installedEngines(), fingerprint, engine, settings]);
    return createHash('sha256').update(everything).digest('hex').slice(0, 32);
  }
}
