/** A small real data set of each format, after the description that its own fixture cites. */
import { join } from 'node:path';
import { npyBytes } from '../arrays/npy.fixture.ts';
import { patchworkJpeg, writeClasses, writeFiles } from '../pictures/pictures.fixture.ts';
import { writeCifar10 } from './cifar.fixture.ts';
import { writeCoco } from './coco.fixture.ts';
import { writeCats } from './hdf5.fixture.ts';
import { writeIdx } from './idx.fixture.ts';
import { imageNetXml, writeImages } from './imagenet/imagenet.fixture.ts';
import { writeIn9, writeIn9Masks } from './imagenet9/imagenet9.fixture.ts';
import { annotation, choice, polygon, rectangle, task, writeLabelStudio } from './label-studio.fixture.ts';
import { writeSmallCub, writeSmallVoc } from './paper-sets.fixture.ts';
import { parquetPictures } from './parquet-images.fixture.ts';
import { writeStl10 } from './stl10.fixture.ts';
import { writePictures } from './table.fixture.ts';
import { writeRecords } from './tfrecord/tfrecord.fixture.ts';
import { entry, metadata, project, rect, region, writeVia } from './via.fixture.ts';
import { writeYolo } from './yolo.fixture.ts';

/** By the id of the format: writes below an empty folder. */
export const ALL_FORMATS: Readonly<Record<string, (folder: string) => Promise<void>>> = {
  'folder-per-class': (folder) => writeClasses(folder, { cat: 4, dog: 4 }),
  cifar: (folder) => writeCifar10(join(folder, 'cifar-10-batches-bin')),
  idx: (folder) => writeIdx(folder, true),
  hdf5: writeCats,
  numpy: writeArrays,
  tfrecord: writeTrees,
  stl10: (folder) =>
    writeStl10(join(folder, 'stl10_binary'), {
      train: [1, 2, 10, 1, 2, 10],
      test: [10, 1, 2],
      folds: [
        [0, 1, 2],
        [3, 4, 5],
      ],
    }),
  voc: (folder) => writeSmallVoc(folder, { train: 6, val: 3, test: 3 }),
  cub: (folder) => writeSmallCub(folder, { train: 3, test: 2 }),
  imagenet9: writeChallenge,
  imagenet: writeTwoSynsets,
  coco: (folder) => writeCoco(folder),
  yolo: (folder) => writeYolo(folder),
  table: writeSpecies,
  'parquet-images': writeShards,
  'label-studio': writeTasks,
  via: writeRegions,
};

async function writeArrays(folder: string): Promise<void> {
  const values = Array.from({ length: 8 * 12 * 12 }, (_, i) => (i * 37 + Math.floor(i / 144) * 11) % 256);
  await writeFiles(folder, {
    'X_train.npy': npyBytes({ descr: '|u1', shape: [8, 12, 12], values }),
    'y_train.npy': npyBytes({ descr: '<i8', shape: [8], values: [0, 1, 0, 1, 0, 1, 0, 1] }),
    'classes.txt': 'circle\nsquare\n',
  });
}

async function writeTrees(folder: string): Promise<void> {
  const tree = async (seed: number, text: string) => ({
    'image/encoded': await patchworkJpeg(seed, 40, 20),
    'image/class/text': text,
    'image/object/bbox/xmin': Float32Array.of(0.1),
    'image/object/bbox/xmax': Float32Array.of(0.5),
    'image/object/bbox/ymin': Float32Array.of(0.2),
    'image/object/bbox/ymax': Float32Array.of(0.8),
  });
  await writeRecords(folder, {
    'trees-train.tfrecord-00000-of-00002': [await tree(1, 'oak'), await tree(2, 'elm')],
    'trees-train.tfrecord-00001-of-00002': [await tree(3, 'oak'), await tree(4, 'elm')],
    'trees-test.tfrecord-00000-of-00001': [await tree(5, 'elm'), await tree(6, 'oak')],
  });
}

