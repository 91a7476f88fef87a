import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashBytes, hashFile } from './file-hash.ts';
import { quantizeHeatmaps } from './heatmap-file.ts';
import { exampleRow, exampleSnapshot } from './records.fixture.ts';
import {
  readPredictions,
  readRoundMaps,
  readRoundColumns,
  readRoundCourse,
  readRoundTable,
  writePredictions,
  writeRoundMaps,
  writeRoundTable,
} from './round-tables.ts';
import { roundMapsFile, roundTableFile, weightsFile } from './study-layout.ts';
import type { WeightsDescription } from './weights-description.ts';
import { readWeights, writeWeights } from './weights-file.ts';

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'steadygaze-run-'));
});
afterEach(() => rm(run, { recursive: true, force: true }));

const probabilities = (labelProbabilities: readonly number[], attackedLabelProbabilities: readonly number[]) => {
  return { labelProbabilities, attackedLabelProbabilities };
};

describe('the table of a round', () => {
  it.each([0, 1, 2500])('comes back unchanged with %i rows', async (count) => {
    const rows = Array.from({ length: count }, (_, i) => exampleRow(i));
    await writeRoundTable(run, 3, rows);
    expect(await readRoundTable(run, 3)).toEqual(rows);
  });

  it('keeps the classes of pictures that are of several, and E of each', async () => {
    const rows = [
      {
        ...exampleRow(0),
        labels: [0, 3],
        labelE: [0.75, Math.fround(0.1)],
        ...probabilities([1, 0.25], [0, Math.fround(0.3)]),
      },
      { ...exampleRow(1), labels: [2], labelE: [1], ...probabilities([0.5], [0.5]) },
    ];
    await writeRoundTable(run, 0, rows);
    expect(await readRoundTable(run, 0)).toEqual(rows);
    const { several, e } = await readRoundColumns(run, 0);
    expect(several?.[0]).toEqual({
      ...{ labels: [0, 3], labelE: [0.75, Math.fround(0.1)] },
      ...probabilities([1, 0.25], [0, Math.fround(0.3)]),
    });
    expect(e).toHaveLength(2);
    await writeRoundTable(run, 1, [exampleRow(1)]);
    expect(await readRoundColumns(run, 1)).not.toHaveProperty('several');
  });

  it('says of each row which round assessed it, where that is not this one for all', async () => {
    const rows = [{ ...exampleRow(0), assessedIn: 1 }, exampleRow(1)];
    await writeRoundTable(run, 2, rows);
    expect(await readRoundTable(run, 2)).toEqual(rows);
    expect([...((await readRoundCourse(run, 2)).assessedIn ?? [])]).toEqual([1, 2]);
    await writeRoundTable(run, 2, [exampleRow(1)]);
    expect(await readRoundColumns(run, 2)).not.toHaveProperty('assessedIn');
  });

  it('is refused when it is missing, damaged or another table', async () => {
    await expect(readRoundTable(run, 0)).rejects.toMatchObject({ code: 'not-found' });
    await writeRoundTable(run, 0, [exampleRow(1), exampleRow(2)]);
    const path = roundTableFile(run, 0);
    const whole = await readFile(path);
    for (const bad of [whole.subarray(0, 50), whole.subarray(50), Buffer.alloc(0), Buffer.from('PAR1')]) {
      await writeFile(path, bad);
      await expect(readRoundTable(run, 0)).rejects.toMatchObject({ code: 'study-corrupt' });
    }
    await writePredictions(run, []);
    await writeFile(path, await readFile(join(run, 'predictions.parquet')));
    await expect(readRoundTable(run, 0)).rejects.toMatchObject({ code: 'study-corrupt' });
  });

  it('holds predictions as well', async () => {
    const rows = [{ id: 'a', split: 'test', label: 1, prediction: 0, probability: 0.75, labelProbability: 0.25 }];
    await writePredictions(run, rows);
    expect(await readPredictions(run)).toEqual(rows);
  });
});

