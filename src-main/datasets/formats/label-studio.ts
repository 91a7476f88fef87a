/**
 * Data set format `label-studio`: an export of Label Studio (JSON or JSON-MIN), whose choices or regions are the classes,
 * and the pictures, which lie somewhere below the same folder under their own names.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import { PictureFinder } from '../pictures/find-picture.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Choice, Format, Listing, ListOptions, Match, Place } from '../format.ts';
import { isList, readEnds, readJson } from './annotations/json-file.ts';
import { labelPictures } from './annotations/labelled-pictures.ts';
import type { AnnotatedPicture, FoundObject } from './annotations/labelled-pictures.ts';
import { filesBelow, folderOf, reportUnnamed, requireAnnotated } from './annotations/pictures-on-disk.ts';
import { Reports } from './annotations/reports.ts';
import { POINT, regionOf } from './label-studio/regions.ts';
import { decisive, recogniseTasks, sizeOf, taskOf } from './label-studio/tasks.ts';
import type { Annotation, Task } from './label-studio/tasks.ts';
import { nearbyFolders, within } from './nearby-folders.ts';
import { counted } from './text-lines.ts';

export const labelStudio: Format = {
  id: 'label-studio',
  title: 'Label Studio export',
  match: matchLabelStudio,
  list: listLabelStudio,
};

/** Looked into at most. */
const MOST_FILES = 20;

async function matchLabelStudio({ tree, focus }: Place): Promise<Match> {
  const found = await findExport(tree, focus);
  if (found === null) return { certainty: 0, reason: 'There is no export of Label Studio.' };
  return { certainty: 0.92, reason: `The file ${found} is an export of Label Studio.` };
}

/** Never throws. */
async function findExport(tree: FileTree, focus: string | null): Promise<string | null> {
  const folders = focus === null ? await nearbyFolders(tree) : [{ path: '', files: [focus] }];
  const files = folders.flatMap(({ path, files: names }) => names.map((name) => within(path, name)));
  for (const file of files.filter((name) => /\.json$/i.test(name)).slice(0, MOST_FILES)) {
    const ends = await readEnds(tree, file);
    if (ends !== null && recogniseTasks(ends.head) !== null) return file;
  }
  return null;
}

async function listLabelStudio({ tree, focus }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const file = await findExport(tree, focus);
  if (file === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'There is no export of Label Studio here.',
      'In Label Studio, export the project as JSON or JSON-MIN, and put the file into the folder of the pictures.',
    );
  }
  const reports = new Reports();
  const problems: Problem[] = [];
  const tasks = tasksIn(await readJson(tree, file), file, reports);
  const field = chooseField(tasks, choices['field']);
  const { pictures: onDisk } = await filesBelow(tree, problems);
  const finder = new PictureFinder(onDisk);
  const annotated = new Map<string, AnnotatedPicture>();
  for (const task of tasks) {
    throwIfCancelled(signal);
    const place = locate(finder, task, folderOf(file));
    if ('problem' in place) {
      reports.add(file, 'missing-picture', place.problem, task.pictures[0] ?? `task ${task.id}`);
    } else if (annotated.has(place.path)) {
      reports.add(file, 'bad-annotation', 'The picture is in two tasks; the first counts.', place.path);
    } else {
      annotated.set(place.path, pictureOf(place.path, task, field, file, reports));
    }
  }
  const found = [...annotated.values()];
  requireAnnotated(found, [file], reports);
  reportUnnamed(onDisk, new Set(annotated.keys()), file, reports);
  const labelled = await labelPictures(found, {
    ...{ tree, reports, choices, order: null },
    ...(signal === undefined ? {} : { signal }),
  });
  return {
    ...labelled,
    sentence: `Label Studio export ${file}, ${counted(found.length, 'picture')}; classes are what "${field.name}" says.`,
    choices: [...labelled.choices, ...field.choice],
    problems: [...problems, ...reports.all()],
  };
}

/** Tasks by their number: JSON-MIN has a record for each annotation of a task. */
function tasksIn(json: unknown, file: string, reports: Reports): Task[] {
  if (!isList(json)) {
    throw new SteadygazeError(
      'data-unreadable',
      `The file ${file} is no list of tasks.`,
      'In Label Studio, export the project as JSON or JSON-MIN.',
    );
  }
  const tasks = new Map<string, Task>();
  for (const [i, entry] of json.entries()) {
    const task = taskOf(entry);
    if (task === null) {
      reports.add(file, 'bad-annotation', `Entry ${i + 1} is no task of Label Studio.`);
      continue;
    }
    const key = task.id === '' ? `entry ${i + 1}` : `${task.id} ${task.pictures[0] ?? ''}`;
    const known = tasks.get(key);
    tasks.set(key, known === undefined ? task : { ...known, annotations: [...known.annotations, ...task.annotations] });
  }
  return [...tasks.values()];
}

