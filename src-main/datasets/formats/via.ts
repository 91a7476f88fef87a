/**
 * Data set format `via`: annotations of VGG Image Annotator 2 and the pictures that they name. Classes are what one
 * attribute says, of regions or of whole pictures; a person may choose another.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import { PictureFinder } from '../pictures/find-picture.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Choice, Format, Listing, ListOptions, Match, Place } from '../format.ts';
import { asName, isRecord } from './annotations/json-file.ts';
import type { JsonRecord } from './annotations/json-file.ts';
import { labelPictures } from './annotations/labelled-pictures.ts';
import type { AnnotatedPicture, FoundObject } from './annotations/labelled-pictures.ts';
import { filesBelow, folderOf, reportUnnamed, requireAnnotated } from './annotations/pictures-on-disk.ts';
import { Reports } from './annotations/reports.ts';
import { nearbyFolders, within } from './nearby-folders.ts';
import { counted } from './text-lines.ts';
import { shapeOf } from './via/shapes.ts';
import { isVia, readVia } from './via/via-file.ts';
import type { ViaFile, ViaPicture } from './via/via-file.ts';

export const via: Format = { id: 'via', title: 'VGG Image Annotator', match: matchVia, list: listVia };

/** Looked into at most. */
const MOST_FILES = 20;

async function matchVia({ tree, focus }: Place): Promise<Match> {
  const found = await findVia(tree, focus);
  if (found === null) return { certainty: 0, reason: 'There are no annotations of VGG Image Annotator.' };
  return { certainty: 0.95, reason: `The file ${found} was written by VGG Image Annotator.` };
}

/** Never throws. */
async function findVia(tree: FileTree, focus: string | null): Promise<string | null> {
  const folders = focus === null ? await nearbyFolders(tree) : [{ path: '', files: [focus] }];
  const files = folders.flatMap(({ path, files: names }) => names.map((name) => within(path, name)));
  for (const file of files.filter((name) => /\.(json|csv)$/i.test(name)).slice(0, MOST_FILES)) {
    if (await isVia(tree, file)) return file;
  }
  return null;
}

async function listVia({ tree, focus }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const path = await findVia(tree, focus);
  if (path === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'There are no annotations of VGG Image Annotator here.',
      'In VGG Image Annotator, choose Annotation, Export Annotations, and put the file into the folder of the pictures.',
    );
  }
  const reports = new Reports();
  const problems: Problem[] = [];
  const file = await readVia(tree, path, reports);
  const attribute = chooseAttribute(file, choices['attribute']);
  const { pictures: onDisk } = await filesBelow(tree, problems);
  const finder = new PictureFinder(onDisk);
  const annotated = new Map<string, AnnotatedPicture>();
  for (const picture of file.pictures) {
    throwIfCancelled(signal);
    const place = finder.find(picture.name, folderOf(path));
    if ('problem' in place) {
      reports.add(path, 'missing-picture', place.problem, picture.name.slice(0, 300));
    } else if (annotated.has(place.path)) {
      reports.add(path, 'bad-annotation', 'The picture is described twice; the first counts.', place.path);
    } else {
      annotated.set(place.path, pictureOf(place.path, picture, attribute, path, reports));
    }
  }
  const found = [...annotated.values()];
  requireAnnotated(found, [path], reports);
  reportUnnamed(onDisk, new Set(annotated.keys()), path, reports);
  const labelled = await labelPictures(found, {
    ...{ tree, reports, choices, order: null },
    ...(signal === undefined ? {} : { signal }),
  });
  const from = attribute.scope === 'region' ? 'its regions' : 'the picture';
  return {
    ...labelled,
    sentence: `VGG Image Annotator, ${path}, ${counted(found.length, 'picture')}; classes are the "${attribute.name}" of ${from}.`,
    choices: [...labelled.choices, ...attribute.choice],
    problems: [...problems, ...reports.all()],
  };
}

