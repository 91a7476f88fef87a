import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DataEdit } from '../contract/data-edits.ts';
import { applyEdits } from '../datasets/edits/edits.ts';
import { openDataset } from '../datasets/open-data.ts';
import { patchworkJpeg, temporaryFolder, writeClasses, writeFiles } from '../datasets/pictures/pictures.fixture.ts';
import { editsExport } from './export-edits.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  root = await temporaryFolder();
});
afterAll(() => root.remove());

it('writes labels that are read again as the same data, whatever the files are called', async () => {
  await writeClasses(root.path, { 'tabby cat': 6, dog: 5 });
  await writeFiles(root.path, {
    'dog/=1+1, "x".jpg': await patchworkJpeg(90),
    '-cow/Kuh ü.jpg': await patchworkJpeg(91),
    '-cow/2.jpg': await patchworkJpeg(92),
  });
  const base = await openDataset(root.path, { seed: 0 });
  const edits: DataEdit[] = [
    { kind: 'relabel', ids: ['dog/0.jpg', 'dog/=1+1, "x".jpg'], classes: ['wolf'] },
    { kind: 'merge', classes: ['-cow'], into: '-1' },
    { kind: 'exclude', ids: ['dog/4.jpg'] },
    { kind: 'move', ids: ['dog/0.jpg'], split: 'val' },
    { kind: 'move', ids: ['dog/1.jpg'], split: 'test' },
  ];
  const steps = edits.map((edit) => ({ edit }));
  const { dataset } = applyEdits(base, steps);
  const file = join(root.path, 'labels.csv');
  const state = { base, dataset, steps, edits: { from: null, done: [], undone: [] }, state: {}, warnings: [] };
  await writeFile(file, editsExport('labels-csv', state));
  const again = await openDataset(file, { seed: 0 });
  const told = ({ samples, classes }: typeof again) =>
    samples.map(({ id, label, split }) => [id, classes[label], split]);
  expect(told(again)).toEqual(told(dataset));

  const changed = editsExport('edits-csv', state).trim().split('\r\n');
  expect(changed).toHaveLength(1 + 6);
  expect(changed).toContain(
    'dog/4.jpg,dog,,' + `${base.samples.find(({ id }) => id === 'dog/4.jpg')?.split ?? ''},,true`,
  );
});
