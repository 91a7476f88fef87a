/** What a network whose weights lie in a file says about pictures. */
import { resolve } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';
import { ARCHITECTURES } from '../contract/settings.ts';
import type { ArchitectureName } from '../contract/settings.ts';
import { computeLogits } from '../jobs/compute-logits.ts';
import type { EngineChoice } from '../jobs/engine-job.ts';
import type { Strides } from '../networks/infer.ts';

export interface LogitsOptions extends Strides {
  /** torchvision's name of the network. */
  readonly arch: string;
  /** A file of weights: safetensors, or what PyTorch saved. */
  readonly weights: string;
  /** An NPY file of pictures. */
  readonly images: string;
  /** What pictures in [0,1] are normalised with; absent: what the file says, else ImageNet's. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  readonly engine: EngineChoice;
}

/** As `logits --json` prints it. */
export interface LogitsResult {
  readonly arch: ArchitectureName;
  readonly parameters: number;
  readonly engine: string;
  /** One row a picture, one number a class, in inference mode. */
  readonly logits: readonly (readonly number[])[];
}

/** @throws SteadygazeError `bad-argument` for an unknown network; what is wrong with the files; what the engine says */
export async function networkLogits({
  arch,
  weights,
  images,
  engine,
  mean,
  std,
  ...strides
}: LogitsOptions): Promise<LogitsResult> {
  const name = ARCHITECTURES.find((known) => known === arch);
  if (name === undefined) {
    throw new SteadygazeError(
      'bad-argument',
      `There is no network "${arch}" here.`,
      `There are: ${ARCHITECTURES.join(', ')}.`,
    );
  }
  const request = {
    ...{ architecture: name, strides, weights: resolve(weights), images: resolve(images) },
    scale: { ...(mean === undefined ? {} : { mean }), ...(std === undefined ? {} : { std }) },
  };
  const { logits, parameters, engine: used } = await computeLogits(engine, request);
  return { arch: name, parameters, engine: used.id, logits };
}
