/** Corrections are written, killed, taken back and read again in a real folder. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DataEdit } from '../contract/data-edits.ts';
import { fingerprintOf } from '../datasets/dataset-file.ts';
import type { Dataset } from '../datasets/dataset.ts';
import { addDataEdit, readDataEdits } from './data-edits.ts';
import type { DataEditLine } from './data-edits.ts';
import { replaceImport } from './data-imports.ts';
import { beginning, exampleDataset } from './records.fixture.ts';
import { createRun } from './run.ts';
import { StudyData } from './study-data.ts';
import { dataEditsFile, importFile } from './study-layout.ts';
import { createStudy } from './study.ts';
import type { Study } from './study.ts';

let base: string;
let study: Study;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'steadygaze-edits-'));
  study = await createStudy(join(base, 'study'), example());
});
afterEach(() => rm(base, { recursive: true, force: true }));

/** Four of each class, sorted by id as readers leave them; every second one is for testing. */
function example(more: readonly string[] = []): Dataset {
  const one = exampleDataset('/x');
  const ids = ['boot/0', 'boot/1', 'boot/2', 'boot/3', 'shirt/0', 'shirt/1', 'shirt/2', 'shirt/3', ...more].sort();
  const samples = ids.map((id, i) => ({
    ...one.samples[0],
    id,
    label: one.classes.indexOf(id.split('/')[0]),
    split: Number(id.split('/')[1]) % 2 === 0 ? ('train' as const) : ('test' as const),
    hash: String(i % 10).repeat(64),
  }));
  return { ...one, samples, fingerprint: fingerprintOf(one.classes, samples) };
}

const time = '2026-11-23T07:00:00.000Z';
const line = (edit: DataEdit): DataEditLine => ({ do: 'edit', time, edit, sentence: 'Some.', pictures: 1 });
const add = (...lines: DataEditLine[]) => addDataEdit(study.folder, async () => ({ add: lines, result: undefined }));
const present = () => new StudyData(study).read();
const exclude = (...ids: string[]): DataEdit => ({ kind: 'exclude', ids });

it('gives every state again, and an undone correction leaves what was there before', async () => {
  const before = await present();
  expect(before).toMatchObject({ state: {}, warnings: [] });
  await add(line(exclude('boot/0')));
  const one = await present();
  expect(one.state).toEqual({ dataEdits: 1 });
  expect(one.dataset.samples).toHaveLength(7);
  await add(line({ kind: 'merge', classes: ['shirt'], into: 'vest' }), { do: 'undo', time }, { do: 'undo', time });
  expect((await present()).dataset.fingerprint).toBe(before.dataset.fingerprint);
  await add({ do: 'redo', time });
  const again = await present();
  expect([again.dataset.fingerprint, again.state]).toEqual([one.dataset.fingerprint, { dataEdits: 5 }]);
  // As a run remembers it.
  expect((await new StudyData(study).read({ dataEdits: 2 })).dataset.classes).toEqual(['vest', 'boot']);
  await expect(new StudyData(study).read({ dataEdits: 6 })).rejects.toMatchObject({ code: 'data-changed' });
});

it('has the same fingerprint after any corrections and as many undone', async () => {
  const edits = fc.constantFrom<DataEdit>(
    exclude('boot/1'),
    { kind: 'relabel', ids: ['boot/2', 'shirt/3'], classes: ['clog'] },
    { kind: 'merge', classes: ['boot'], into: 'shoe' },
    { kind: 'resplit', seed: 1, val: 0.25, test: 0.25 },
    { kind: 'move', ids: ['shirt/1'], split: 'val' },
  );
  const { fingerprint } = (await present()).dataset;
  await fc.assert(
    fc.asyncProperty(fc.array(edits, { minLength: 1, maxLength: 4 }), async (chosen) => {
      await rm(dataEditsFile(study.folder), { force: true });
      await add(...chosen.map(line));
      const edited = (await present()).dataset.fingerprint;
      await add(...chosen.map((): DataEditLine => ({ do: 'undo', time })));
      expect((await present()).dataset.fingerprint).toBe(fingerprint);
      await add(...chosen.map((): DataEditLine => ({ do: 'redo', time })));
      expect((await present()).dataset.fingerprint).toBe(edited);
    }),
    { numRuns: 15 },
  );
});

