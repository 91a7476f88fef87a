/** Measured times, remembered: measuring takes seconds, and nothing changes while the machine and the pictures do not. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import type { RunSettings } from '../../contract/settings.ts';
import type { RunSeconds } from '../../jobs/protocol.ts';
import { machineKey } from '../tuning/machine.ts';
import { KeptFile } from './kept-file.ts';

const MOST = 300;

const positive = v.pipe(v.number(), v.finite(), v.minValue(0));
const Measured = v.object({
  /** Hash of everything that the figures depend on. */
  key: v.string(),
  engine: v.object({ id: v.string(), description: v.string() }),
  seconds: positive,
  /** Absent in what an older version has measured. */
  parts: v.optional(
    v.object({ start: positive, decode: positive, training: positive, assessment: positive, evaluation: positive }),
  ),
  trainingImagesPerSecond: positive,
  assessmentImagesPerSecond: positive,
});
type Measured = v.InferOutput<typeof Measured>;
/** What was measured of one run, without any correction (tuning/correction.ts). */
export type KeptEstimate = Omit<Measured, 'key' | 'parts'> & { readonly parts: RunSeconds };

export interface MeasuredFor {
  /** Of the data set. */
  readonly fingerprint: string;
  /** As it was asked for: what `auto` means depends on what is installed, which is part of the key. */
  readonly engine: string;
  /** Null: as many as it takes by itself, or as was found to be fastest. */
  readonly threads: number | null;
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

  find(wanted: MeasuredFor): KeptEstimate | null {
    const key = this.#keyOf(wanted);
    const { parts, ...found } = this.#file.value.find((each) => each.key === key) ?? {};
    return parts === undefined ? null : ({ ...found, parts } as KeptEstimate);
  }

  /** Keeps the newest few hundred. */
  keep(measuredFor: MeasuredFor, figures: KeptEstimate): void {
    const key = this.#keyOf(measuredFor);
    const { engine, seconds, parts, trainingImagesPerSecond, assessmentImagesPerSecond } = figures;
    const entry = { key, engine, seconds, parts, trainingImagesPerSecond, assessmentImagesPerSecond };
    this.#file.set([entry, ...this.#file.value.filter((each) => each.key !== key)].slice(0, MOST));
  }

  settled(): Promise<void> {
    return this.#file.settled();
  }

  /** Forgets what was measured of one run: it shall be measured again. */
  forget(measuredFor: MeasuredFor): void {
    const key = this.#keyOf(measuredFor);
    this.#file.set(this.#file.value.filter((each) => each.key !== key));
  }

  #keyOf({ fingerprint, engine, threads, settings }: MeasuredFor): string {
    // Arms and seeds differ in what is learnt, and not in how long a picture takes.
    const alike = { ...settings, arm: 'plain', seed: 0 };
    const everything = JSON.stringify([this.#version, machineKey(), fingerprint, engine, threads, alike]);
    return createHash('sha256').update(everything).digest('hex').slice(0, 32);
  }
}
