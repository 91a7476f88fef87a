/**
 * `tf.train.Example` (tensorflow/core/example/example.proto and feature.proto): features by name, each a list of byte
 * strings, of floats or of whole numbers. Written as protocol buffers, of which the library reads the fields.
 */
import type { PbfReader } from 'pbf';

export interface Feature {
  readonly bytes: readonly Uint8Array[];
  readonly numbers: readonly number[];
  /** Whether the numbers are whole ones. */
  readonly whole: boolean;
}

export type Example = ReadonlyMap<string, Feature>;

/** Loads what reads examples. The function throws an error for bytes that are none. */
export async function exampleParser(): Promise<(bytes: Uint8Array) => Example> {
  const { PbfReader: Reader } = await import('pbf');
  return (bytes) => {
    const features = new Map<string, Feature>();
    // Example.features = 1, Features.feature = 1: a map, kept as entries of key = 1 and value = 2.
    new Reader(bytes).readFields((tag, _, example) => {
      if (tag !== 1) return;
      example.readMessage((inner, __, map) => {
        if (inner !== 1) return;
        const entry: { key: string; feature: Feature } = { key: '', feature: NONE };
        map.readMessage(readEntry, entry);
        features.set(entry.key, entry.feature);
      }, null);
    }, null);
    return features;
  };
}

const NONE: Feature = { bytes: [], numbers: [], whole: false };

function readEntry(tag: number, entry: { key: string; feature: Feature }, pbf: PbfReader): void {
  if (tag === 1) entry.key = pbf.readString();
  else if (tag === 2) {
    const lists = { bytes: [] as Uint8Array[], numbers: [] as number[], whole: false };
    pbf.readMessage(readFeature, lists);
    entry.feature = lists;
  }
}

/** Feature: bytes_list = 1, float_list = 2, int64_list = 3, each with value = 1. */
function readFeature(
  kind: number,
  lists: { bytes: Uint8Array[]; numbers: number[]; whole: boolean },
  pbf: PbfReader,
): void {
  if (kind === 3) lists.whole = true;
  pbf.readMessage((tag, _, list) => {
    if (tag !== 1) return;
    if (kind === 1) lists.bytes.push(list.readBytes());
    else if (kind === 2) list.readPackedFloat(lists.numbers);
    else if (kind === 3) list.readPackedVarint(lists.numbers, true);
  }, null);
}
