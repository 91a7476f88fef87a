import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { patchworkJpeg, temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { linesOfMask } from './annotations/masks.fixture.ts';
import {
  annotation,
  brush,
  choice,
  PAINTED,
  polygon,
  rectangle,
  task,
  writeLabelStudio,
} from './label-studio.fixture.ts';

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

describe('Label Studio', () => {
  it('gives the choices of whole pictures, with regions as what to look at', async () => {
    await writeLabelStudio(root, [
      task(1, '/data/upload/1/0a1b2c3d-a.jpg', [
        annotation([choice('cat'), polygon('thing', [10, 10], [30, 10], [30, 40], [10, 40])]),
      ]),
      task(2, '/data/local-files/?d=photos%5Cb.jpg', [annotation([choice('dog'), rectangle('thing', 25, 50, 25, 50)])]),
      task(3, 'https://example.com/opensource/c.jpg?size=2', [annotation([choice('cat')])]),
      task(4, 's3://bucket/photos/d.jpg', [annotation([choice('dog')], { was_cancelled: true })]),
    ]);
    const { dataset, candidates, sentence, choices } = await open();
    expect(candidates[0]).toMatchObject({ format: 'label-studio', certainty: 0.92 });
    expect(sentence).toBe('Label Studio export project-1.json, 4 pictures; classes are what "choice" says.');
    expect(dataset.task).toBe('single-label');
    expect(classesOf(dataset)).toEqual(['a.jpg: cat', 'b.jpg: dog', 'c.jpg: cat']);
    expect(linesOfMask(dataset.samples[0]?.mask)?.slice(0, 5)).toEqual([
      '....................',
      ...new Array<string>(3).fill('..####..............'),
      '....................',
    ]);
    expect(dataset.samples[1]?.boxes).toEqual([{ x0: 5, y0: 5, x1: 10, y1: 10 }]);
    expect(problemsOf(dataset, 'unlabelled')).toEqual([
      'photos/e.jpg: No annotation names this picture.',
      'photos/d.jpg: The annotations say no class for this picture.',
    ]);
    // The regions say "thing" only, which is no choice between classes, but may be chosen.
    expect(choices.map(({ key, value, options }) => [key, value, options.map((option) => option.value)])).toEqual([
      ['field', 'choice', ['choice', 'label']],
    ]);
  });

  it('gives several classes a picture, from choices or from regions', async () => {
    await writeLabelStudio(root, [
      task(1, 'a.jpg', [annotation([choice('red', 'blue')])]),
      task(2, 'b.jpg', [annotation([choice('blue')])]),
    ]);
    const several = await open();
    expect(several.dataset.task).toBe('multi-label');
    expect(classesOf(several.dataset)).toEqual(['a.jpg: blue red', 'b.jpg: blue']);
    expect(several.choices.find(({ key }) => key === 'labels')?.options.map(({ value }) => value)).toEqual([
      'all',
      'one',
    ]);

    await writeLabelStudio(root, [
      task(1, 'a.jpg', [annotation([rectangle('cat', 0, 0, 50, 50), polygon('dog', [50, 0], [100, 0], [100, 100])])]),
      task(2, 'b.jpg', [annotation([rectangle('dog', 50, 50, 25, 25)])]),
    ]);
    const { dataset } = await open();
    expect(classesOf(dataset)).toEqual(['a.jpg: cat dog', 'b.jpg: dog']);
    expect(dataset.samples[0]?.boxes).toEqual([
      { x0: 0, y0: 0, x1: 10, y1: 5, label: 0 },
      { x0: 10, y0: 0, x1: 20, y1: 10, label: 1 },
    ]);
    // The cat has no outline: a mask of the dog alone would call the cat background.
    expect(dataset.samples[0]?.mask).toBeNull();
    expect(problemsOf(dataset, 'bad-mask')[0]).toContain('In 1 picture only some of the objects have an outline');
    const largest = await open({ labels: 'largest' });
    // Both cover a quarter of the picture; the cat is said first.
    expect(classesOf(largest.dataset)[0]).toBe('a.jpg: cat');
  });

  it('turns rectangles and ellipses as Label Studio does', async () => {
    await writeLabelStudio(root, [
      // 4 x 2 pixels at 10, 2, turned clockwise by 90 degrees about that corner: 8..10 across, 2..6 down.
      task(1, 'a.jpg', [annotation([rectangle('cat', 50, 20, 20, 20, 90)])]),
      task(2, 'b.jpg', [
        annotation([
          {
            ...rectangle('dog', 0, 0, 0, 0),
            type: 'ellipselabels',
            // Radii of 6 and 2 pixels about 10, 6, turned by 90 degrees: 8..12 across, 0..12 down, cut at 10.
            value: { x: 50, y: 60, radiusX: 30, radiusY: 20, rotation: 90, ellipselabels: ['dog'] },
          },
        ]),
      ]),
    ]);
    const [first, second] = (await open()).dataset.samples;
    const rounded = (value: number | undefined): number => Math.round((value ?? NaN) * 1e6) / 1e6;
    const [box] = first?.boxes ?? [];
    expect([box?.x0, box?.y0, box?.x1, box?.y1].map(rounded)).toEqual([8, 2, 10, 6]);
    const [round] = second?.boxes ?? [];
    expect([round?.x0, round?.y0, round?.x1, round?.y1].map(rounded)).toEqual([8, 0, 12, 10]);
    expect(linesOfMask(second?.mask)?.[5]).toBe('........####........');
    expect(linesOfMask(second?.mask)?.[0]).toBe('.........##.........');
  });

  it('reads painted masks', async () => {
    await writeLabelStudio(root, [
      task(1, 'small.jpg', [annotation([brush('cat', PAINTED, 6, 4)])]),
      task(2, 'b.jpg', [annotation([rectangle('dog', 0, 0, 50, 50)])]),
    ]);
    await writeFiles(root, { 'photos/small.jpg': await patchworkJpeg(9, 6, 4) });
    const { dataset } = await open();
    expect(linesOfMask(dataset.samples[1]?.mask)).toEqual(['......', '.###..', '.###..', '.....#']);
    await writeLabelStudio(root, [
      task(1, 'small.jpg', [annotation([brush('cat', PAINTED.slice(0, 20), 6, 4)])]),
      task(2, 'b.jpg', [annotation([brush('dog', PAINTED, 20, 10)])]),
      task(3, 'c.jpg', [annotation([brush('dog', [1, 2, 'x' as never], 20, 10)])]),
    ]);
    const damaged = (await open()).dataset;
    expect(damaged.samples.map(({ mask }) => mask)).toEqual([null, null, null]);
    expect(problemsOf(damaged, 'bad-annotation')).toEqual([
      'photos/small.jpg: A mask cannot be used: the painted mask is incomplete.',
      'photos/b.jpg: A mask cannot be used: the painted mask is of another size than the picture.',
      'photos/c.jpg: A mask cannot be used: the painted mask is incomplete.',
    ]);
  });

  it('takes the latest of several annotations, or the true one, and says where they differ', async () => {
    const late = { updated_at: '2024-01-01T00:00:00Z' };
    await writeLabelStudio(root, [
      task(1, 'a.jpg', [annotation([choice('cat')], late), annotation([choice('dog')])]),
      task(2, 'b.jpg', [annotation([choice('cat')], late), annotation([choice('dog')], { ground_truth: true })]),
      task(3, 'c.jpg', [annotation([choice('dog')]), annotation([choice('cat')], { ...late, was_cancelled: true })]),
      task(4, 'd.jpg', [annotation([choice('cat')]), annotation([choice('cat')], late)]),
    ]);
    const { dataset } = await open();
    expect(classesOf(dataset)).toEqual(['a.jpg: cat', 'b.jpg: dog', 'c.jpg: dog', 'd.jpg: cat']);
    expect(problemsOf(dataset, 'bad-annotation')).toEqual([
      'photos/a.jpg: 2 annotations differ in the classes; the latest counts.',
      'photos/b.jpg: 2 annotations differ in the classes; the one marked as ground truth counts.',
    ]);
  });

  it('reads JSON-MIN, where results stand beside the data', async () => {
    const own = { annotator: 1, created_at: '2021-03-09T22:16:08Z', updated_at: '2021-03-09T22:16:08Z', lead_time: 2 };
    const box = { x: 25, y: 50, width: 25, height: 50, rotation: 0, original_width: 20, original_height: 10 };
    await writeLabelStudio(
      root,
      [
        { image: '/data/upload/1/0a1b2c3d-a.jpg', id: 1, animal: 'cat', annotation_id: 1, ...own },
        {
          image: '/data/upload/1/0a1b2c3d-b.jpg',
          id: 2,
          animal: { choices: ['cat', 'dog'] },
          annotation_id: 2,
          ...own,
        },
        {
          ...{ image: '/data/upload/1/0a1b2c3d-c.jpg', id: 3, animal: 'dog', annotation_id: 3, ...own },
          label: [{ ...box, rectanglelabels: ['head'] }],
        },
        { image: '/data/upload/1/0a1b2c3d-c.jpg', id: 3, animal: 'cat', annotation_id: 4, ...own, updated_at: '2024' },
      ],
      'min.json',
    );
    const { dataset } = await open({}, join(root, 'min.json'));
    expect(dataset.format).toBe('label-studio');
    expect(classesOf(dataset)).toEqual(['a.jpg: cat', 'b.jpg: cat dog', 'c.jpg: cat']);
    // Nobody's latest annotation has a region.
    const regions = await open({ field: 'label' }).catch((error: unknown) => error);
    expect(regions).toMatchObject({ code: 'data-unreadable', message: 'In min.json no picture has a class.' });
  });
});

describe('damaged Label Studio exports', () => {
  it('lose what is damaged, and nothing else', async () => {
    await writeLabelStudio(root, [
      task(1, 'a.jpg', [
        annotation([
          rectangle('cat', 0, 0, 50, 50),
          rectangle('dog', 10, 10, -5, 5),
          rectangle('dog', 1e300, 0, 1e300, 5),
          { ...rectangle('dog', 0, 0, 1, 1), value: { x: '1', y: 2, width: 3, height: 4, rectanglelabels: ['dog'] } },
          { ...polygon('dog'), value: { points: [[1, 2], [3], 'x'], polygonlabels: ['dog'] } },
          { from_name: 'label', type: 'rectanglelabels', value: null },
          'nothing' as never,
        ]),
      ]),
      task(2, '../../b.jpg', [annotation([rectangle('dog', 0, 0, 50, 50)])]),
      task(3, '/etc/passwd.jpg', [annotation([rectangle('dog', 0, 0, 50, 50)])]),
      task(4, 'b.jpg', [annotation([rectangle('cat', 0, 0, 50, 50)])]),
      JSON.parse('{"id": 5, "__proto__": {"annotations": []}, "data": {"image": "c.jpg"}, "annotations": 7}'),
      null,
      ['c.jpg'],
      { id: 6, data: {}, annotations: [] },
    ]);
    const { dataset } = await open();
    expect(classesOf(dataset)).toEqual(['a.jpg: cat dog', 'b.jpg: dog']);
    expect(dataset.samples[0]?.boxes).toEqual([{ x0: 0, y0: 0, x1: 10, y1: 5, label: 0 }]);
    expect(problemsOf(dataset, 'bad-annotation')).toEqual([
      'project-1.json: Entry 5 is no task of Label Studio.',
      'project-1.json: Entry 6 is no task of Label Studio.',
      'project-1.json: Entry 7 is no task of Label Studio.',
      'photos/a.jpg: The place of a region is no number.',
      'photos/a.jpg: An outline needs three corners or more, of two numbers each.',
      'photos/b.jpg: The picture is in two tasks; the first counts.',
    ]);
    expect(problemsOf(dataset, 'missing-picture')).toEqual([
      '/etc/passwd.jpg: There is no picture "/etc/passwd.jpg".',
      'task 6: The task names no picture.',
    ]);
    expect(problemsOf(dataset, 'bad-box')).toHaveLength(2);
  });

  it('are refused in a sentence where nothing can be read', async () => {
    await writeLabelStudio(root, []);
    await writeFiles(root, { 'project-1.json': JSON.stringify([task(1, 'a.jpg', [annotation([])])]).slice(0, -9) });
    const error = await open({}, join(root, 'project-1.json')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SteadygazeError);
    expect(error).toMatchObject({ code: 'data-unreadable', hint: 'Export or download it again.' });
  });
});
