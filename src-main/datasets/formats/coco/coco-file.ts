/**
 * One annotation file of COCO (cocodataset.org/#format-data, "1. Object Detection"): a JSON object of `images`,
 * `annotations` (one object each) and `categories`, joined by their ids.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { isList, isRecord, readEnds, readJson } from '../annotations/json-file.ts';

/** What a file of this family speaks of; only objects and keypoints have categories and boxes. */
export type CocoKind = 'objects' | 'keypoints' | 'captions' | 'panoptic' | 'no-objects';

/** Why a file cannot be used, as a sentence. */
export const UNUSABLE: Readonly<Record<Exclude<CocoKind, 'objects' | 'keypoints'>, string>> = {
  captions: 'It describes pictures in sentences, not by classes.',
  panoptic: 'It describes coloured maps of everything in a picture (panoptic segmentation), which are not read here.',
  'no-objects': 'It names pictures, but no objects in them.',
};

/** What a file is, told by the names of keys in its first and last 64 KB; null for anything else. */
export async function recogniseCoco(tree: FileTree, path: string): Promise<CocoKind | null> {
  const ends = await readEnds(tree, path);
  if (ends === null || !/^[\s\ufeff]*\{/.test(ends.head)) return null;
  const text = ends.head + ends.tail;
  const has = (key: string): boolean => text.includes(`"${key}"`);
  const lists = ['images', 'annotations', 'categories'].filter(has).length;
  if (lists < 2 || !(has('file_name') || has('coco_url') || has('image_id'))) return null;
  if (has('segments_info')) return 'panoptic';
  if (has('num_keypoints')) return 'keypoints';
  const objects = has('category_id') || has('bbox') || has('segmentation');
  if (has('caption') && !objects) return 'captions';
  return objects || (has('annotations') && has('categories')) ? 'objects' : 'no-objects';
}

export interface CocoCategory {
  readonly name: unknown;
  readonly supercategory: unknown;
}

export interface CocoFile {
  readonly path: string;
  readonly images: readonly unknown[];
  readonly annotations: readonly unknown[];
  /** By {@link idOf} their id. */
  readonly categories: ReadonlyMap<string, CocoCategory>;
}

/** Numbers and texts both serve as ids, and programs mix them. */
export const idOf = (value: unknown): string | null =>
  typeof value === 'number' || typeof value === 'string' ? String(value) : null;

/** @throws SteadygazeError `data-unreadable` where it is no such file */
export async function readCocoFile(tree: FileTree, path: string): Promise<CocoFile> {
  const json = await readJson(tree, path);
  const { images, annotations, categories } = isRecord(json) ? json : {};
  if (!isList(images) || !isList(annotations) || !isList(categories)) {
    throw new SteadygazeError(
      'data-unreadable',
      `The file ${path} is not a list of objects in pictures as COCO writes it.`,
      'It should hold "images", "annotations" and "categories".',
    );
  }
  const byId = new Map<string, CocoCategory>();
  for (const category of categories) {
    const id = isRecord(category) ? idOf(category['id']) : null;
    if (id === null || !isRecord(category) || byId.has(id)) continue;
    byId.set(id, { name: category['name'], supercategory: category['supercategory'] });
  }
  return { path, images, annotations, categories: byId };
}
