/** The objects of a COCO file, picture by picture. What is wrong with one is a problem, and the others are read. */
import type { Split } from '../../dataset.ts';
import type { PictureFinder } from '../../pictures/find-picture.ts';
import { asName, asNumber, asSize, isList, isRecord } from '../annotations/json-file.ts';
import type { JsonRecord } from '../annotations/json-file.ts';
import type { AnnotatedPicture, FoundObject } from '../annotations/labelled-pictures.ts';
import { areaOf, boxAround } from '../annotations/outlines.ts';
import type { ObjectMask } from '../annotations/outlines.ts';
import { folderOf } from '../annotations/pictures-on-disk.ts';
import type { Reports } from '../annotations/reports.ts';
import { stemOf } from '../nearby-folders.ts';
import { idOf } from './coco-file.ts';
import type { CocoFile } from './coco-file.ts';

export interface ObjectOptions {
  readonly finder: PictureFinder;
  /** Class of each category of the file, by id. */
  readonly classOf: ReadonlyMap<string, string>;
  readonly split: Split | null;
  readonly reports: Reports;
  /** Pictures that are described already, by path; added to. */
  readonly taken: Set<string>;
}

/** @returns the pictures that there are, also those without objects */
export function picturesOf(file: CocoFile, options: ObjectOptions): AnnotatedPicture[] {
  const { reports, taken } = options;
  const objects = new Map<string, FoundObject[]>();
  const found: (Omit<AnnotatedPicture, 'objects'> & { readonly key: string })[] = [];
  const names = new Map<string, string>();
  for (const [i, image] of file.images.entries()) {
    const key = isRecord(image) ? idOf(image['id']) : null;
    const name = isRecord(image) ? nameOf(image) : null;
    if (!isRecord(image) || key === null || name === null) {
      reports.add(file.path, 'bad-annotation', `Entry ${i + 1} of the pictures has no id or no file name.`);
      continue;
    }
    if (names.has(key)) {
      const reason = `Two pictures have the id ${key}; "${shorten(name)}" is left out.`;
      reports.add(file.path, 'bad-annotation', reason);
      continue;
    }
    names.set(key, name);
    const place = locate(options.finder, name, file.path, options.split);
    if ('problem' in place) {
      reports.add(file.path, 'missing-picture', place.problem, shorten(name));
      continue;
    }
    if (taken.has(place.path)) {
      reports.add(file.path, 'bad-annotation', 'The picture is described twice; the first counts.', place.path);
      continue;
    }
    taken.add(place.path);
    objects.set(key, []);
    const annotatedSize = asSize(image['width'], image['height']);
    found.push({ key, id: place.path, split: options.split, source: file.path, annotatedSize });
  }
  for (const [i, row] of file.annotations.entries()) {
    const key = isRecord(row) ? idOf(row['image_id']) : null;
    if (!isRecord(row) || key === null || !names.has(key)) {
      const reason = 'belongs to a picture that the file does not list.';
      reports.add(file.path, 'bad-annotation', `Object ${i + 1} ${reason}`);
      continue;
    }
    // Objects of pictures that are not there: the picture was reported.
    const object = objects.has(key) ? objectOf(row, i + 1, file.path, options) : null;
    if (object !== null) objects.get(key)?.push(object);
  }
  return found.map(({ key, ...picture }) => ({ ...picture, objects: objects.get(key) ?? [] }));
}

/** LVIS, otherwise alike, names pictures by their address only. */
function nameOf(image: JsonRecord): string | null {
  const name = image['file_name'] ?? image['coco_url'];
  return typeof name === 'string' && name.trim() !== '' ? name : null;
}

/** The same name may occur in the folders of several splits: the one that the file is called after goes first. */
function locate(
  finder: PictureFinder,
  name: string,
  source: string,
  split: Split | null,
): { readonly path: string } | { readonly problem: string } {
  const beside = folderOf(source);
  const tags = [/_([a-z0-9]+)$/i.exec(stemOf(source))?.[1], split];
  for (const tag of tags) {
    const found = tag == null ? null : finder.find(`${tag}/${name}`, beside);
    if (found !== null && 'path' in found) return found;
  }
  return finder.find(name, beside);
}

