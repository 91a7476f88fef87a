import { describe, expect, it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { shardSlice } from '../method/shards.ts';
import type { Assessment, DamagedShard, ShardAbout, ShardFile } from './shards.ts';
import { completeShards } from './shards-complete.ts';

const ASSESSMENT: Assessment = {
  run: '001-consistency-s0',
  round: 1,
  weights: 'w',
  eps: 0.03,
  settings: 's',
  data: 'd',
  corrections: null,
};
/** Ten batches of ten pictures. */
const WANTED = { assessment: ASSESSMENT, total: 100, batch: 10 };

function shard(
  index: number,
  of = 4,
  changes: Partial<ShardAbout> & { name?: string; content?: string } = {},
): ShardFile {
  const { name = `${index}-of-${of}.safetensors`, content = `content ${index}`, ...about } = changes;
  const slice = shardSlice({ index, of }, WANTED.total, WANTED.batch);
  const made = { engine: 'wasm', versions: {} };
  return {
    name,
    content,
    about: { assessment: ASSESSMENT, index, of, ...slice, total: WANTED.total, ...made, ...about },
  };
}

function refusal(files: readonly (ShardFile | DamagedShard)[]): string {
  try {
    completeShards(files, WANTED);
  } catch (error) {
    if (error instanceof SteadygazeError) return `${error.message} ${error.hint}`;
  }
  return 'nothing is wrong';
}

describe('the shards of an assessment', () => {
  it('are complete, whatever their order and their names', () => {
    const files = [shard(3, 4, { name: 'collected.safetensors' }), shard(1), shard(4), shard(2)];
    const { shards, notes } = completeShards(files, WANTED);
    expect(shards.map(({ about }) => about.index)).toEqual([1, 2, 3, 4]);
    expect(notes).toEqual([]);
  });

  it('that are missing are named, as a scheduler takes them too', () => {
    expect(refusal([])).toMatch(/^There are no shards of the assessment of round 1 yet\./);
    expect(refusal([shard(1), shard(2), shard(4)])).toMatch(/^Shard 3 of 4 is missing\. .*--assess-shard 3\/4$/);
    const ten = [1, 2, 6, 9].map((index) => shard(index, 10));
    expect(refusal(ten)).toMatch(/^Shards 3-5, 7, 8 and 10 of 10 are missing\. .*\(as an array: 3-5,7,8,10\)$/);
  });

  it('may come twice with the same content, which is said', () => {
    const again = shard(2, 4, { name: '2-of-4 (copy).safetensors' });
    const { shards, notes } = completeShards([shard(1), shard(2), again, shard(3), shard(4)], WANTED);
    expect(shards).toHaveLength(4);
    expect(notes).toEqual([
      'Shard 2 of 4 is there twice and both are the same: 2-of-4.safetensors, 2-of-4 (copy).safetensors.',
    ]);
  });

  it('that come twice with different contents are refused', () => {
    const other = shard(2, 4, { name: 'other.safetensors', content: 'of another engine' });
    expect(refusal([shard(1), shard(2), other, shard(3), shard(4)])).toMatch(
      /^Shard 2 of 4 is there twice, and the two are not the same: 2-of-4.safetensors and other.safetensors\./,
    );
  });

  it('that divide the pictures in two ways are refused', () => {
    expect(refusal([shard(1), shard(2), shard(3), shard(4), shard(1, 2)])).toMatch(
      /divided in more than one way: there are the shards 1 of 2, and 1-4 of 4\./,
    );
  });

  it.each([
    ['weights', 'another', /These shards were made with other weights than the run has now: 1-of-.*, 3-of-4/],
    ['eps', 0.01, /with another strength of the attack/],
    ['settings', 'other', /with other settings/],
    ['data', 'other', /of other pictures than the run has/],
    ['corrections', 'some', /with other corrections of the labels/],
    ['run', '002-plain-s0', /for another run/],
    ['round', 0, /for another round/],
  ])('of another assessment (%s) are refused', (key, value, sentence) => {
    const assessment = { ...ASSESSMENT, [key]: value };
    const files = [shard(1, 4, { assessment }), shard(2), shard(3, 4, { assessment }), shard(4)];
    expect(refusal(files)).toMatch(sentence);
    // Before anything else is said of them: there may be as many of these as one likes.
    expect(refusal([shard(1, 8, { assessment }), ...files.slice(1)])).toMatch(sentence);
  });

  it('that hold other pictures than they should are refused', () => {
    const others: Partial<ShardAbout>[] = [{ first: 21 }, { count: 29 }, { total: 99 }, { index: 5 }, { index: 0 }];
    for (const about of others) {
      expect(refusal([shard(1), shard(2, 4, about), shard(3), shard(4)])).toMatch(
        /^This shard was made of other pictures than the shard of this number has: 2-of-4/,
      );
    }
  });

  it('that are damaged are named', () => {
    const damaged = { name: '2-of-4.safetensors', reason: 'it is not complete' };
    expect(refusal([shard(1), damaged, shard(3), shard(4)])).toMatch(
      /^The shard 2-of-4.safetensors cannot be used: it is not complete\. Delete the file/,
    );
  });
});
