import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { npyBytes } from '../datasets/arrays/npy.fixture.ts';
import { writeShapes } from '../jobs/tiny-study.fixture.ts';
import { resizeBicubic } from '../numeric/resize.ts';
import { cli } from './run-cli.fixture.ts';
import type { Ended } from './run-cli.fixture.ts';

const VECTORS = '../shared/vectors/localization.json';
const SIDE = 224;

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-evaluate-'))));
afterAll(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

const png = (pixels: Uint8Array): Promise<Buffer> =>
  sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .png()
    .toBuffer();

function result(ended: Ended): Record<string, unknown> & { curve: number[]; v2_parts: number[]; notes: string[] } {
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as ReturnType<typeof result>;
}

interface Vectors {
  readonly expected: Readonly<Record<string, number>> & { readonly v2_parts: number[]; readonly curve: number[] };
  readonly samples: readonly {
    readonly map: number[][];
    readonly boxes: number[][];
    readonly correct: boolean;
    readonly mask_runs: [number, number][];
  }[];
}

it('says which parts need the network itself', async () => {
  const { code, stderr } = await cli('evaluate', '--maps', 'maps.npy', '--parts', 'localization,interpretability');
  expect(code).not.toBe(0);
  expect(stderr).toContain('another program interpretability cannot be measured: that takes the network itself');
});

describe.skipIf(!existsSync(VECTORS))(`the reference vectors (skipped where ${VECTORS} is absent)`, () => {
  const { expected, samples } = JSON.parse(existsSync(VECTORS) ? readFileSync(VECTORS, 'utf8') : '{}') as Vectors;

  it('every figure comes out of the command', async () => {
    // Its maps have several sizes, a file has one: they are resized here, and a map of 224 is left as it is.
    const maps = samples.flatMap(({ map }) => [
      ...resizeBicubic(Float32Array.from(map.flat()), map.length, map[0].length, SIDE, SIDE),
    ]);
    const shape = [samples.length, SIDE, SIDE];
    await writeFile(at('maps.npy'), npyBytes({ descr: '<f4', shape, values: maps }));
    const boxes = samples.flatMap((sample, i) => sample.boxes.map((box) => [i, ...box].join(',')));
    await writeFile(at('boxes.csv'), ['index,x0,y0,x1,y1', ...boxes].join('\n'));
    const correct = samples.map((sample, i) => `${i},${sample.correct ? 1 : 0}`);
    await writeFile(at('correct.csv'), ['index,correct', ...correct].join('\n'));
    await mkdir(at('masks'));
    for (const [i, { mask_runs: runs }] of samples.entries()) {
      const mask = new Uint8Array(SIDE * SIDE);
      for (const [start, length] of runs) mask.fill(255, start, start + length);
      await writeFile(at(`masks/${i}.png`), await png(mask));
    }
    const files = ['--maps', at('maps.npy'), '--boxes', at('boxes.csv'), '--masks', at('masks')];
    const found = result(await cli('evaluate', ...files, '--correct', at('correct.csv'), '--json'));
    const n = samples.length;
    for (const key of ['maxboxacc', 'maxboxacc_v2', 'top1_loc', 'pointing']) {
      expect(Math.abs(Number(found[key]) - expected[key]), key).toBeLessThan(1e-9);
    }
    expect(found).toMatchObject({ n, maxboxacc_threshold: expected['maxboxacc_threshold'], target: 'mask' });
    expect(found.v2_parts.map((part) => Math.round(part * n))).toEqual(
      expected.v2_parts.map((part) => Math.round(part * n)),
    );
    expect(found['maxboxacc_v2_parts']).toEqual(found.v2_parts);
    expect(found.curve.map((value) => Math.round(value * n))).toEqual(
      expected.curve.map((value) => Math.round(value * n)),
    );
    expect(Math.abs(Number(found['energy_in_mask']) - expected['energy_in_mask'])).toBeLessThan(1e-5);
    expect(found['energy']).toBe(found['energy_in_mask']);
    // Tolerance of the reference: 2e-3.
    expect(Math.abs(Number(found['pxap']) - expected['pxap'])).toBeLessThan(5e-4);
    const intervals = found['intervals'] as Record<string, [number, number]>;
    for (const key of ['maxboxacc', 'maxboxacc_v2', 'top1_loc', 'pointing', 'energy', 'pxap']) {
      expect(intervals[key][0], key).toBeLessThan(Number(found[key]));
      expect(intervals[key][1], key).toBeGreaterThan(Number(found[key]));
    }
    // Without correct.csv one figure is missing, and nothing else changes.
    const without = result(await cli('evaluate', ...files, '--json'));
    expect(without['top1_loc']).toBeNull();
    expect({ ...without, top1_loc: 0, intervals: 0 }).toEqual({ ...found, top1_loc: 0, intervals: 0 });
  });
});

/** A map that is 1 in the frame's pixels x0..x1, y0..y1. */
function blob(x0: number, y0: number, x1: number, y1: number): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, p) => {
    const [x, y] = [p % SIDE, Math.floor(p / SIDE)];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1 ? 1 : 0;
  });
}

