/**
 * What VGG Image Annotator 2 writes (www.robots.ox.ac.uk/~vgg/software/via; `pack_via_metadata` in its via.js): a project
 * or annotations as JSON, or annotations as CSV with one region a line.
 */
import { pipeline } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { SteadygazeError, systemCode } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { asName, isList, isRecord, readEnds, readJson, requireReadableLength } from '../annotations/json-file.ts';
import type { JsonRecord } from '../annotations/json-file.ts';
import type { Reports } from '../annotations/reports.ts';

export interface ViaRegion {
  readonly shape: JsonRecord;
  readonly attributes: JsonRecord;
}

export interface ViaPicture {
  readonly name: string;
  readonly attributes: JsonRecord;
  readonly regions: readonly ViaRegion[];
}

export interface ViaFile {
  readonly pictures: readonly ViaPicture[];
  /** Attributes that are chosen from options: names of the options by id, by `region:name` or `file:name`. */
  readonly options: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

const COLUMNS = 'filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,region_attributes';

/** Whether a file is one of the three, told by its first 64 KB. Never throws. */
export async function isVia(tree: FileTree, path: string): Promise<boolean> {
  const head = (await readEnds(tree, path))?.head ?? '';
  if (/\.csv$/i.test(path))
    return head
      .replace(/^[\ufeff#]+/, '')
      .replaceAll('"', '')
      .startsWith(COLUMNS);
  const has = (key: string): boolean => head.includes(`"${key}"`);
  return (
    /^[\s\ufeff]*\{/.test(head) &&
    (has('_via_img_metadata') || (has('filename') && has('regions') && has('file_attributes')))
  );
}

/** @throws SteadygazeError `data-unreadable` */
export async function readVia(tree: FileTree, path: string, reports: Reports): Promise<ViaFile> {
  if (/\.csv$/i.test(path)) return { pictures: await readCsv(tree, path, reports), options: new Map() };
  const json = await readJson(tree, path);
  const metadata = isRecord(json) && isRecord(json['_via_img_metadata']) ? json['_via_img_metadata'] : json;
  if (!isRecord(metadata)) {
    throw new SteadygazeError(
      'data-unreadable',
      `The file ${path} holds no annotations of VGG Image Annotator.`,
      'In VGG Image Annotator, choose Annotation, Export Annotations.',
    );
  }
  const pictures = Object.values(metadata).flatMap((entry, i): ViaPicture[] => {
    const name = isRecord(entry) ? entry['filename'] : undefined;
    if (!isRecord(entry) || typeof name !== 'string' || name.trim() === '') {
      reports.add(path, 'bad-annotation', `Entry ${i + 1} names no picture.`);
      return [];
    }
    const { regions, file_attributes: attributes } = entry;
    // Version 1 numbers regions: {"0": {...}}.
    const listed = isList(regions) ? regions : isRecord(regions) ? Object.values(regions) : [];
    return [{ name, attributes: recordOf(attributes), regions: listed.map(regionOf) }];
  });
  return { pictures, options: optionsIn(isRecord(json) ? json['_via_attributes'] : null) };
}

const recordOf = (value: unknown): JsonRecord => (isRecord(value) ? value : {});

const regionOf = (value: unknown): ViaRegion => ({
  shape: recordOf(recordOf(value)['shape_attributes']),
  attributes: recordOf(recordOf(value)['region_attributes']),
});

/** `{"region": {"species": {"type": "dropdown", "options": {"1": "cat"}}}, "file": {...}}`. */
function optionsIn(value: unknown): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>();
  for (const scope of ['region', 'file']) {
    for (const [name, attribute] of Object.entries(recordOf(recordOf(value)[scope]))) {
      const options = recordOf(recordOf(attribute)['options']);
      const names = Object.entries(options).map(([id, text]): [string, string] => [id, asName(text) ?? id]);
      if (names.length > 0) found.set(`${scope}:${name}`, new Map(names));
    }
  }
  return found;
}

/** A line of an outline of 100,000 corners has 1 MB; a quotation mark that is never closed would take in all that follows. */
const MOST_LINE_BYTES = 16 * 1024 ** 2;

async function readCsv(tree: FileTree, path: string, reports: Reports): Promise<ViaPicture[]> {
  await requireReadableLength(tree, path);
  const pictures = new Map<string, { name: string; attributes: JsonRecord; regions: ViaRegion[] }>();
  const takeLine = (record: readonly string[], line: number): void => {
    // Names are written without quotes, even with commas in them.
    const cells = [record.slice(0, -6).join(','), ...record.slice(-6)];
    const [name = '', , about = '', count, , shape = '', region = ''] = cells;
    const [attributes, place, said] = [about, shape, region].map(jsonIn);
    if (record.length < 7 || name === '' || attributes == null || place == null || said == null) {
      reports.add(path, 'bad-annotation', `Line ${line} is no region of VGG Image Annotator.`);
      return;
    }
    const picture = pictures.get(name) ?? { name, attributes, regions: [] };
    pictures.set(name, picture);
    // A picture without regions has a line of its own.
    if (count !== '0') picture.regions.push({ shape: place, attributes: said });
  };
  const parser = parse({
    ...{ bom: true, from_line: 2, relax_column_count: true, skip_empty_lines: true },
    max_record_size: MOST_LINE_BYTES,
    // Called at once: lines before one that cannot be parsed would be lost with the stream.
    on_record: (record: readonly string[], { lines }) => {
      takeLine(record, lines);
      return null;
    },
  });
  try {
    await pipeline(tree.stream(path), parser.resume());
  } catch (error) {
    // What stands before a line that cannot be parsed is whole.
    const isMalformed = (systemCode(error) ?? '').startsWith('CSV_') && pictures.size > 0;
    if (!isMalformed) {
      throw new SteadygazeError(
        'data-unreadable',
        `The file ${path} is damaged or incomplete.`,
        'Export it again from VGG Image Annotator.',
        `${systemCode(error) ?? ''} ${String(error)}`,
      );
    }
    const reason = error instanceof Error ? error.message : String(error);
    reports.add(path, 'bad-annotation', `The file is damaged, and only its beginning was read (${reason}).`);
  }
  return [...pictures.values()];
}

function jsonIn(text: string): JsonRecord | null {
  try {
    const value = JSON.parse(text) as unknown;
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}
