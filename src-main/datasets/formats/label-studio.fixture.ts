/**
 * Tiny exports of Label Studio: JSON and JSON-MIN after labelstud.io/guide/export, with the keys that version 1.x writes.
 * Pictures have 20 x 10 pixels; regions are in percent. The painted mask was packed by @thi.ng/rle-pack 3.2.12.
 */
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

type Row = Record<string, unknown>;

const LABEL_STUDIO_SIZE = { original_width: 20, original_height: 10, image_rotation: 0 } as const;

/** RGBA of 6 x 4 pixels in colour 255, 85, 0, opaque at 1..3, 1..2 and at 5, 3. */
export const PAINTED = [
  ...[0, 0, 0, 96, 57, 27, 254, 27, 0, 11, 253, 84, 2, 31, 240, 85, 64, 33, 255, 9, 84, 3, 254, 216, 0, 95, 234, 160],
  ...[16, 255, 130, 170, 1, 15, 248, 74, 160, 31, 248, 108, 0, 63, 245, 80, 15, 240],
];

export const choice = (...choices: string[]): Row => ({
  ...{ id: 'c1', type: 'choices', value: { choices }, origin: 'manual', to_name: 'image', from_name: 'choice' },
});

export const rectangle = (label: string, x: number, y: number, width: number, height: number, rotation = 0): Row => ({
  ...{
    id: 'r1',
    type: 'rectanglelabels',
    origin: 'manual',
    to_name: 'image',
    from_name: 'label',
    ...LABEL_STUDIO_SIZE,
  },
  value: { x, y, width, height, rotation, rectanglelabels: [label] },
});

export const polygon = (label: string, ...points: [number, number][]): Row => ({
  ...{ id: 'p1', type: 'polygonlabels', origin: 'manual', to_name: 'image', from_name: 'label', ...LABEL_STUDIO_SIZE },
  value: { points, closed: true, polygonlabels: [label] },
});

export const brush = (label: string, rle: readonly number[], width: number, height: number): Row => ({
  ...{ id: 'b1', type: 'brushlabels', origin: 'manual', to_name: 'image', from_name: 'label', image_rotation: 0 },
  ...{ original_width: width, original_height: height, value: { format: 'rle', rle, brushlabels: [label] } },
});

export const annotation = (result: readonly Row[], more: Row = {}): Row => ({
  ...{ id: 1001, completed_by: 1, result, was_cancelled: false, ground_truth: false, lead_time: 4.2, task: 1 },
  ...{ created_at: '2021-03-09T22:16:08.728353Z', updated_at: '2021-03-09T22:16:08.728378Z', ...more },
});

export const task = (id: number, image: string, annotations: readonly Row[]): Row => ({
  ...{ id, annotations, drafts: [], predictions: [{ result: [choice('never read')] }], data: { image }, meta: {} },
  ...{ created_at: '2021-03-09T21:52:49.513742Z', updated_at: '2021-03-09T22:16:08.746926Z', project: 83 },
});

/** a.jpg to e.jpg below `photos`, and the export beside them. */
export async function writeLabelStudio(
  root: string,
  tasks: readonly unknown[],
  name = 'project-1.json',
): Promise<void> {
  for (const [i, letter] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    await writeFiles(root, { [`photos/${letter}.jpg`]: await patchworkJpeg(i + 1, 20, 10) });
  }
  await writeFiles(root, { [name]: JSON.stringify(tasks) });
}
