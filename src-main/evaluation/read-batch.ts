/** The pictures of a batch, as models take them. */
import type { EvaluationData } from './predictor.ts';

export interface Batch {
  /** [n, size, size, 3] values 0..255. */
  readonly pictures: Uint8Array;
  /** [n] given labels. */
  readonly labels: Int32Array;
}

/** @param indices of pictures of `data`, [n] */
export async function readBatch(data: EvaluationData, indices: readonly number[]): Promise<Batch> {
  const pictures = new Uint8Array(indices.length * data.size * data.size * 3);
  await data.readPictures(indices, pictures);
  return { pictures, labels: Int32Array.from(indices, (index) => data.labels[index]) };
}
