/**
 * The weights at the end of a round: `weights/NN.safetensors`. Names and layouts are torchvision's, and
 * the metadata says everything that is needed to build the network and feed it.
 */
import { readFile } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { findNonFinite, readFloatTensors, writeSafetensors } from '../networks/safetensors.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { hashBytes } from './file-hash.ts';
import { weightsFile } from './study-layout.ts';
import { fieldsOf, metadataOf, WeightsDescription } from './weights-description.ts';

/**
 * Writes the weights at the end of a round.
 * @returns SHA-256 of the file, hex
 * @throws SteadygazeError `training-diverged` when a weight is not a finite number
 */
export async function writeWeights(
  run: string,
  round: number,
  weights: ReadonlyMap<string, FloatArray>,
  description: WeightsDescription,
): Promise<string> {
  const bad = findNonFinite(weights);
  if (bad !== null) {
    throw new SteadygazeError(
      'training-diverged',
      'Training failed: the weights have grown beyond all bounds.',
      'Use a smaller learning rate, for example a third of it.',
      `${bad.name}[${bad.index}] is ${bad.value}`,
    );
  }
  const metadata = metadataOf(v.parse(WeightsDescription, description));
  const bytes = writeSafetensors(weights, metadata);
  await writeFileAtomic(weightsFile(run, round), bytes);
  return hashBytes(bytes);
}

/**
 * The weights at the end of a round.
 * @throws SteadygazeError `not-found` without the file; `weights-invalid` when it is damaged, holds a number
 * that is not finite, or does not say what it belongs to
 */
export async function readWeights(
  run: string,
  round: number,
): Promise<{ readonly weights: ReadonlyMap<string, FloatArray>; readonly description: WeightsDescription }> {
  const path = weightsFile(run, round);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw new SteadygazeError('not-found', `There are no weights of round ${round}: ${path}`);
  }
  const { tensors, metadata } = readFloatTensors(bytes);
  const bad = findNonFinite(tensors);
  if (bad !== null) throw invalid(path, 'some of their numbers are not finite', `${bad.name}[${bad.index}]`);
  return { weights: tensors, description: readDescription(metadata, path) };
}

function readDescription(metadata: Readonly<Record<string, string>>, path: string): WeightsDescription {
  const checked = v.safeParse(WeightsDescription, fieldsOf(metadata, WeightsDescription));
  if (checked.success) return checked.output;
  throw invalid(path, 'the file does not say which network they belong to', v.summarize(checked.issues));
}

function invalid(path: string, reason: string, details: string): SteadygazeError {
  return new SteadygazeError(
    'weights-invalid',
    `The weights in this file cannot be used, because ${reason}: ${path}`,
    'Put back a copy of the file, or run this arm again.',
    details,
  );
}
