/**
 * A tiny data set laid out as COCO 2017 is: `annotations/instances_<split>2017.json` and a folder of pictures for each
 * split, after cocodataset.org/#format-data ("1. Object Detection", and "5. Image Captioning" for the file of
 * sentences). Pictures have 16 x 12 pixels, so that masks can be drawn by hand.
 */
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

export const COCO_SIZE = { width: 16, height: 12 } as const;

const picture = (id: number): Record<string, unknown> => ({
  license: 1,
  file_name: `${String(id).padStart(12, '0')}.jpg`,
  coco_url: `http://images.cocodataset.org/train2017/${String(id).padStart(12, '0')}.jpg`,
  ...COCO_SIZE,
  date_captured: '2013-11-14 11:18:45',
  flickr_url: 'http://example.org/1.jpg',
  id,
});

const COCO_CATEGORIES: readonly Record<string, unknown>[] = [
  { supercategory: 'person', id: 1, name: 'person' },
  { supercategory: 'animal', id: 17, name: 'cat' },
  { supercategory: 'animal', id: 18, name: 'dog' },
  { supercategory: 'vehicle', id: 3, name: 'car' },
];

export interface CocoJson {
  info: unknown;
  licenses: unknown;
  images: Record<string, unknown>[];
  annotations: Record<string, unknown>[];
  categories: readonly Record<string, unknown>[];
}

const file = (ids: readonly number[], annotations: Record<string, unknown>[]): CocoJson => ({
  info: { description: 'COCO 2017 Dataset', url: 'http://cocodataset.org', version: '1.0', year: 2017 },
  licenses: [{ url: 'http://creativecommons.org/licenses/by/2.0/', id: 1, name: 'Attribution License' }],
  images: ids.map(picture),
  annotations,
  categories: COCO_CATEGORIES,
});

/** Pictures 1 to 4; number 3 has no object. */
export const cocoTraining = (): CocoJson =>
  file(
    [1, 2, 3, 4],
    [
      {
        // A cat: pixels 2..5 across, 1..3 down.
        segmentation: [[2, 1, 6, 1, 6, 4, 2, 4]],
        ...{ area: 12, iscrowd: 0, image_id: 1, bbox: [2, 1, 4, 3], category_id: 17, id: 100 },
      },
      {
        // A dog in two parts, which touches the cat: pixels 6..7 across, 1..2 down, and pixel 15, 11.
        segmentation: [
          [6, 1, 8, 1, 8, 3, 6, 3],
          [15, 11, 16, 11, 16, 12, 15, 12],
        ],
        ...{ area: 5, iscrowd: 0, image_id: 1, bbox: [6, 1, 10, 11], category_id: 18, id: 101 },
      },
      {
        // mask.encode of pycocotools 2.0.11: pixels 3..5 across, 2..4 down; 10..14 across, 8..10 down, but not 10, 8.
        segmentation: { size: [12, 16], counts: 'V139000g1OYN10000004' },
        ...{ area: 23, iscrowd: 0, image_id: 2, bbox: [3, 2, 12, 9], category_id: 18, id: 102 },
      },
      {
        // A crowd: columns 0 and 1 without their first pixel.
        segmentation: { size: [12, 16], counts: [1, 11, 1, 11, 168] },
        ...{ area: 22, iscrowd: 1, image_id: 4, bbox: [0, 1, 2, 11], category_id: 1, id: 103 },
      },
      {
        segmentation: [[8, 8, 10, 8, 10, 10, 8, 10]],
        ...{ area: 4, iscrowd: 0, image_id: 4, bbox: [8, 8, 2, 2], category_id: 17, id: 104 },
      },
    ],
  );

/** Pictures 5 and 6. */
export const cocoValidation = (): CocoJson =>
  file(
    [5, 6],
    [
      {
        segmentation: [[0, 0, 16, 0, 16, 12, 0, 12]],
        ...{ area: 192, iscrowd: 0, image_id: 5, bbox: [0, 0, 16, 12], category_id: 17, id: 200 },
      },
      { segmentation: [], area: 9, iscrowd: 0, image_id: 6, bbox: [1.5, 2.25, 3, 3], category_id: 18, id: 201 },
    ],
  );

export async function writeCoco(
  root: string,
  training: CocoJson = cocoTraining(),
  validation: CocoJson = cocoValidation(),
): Promise<void> {
  for (const id of [1, 2, 3, 4, 5, 6]) {
    const folder = id <= 4 ? 'train2017' : 'val2017';
    const jpeg = await patchworkJpeg(id, COCO_SIZE.width, COCO_SIZE.height);
    await writeFiles(root, { [`${folder}/${String(id).padStart(12, '0')}.jpg`]: jpeg });
  }
  const captions = {
    images: [5, 6].map(picture),
    annotations: [{ image_id: 5, id: 1, caption: 'A cat everywhere.' }],
  };
  await writeFiles(root, {
    'annotations/instances_train2017.json': JSON.stringify(training),
    'annotations/instances_val2017.json': JSON.stringify(validation),
    'annotations/captions_val2017.json': JSON.stringify(captions),
  });
}
