import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { linesOfMask } from './annotations/masks.fixture.ts';
import { csv, entry, metadata, project, rect, region, writeVia } from './via.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const open = (choices: Record<string, string> = {}, path = root): ReturnType<typeof openData> =>
  openData(path, { seed: 0, valShare: 0, testShare: 0, choices });
const classesOf = ({ samples, classes }: Dataset): string[] =>
  samples.map(({ id, label, labels = [label] }) => `${id.slice(-5)}: ${labels.map((i) => classes[i]).join(' ')}`);
const problemsOf = (dataset: Dataset, kind: string): string[] =>
  dataset.problems.filter((problem) => problem.kind === kind).map(({ file, reason }) => `${file}: ${reason}`);

const polygon = { name: 'polygon', all_points_x: [2, 6, 6, 2], all_points_y: [1, 1, 4, 4] };

describe('VGG Image Annotator', () => {
  it('gives boxes and masks of every shape in a project, by the names of options', async () => {
    const images = metadata(
      entry('a.jpg', [
        region(polygon, { species: '1', note: 'x' }),
        region({ name: 'circle', cx: 14, cy: 5, r: 3 }, { species: '2' }),
      ]),
      entry('photos/b.jpg', [
        region({ name: 'ellipse', cx: 10, cy: 5, rx: 4, ry: 2, theta: Math.PI / 2 }, { species: '2' }),
      ]),
      entry('c.jpg', [region(rect(5, 2, 10, 6), { species: '1' })]),
      entry('d.jpg', []),
    );
    const attributes = {
      region: { species: { type: 'dropdown', description: '', options: { 1: 'cat', 2: 'dog' }, default_options: {} } },
      file: {},
    };
    await writeVia(root, 'via_project.json', project(images, attributes));
    const { dataset, candidates, sentence, choices } = await open();
    expect(candidates[0]).toMatchObject({ format: 'via', certainty: 0.95 });
    expect(sentence).toBe(
      'VGG Image Annotator, via_project.json, 4 pictures; classes are the "species" of its regions.',
    );
    expect(dataset.task).toBe('multi-label');
    expect(classesOf(dataset)).toEqual(['a.jpg: cat dog', 'b.jpg: dog', 'c.jpg: cat']);
    expect(dataset.samples[0]?.boxes[0]).toEqual({ x0: 2, y0: 1, x1: 6, y1: 4, label: 0 });
    expect(dataset.samples[0]?.boxes[1]).toMatchObject({ x0: 11, y0: 2, label: 1 });
    expect(dataset.samples[2]?.boxes).toEqual([{ x0: 5, y0: 2, x1: 15, y1: 8, label: 0 }]);
    // A circle of radius 3 around 14, 5 holds the middles 11.5 to 16.5 of columns at heights of at most 1.66, 2.6, 2.96.
    expect(linesOfMask(dataset.samples[0]?.mask)).toEqual([
      '....................',
      '..####..............',
      '..####......####....',
      '..####.....######...',
      ...new Array<string>(3).fill('...........######...'),
      '............####....',
      '....................',
      '....................',
    ]);
    // The ellipse stands upright: 8..12 across, 1..9 down.
    expect(linesOfMask(dataset.samples[1]?.mask)?.map((line) => line.indexOf('#'))).toEqual([
      -1, 9, 8, 8, 8, 8, 8, 8, 9, -1,
    ]);
    expect(dataset.samples[2]?.mask).toBeNull();
    expect(choices.find(({ key }) => key === 'attribute')?.options.map(({ value }) => value)).toEqual([
      'region:species',
      'region:note',
    ]);
  });

  it('reads annotations as JSON and as CSV alike, with attributes of pictures where they say the class', async () => {
    const entries = [
      entry('a.jpg', [region(rect(0, 0, 10, 5), {})], { class: 'cat', caption: 'one' }),
      entry('b.jpg', [region(polygon, {})], { class: 'dog', caption: 'two' }),
      entry('with, a comma.jpg', [], { class: 'cat', caption: 'three' }),
      entry('d.jpg', [region({ name: 'point', cx: 3, cy: 4 }, {})], { class: 'cat', caption: 'four' }),
    ];
    await writeVia(root, 'via.json', metadata(...entries));
    await writeFiles(root, { 'photos/with, a comma.jpg': await patchworkJpeg(9, 20, 10) });
    const json = await open();
    // The last one's name is longer.
    expect(classesOf(json.dataset)).toEqual(['a.jpg: cat', 'b.jpg: dog', 'd.jpg: cat', 'a.jpg: cat']);
    expect(json.dataset.samples[3]?.id).toBe('photos/with, a comma.jpg');
    expect(json.dataset.samples[0]?.boxes).toEqual([{ x0: 0, y0: 0, x1: 10, y1: 5 }]);
    expect(linesOfMask(json.dataset.samples[1]?.mask)?.[1]).toBe('..####..............');
    await writeFiles(root, { 'via.csv': csv(...entries) });
    const table = await open({}, join(root, 'via.csv'));
    expect(table.dataset.format).toBe('via');
    expect(table.dataset.fingerprint).toBe(json.dataset.fingerprint);
    const chosen = await open({ attribute: 'file:caption' });
    expect(chosen.dataset.classes).toEqual(['four', 'one', 'three', 'two']);
  });

  it('takes every box that is ticked, and the regions of version 1', async () => {
    await writeVia(
      root,
      'via.json',
      metadata(
        entry('a.jpg', { 0: region(rect(1, 1, 5, 5), { kind: { cat: true, dog: true, bird: false } }) }),
        entry('b.jpg', { 0: region(rect(1, 1, 5, 5), { kind: { dog: true } }), 1: region(rect(6, 1, 5, 5), {}) }),
      ),
    );
    const { dataset } = await open();
    expect(classesOf(dataset)).toEqual(['a.jpg: cat dog', 'b.jpg: dog']);
    expect(dataset.samples[0]?.boxes.map(({ label }) => label)).toEqual([0, 1]);
    expect(problemsOf(dataset, 'bad-annotation')).toEqual(['photos/b.jpg: Region 2 has no "kind" and is left out.']);
  });
});

