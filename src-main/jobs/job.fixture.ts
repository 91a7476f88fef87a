/** Starting jobs in tests, and looking at what they left. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import type { EngineId } from '../compute/engine.ts';
import type { JobEvent } from '../contract/run.ts';
import { RunSettings } from '../contract/settings.ts';
import type { RunSettingsInput } from '../contract/settings.ts';
import { openDataset } from '../datasets/open-data.ts';
import { readFloatTensors } from '../networks/safetensors.ts';
import { createStudy } from '../workspace/study.ts';
import { joined } from '../numeric/joined.ts';
import { runFolder, weightsFile } from '../workspace/study-layout.ts';
import { startJob } from './host.ts';
import type { Job } from './host.ts';
import type { JobRequest, TrainRequest } from './protocol.ts';

export async function newStudy(root: string, data: string, name = 'study'): Promise<string> {
  const folder = join(root, name);
  await createStudy(folder, await openDataset(data, { seed: 0 }));
  return folder;
}

export function trainRequest(study: string, engine: EngineId, settings: RunSettingsInput): TrainRequest {
  return { kind: 'train', study, engine, settings: v.parse(RunSettings, settings), preset: null };
}

/** A job and everything it has said so far. */
export function listen(request: JobRequest): { readonly job: Job; readonly events: JobEvent[] } {
  const job = startJob(request);
  const events: JobEvent[] = [];
  job.on('event', (event) => events.push(event));
  return { job, events };
}

/** Resolves at the first event that `wanted` accepts; rejects when the job ends before. */
export function until(job: Job, wanted: (event: JobEvent) => boolean): Promise<JobEvent> {
  return new Promise((resolve, reject) => {
    job.on('event', (event) => {
      if (wanted(event)) resolve(event);
    });
    void job.outcome.then((outcome) => reject(new Error(`the job ended: ${JSON.stringify(outcome)}`)));
  });
}

/** The weights of a round as one long array, in the order of their names. */
export async function finalWeights(study: string, run: string, round = 1): Promise<Float32Array> {
  const { tensors } = readFloatTensors(await readFile(weightsFile(runFolder(study, run), round)));
  const parts = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { data }]) => data);
  return joined(parts);
}

export function largestDifference(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Infinity;
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i])), 0);
}