function objectOf(row: JsonRecord, number: number, source: string, options: ObjectOptions): FoundObject | null {
  const { classOf, reports } = options;
  const className = classOf.get(idOf(row['category_id']) ?? '');
  if (className === undefined) {
    const named = idOf(row['category_id']);
    const category = named === null ? 'no category' : `category ${shorten(named)}, which the file does not describe`;
    reports.add(source, 'bad-annotation', `Object ${number} is of ${category}.`);
    return null;
  }
  const mask = maskOf(row['segmentation']);
  if (mask === 'damaged') reports.add(source, 'bad-mask', `The outline of object ${number} cannot be understood.`);
  const outline = mask !== 'damaged' && mask !== null && mask.unit !== 'runs' ? mask.polygons : null;
  let box = boxOf(row['bbox']);
  if (box === 'damaged') {
    reports.add(source, 'bad-box', `The box of object ${number} is not four numbers.`);
    box = null;
  }
  box ??= outline === null ? null : { ...boxAround(outline), unit: 'pixel' };
  const isCrowd = row['iscrowd'] === 1 || row['iscrowd'] === true;
  const said = asNumber(row['area']) ?? 0;
  const outlined = outline?.reduce((sum, polygon) => sum + areaOf(polygon), 0);
  const boxed = box === null ? 0 : Math.max(0, (box.x1 - box.x0) * (box.y1 - box.y0));
  return {
    className,
    area: said > 0 ? said : (outlined ?? boxed),
    ...(box === null || isCrowd ? {} : { box }),
    ...(mask === null || mask === 'damaged' ? {} : { mask }),
  };
}

/** `[x, y, width, height]`; null where there is none. */
function boxOf(value: unknown): FoundObject['box'] | null | 'damaged' {
  if (value === undefined || value === null || (isList(value) && value.length === 0)) return null;
  if (!isList(value) || value.length !== 4) return 'damaged';
  const [x, y, width, height] = value.map(asNumber);
  if (x == null || y == null || width == null || height == null) return 'damaged';
  return { x0: x, y0: y, x1: x + width, y1: y + height, unit: 'pixel' };
}

const isNumbers = (value: unknown): value is readonly number[] =>
  isList(value) && value.every((entry) => typeof entry === 'number');

/** Outlines, run lengths or their compressed text; null where there are none. */
function maskOf(value: unknown): ObjectMask | null | 'damaged' {
  if (value === undefined || value === null) return null;
  if (isRecord(value)) {
    const { counts, size } = value;
    const [height, width] = isList(size) ? size : [];
    const fits = asSize(width, height);
    if (fits === null || !(typeof counts === 'string' || isNumbers(counts))) return 'damaged';
    return { unit: 'runs', width: fits[0], height: fits[1], counts };
  }
  if (!isList(value)) return 'damaged';
  if (value.length === 0) return null;
  // One outline without the list around it is a common slip.
  const parts: readonly unknown[] = isNumbers(value) ? [value] : value;
  const polygons = parts.filter(isNumbers);
  if (polygons.length < parts.length) return 'damaged';
  // Points and lines, which tools leave behind, cover nothing.
  const drawn = polygons.filter((polygon) => polygon.length >= 6);
  return drawn.length === 0 ? 'damaged' : { unit: 'pixel', polygons: drawn };
}

const shorten = (text: string): string => (text.length <= 120 ? text : `${text.slice(0, 117)}...`);

/** Class of each category: its name, or what it is a kind of. */
export function classesOfCategories(
  file: CocoFile,
  level: 'category' | 'supercategory',
  reports: Reports,
): Map<string, string> {
  const classOf = new Map<string, string>();
  for (const [id, { name, supercategory }] of file.categories) {
    const className = (level === 'supercategory' ? asName(supercategory) : null) ?? asName(name);
    if (className === null) reports.add(file.path, 'bad-annotation', `Category ${shorten(id)} has no name.`);
    else classOf.set(id, className);
  }
  return classOf;
}
