/**
 * Data set format `yolo`: a text file of objects for each picture, in a folder `labels` beside `images` (Ultralytics) or
 * beside the picture (Darknet, LabelImg). The classes of a picture are those of its objects.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { forEachConcurrently } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import { PictureFinder } from '../pictures/find-picture.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Format, Listing, ListOptions, Match, Place } from '../format.ts';
import { labelPictures } from './annotations/labelled-pictures.ts';
import type { AnnotatedPicture, FoundObject } from './annotations/labelled-pictures.ts';
import { areaOf, boxAround } from './annotations/outlines.ts';
import { filesBelow, reportUnnamed, requireAnnotated } from './annotations/pictures-on-disk.ts';
import { Reports } from './annotations/reports.ts';
import { splitInName } from './annotations/split-name.ts';
import { hasPictureExtension } from '../pictures/picture-name.ts';
import { nearbyFolders, within } from './nearby-folders.ts';
import type { NearbyFolder } from './nearby-folders.ts';
import { counted, readText } from './text-lines.ts';
import { isTurnedBox, looksLikeLabels, readLabels } from './yolo/label-lines.ts';
import type { LabelLine } from './yolo/label-lines.ts';
import { configName, looksLikeYaml, readConfig, splitsOf } from './yolo/yolo-config.ts';
import type { YoloConfig } from './yolo/yolo-config.ts';

export const yolo: Format = { id: 'yolo', title: 'YOLO labels', match: matchYolo, list: listYolo };

/** A picture has hundreds of objects at most; an outline of thousands of corners has 100 KB. */
const MOST_LABEL_BYTES = 16 * 1024 ** 2;

async function matchYolo({ tree, focus }: Place): Promise<Match> {
  const folders = await nearbyFolders(tree);
  const settings = await findConfig(tree, focus, folders);
  if (focus !== null && settings === null) return { certainty: 0, reason: 'The file is none of YOLO settings.' };
  const example = await exampleOfLabels(tree, folders);
  const isYaml = settings !== null && /\.ya?ml$/i.test(settings);
  if (example !== null) {
    const named = settings === null ? '' : `, and ${settings} names the classes`;
    const certainty = isYaml ? 0.95 : focus === null ? 0.85 : 0.9;
    return { certainty, reason: `There are label files such as ${example}, with an object a line${named}.` };
  }
  if (settings === null) return { certainty: 0, reason: 'There are no label files of YOLO.' };
  return { certainty: isYaml ? 0.3 : 0, reason: `${settings} names classes, but no label files were found.` };
}

/** The file of settings; one that was named counts only if it is one. Never throws. */
async function findConfig(
  tree: FileTree,
  focus: string | null,
  folders: readonly NearbyFolder[],
): Promise<string | null> {
  const named = focus === null ? null : configName([focus]);
  if (focus !== null && named === null) return null;
  const places = named === null ? folders : [{ path: '', files: [named] }];
  for (const { path, files } of places) {
    const yamls = files.filter((file) => /\.ya?ml$/i.test(file)).slice(0, 10);
    const other = configName(files.filter((file) => !yamls.includes(file)));
    for (const file of yamls) {
      const head = await tree.readRange(within(path, file), 0, 65_536).catch(() => new Uint8Array());
      if (looksLikeYaml(new TextDecoder().decode(head))) return within(path, file);
    }
    if (other !== null) return within(path, other);
  }
  return null;
}

/** A label file that belongs to a picture or lies in a folder of labels; null where there is none. */
async function exampleOfLabels(tree: FileTree, folders: readonly NearbyFolder[]): Promise<string | null> {
  for (const { path, files } of folders) {
    const inLabels = path.toLowerCase().split('/').includes('labels');
    const stems = new Set(inLabels ? [] : files.filter(hasPictureExtension).map(withoutExtension));
    const texts = files.filter((file) => /\.txt$/i.test(file) && (inLabels || stems.has(withoutExtension(file))));
    for (const file of texts.filter((name) => !/^classes\.txt$/i.test(name)).slice(0, 5)) {
      const head = await tree.readRange(within(path, file), 0, 65_536).catch(() => new Uint8Array());
      if (looksLikeLabels(new TextDecoder().decode(head))) return within(path, file);
    }
  }
  return null;
}

const withoutExtension = (path: string): string => path.replace(/\.[^./]+$/, '');

/** Where the label file of a picture may lie, as Ultralytics and Darknet look for it. */
function labelPaths(picture: string): string[] {
  const parts = withoutExtension(picture).split('/');
  const at = parts.slice(0, -1).findLastIndex((part) => /^(images|jpegimages)$/i.test(part));
  const beside = `${parts.join('/')}.txt`;
  if (at < 0) return [beside];
  return [`${[...parts.slice(0, at), 'labels', ...parts.slice(at + 1)].join('/')}.txt`, beside];
}