describe('two maps: one on its object, one beside it', () => {
  const files = () => ['evaluate', '--maps', at('two.npy')];
  beforeAll(async () => {
    const values = [...blob(40, 40, 119, 119), ...blob(150, 0, 199, 49)];
    await writeFile(at('two.npy'), npyBytes({ descr: '|u1', shape: [2, SIDE, SIDE], values }));
  });
  beforeEach(async () => {
    await rm(at('m'), { recursive: true, force: true });
    await mkdir(at('m'));
  });
  const write = async (name: string, text: string | Uint8Array) => {
    await writeFile(at(name), text);
    return at(name);
  };

  it('boxes alone: pointing and energy against them; columns in any order, as Windows writes them, or without names', async () => {
    const named = await write('b.csv', '\uFEFFY1; x1 ;y0;x0;index\r\n119;119;40;40;0\r\n119;119;40;40;1.0\r\n\r\n');
    const bare = await write('bare.csv', '0,40,40,119,119\n1, 40, 40, 119, 119');
    const found = result(await cli(...files(), '--boxes', named, '--json'));
    expect(found).toMatchObject({
      ...{
        n: 2,
        boxed: 2,
        target: 'box',
        maxboxacc: 0.5,
        maxboxacc_threshold: 0,
        maxboxacc_v2: 0.5,
        v2_parts: [0.5, 0.5, 0.5],
      },
      ...{ pointing: 0.5, energy: 0.5, energy_in_mask: null, pxap: null, top1_loc: null },
      ...{ uniform_energy: 6400 / 50176, seed: 0, resamples: 1000 },
    });
    expect(result(await cli(...files(), '--boxes', bare, '--json'))).toEqual(found);
  });

  it('masks alone: their tight boxes; any size and name with zeros before', async () => {
    const mask = Uint8Array.from(blob(40, 40, 119, 119), (value) => value);
    await write('m/000.png', await png(mask));
    await write(
      'm/1.PNG',
      await sharp(await png(mask))
        .resize(448, 448, { kernel: 'nearest' })
        .linear(255, 0)
        .png()
        .toBuffer(),
    );
    await write('m/notes.txt', 'no mask');
    const correct = await write('c.csv', 'index,correct\n1,1\n0,0\n');
    const found = result(await cli(...files(), '--masks', at('m'), '--correct', correct, '--json'));
    expect(found).toMatchObject({ boxed: 2, targeted: 2, maxboxacc: 0.5, pointing: 0.5, energy: 0.5, top1_loc: 0 });
    // Found 6400, of 6400 then; the rest comes at the lowest score, where precision is 12800 of all pixels.
    expect(found['pxap']).toBeCloseTo(0.5 * (6400 / (6400 + 2500)) + 0.5 * (12800 / (2 * 50176)), 12);
    expect(found.notes).toContainEqual(expect.stringMatching(/^1 mask was not 224 x 224/));
  });

  it('says what is wrong, with the index', async () => {
    const boxes = await write('b.csv', '0,40,40,119,119\n1,40,40,119,119');
    const mask = await png(new Uint8Array(SIDE * SIDE));
    const refuses = async (sentence: RegExp, ...options: readonly string[]) => {
      const { code, stderr } = await cli(...files(), ...options, '--json');
      expect(JSON.parse(stderr)).toMatchObject({
        code: 'data-unreadable',
        message: expect.stringMatching(sentence) as unknown,
      });
      expect(code).toBe(1);
    };
    const wrong = async (rows: string) => ['--boxes', await write('w.csv', rows)];
    await refuses(/there is no picture 2; there are 2/, ...(await wrong('0,1,1,5,5\n2,1,1,5,5')));
    await refuses(/Line 1: the box ends before it begins/, ...(await wrong('0,9,1,5,5')));
    await refuses(/box of picture 1 lies outside the frame/, ...(await wrong('1,300,300,400,400')));
    await refuses(/missing: y1/, ...(await wrong('index,x0,y0,x1\n0,1,1,5')));
    await refuses(
      /does not say whether the class of picture 1/,
      '--boxes',
      boxes,
      '--correct',
      await write('c.csv', '0,1'),
    );
    await refuses(/picture 0 is there a second time/, '--boxes', boxes, '--correct', await write('c.csv', '0,1\n0,1'));
    await refuses(/There is no mask in this folder/, '--masks', at('m'));
    await write('m/0.png', mask);
    await refuses(/not known of any of the pictures/, '--masks', at('m'));
    await write('m/00.png', mask);
    await refuses(
      /two masks of picture 0: 0.png and 00.png|two masks of picture 0: 00.png and 0.png/,
      '--masks',
      at('m'),
    );
    await rm(at('m/00.png'));
    await write('m/2.png', mask);
    await refuses(/no picture 2 for the mask 2.png/, '--masks', at('m'));
    await rm(at('m/2.png'));
    await write('m/1.png', 'no picture');
    await refuses(/The mask .*1\.png cannot be read/, '--boxes', boxes, '--masks', at('m'));
    const usage = await cli(...files(), '--json');
    expect(usage.code).toBe(2);
    expect(JSON.parse(usage.stderr)).toMatchObject({ code: 'bad-argument' });
  });

  it('predictions beside the maps say whether the class was right', async () => {
    const boxes = await write('b.csv', '0,40,40,119,119\n1,40,40,119,119');
    const both = async (rows: string) =>
      cli(...files(), '--boxes', boxes, '--predictions', await write('p.csv', rows), '--json');
    expect(result(await both('label,prediction\na,a\nb,a'))).toMatchObject({
      n: 2,
      n_predictions: 2,
      top1: 0.5,
      top1_loc: 0.5,
    });
    expect(result(await both('index,label,prediction\n1,a,a\n0,b,a'))).toMatchObject({ top1: 0.5, top1_loc: 0 });
    const { stderr } = await both('label,prediction\na,a');
    expect(JSON.parse(stderr)).toMatchObject({ message: 'There are 2 heatmaps, but predictions of 1 pictures.' });
  });
});

