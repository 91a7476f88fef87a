/** An assessment in shards: which of its samples each of n processes takes, so that together they take each once. */

/** One of `of` shards; counted from 1, as a person counts. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** Samples `first` to `first + count - 1` of those that a round assesses. */
export interface Slice {
  readonly first: number;
  readonly count: number;
}

/**
 * The samples of a shard. Slices begin at borders of batches, so that every batch is one of the undivided assessment: then
 * not even the rounding of an engine that computes large batches otherwise than small ones can differ. Where there are
 * fewer batches than shards, some shards are empty.
 * @param count samples that are assessed in all
 * @param batch samples of a batch (`assessBatch` of the settings)
 */
export function shardSlice({ index, of }: Shard, count: number, batch: number): Slice {
  const batches = Math.ceil(count / batch);
  // Whole numbers up to 2^53: exact for any number of pictures.
  const border = (shards: number): number => Math.min(count, Math.floor((shards * batches) / of) * batch);
  const first = border(index - 1);
  return { first, count: border(index) - first };
}
