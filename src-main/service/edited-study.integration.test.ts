/** A study whose data are corrected between two trainings, and read again: what is old stays, what is new is compared. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli, jsonLines } from '../cli/run-cli.fixture.ts';
import { decodeSampleTable } from '../contract/sample-table.ts';
import { Explainer } from '../jobs/explainer.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { readRun } from '../workspace/run.ts';
import { openStudy } from '../workspace/study.ts';
import { readDataset } from '../workspace/study-data.ts';
import { createStudyFrom } from './create-study.ts';
import { evaluateRuns } from './evaluate-runs.ts';
import { LocalLibrary } from './library/local-library.ts';
import { refreshData } from './refresh-data.ts';
import { trainRun } from './train-run.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let data: string;
let study: string;
const library = new LocalLibrary();
const [FIRST, SECOND, THIRD] = ['001-plain-s0', '002-plain-s0', '003-plain-s0'];
const train = () =>
  trainRun({ study, engine: 'wasm', set: [...TINY_ARGUMENTS.filter((text) => text !== '--set'), 'arm=plain'] });
const present = async () => readDataset(await openStudy(study));
/** Two training pictures of a class. */
const trained = async (name: string, count = 2) => {
  const { samples, classes } = await present();
  const label = classes.indexOf(name);
  return samples
    .filter((each) => each.label === label && each.split === 'train')
    .slice(0, count)
    .map(({ id }) => id);
};

beforeAll(async () => {
  root = await temporaryFolder();
  [data, study] = [join(root.path, 'data'), join(root.path, 'study')];
  await writeShapes(data, 10);
  await createStudyFrom(study, { data });
  await train();
});
afterAll(() => root.remove());

describe('training pictures corrected between two runs', () => {
  let out: readonly string[];

  beforeAll(async () => {
    out = await trained('bar');
    await library.editData(study, { kind: 'exclude', ids: [...out] });
    await library.editData(study, { kind: 'relabel', ids: await trained('disc'), classes: ['frame'] });
    await train();
  });

  it('are seen by the second alone, and each run names its state', async () => {
    const [one, two] = [await readRun(study, FIRST), await readRun(study, SECOND)];
    expect([one.dataEdits, two.dataEdits]).toEqual([undefined, 2]);
    const opened = await openStudy(study);
    for (const run of [one, two]) expect((await readDataset(opened, run)).fingerprint).toBe(run.dataFingerprint);
    expect(one.dataFingerprint).toBe(opened.record.data.fingerprint);
    const state = await library.openStudy(study, []);
    expect(state.data).toMatchObject({ pictures: 28, counts: { train: 19 } });
    expect((await library.edits(study)).undo).toBe('2 pictures from disc to frame.');
  });

  it('leave the first run to be looked at, its left-out pictures too', async () => {
    const rows = async (run: string) => {
      const { body } = await library.resource(study, { kind: 'table', run, round: 1 });
      return decodeSampleTable(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer);
    };
    const [before, after] = [await rows(FIRST), await rows(SECOND)];
    expect([before.count, after.count]).toEqual([21, 19]);
    const row = new TextDecoder().decode(before.ids).split('\n').indexOf(out[0]);
    const { sample } = await library.sample(study, FIRST, 1, row);
    expect(sample.width).toBe(32);
    const picture = await library.resource(study, { kind: 'picture', hash: sample.hash, size: 96 });
    expect(picture.body.length).toBeGreaterThan(100);
  });

  it('leave the runs comparable, for their test pictures are the same, and say so', async () => {
    const { figures, cautions } = await library.compare(study, [FIRST, SECOND], FIRST);
    const top1 = figures.find(({ key }) => key === 'top1');
    expect(top1?.differences[1]).toMatchObject({ low: expect.any(Number) as unknown });
    expect(cautions.join(' ')).toContain('corrected or read again between the trainings');
    expect(cautions.join(' ')).not.toContain('not compared');
  });

  it('let both be measured and explained, each on what it saw', async () => {
    const { parts } = await evaluateRuns({
      study,
      runs: [FIRST, SECOND],
      parts: ['localization'],
      engine: 'wasm',
      again: true,
    });
    expect(parts.map((part) => 'result' in part && part.result.key.dataFingerprint)).toEqual([
      (await readRun(study, FIRST)).dataFingerprint,
      (await readRun(study, SECOND)).dataFingerprint,
    ]);
    const overview = await library.evaluationOverview(study, [FIRST, SECOND]);
    const localization = overview.parts.find(({ part }) => part === 'localization');
    expect(localization?.runs.map(({ state }) => state)).toEqual(['measured', 'measured']);
    const explainer = new Explainer({ study, engine: 'wasm' });
    await explainer.explain(FIRST, 1, [0]);
    await explainer.explain(SECOND, 1, [0]);
    explainer.close();
  });

  it('are one thing after undoing and doing again', async () => {
    const { fingerprint } = await present();
    expect(await library.undoEdit(study)).toBe('2 pictures from disc to frame.');
    expect((await present()).fingerprint).not.toBe(fingerprint);
    expect(await library.redoEdit(study)).toBe('2 pictures from disc to frame.');
    expect(await library.redoEdit(study)).toBe(null);
    expect((await present()).fingerprint).toBe(fingerprint);
  });
});