async function writeChallenge(folder: string): Promise<void> {
  await writeIn9(join(folder, 'bg_challenge/original/val'), ['a', 'b']);
  await writeIn9(join(folder, 'bg_challenge/mixed_rand/val'), ['a']);
  await writeIn9Masks(join(folder, 'bg_challenge/fg_mask/val'), ['a', 'b']);
  await writeIn9(join(folder, 'in9l/train'), ['c', 'd']);
}

async function writeTwoSynsets(folder: string): Promise<void> {
  const [tench, crane] = ['n01440764', 'n03126707'];
  const pictures = [tench, crane].flatMap((id) => [1, 2, 3].map((n) => `train/${id}/${id}_${n}.JPEG`));
  await writeImages(join(folder, 'ILSVRC/Data/CLS-LOC'), [...pictures, 'val/ILSVRC2012_val_00000001.JPEG']);
  await writeFiles(folder, {
    'LOC_synset_mapping.txt': `${tench} tench, Tinca tinca\n${crane} crane\n`,
    'LOC_val_solution.csv': `ImageId,PredictionString\nILSVRC2012_val_00000001,${tench} 1 2 30 20\n`,
    [`ILSVRC/Annotations/CLS-LOC/train/${tench}/${tench}_2.xml`]: imageNetXml(`${tench}_2`, tench, [3, 4, 23, 24]),
  });
}

async function writeSpecies(folder: string): Promise<void> {
  const paths = Array.from({ length: 6 }, (_, i) => `photos/${i}.jpg`);
  await writePictures(folder, paths);
  const rows = paths.map((path, i) => `${path},${i % 2 === 0 ? 'fox' : 'wolf'},${i < 4 ? 'train' : 'test'}\n`);
  await writeFiles(folder, { 'labels.csv': `file,species,split\n${rows.join('')}` });
}

async function writeShards(folder: string): Promise<void> {
  const rows = (seeds: readonly number[]) => seeds.map((seed) => ({ seed, label: BigInt(seed % 2) }));
  const names = ['oak', 'elm'];
  await writeFiles(folder, {
    'data/train-00000-of-00002.parquet': await parquetPictures(rows([1, 2, 3]), { names }),
    'data/train-00001-of-00002.parquet': await parquetPictures(rows([4, 5, 6]), { names }),
    'data/test-00000-of-00001.parquet': await parquetPictures(rows([7, 8]), { names }),
  });
}

function writeTasks(folder: string): Promise<void> {
  const outline = polygon('thing', [10, 10], [30, 10], [30, 40], [10, 40]);
  return writeLabelStudio(folder, [
    task(1, '/data/upload/1/0a1b2c3d-a.jpg', [annotation([choice('cat'), outline])]),
    task(2, '/data/local-files/?d=photos%5Cb.jpg', [annotation([choice('dog'), rectangle('thing', 25, 50, 25, 50)])]),
    task(3, 's3://bucket/photos/c.jpg', [annotation([choice('cat')])]),
    task(4, 's3://bucket/photos/d.jpg', [annotation([choice('dog')])]),
  ]);
}

function writeRegions(folder: string): Promise<void> {
  const circle = { name: 'circle', cx: 14, cy: 5, r: 3 };
  const images = metadata(
    entry('a.jpg', [region(rect(5, 2, 10, 6), { species: '1' })]),
    entry('photos/b.jpg', [region(circle, { species: '2' })]),
    entry('c.jpg', [region(rect(1, 1, 4, 4), { species: '1' }), region(circle, { species: '2' })]),
    entry('d.jpg', [region(circle, { species: '2' })]),
  );
  const species = { type: 'dropdown', description: '', options: { 1: 'cat', 2: 'dog' }, default_options: {} };
  return writeVia(folder, 'via_project.json', project(images, { region: { species }, file: {} }));
}
