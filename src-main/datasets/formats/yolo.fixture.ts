/**
 * Tiny YOLO data sets: as Ultralytics describes them (docs.ultralytics.com/datasets/detect and /segment: `data.yaml`,
 * `images/<split>`, `labels/<split>`), and as Darknet and LabelImg write them (`obj.data`, `obj.names`, text files beside
 * the pictures). Pictures have 20 x 10 pixels.
 */
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

export const YOLO_YAML = `# Train/val/test sets as 1) dir: path/to/imgs, 2) file: path/to/imgs.txt, or 3) list
path: ../datasets/pets # dataset root dir
train: images/train # train images (relative to 'path')
val: images/val # val images (relative to 'path')
test: # test images (optional)

# Classes
names:
  0: cat
  1: dog
  2: bird
`;

/** Pictures by path, each unlike the others. */
export async function writePictures(root: string, paths: readonly string[]): Promise<void> {
  for (const [i, path] of paths.entries()) await writeFiles(root, { [path]: await patchworkJpeg(i + 1, 20, 10) });
}

export async function writeYolo(root: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  await writePictures(root, [
    ...['images/train/a.jpg', 'images/train/b.jpg', 'images/train/c.jpg', 'images/train/d.jpg'],
    ...['images/val/a.jpg', 'images/val/e.png.jpg'],
  ]);
  await writeFiles(root, {
    'data.yaml': YOLO_YAML,
    // Pixels 7.5 to 12.5 across, 2.5 to 7.5 down; and 0 to 5, 0 to 5.
    'labels/train/a.txt': '0 0.5 0.5 0.25 0.5\n1 0.125 0.25 0.25 0.5\n',
    'labels/train/b.txt': '1 0.5 0.5 1 1\r\n',
    'labels/train/c.txt': '',
    'labels/val/a.txt': '0 0.75 0.5 0.5 0.5 0.93\n',
    'labels/val/e.png.txt': '  1   0.5 5e-1 .5 0.5  ',
    ...labels,
  });
}

export async function writeDarknet(root: string): Promise<void> {
  await writePictures(root, ['obj_train_data/1.jpg', 'obj_train_data/2.jpg', 'obj_train_data/3.jpg']);
  await writeFiles(root, {
    'obj.data':
      'classes = 2\ntrain = data/train.txt\nvalid = data/valid.txt\nnames = data/obj.names\nbackup = backup/\n',
    'obj.names': 'cat\ndog\n',
    'train.txt': 'data/obj_train_data/1.jpg\ndata/obj_train_data/2.jpg\n',
    'valid.txt': 'data/obj_train_data/3.jpg\n',
    'obj_train_data/1.txt': '0 0.5 0.5 1 1\n',
    'obj_train_data/2.txt': '1 0.5 0.5 1 1\n',
    'obj_train_data/3.txt': '1 0.5 0.5 0.5 0.5\n',
  });
}