function locate(
  finder: PictureFinder,
  task: Task,
  beside: string,
): { readonly path: string } | { readonly problem: string } {
  let problem = 'The task names no picture.';
  for (const name of task.pictures) {
    const found = finder.find(name, beside);
    if ('path' in found) return found;
    if (name === task.pictures[0]) problem = found.problem;
  }
  return { problem };
}

interface Field {
  readonly name: string;
  /** Whether its statements are of regions, not of whole pictures. */
  readonly ofRegions: boolean;
  readonly choice: readonly Choice[];
}

/** Which control says the classes: rather one of whole pictures, rather one that is used often. */
function chooseField(tasks: readonly Task[], answer: string | undefined): Field {
  const fields = new Map<string, { count: number; regions: number; readonly names: Set<string> }>();
  for (const { annotations } of tasks) {
    for (const { field, names, value } of annotations.flatMap(({ statements }) => statements)) {
      if (names.length === 0) continue;
      const known = fields.get(field) ?? { count: 0, regions: 0, names: new Set() };
      known.count++;
      if (hasPlace(value)) known.regions++;
      for (const name of names) if (known.names.size < 1000) known.names.add(name);
      fields.set(field, known);
    }
  }
  const candidates = [...fields].map(([name, { count, regions, names }]) => {
    const ofRegions = regions > count / 2;
    // Texts that differ from picture to picture are remarks, one that never differs tells nothing apart.
    const isClass = names.size > 1 && (ofRegions || names.size <= Math.max(20, count / 2));
    return { name, ofRegions, count, rank: isClass ? (ofRegions ? 1 : 2) : 0, classes: names.size };
  });
  candidates.sort((a, b) => b.rank - a.rank || b.count - a.count || (a.name < b.name ? -1 : 1));
  const chosen = candidates.find(({ name }) => name === answer) ?? candidates[0];
  if (chosen === undefined) return { name: '', ofRegions: false, choice: [] };
  const options = candidates.map(({ name, ofRegions, classes }) => ({
    value: name,
    label: `${name} (${counted(classes, 'class', 'classes')} of ${ofRegions ? 'regions' : 'pictures'})`,
  }));
  const choice = { key: 'field', label: 'What says the class', value: chosen.name, options, explanation: '' };
  return { ...chosen, choice: options.length > 1 ? [choice] : [] };
}

const hasPlace = (value: object): boolean => 'x' in value || 'points' in value || 'rle' in value || 'vertices' in value;

function pictureOf(id: string, task: Task, field: Field, source: string, reports: Reports): AnnotatedPicture {
  const annotation = decisive(task.annotations);
  const split = null;
  if (annotation === null) return { id, split, source, objects: [] };
  const opinions = new Set(task.annotations.map((other) => JSON.stringify(classesIn(other, field.name))));
  if (opinions.size > 1) {
    const rule = annotation.groundTruth ? 'the one marked as ground truth' : 'the latest';
    const reason = `${task.annotations.length} annotations differ in the classes; ${rule} counts.`;
    reports.add(source, 'bad-annotation', reason, id);
  }
  const whole = new Set<string>();
  const objects: FoundObject[] = [];
  for (const { field: name, names, value, whole: result } of annotation.statements) {
    const isClass = name === field.name;
    // Where whole pictures have the classes, regions of other controls show where to look.
    if (!isClass && field.ofRegions) continue;
    const region = regionOf(value, result);
    if (isClass && region === null) for (const className of names) whole.add(className);
    // A point of another control marks no place to look at; one that says the class is an object without extent.
    if (region === null || (region === POINT && !isClass)) continue;
    const classNames: readonly (string | null)[] = isClass ? names : [null];
    if (typeof region === 'string') {
      reports.add(source, 'bad-annotation', region, id);
      // What it is of is known nevertheless.
      for (const className of classNames) objects.push({ className, area: 0 });
    } else {
      for (const className of classNames) objects.push({ className, ...region });
    }
  }
  return { id, split, source, classNames: [...whole], objects, annotatedSize: sizeOf(annotation) };
}

const classesIn = ({ statements }: Annotation, field: string): string[] =>
  [...new Set(statements.filter((statement) => statement.field === field).flatMap(({ names }) => names))].sort();