interface Attribute {
  readonly scope: 'region' | 'file';
  readonly name: string;
  /** Names of options by id, where there are options. */
  readonly options: ReadonlyMap<string, string> | undefined;
  readonly choice: readonly Choice[];
}

const LIKELY = /^(class|label|type|name|categor|object|species|kind)/i;

/** Which attribute says the classes: one of few values that most regions or pictures have. */
function chooseAttribute(file: ViaFile, answer: string | undefined): Attribute {
  const seen = new Map<string, { filled: number; readonly names: Set<string> }>();
  const look = (scope: string, attributes: JsonRecord): void => {
    for (const [name, value] of Object.entries(attributes)) {
      const key = `${scope}:${name}`;
      const names = namesIn(value, file.options.get(key));
      if (names.length === 0) continue;
      const known = seen.get(key) ?? { filled: 0, names: new Set() };
      known.filled++;
      for (const one of names) if (known.names.size < 1000) known.names.add(one);
      seen.set(key, known);
    }
  };
  for (const { attributes, regions } of file.pictures) {
    look('file', attributes);
    for (const region of regions) look('region', region.attributes);
  }
  const candidates = [...seen].map(([key, { filled, names }]) => {
    const name = key.slice(key.indexOf(':') + 1);
    // Remarks and addresses differ from picture to picture.
    const few = names.size <= Math.max(20, filled / 2) && (names.size < filled || filled <= 3);
    const rank = names.size > 1 && (few || file.options.has(key)) ? 2 + Number(LIKELY.test(name)) : 0;
    return { key, name, rank, filled, classes: names.size };
  });
  candidates.sort((a, b) => b.rank - a.rank || b.filled - a.filled || (a.key < b.key ? -1 : 1));
  const chosen = candidates.find(({ key }) => key === answer) ?? candidates[0];
  if (chosen === undefined) return { scope: 'region', name: '', options: undefined, choice: [] };
  const options = candidates.map(({ key, name, classes }) => ({
    value: key,
    label: `${name} (${counted(classes, 'value')} of ${key.startsWith('file:') ? 'pictures' : 'regions'})`,
  }));
  const choice = { key: 'attribute', label: 'What says the class', value: chosen.key, options, explanation: '' };
  return {
    scope: chosen.key.startsWith('file:') ? 'file' : 'region',
    name: chosen.name,
    options: file.options.get(chosen.key),
    choice: options.length > 1 ? [choice] : [],
  };
}

/** A text, or the boxes that were ticked: `{"cat": true, "dog": false}`. */
function namesIn(value: unknown, options: ReadonlyMap<string, string> | undefined): string[] {
  const ids = isRecord(value)
    ? Object.entries(value).flatMap(([id, ticked]) => (ticked === true || ticked === 'true' ? [id] : []))
    : [asName(value)];
  return [...new Set(ids.flatMap((id) => asName(id === null ? null : (options?.get(id) ?? id)) ?? []))];
}

function pictureOf(
  id: string,
  picture: ViaPicture,
  { scope, name, options }: Attribute,
  source: string,
  reports: Reports,
): AnnotatedPicture {
  const objects: FoundObject[] = [];
  for (const [i, { shape, attributes }] of picture.regions.entries()) {
    const names = scope === 'file' ? [null] : namesIn(own(attributes, name), options);
    if (names.length === 0) {
      reports.add(source, 'bad-annotation', `Region ${i + 1} has no "${name}" and is left out.`, id);
      continue;
    }
    const found = shapeOf(shape);
    // Points and lines of whole pictures mark nothing; one that says a class is an object without extent.
    if (found === null && scope === 'file') continue;
    if (typeof found === 'string') reports.add(source, 'bad-annotation', `Region ${i + 1}: ${found}`, id);
    const region = found === null || typeof found === 'string' ? { area: 0 } : found;
    for (const className of names) objects.push({ className, ...region });
  }
  const classNames = scope === 'file' ? namesIn(own(picture.attributes, name), options) : [];
  return { id, split: null, source, classNames, objects };
}

/** What is written there, not what every object has in JavaScript. */
const own = (record: JsonRecord, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined);
