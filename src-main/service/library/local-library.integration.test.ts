import { appendFile, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeMaps } from '../../contract/resources.ts';
import { decodeSampleTable } from '../../contract/sample-table.ts';
import type { RunRecord } from '../../contract/run.ts';
import { temporaryFolder, writeShapes } from '../../jobs/tiny-study.fixture.ts';
import { plainText } from '../../reports/words.ts';
import { writeFileAtomic } from '../../workspace/atomic-file.ts';
import { acquireLock } from '../../workspace/lock.ts';
import { createRun } from '../../workspace/run.ts';
import { beginning } from '../../workspace/records.fixture.ts';
import type { Study } from '../../workspace/study.ts';
import {
  attackedPictureFile,
  changePictureFile,
  marksFile,
  runFolder,
  runLockFile,
  shownPictureFile,
} from '../../workspace/study-layout.ts';
import { createStudyFrom } from '../create-study.ts';
import type { ReportRequest } from './library.ts';
import { ROUNDS, SIDE, writeRun } from './library.fixture.ts';
import { LocalLibrary } from './local-library.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let made: Study;
let study: string;
let plain: RunRecord;
let steady: RunRecord;
const library = new LocalLibrary();
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

beforeAll(async () => {
  folder = await temporaryFolder();
  const pictures = join(folder.path, 'shapes');
  study = join(folder.path, 'study');
  await writeShapes(pictures, 20);
  await writeFile(join(pictures, 'bar', 'broken.png'), 'no picture at all');
  made = (await createStudyFrom(study, { data: pictures, name: 'Shapes' })).study;
  plain = await writeRun(made, { arm: 'plain', seed: 0 }, 0, 3);
  steady = await writeRun(made, { arm: 'consistency', seed: 0 }, 0.3, 11);
});

afterAll(() => folder.remove());

describe('a study', () => {
  it('tells where it stands, and which run nobody works on any more', async () => {
    const half = await createRun(study, { ...beginning, dataFingerprint: plain.dataFingerprint });
    const status = async (active: string[]) =>
      (await library.openStudy(study, active)).runs.find(({ id }) => id === half.id)?.status;
    expect(await status([])).toBe('interrupted');
    expect(await status([half.id])).toBe('running');
    const lock = await acquireLock(runLockFile(runFolder(study, half.id)), { what: 'the run' });
    expect(await status([])).toBe('running');
    lock.release();
    const state = await library.openStudy(study, []);
    expect(state.runs.map(({ name, resumable }) => [name, resumable])).toEqual([
      ['Plain training', false],
      ['Explanation consistency (seed 0)', false],
      ['Explanation consistency (seed 3)', true],
    ]);
    expect(state.runs[0]).toMatchObject({ assessments: [0, 1], roundsPlanned: 1, eMean: 0.5, top1: { n: 12 } });
    expect(state.data).toMatchObject({ pictures: 60, problems: 2, missing: false, counts: { test: 12 } });
    const view = await library.dataView(study);
    // The colours of the shapes are those of their classes.
    expect(view.problems).toMatchObject([
      { kind: 'unreadable', count: 1, problems: [{ picture: null }] },
      { kind: 'colour-tells-class', count: 1 },
    ]);
    await rename(made.dataRoot, `${made.dataRoot}-away`);
    expect((await library.openStudy(study, [])).data.missing).toBe(true);
    await rename(`${made.dataRoot}-away`, made.dataRoot);
  });

  it('is read again when its list of pictures has changed', async () => {
    const before = await library.dataView(study);
    const file = join(study, 'data.json');
    const text = await readFile(file, 'utf8');
    await writeFileAtomic(file, text.replace('"reason":"', '"reason":"Look: '));
    await utimes(file, 1, 1);
    expect((await library.dataView(study)).problems[0].problems[0].reason).toBe(
      `Look: ${before.problems[0].problems[0].reason}`,
    );
    await writeFileAtomic(file, text);
  });
});