describe('the pictures of a study', () => {
  it('labels, objects and splits come from it; maps may be in the order of a column', async () => {
    await writeShapes(at('data'), 12);
    await cli('create', at('study'), '--data', at('data'));
    const listed = (await cli('evaluate', at('study'), '--list')).stdout.trim().split('\n').slice(1);
    const rows = listed.map((line) => line.trim().split(','));
    const test = rows.filter((row) => row[3] === 'test').length;
    expect(test).toBeGreaterThan(0);
    expect(rows.length).toBeGreaterThan(test);
    expect(rows.slice(0, test).every((row) => row[3] === 'test')).toBe(true);
    // Each map is the picture's own mask: it points at the object, always.
    const maps: number[][] = [];
    for (const [, picture] of rows) {
      const mask = await sharp(join(at('data'), 'masks', picture))
        .extractChannel(0)
        .raw()
        .toBuffer();
      maps.push([...mask]);
    }
    const npy = (values: readonly number[][]) =>
      npyBytes({ descr: '|u1', shape: [values.length, 32, 32], values: values.flat() });
    await writeFile(at('test.npy'), npy(maps.slice(0, test)));
    const own = result(await cli('evaluate', at('study'), '--maps', at('test.npy'), '--json'));
    expect(own).toMatchObject({
      n: test,
      boxed: test,
      pointing: 1,
      threshold_from: 'the maps themselves',
      top1_loc: null,
    });
    await writeFile(at('all.npy'), npy(maps.toReversed()));
    const turned = ['picture,prediction', ...rows.toReversed().map(([, picture, label]) => `${picture},${label}`)];
    await writeFile(at('turned.csv'), turned.join('\n'));
    const all = result(
      await cli('evaluate', at('study'), '--maps', at('all.npy'), '--predictions', at('turned.csv'), '--json'),
    );
    expect(all).toMatchObject({ n: test, n_predictions: test, top1: 1, pointing: 1, threshold_from: 'validation' });
    expect(all['energy']).toBe(own['energy']);
    expect(all['top1_loc']).toBe(all['maxboxacc']);
    await writeFile(at('few.npy'), npy(maps.slice(1, test)));
    const few = await cli('evaluate', at('study'), '--maps', at('few.npy'), '--json');
    expect(JSON.parse(few.stderr)).toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(/^There are \d+ heatmaps, but/) as unknown,
    });
  });
});
