import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PartResult } from '../contract/evaluation.ts';
import type { RowsIdentity } from '../evaluation/measure-parts.ts';
import type { PartSummary } from '../evaluation/part.ts';
import { PARTS } from '../evaluation/parts.ts';
import { holdsStill, readEvaluation, readPartResult, readPerPicture, shelfOf } from './evaluation-store.ts';
import { PartialRows } from './partial-rows.ts';
import { evaluationFolder, partialRowsFile, partResultFile, resampledFile } from './study-layout.ts';

let run = '';
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), 'evaluation-store-'));
});
afterEach(() => rm(run, { recursive: true }));

const weightsHash = 'a'.repeat(64);
const dataFingerprint = 'd'.repeat(64);
const of = { weightsHash, dataFingerprint };
const { definition } = PARTS.recognition;
const key: PartResult['key'] = { ...of, split: 'test', settings: { seed: 0 }, judges: [], definition };

const figure = (value: number) => ({ value, low: value - 0.1, high: value + 0.1, n: 3 });
const summary: PartSummary<'recognition'> = {
  figures: {
    top1: { ...figure(0.5), resampled: Float64Array.of(0.4, 0.5, 0.6) },
    ece: { ...figure(0.2), resampled: Float64Array.of(0.1, 0.2, 0.3) },
  },
  details: { confusion: [[3]], perClass: [null], calibration: [] },
  notes: ['Only three pictures.'],
  perPicture: { ids: ['ä.png', 'b.png'], columns: { correct: Float32Array.of(1, 0), iou: Float32Array.of(NaN, 0.25) } },
};
const result: PartResult<'recognition'> = {
  ...{ format: 'steadygaze-evaluation', version: 1, part: 'recognition', key, engine: 'wasm', created: 'now' },
  ...{ seconds: 1.5, pictures: 2, picturesHash: 'f'.repeat(64), details: summary.details, notes: summary.notes },
  figures: { top1: figure(0.5), ece: figure(0.2) },
};

describe('stored results', () => {
  it('are read as they were written, with their resampled values and one row a picture', async () => {
    await shelfOf(run).keep(result, summary);
    expect(await readPartResult(run, 'recognition')).toEqual(result);
    const stored = await readEvaluation(run, of);
    expect(Object.keys(stored.parts)).toEqual(['recognition']);
    expect(stored.resampled).toEqual({ top1: Float32Array.of(0.4, 0.5, 0.6), ece: Float32Array.of(0.1, 0.2, 0.3) });
    expect(await readPerPicture(run, 'recognition')).toEqual(summary.perPicture);
    expect(await shelfOf(run).result('localization')).toBeNull();
    await expect(readPerPicture(run, 'localization')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('count only where they are of these weights, these pictures and today’s definition', async () => {
    await shelfOf(run).keep(result, summary);
    for (const other of [
      { ...of, weightsHash: 'b'.repeat(64) },
      { ...of, dataFingerprint: 'e'.repeat(64) },
    ]) {
      expect(await readEvaluation(run, other)).toEqual({ parts: {}, resampled: {} });
    }
    expect(holdsStill({ ...result, key: { ...key, definition: definition - 1 } }, of)).toBe(false);
    expect(holdsStill(result, of)).toBe(true);
  });

  it('count as not measured where they are damaged', async () => {
    await shelfOf(run).keep(result, summary);
    await truncate(resampledFile(run, 'recognition'), 100);
    expect((await readEvaluation(run, of)).parts).toEqual({});
    expect(await shelfOf(run).result('recognition')).toBeNull();
    await writeFile(partResultFile(run, 'recognition'), '{"format":');
    expect(await readPartResult(run, 'recognition')).toBeNull();
  });

  it('are NPY files that numpy reads', async () => {
    await shelfOf(run).keep(result, summary);
    const bytes = await readFile(resampledFile(run, 'recognition'));
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
    const start = 10 + bytes.readUInt16LE(8);
    expect(start % 64).toBe(0);
    expect(bytes.toString('latin1', 10, start)).toMatch(/'descr': '<f4', 'fortran_order': False, 'shape': \(2, 3\)/);
    expect(bytes.readFloatLE(start + 4)).toBeCloseTo(0.5, 6);
  });

  it('hold no figure that is no number', async () => {
    const figures = { ...result.figures, top1: figure(NaN) };
    await expect(shelfOf(run).keep({ ...result, figures }, summary)).rejects.toMatchObject({ code: 'internal' });
    expect(await readdir(run)).toEqual([]);
  });
});

describe('rows of a part that is being measured', () => {
  const identity: RowsIdentity = { key, engine: 'wasm', count: 5, width: 2 };
  const opened = async (changes: Partial<RowsIdentity> = {}) =>
    PartialRows.open(run, 'recognition', { ...identity, ...changes });
  const left = async (changes: Partial<RowsIdentity> = {}) => {
    const rows = await opened(changes);
    const found = { done: rows.done, seconds: rows.seconds, all: [...(await rows.all())] };
    await rows.close();
    return found;
  };
  beforeEach(async () => {
    const rows = await opened();
    await rows.append(Float32Array.of(1, 2, NaN, 0), 1);
    await rows.append(Float32Array.of(5, 6), 0.25);
    await rows.close();
  });

  it('are there again, with the seconds they took', async () => {
    expect(await left()).toEqual({ done: 3, seconds: 1.25, all: [1, 2, NaN, 0, 5, 6] });
  });

  it('lose a row that is torn, and nothing before it', async () => {
    // Three rows of two numbers and their seconds: 36 bytes.
    expect((await stat(partialRowsFile(run, 'recognition'))).size).toBe(36);
    await truncate(partialRowsFile(run, 'recognition'), 35);
    expect(await left()).toEqual({ done: 2, seconds: 1, all: [1, 2, NaN, 0] });
    expect((await stat(partialRowsFile(run, 'recognition'))).size).toBe(24);
    const rows = await opened();
    await rows.append(Float32Array.of(7, 8), 0.5);
    await rows.close();
    expect((await left()).all).toEqual([1, 2, NaN, 0, 7, 8]);
  });

  it('lose what a power cut left empty', async () => {
    const file = await open(partialRowsFile(run, 'recognition'), 'r+');
    await file.truncate(12);
    await file.truncate(36);
    await file.close();
    expect(await left()).toEqual({ done: 1, seconds: 0.5, all: [1, 2] });
  });

  it('are of no use for another key, engine, count or width', async () => {
    const seed = { key: { ...key, settings: { seed: 1 } } };
    for (const changes of [seed, { engine: 'native' }, { count: 6 }, { width: 1 }]) {
      expect((await left(changes)).done).toBe(0);
      const rows = await opened();
      await rows.append(Float32Array.of(1, 2), 1);
      await rows.close();
    }
  });

  it('are gone when they have been used', async () => {
    const rows = await opened();
    await rows.remove();
    await rows.close();
    expect(await readdir(evaluationFolder(run))).toEqual([]);
  });
});