describe('an assessment', () => {
  it('comes as a table with pictures and earlier rounds', async () => {
    const { body } = await library.resource(study, { kind: 'table', run: plain.id, round: 1 });
    const table = decodeSampleTable(bufferOf(body));
    const ids = new TextDecoder().decode(table.ids).split('\n');
    expect(table).toMatchObject({ run: plain.id, round: 1, count: ids.length, rounds: [...ROUNDS] });
    const row = 7;
    const view = await library.sample(study, plain.id, 1, row);
    expect(view.sample.id).toBe(ids[row]);
    expect(Buffer.from(table.hashes.subarray(32 * row, 32 * row + 32)).toString('hex')).toBe(view.sample.hash);
    expect([...table.sizes.subarray(2 * row, 2 * row + 2)]).toEqual([32, 32]);
    expect(ROUNDS.map((_, i) => table.eByRound[i * table.count + row])).toEqual(
      view.history.map(({ e }) => Math.fround(e)),
    );
    expect(table.columns.e[row]).toBe(Math.fround(7 / 40 + 0.1));
    await expect(library.resource(study, { kind: 'table', run: plain.id, round: 2 })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('comes as heatmaps of the rows that are asked for', async () => {
    const ask = { kind: 'maps', run: plain.id, round: 0, rows: [3, 1] } as const;
    const clean = decodeMaps(bufferOf((await library.resource(study, { ...ask, of: 'clean' })).body));
    const attacked = decodeMaps(bufferOf((await library.resource(study, { ...ask, of: 'attacked' })).body));
    expect([clean.count, clean.height, clean.data.indexOf(255)]).toEqual([2, SIDE, 0]);
    expect(attacked.data.indexOf(255)).toBe(SIDE * SIDE - 1);
    await expect(library.resource(study, { ...ask, run: '../../etc', of: 'clean' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('says of a picture why it is hard, and whether its attack can be shown', async () => {
    const view = await library.sample(study, plain.id, 0, 0);
    expect(plainText(view.sentence)).toBe(
      'When the background is disturbed, the model looks at the lower right instead of the upper left and says disc instead of bar.',
    );
    expect(view).toMatchObject({ labelName: 'bar', explained: false, eps: 2 / 255, amplification: 64 });
    expect(view.after.map(({ name }) => name)).toEqual(['disc', 'bar']);
    const ask = { kind: 'explained', run: plain.id, round: 0, row: 0, of: 'attacked' } as const;
    await expect(library.resource(study, ask)).rejects.toMatchObject({ code: 'not-found' });
    await writeFileAtomic(attackedPictureFile(study, plain.id, 0, 0), 'attacked');
    await writeFileAtomic(changePictureFile(study, plain.id, 0, 0), 'change');
    expect((await library.sample(study, plain.id, 0, 0)).explained).toBe(true);
    expect(Buffer.from((await library.resource(study, ask)).body).toString()).toBe('attacked');
    const [group] = await library.groups(study, plain.id, 0);
    expect(group.title).toBe('bar becomes disc');
    await expect(library.sample(study, plain.id, 0, 5000)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('has a course: the last telling of an epoch, each warning once', async () => {
    const history = await library.history(study, plain.id);
    expect(history.epochs.map(({ epoch, loss }) => [epoch, loss])).toEqual([
      [0, 2],
      [1, 1],
    ]);
    expect(history).toMatchObject({ warnings: ['Little memory.'], epochsPlanned: 3 });
  });
});

describe('pictures', () => {
  it('come upright, small, from memory, from the disk, and not when they were changed', async () => {
    const { pictures } = await library.classPictures(study, 0, null, 0, 3);
    const [{ id, hash }, other] = pictures;
    const ask = { kind: 'picture', hash, size: 96 } as const;
    const [first, second] = await Promise.all([library.resource(study, ask), library.resource(study, ask)]);
    expect(first.body).toBe(second.body);
    expect(await sharp(first.body).metadata()).toMatchObject({ width: 32, height: 32, format: 'jpeg' });
    const kept = shownPictureFile(study, hash, 96);
    expect(Buffer.compare(await readFile(kept), first.body)).toBe(0);
    // Another library finds it on the disk, unless it is torn.
    const file = join(made.dataRoot, id);
    const original = await readFile(file);
    await writeFile(file, 'changed');
    expect((await new LocalLibrary().resource(study, ask)).body.length).toBe(first.body.length);
    await writeFile(kept, first.body.subarray(0, 50));
    await expect(new LocalLibrary().resource(study, ask)).rejects.toThrow(/was changed/);
    await writeFile(file, original);
    expect((await new LocalLibrary().resource(study, ask)).body.length).toBe(first.body.length);
    await rename(join(made.dataRoot, other.id), `${file}.away`);
    await expect(library.resource(study, { ...ask, hash: other.hash })).rejects.toThrow(/not there any more/);
    await rename(`${file}.away`, join(made.dataRoot, other.id));
  });
});

describe('marks', () => {
  it('are kept on the disk, taken back and brought again, and correct the next run', async () => {
    const { pictures } = await library.classPictures(study, 1, 'train', 0, 3);
    const [a, b, c] = pictures.map(({ id }) => id);
    const test = (await library.classPictures(study, 1, 'test', 0, 1)).pictures[0].id;
    await library.setMarks(study, [a], { verdict: 'wrong-label', note: 'a bar' });
    await library.setMarks(study, [a, c, test], { correction: { kind: 'relabel', label: 0 } });
    await library.setMarks(study, [b], { correction: { kind: 'leave-out' } });
    const asked = [
      { id: a, label: 0 },
      { id: c, label: 0 },
      { id: b, label: null },
    ];
    const sorted = [...asked].sort((one, other) => (one.id < other.id ? -1 : 1));
    const plan = (from: LocalLibrary, corrected: boolean) =>
      from.planRuns(study, 'quick', [['arm=noise', 'seed=3'], ['method.eps=0.01']], corrected);
    for (const from of [library, new LocalLibrary()]) {
      const { settings, corrections } = await plan(from, true);
      expect(corrections).toEqual(sorted);
      expect(settings).toMatchObject([
        { arm: 'noise', seed: 3, method: { attack: 'noise', eps: 'auto' }, network: { architecture: 'resnet10' } },
        { arm: 'consistency', seed: 0, method: { attack: 'pgd', eps: 0.01 } },
      ]);
    }
    expect((await plan(library, false)).corrections).toEqual([]);
    await expect(library.planRuns(study, 'quick', [['method.eps=7']], true)).rejects.toThrow('cannot be 7');
    expect((await library.trainOptions(study)).corrections).toEqual({ relabelled: 2, leftOut: 1 });
    expect(await library.undoMarks(study)).toBe(`The correction of ${b}`);
    expect(await library.undoMarks(study)).toBe('The marks on 3 pictures');
    expect(await library.undoMarks(study)).toBe(`The mark on ${a}`);
    expect(await library.undoMarks(study)).toBeNull();
    expect(await new LocalLibrary().marks(study)).toEqual([]);
    expect(await library.redoMarks(study)).toBe(`The mark on ${a}`);
    // Half a line of a writer that was killed costs nothing but itself.
    await appendFile(marksFile(study), '{"time":"2026-01-01","id":"to');
    await library.setMarks(study, [b], { verdict: 'fine' });
    expect((await new LocalLibrary().marks(study)).map(({ id, verdict, note }) => [id, verdict, note])).toEqual([
      [a, 'wrong-label', 'a bar'],
      [b, 'fine', ''],
    ]);
    expect(await library.redoMarks(study)).toBeNull();
    await expect(library.setMarks(study, ['no/such.png'], { verdict: 'fine' })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('two runs', () => {
  it('are compared with intervals, and with what stands in the way', async () => {
    const view = await library.compare(study, [steady.id, plain.id], plain.id);
    expect(view.runs.map(({ id, name }) => [id, name])).toEqual([
      [plain.id, 'Plain training'],
      [steady.id, 'Explanation consistency (seed 0)'],
    ]);
    const top1 = view.figures.find(({ key }) => key === 'top1');
    expect(top1?.values.map((figure) => figure?.value)).toEqual([Math.fround(3 / 12), 11 / 12].map(Number));
    expect(top1?.differences).toMatchObject([null, { verdict: 'better' }]);
    expect(top1?.differences[1]?.change).toBeCloseTo(8 / 12, 6);
    expect(view.answer.join(' ')).toMatch(/66\.7 points/);
    expect(view.cautions).toEqual([
      'One seed was compared. With another the differences can come out differently; three or more tell.',
    ]);
    // The other way round it is the other way round, though a report would set it right.
    const back = await library.compare(study, [plain.id, steady.id], steady.id);
    expect(back.figures.find(({ key }) => key === 'top1')?.differences[1]).toMatchObject({ verdict: 'worse' });
    await expect(library.compare(study, [plain.id], steady.id)).rejects.toMatchObject({ code: 'bad-argument' });
    await expect(library.compare(study, [plain.id, '009-plain-s9'], plain.id)).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('say what has been measured on them', async () => {
    const { runs } = await library.openStudy(study, []);
    expect(runs.filter(({ id }) => id === plain.id).map(({ measured }) => measured)).toEqual([['recognition']]);
    const overview = await library.evaluationOverview(study, [plain.id, steady.id]);
    expect(overview).toMatchObject({ pictures: 12, split: 'test' });
    const states = overview.parts.map(({ part, runs: of }) => [part, of.map(({ state }) => state).join()]);
    expect(states.slice(0, 2)).toEqual([
      ['recognition', 'measured,measured'],
      ['localization', 'missing,missing'],
    ]);
    // One pass a picture took a second for 12.
    expect(overview.parts[0].seconds).toBeCloseTo(1, 6);
  });

  it('show the same pictures side by side', async () => {
    const [first] = await library.comparePictures(study, plain.id, steady.id, 'steadier', 5);
    expect(first.b.e - first.a.e).toBeCloseTo(0.3, 5);
    expect(first.a).toMatchObject({ round: 1, right: true, predictionName: first.labelName });
    expect(await library.comparePictures(study, plain.id, steady.id, 'less-steady', 5)).toEqual([]);
    expect(await library.comparePictures(study, plain.id, steady.id, 'newly-right', 5)).toEqual([]);
  });
});

describe('reports and exports', () => {
  const request = (changes: Partial<ReportRequest> = {}): ReportRequest => ({
    ...{ study, runs: [plain.id, steady.id], sections: ['recognition'], title: 'What it looks at' },
    ...changes,
  });
  const written = async (kind: Parameters<LocalLibrary['writeExport']>[0], changes?: Partial<ReportRequest>) => {
    const path = join(folder.path, `out.${kind}`);
    await library.writeExport(kind, request(changes), path);
    return readFile(path);
  };

  it('holds the sections that are asked for, and what must always be there', async () => {
    const preview = await library.previewReport(request());
    const { body, type } = await library.resource(null, { kind: 'report', id: preview.id });
    const html = new TextDecoder().decode(body);
    expect(type).toMatch(/^text\/html/);
    const has = (id: string) => html.includes(`id="${id}"`);
    expect(['answer', 'recognition', 'limits', 'definitions', 'repeat'].filter(has)).toHaveLength(5);
    expect(['localization', 'explanations', 'hard-samples'].filter(has)).toEqual([]);
    expect(html).not.toContain('href="#hard-samples"');
    expect(preview.answer.length).toBeGreaterThan(1);
    for (let i = 0; i < 4; i++) await library.previewReport(request({ runs: [plain.id] }));
    await expect(library.resource(null, { kind: 'report', id: preview.id })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it('stops when it is asked to, and writes nothing', async () => {
    const controller = new AbortController();
    const path = join(folder.path, 'stopped.html');
    let told = 0;
    const writing = library.writeExport('html', request(), path, {
      signal: controller.signal,
      onProgress: () => {
        told++;
        controller.abort();
      },
    });
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    expect(told).toBe(1); // At the next step, not when everything has been computed.
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    const nowhere = join(folder.path, 'no', 'such');
    await writeFile(join(folder.path, 'no'), 'a file');
    await expect(library.writeExport('marks-csv', request(), nowhere)).rejects.toMatchObject({
      code: 'study-unwritable',
    });
  });

  it('writes tables', async () => {
    const lines = (await written('samples-csv')).toString('utf8').trim().split('\r\n');
    const { count } = decodeSampleTable(
      bufferOf((await library.resource(study, { kind: 'table', run: plain.id, round: 1 })).body),
    );
    expect(lines).toHaveLength(1 + 2 * count);
    expect(lines.filter((line) => line.includes('wrong-label,a bar'))).toHaveLength(2);
    expect((await written('marks-csv')).toString('utf8').split('\r\n')).toHaveLength(4);
    expect((await written('samples-parquet', { runs: [plain.id] })).toString('latin1', 0, 4)).toBe('PAR1');
    await expect(written('samples-parquet')).rejects.toMatchObject({ code: 'bad-argument' });
    const json = JSON.parse((await written('json')).toString('utf8')) as Record<string, unknown>;
    expect(json).toMatchObject({
      title: 'What it looks at',
      repeat: { runs: [{ run: plain.id }, { run: steady.id }] },
    });
    const figures = (await written('figures-csv')).toString('utf8').split('\r\n');
    expect(figures.filter((line) => line.includes(',recognition,top1,'))).toHaveLength(2);
    expect((await written('pictures-parquet')).toString('latin1', 0, 4)).toBe('PAR1');
    const zip = unzipSync(
      await written('zip', { created: '2026-01-31T12:00:00.000Z', printed: { reason: 'No paper.' } }),
    );
    expect(strFromU8(zip['README.txt'])).toMatch(/Written: 2026-01-31T12:00:00\.000Z[^]*Left out\. No paper\./);
  });
});
