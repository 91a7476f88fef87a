import { describe, expect, it } from 'vitest';
import sharp from 'sharp';
import { groupNearDuplicates, THUMBNAIL_HEIGHT, THUMBNAIL_WIDTH } from './near-duplicates.ts';
import { patchwork } from './pictures/pictures.fixture.ts';

const thumbnailOf = (file: Buffer): Promise<Uint8Array> =>
  sharp(file).resize(THUMBNAIL_WIDTH, THUMBNAIL_HEIGHT, { fit: 'fill', kernel: 'linear' }).greyscale().raw().toBuffer();

describe('groupNearDuplicates', () => {
  it('finds a picture again after saving at low quality, another size and a change of brightness', async () => {
    const files: Buffer[] = [];
    for (let seed = 0; seed < 40; seed++) {
      const original = await patchwork(seed, 200, 160).png().toBuffer();
      files.push(
        original,
        await sharp(original).jpeg({ quality: 40 }).toBuffer(),
        await sharp(original).resize(90, 72).jpeg().toBuffer(),
        await sharp(original).modulate({ brightness: 0.95 }).png().toBuffer(),
      );
    }
    const groups = groupNearDuplicates(
      await Promise.all(files.map(thumbnailOf)),
      files.map((_, i) => `${i}`),
    );
    expect(Array.from(groups)).toEqual(files.map((_, i) => i - (i % 4)));
  });

  it('takes copies together and plain areas apart', () => {
    const plain = (grey: number): Uint8Array => new Uint8Array(THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT).fill(grey);
    expect(
      Array.from(groupNearDuplicates([plain(10), plain(200), plain(10), plain(10)], ['a', 'b', 'c', 'a'])),
    ).toEqual([0, 1, 2, 0]);
  });

  it('does not compare all with all where pictures share most of their hash', () => {
    // Small spots on an even ground: nearly all bits of the hash are 0.
    const thumbnails = Array.from({ length: 40_000 }, (_, i) => {
      const thumbnail = new Uint8Array(THUMBNAIL_WIDTH * THUMBNAIL_HEIGHT).fill(240);
      for (let spot = 0; spot < 12; spot++)
        thumbnail[(i * 7 + spot * ((i % 13) + 1)) % thumbnail.length] = (i * 31 + spot * 17) % 200;
      return thumbnail;
    });
    /** Seconds of the processor, not of the clock: others may have it meanwhile. */
    const secondsOf = (count: number): number => {
      const start = process.cpuUsage();
      groupNearDuplicates(
        thumbnails.slice(0, count),
        thumbnails.slice(0, count).map((_, i) => `${i}`),
      );
      return process.cpuUsage(start).user / 1e6;
    };
    const few = Math.min(...[1, 2, 3].map(() => secondsOf(2_000)));
    // Twenty times as many: all pairs would be four hundred times as many.
    const ratio = secondsOf(40_000) / few;
    expect(ratio).toBeLessThan(180);
  });
});