describe('marks', () => {
  it('become corrections, ask for nothing then, and keep their classes when numbers change', async () => {
    const [bar, frame] = [(await trained('bar'))[0], (await trained('frame'))[0]];
    await library.setMarks(study, [bar], { correction: { kind: 'relabel', label: 2 } });
    await library.setMarks(study, [frame], { correction: { kind: 'leave-out' } });
    expect((await library.openStudy(study, [])).marks.corrections).toBe(2);
    const { edits } = await library.editFromMarks(study);
    expect(edits.slice(-2).map(({ sentence }) => sentence)).toEqual([
      '1 picture from bar to frame.',
      '1 picture left out.',
    ]);
    expect((await library.openStudy(study, [])).marks).toEqual({ total: 2, corrections: 0 });
    await expect(library.editFromMarks(study)).rejects.toMatchObject({ code: 'bad-argument' });
    await library.undoEdit(study);
    await library.undoEdit(study);
    expect((await library.openStudy(study, [])).marks.corrections).toBe(2);

    await library.editData(study, { kind: 'merge', classes: ['bar', 'disc'], into: 'solid' });
    // Of bar, disc and frame the third is the second now.
    expect((await library.marks(study)).map(({ correction }) => correction)).toContainEqual({
      kind: 'relabel',
      label: 1,
    });
    await library.undoEdit(study);
    expect((await library.marks(study)).map(({ correction }) => correction)).toContainEqual({
      kind: 'relabel',
      label: 2,
    });
  });
});

describe('reading the pictures again', () => {
  it('says what changed, moves nothing, and keeps corrections and runs', async () => {
    const before = await present();
    const picture = (seed: number) =>
      sharp({ create: { width: 32, height: 32, channels: 3, background: { r: seed, g: 99, b: 7 } } });
    await mkdir(join(data, 'bar'), { recursive: true });
    for (let i = 20; i < 26; i++) {
      const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const;
      await sharp({ create: { width: 32, height: 32, channels: 3, background: 'white', noise } })
        .png()
        .toFile(join(data, 'bar', `${i}.png`));
    }
    const gone = before.samples.filter(({ split }) => split === 'train').at(-1)?.id ?? '';
    await rm(join(data, gone));
    const changed = before.samples.filter(({ split }) => split === 'test').at(-1)?.id ?? '';
    await picture(5).png().toFile(join(data, changed));
    await rename(join(data, 'disc', '0.png'), join(data, 'disc', '00.png'));
    const renamed = before.samples.find(({ id }) => id === 'disc/0.png');

    const view = await refreshData(study);
    // The renamed one is a new name and a name that is gone.
    expect(view).toMatchObject({ added: 7, removed: 2, changed: 1 });
    expect(view.sentence).toBe('7 pictures added, 2 pictures removed, 1 picture changed.');
    const after = await present();
    expect(after.samples).toHaveLength(before.samples.length + 5);
    const splits = new Map(before.samples.map(({ id, split }) => [id, split]));
    for (const { id, split } of after.samples) expect([id, split]).toEqual([id, splits.get(id) ?? split]);
    expect(after.samples.find(({ id }) => id === 'disc/00.png')?.split).toBe(renamed?.split);
    expect((await library.edits(study)).edits).toHaveLength(2);
    for (const id of [FIRST, SECOND]) {
      const run = await readRun(study, id);
      expect((await readDataset(await openStudy(study), run)).fingerprint).toBe(run.dataFingerprint);
    }
    expect(await refreshData(study)).toMatchObject({
      added: 0,
      removed: 0,
      changed: 0,
      sentence: 'Nothing has changed.',
    });
  });

  it('leaves a run of other test pictures apart', async () => {
    await train();
    const { dataImport } = await readRun(study, THIRD);
    expect(dataImport).toMatch(/^[0-9a-f]{64}$/);
    const { cautions, figures } = await library.compare(study, [FIRST, THIRD], FIRST);
    expect(cautions.join(' ')).toContain('tested on different pictures or labels');
    expect(figures.find(({ key }) => key === 'top1')?.differences[1]).toMatchObject({ low: null });
  });
});

describe('the command line', () => {
  it('corrects, tells, takes back and writes labels', async () => {
    const [id] = await trained('bar');
    const said = await cli('edit', study, '--exclude', '--picture', id);
    expect([said.code, said.stdout]).toEqual([0, '1 picture left out.\n']);
    const file = join(root.path, 'labels.csv');
    const listed = await cli('edit', study, '--list', '--export', file, '--json');
    expect(jsonLines(listed)[0]).toMatchObject({ undo: '1 picture left out.', written: file });
    const lines = (await readFile(file, 'utf8')).trim().split('\r\n');
    expect(lines[0].endsWith('path,label,split')).toBe(true);
    const { samples, classes } = await present();
    expect(lines.slice(1)).toEqual(samples.map(({ id: path, label, split }) => `${path},${classes[label]},${split}`));
    expect((await cli('edit', study, '--undo')).stdout).toBe('Taken back: 1 picture left out.\n');
    const wrong = await cli('edit', study, '--merge', 'cow', '--into', 'bar', '--json');
    expect([wrong.code, JSON.parse(wrong.stderr)]).toMatchObject([1, { code: 'not-found' }]);
    expect((await cli('refresh', study)).stdout).toContain('Nothing has changed.');
  });
});
