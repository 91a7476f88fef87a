/** All data set formats, surest first where two are equally sure. */
import { SteadygazeError } from '../contract/errors.ts';
import type { Format } from './format.ts';
import { cifar } from './formats/cifar.ts';
import { coco } from './formats/coco.ts';
import { cub } from './formats/cub.ts';
import { folderPerClass } from './formats/folder-per-class.ts';
import { hdf5 } from './formats/hdf5.ts';
import { idx } from './formats/idx.ts';
import { numpy } from './formats/numpy.ts';
import { imageNet } from './formats/imagenet/imagenet.ts';
import { imageNet9 } from './formats/imagenet9/imagenet9.ts';
import { parquetImages } from './formats/parquet-images.ts';
import { stl10 } from './formats/stl10.ts';
import { table } from './formats/table.ts';
import { tfrecord } from './formats/tfrecord/tfrecord.ts';
import { voc } from './formats/voc/voc.ts';
import { yolo } from './formats/yolo.ts';
import { labelStudio } from './formats/label-studio.ts';
import { via } from './formats/via.ts';

export const FORMATS: readonly Format[] = [
  folderPerClass,
  cifar,
  idx,
  hdf5,
  numpy,
  tfrecord,
  stl10,
  voc,
  cub,
  imageNet9,
  imageNet,
  coco,
  yolo,
  table,
  parquetImages,
  labelStudio,
  via,
];

/** @throws SteadygazeError `data-unreadable` for a name that is none */
export function formatOf(id: string): Format {
  const found = FORMATS.find((format) => format.id === id);
  if (found !== undefined) return found;
  throw new SteadygazeError(
    'data-unreadable',
    `There is no data set format "${id}" here.`,
    `The formats are: ${FORMATS.map((format) => format.id).join(', ')}.`,
  );
}