async function listYolo({ tree, focus }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const reports = new Reports();
  const problems: Problem[] = [];
  const config = await usableConfig(tree, focus, reports);
  const { pictures, others } = await filesBelow(tree, problems);
  const texts = new Map(others.filter((file) => /\.txt$/i.test(file)).map((file) => [file.toLowerCase(), file]));
  const labelled = pictures.flatMap((id) => {
    const label = labelPaths(id)
      .map((path) => texts.get(path.toLowerCase()))
      .find((path) => path !== undefined);
    return label === undefined ? [] : [{ id, label }];
  });
  const source = sourceOf(config);
  if (labelled.length === 0) {
    throw new SteadygazeError(
      'data-empty',
      'There are no label files that belong to pictures.',
      'Each picture needs a text file of the same name, beside it or in a folder "labels" beside "images".',
    );
  }
  const finder = new PictureFinder(pictures);
  const find = (name: string, beside: string): string | null => {
    const found = finder.find(name, beside);
    return 'path' in found ? found.path : null;
  };
  const splits = config === null ? new Map<string, never>() : await splitsOf(config, pictures, others, tree, find);
  const rows = await readAll(tree, labelled, config, reports, signal);
  const outlines = rows.flat().flatMap((row) => ('polygon' in row ? [row.polygon] : []));
  const turned = outlines.length > 0 && outlines.every(isTurnedBox);
  if (turned) reports.add(source, 'ignored', 'Boxes are turned (OBB): the upright boxes around them are used.');
  const annotated = labelled.map(({ id, label }, i): AnnotatedPicture => ({
    id,
    split: splits.get(id) ?? splitInName(id.slice(0, id.lastIndexOf('/') + 1)),
    source,
    objects: rows[i].flatMap((row) => objectOf(row, label, config, turned, reports) ?? []),
  }));
  requireAnnotated(annotated, [source], reports);
  reportUnnamed(pictures, new Set(labelled.map(({ id }) => id)), source, reports);
  reportLonely([...texts.values()], new Set(labelled.map(({ label }) => label)), source, reports);
  const order = config === null || config.names.size === 0 ? null : [...new Set(config.names.values())];
  const result = await labelPictures(annotated, {
    ...{ tree, reports, choices, order },
    ...(signal === undefined ? {} : { signal }),
  });
  const classes = order === null ? [...result.classes].sort(byNumber) : result.classes;
  const names = config === null ? 'classes have numbers only' : `classes named in ${config.path}`;
  const sentence = `YOLO labels of ${counted(annotated.length, 'picture')}; ${names}.`;
  return { ...result, classes, sentence, problems: [...problems, ...reports.all()] };
}

/** Settings that cannot be understood cost the names of the classes, not the data set. */
async function usableConfig(tree: FileTree, focus: string | null, reports: Reports): Promise<YoloConfig | null> {
  const path = await findConfig(tree, focus, await nearbyFolders(tree));
  if (path === null) return null;
  try {
    return await readConfig(tree, path);
  } catch (error) {
    if (!(error instanceof SteadygazeError)) throw error;
    reports.add(path, 'bad-annotation', `${error.message} Classes have numbers instead of names.`);
    return null;
  }
}

async function readAll(
  tree: FileTree,
  labelled: readonly { readonly label: string }[],
  config: YoloConfig | null,
  reports: Reports,
  signal: AbortSignal | undefined,
): Promise<(readonly LabelLine[])[]> {
  const rows = labelled.map((): readonly LabelLine[] => []);
  const wrong = labelled.map((): readonly string[] => []);
  await forEachConcurrently(
    labelled,
    async ({ label }, i) => {
      try {
        const read = readLabels(await readText(tree, label, MOST_LABEL_BYTES), config?.hasJoints ?? false);
        rows[i] = read.rows;
        wrong[i] = read.problems;
      } catch (error) {
        wrong[i] = [error instanceof SteadygazeError ? error.message : 'The label file could not be read.'];
      }
    },
    signal,
  );
  // In the order of the pictures, whichever file was read first.
  for (const [i, reasons] of wrong.entries()) {
    for (const reason of reasons) reports.add(sourceOf(config), 'bad-annotation', reason, labelled[i].label);
  }
  return rows;
}

/** What the problems of many label files are counted by. */
const sourceOf = (config: YoloConfig | null): string => config?.path ?? 'labels';

const nameOfNumber = (number: number): string => `class ${number}`;
const byNumber = (a: string, b: string): number => Number(a.slice(6)) - Number(b.slice(6));

function objectOf(
  row: LabelLine,
  label: string,
  config: YoloConfig | null,
  turned: boolean,
  reports: Reports,
): FoundObject | null {
  const names = config?.names;
  const className = names === undefined || names.size === 0 ? nameOfNumber(row.number) : names.get(row.number);
  if (className === undefined) {
    const reason = `Line ${row.line}: class ${row.number} has no name in ${config?.path ?? ''}.`;
    reports.add(sourceOf(config), 'bad-annotation', reason, label);
    return null;
  }
  const from = { file: label, line: row.line };
  if ('box' in row) {
    const [x0, y0, x1, y1] = row.box;
    return { className, box: { x0, y0, x1, y1, unit: 'share', from }, area: Math.max(0, (x1 - x0) * (y1 - y0)) };
  }
  const polygons = [row.polygon];
  return {
    className,
    box: { ...boxAround(polygons), unit: 'share', from },
    ...(turned ? {} : { mask: { unit: 'share', polygons } }),
    area: areaOf(row.polygon),
  };
}

/** Label files in folders of labels that belong to no picture. */
function reportLonely(texts: readonly string[], used: ReadonlySet<string>, source: string, reports: Reports): void {
  for (const text of texts) {
    if (used.has(text) || !/(^|\/)labels\//i.test(text) || /(^|\/)classes\.txt$/i.test(text)) continue;
    reports.add(source, 'missing-picture', 'There is no picture for this label file.', text);
  }
}