it('passes over half a line, says so of a line that cannot be read, and writes behind both', async () => {
  await add(line(exclude('boot/0')));
  await appendFile(dataEditsFile(study.folder), '{"do":"edit","time":"2026');
  expect((await present()).state).toEqual({ dataEdits: 1 });
  await add(line(exclude('boot/1')));
  expect((await readDataEdits(study.folder)).lines).toHaveLength(2);
  expect((await present()).dataset.samples).toHaveLength(6);
  const text = await readFile(dataEditsFile(study.folder), 'utf8');
  await writeFile(dataEditsFile(study.folder), text.replace('"boot/0"', '"boot/0"'.slice(1)));
  const { dataset, warnings, state } = await present();
  expect([dataset.samples.length, warnings.length, state]).toEqual([7, 1, { dataEdits: 2 }]);
});

it('survives kill -9 at any moment: what was said to be saved is there, whole', async () => {
  const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import { addDataEdit } from ${from('./data-edits.ts')};
    for (let i = 0; ; i++) {
      const edit = { kind: 'move', ids: ['boot/0', 'x'.repeat(7000)], split: i % 2 === 0 ? 'test' : 'train' };
      const line = { do: 'edit', time: '', edit, sentence: String(i), pictures: 1 };
      await addDataEdit(${JSON.stringify(study.folder)}, async () => ({ add: [line], result: undefined }));
      process.stdout.write(i + ' ');
    }`;
  let known = 0;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, 40 + 37 * round));
    child.kill('SIGKILL');
    await once(child, 'close');
    const { lines } = await readDataEdits(study.folder);
    const saved = said.trim().split(' ').length;
    // One more may have been written and not said.
    expect([known + saved, known + saved + 1]).toContain(lines.length);
    expect(lines).not.toContain(null);
    known = lines.length;
    // The lock of the killed one is taken over.
    await add(line(exclude('shirt/1')), { do: 'undo', time });
    known += 2;
    expect((await present()).edits.done.length).toBe(known - 4 * (round + 1) + 2 * (round + 1));
  }
});

it('lets one change after the other through', async () => {
  await Promise.all(['boot/0', 'boot/1', 'boot/2'].map((id) => add(line(exclude(id)))));
  expect((await present()).dataset.samples.map(({ id }) => id)).toEqual([
    ...['boot/3', 'shirt/0', 'shirt/1', 'shirt/2', 'shirt/3'],
  ]);
});

it('keeps what was read before for the runs that saw it, and parts nothing anew that was there', async () => {
  const parting: DataEdit = { kind: 'resplit', seed: 3, val: 0, test: 0.5 };
  await add(line(parting));
  const first = await present();
  const run = await createRun(study.folder, {
    ...beginning,
    dataFingerprint: first.dataset.fingerprint,
    ...first.state,
  });
  const splits = new Map(first.dataset.samples.map(({ id, split }) => [id, split]));

  await replaceImport(study, example(['boot/5', 'boot/7', 'shirt/5', 'shirt/7']));
  const second = await present();
  expect(second.dataset.samples).toHaveLength(12);
  for (const { id, split } of second.dataset.samples) expect([id, split]).toEqual([id, splits.get(id) ?? 'test']);
  expect((await new StudyData(study).read(run)).dataset.fingerprint).toBe(run.dataFingerprint);

  // Taken back, all belong where they were read to belong.
  await add({ do: 'undo', time });
  expect((await present()).dataset.fingerprint).toBe(example(['boot/5', 'boot/7', 'shirt/5', 'shirt/7']).fingerprint);
  await replaceImport(study, example(['boot/5']));
  const lists = async () => (await readdir(study.folder)).filter((name) => /^data-.*\.json$/.test(name));
  // The first: the run and the parting refer to it. The second: it was the one before.
  expect(await lists()).toHaveLength(2);
  await replaceImport(study, example());
  // The second is needed by nobody any more, the third was the one before; the first is the present one again.
  expect(await lists()).toHaveLength(1);
  expect((await new StudyData(study).read(run)).dataset.fingerprint).toBe(run.dataFingerprint);
  expect((await present()).dataset.samples).toHaveLength(8);
});

it('finds the list that the log names, whenever its writer was killed', async () => {
  const next = example(['boot/5']);
  await replaceImport(study, next);
  // Killed after the line, and before the new list took its place.
  const [now, before] = [
    await readFile(join(study.folder, 'data.json')),
    importFile(study.folder, example().fingerprint),
  ];
  await writeFile(importFile(study.folder, next.fingerprint), now);
  await writeFile(join(study.folder, 'data.json'), await readFile(before));
  expect((await present()).dataset.fingerprint).toBe(next.fingerprint);
  // Killed before the line: the new list lies there, and nobody names it.
  await writeFile(importFile(study.folder, example(['boot/7']).fingerprint), 'half');
  expect((await present()).dataset.fingerprint).toBe(next.fingerprint);
});