describe('damaged annotations of VGG Image Annotator', () => {
  it('lose what is damaged, and nothing else', async () => {
    const images = {
      ...metadata(
        entry('a.jpg', [
          region(rect(1, 1, 5, 5), { kind: 'cat' }),
          region(rect(1, 1, -5, 5), { kind: 'cat' }),
          region(rect(1e308, 1, 1e308, 5), { kind: 'cat' }),
          region({ name: 'rect', x: 'far', y: 1, width: 2, height: 3 }, { kind: 'cat' }),
          region({ name: 'polygon', all_points_x: [1, 2, 3], all_points_y: [1, 2] }, { kind: 'cat' }),
          region({ name: 'circle', cx: 1, cy: 1, r: 0 }, { kind: 'cat' }),
          region({ name: 'sphere' }, { kind: 'cat' }),
          region({ name: 'polyline', all_points_x: [1, 2], all_points_y: [1, 2] }, { kind: 'cat' }),
          7,
        ]),
        entry('b.jpg', [region(polygon, { kind: 'dog' })]),
        entry('../../c.jpg', [region(rect(1, 1, 5, 5), { kind: '__proto__' })]),
        entry('/etc/passwd', []),
      ),
      x: null,
      y: { filename: 3 },
      z: { filename: 'b.jpg', regions: 'none' },
    };
    const text = JSON.stringify(images).replace('"x":null', '"__proto__":{"filename":"d.jpg","regions":[]}');
    await writeVia(root, 'via.json', text);
    const { dataset } = await open();
    expect(dataset.classes).toEqual(['__proto__', 'cat', 'dog']);
    expect(dataset.samples[0]?.boxes).toEqual([{ x0: 1, y0: 1, x1: 6, y1: 6, label: 1 }]);
    expect(problemsOf(dataset, 'bad-annotation').map((reason) => reason.slice(0, 44))).toEqual([
      'via.json: Entry 6 names no picture.',
      'photos/a.jpg: Region 4: A rectangle is not f',
      'photos/a.jpg: Region 5: An outline needs thr',
      'photos/a.jpg: Region 6: A circle or ellipse ',
      'photos/a.jpg: Region 7: A region has no shap',
      'photos/a.jpg: Region 9 has no "kind" and is ',
      'photos/b.jpg: The picture is described twice',
    ]);
    expect(problemsOf(dataset, 'bad-box')).toHaveLength(2);
    expect(problemsOf(dataset, 'missing-picture')).toEqual(['/etc/passwd: There is no picture "/etc/passwd".']);
    expect(problemsOf(dataset, 'unlabelled')).toContain('photos/d.jpg: The annotations say no class for this picture.');
  });

  it('keep the beginning of a table that breaks, and are refused where it is all broken', async () => {
    const whole = csv(
      entry('a.jpg', [region(rect(1, 1, 5, 5), { kind: 'cat' })]),
      entry('b.jpg', [region(rect(1, 1, 5, 5), { kind: 'dog' })]),
    );
    await writeVia(root, 'via.csv', `${whole}\nc.jpg,1,"{}",1,0,nothing,"{}"\nshort\nd.jpg,1,"{"never closed`);
    const { dataset } = await open();
    expect(classesOf(dataset)).toEqual(['a.jpg: cat', 'b.jpg: dog']);
    const reasons = problemsOf(dataset, 'bad-annotation');
    expect(reasons.slice(0, 2)).toEqual([
      'via.csv: Line 4 is no region of VGG Image Annotator.',
      'via.csv: Line 5 is no region of VGG Image Annotator.',
    ]);
    expect(reasons[2]).toContain('only its beginning was read');
    await writeFiles(root, { 'via.csv': `${whole.split('\n')[0]}\n"never closed` });
    expect(await open({}, join(root, 'via.csv')).catch((error: unknown) => error)).toMatchObject({
      code: 'data-unreadable',
      hint: 'Export it again from VGG Image Annotator.',
    });
  });
});