describe('heatmaps', () => {
  const data = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => i);

  it('come back all, or some by their row', async () => {
    await writeRoundMaps(run, 0, 'clean', { count: 5, height: 3, width: 4, data });
    const all = await readRoundMaps(run, 0, 'clean');
    expect(new Uint8Array(all.data)).toEqual(data);
    const some = await readRoundMaps(run, 0, 'clean', [4, 1]);
    expect(some).toEqual({
      count: 2,
      height: 3,
      width: 4,
      data: Uint8Array.from([...data.slice(48), ...data.slice(12, 24)]),
    });
    await expect(readRoundMaps(run, 0, 'clean', [5])).rejects.toMatchObject({ code: 'not-found' });
    await expect(readRoundMaps(run, 0, 'attacked')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('are an NPY file, version 1.0', async () => {
    await writeRoundMaps(run, 0, 'clean', { count: 5, height: 3, width: 4, data });
    const bytes = await readFile(roundMapsFile(run, 0));
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    const length = bytes.readUInt16LE(8);
    expect((10 + length) % 64).toBe(0);
    expect(bytes.subarray(10, 10 + length).toString('latin1')).toMatch(
      /^\{'descr': '\|u1', 'fortran_order': False, 'shape': \(5, 3, 4\), \} *\n$/,
    );
  });

  it('are refused when cut short or when the header lies', async () => {
    await writeRoundMaps(run, 0, 'clean', { count: 5, height: 3, width: 4, data });
    const path = roundMapsFile(run, 0);
    const whole = await readFile(path, 'latin1');
    await writeFile(path, whole.replace('(5, 3, 4)', '(9999999999, 9999, 99999)'), 'latin1');
    await expect(readRoundMaps(run, 0, 'clean')).rejects.toMatchObject({ code: 'study-corrupt' });
    for (const length of [0, 9, 60, whole.length - 1]) {
      await writeFile(path, whole, 'latin1');
      await truncate(path, length);
      await expect(readRoundMaps(run, 0, 'clean', [0])).rejects.toMatchObject({ code: 'study-corrupt' });
    }
  });

  it('are bytes of values in [0,1]', () => {
    expect([...quantizeHeatmaps(new Float32Array([0, 1, 0.5, 2, -1, NaN, 1 / 255]))]).toEqual([
      0, 255, 128, 255, 0, 0, 1,
    ]);
  });
});

describe('weights', () => {
  const description: WeightsDescription = {
    architecture: 'resnet18',
    width: 16,
    stem: 'half',
    lastStride: 2,
    classes: ['shirt', 'boot'],
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    size: 96,
  };

  it('come back with what they belong to; the hash is the one of the file', async () => {
    const { weights } = exampleSnapshot(7);
    const hash = await writeWeights(run, 2, weights, description);
    expect(await hashFile(weightsFile(run, 2))).toBe(hash);
    expect(hashBytes('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await readWeights(run, 2)).toEqual({ weights, description });
  });

  it('are not written when they are not finite, and refused when damaged', async () => {
    const bad = new Map([['a', { shape: [1], data: new Float32Array([NaN]) }]]);
    await expect(writeWeights(run, 0, bad, description)).rejects.toMatchObject({ code: 'training-diverged' });
    await expect(readWeights(run, 0)).rejects.toMatchObject({ code: 'not-found' });
    await writeWeights(run, 0, exampleSnapshot(1).weights, description);
    const path = weightsFile(run, 0);
    const text = await readFile(path, 'latin1');
    await writeFile(path, text.replace('resnet18', 'resnet99'), 'latin1');
    await expect(readWeights(run, 0)).rejects.toMatchObject({ code: 'weights-invalid' });
    await writeFile(path, text.slice(0, -1), 'latin1');
    await expect(readWeights(run, 0)).rejects.toMatchObject({ code: 'weights-invalid' });
  });
});
