/**
 * Data set format `tfrecord`: TFRecord files of `tf.train.Example` with pictures, in any number of shards, packed with
 * gzip or not. See record-file.ts and example.ts for what is read, features.ts for what it means.
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { filesNamed } from '../../arrays/array-files.ts';
import { variantStamp } from '../../arrays/array-reader.ts';
import { gunzippedSource, treeSource } from '../../trees/byte-source.ts';
import type { ByteSource } from '../../trees/byte-source.ts';
import { throwIfCancelled } from '../../concurrency.ts';
import type { Problem } from '../../dataset.ts';
import type { FileTree, PictureReader } from '../../trees/file-tree.ts';
import type { Format, Listing, ListOptions, Match, Place } from '../../format.ts';
import type { FileStamp } from '../../index/index-cache.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import { splitInName } from '../annotations/split-name.ts';
import { counted } from '../text-lines.ts';
import { readClassNames } from './class-names.ts';
import { exampleParser } from './example.ts';
import type { Example } from './example.ts';
import { chooseFeatures, pictureBytes } from './features.ts';
import type { FeatureNames } from './features.ts';
import { labelledRecord, listRecords } from './labelled-records.ts';
import type { LabelledRecord } from './labelled-records.ts';
import { readRecord, recordLength, recordsOf } from './record-file.ts';

export const tfrecord: Format = { id: 'tfrecord', title: 'TFRecord files', match, list, pictures };

const NAME = /\.tf_?rec(ords?)?([-._]|$)|[-_.]\d{5}-of-\d{5}(\.gz)?$/i;
/** Examples that are looked at to tell pictures from labels. */
const SAMPLE = 32;
const MOST_RECORDS = 5_000_000;

const filesOf = (place: Place): Promise<string[]> => filesNamed(place, (name) => NAME.test(name));

const sourceOf = (tree: FileTree, file: string): Promise<ByteSource> =>
  /\.gz$/i.test(file) ? gunzippedSource(tree, file) : treeSource(tree, file);

async function match(place: Place): Promise<Match> {
  const [first, ...more] = await filesOf(place);
  if (first === undefined) return { certainty: 0, reason: 'There are no TFRecord files.' };
  const files = more.length === 0 ? first : `${first} and ${counted(more.length, 'more file')}`;
  if (/\.gz$/i.test(first)) return { certainty: 0.8, reason: `${files} are named like TFRecord files.` };
  const head = await place.tree.readRange(first, 0, 12);
  return recordLength(head) === null
    ? { certainty: /tf_?rec/i.test(first) ? 0.4 : 0, reason: `${first} does not begin like a TFRecord file.` }
    : { certainty: 0.9, reason: `${files}: TFRecord, as its first checksum says.` };
}

/** @throws SteadygazeError `data-unreadable` */
async function features(
  tree: FileTree,
  files: readonly string[],
  answers: Readonly<Record<string, string>>,
): Promise<FeatureNames & { readonly picture: string }> {
  const parse = await exampleParser();
  const examples: Example[] = [];
  let reason = '';
  for (const file of files) {
    try {
      for await (const { content } of recordsOf(await sourceOf(tree, file))) {
        examples.push(parse(content));
        if (examples.length >= SAMPLE) break;
      }
    } catch (error) {
      reason ||= `${file}: ${error instanceof SteadygazeError ? error.message : 'The records are no examples of TensorFlow (tf.train.Example).'}`;
    }
    if (examples.length > 0) break;
  }
  const found = chooseFeatures(examples, answers);
  if (found.picture !== null) return { ...found, picture: found.picture };
  const names = [...new Set(examples.flatMap((example) => [...example.keys()]))].slice(0, 12).join(', ');
  throw new SteadygazeError(
    'data-unreadable',
    examples.length === 0 ? `No record can be read. ${reason}`.trim() : 'No feature of the records holds pictures.',
    `${names === '' ? '' : `Their features are ${names}. `}Pictures are JPEG or PNG files in a feature such as "image/encoded" or "image".`,
  );
}

async function list(place: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const { tree } = place;
  const files = await filesOf(place);
  const { picture, label, choices: questions } = await features(tree, files, choices);
  if (label === null) {
    throw new SteadygazeError(
      'data-unreadable',
      'No feature of the records tells the class of the pictures.',
      'Write the class into each record, for example as "image/class/label" or "label".',
    );
  }
  const problems: Problem[] = [];
  const records: LabelledRecord[] = [];
  const names = await readClassNames(tree, files, label);
  for (const file of files) await readLabels(tree, file, label, names, records, problems, signal);
  const { task, classes, pictures } = listRecords(records, names, problems);
  const boxes = pictures.some((each) => (each.boxes?.length ?? 0) > 0) ? ' and boxes' : '';
  return {
    task,
    classes,
    pictures,
    sentence: `TFRecord: ${counted(pictures.length, 'picture')} from "${picture}" in ${counted(files.length, 'file')}; classes from "${label}"${boxes}.`,
    choices: questions,
    problems,
  };
}

/** Goes through a file; a damaged record ends it, one that is no example is passed over. */
async function readLabels(
  tree: FileTree,
  file: string,
  label: string,
  names: ReadonlyMap<number, string>,
  records: LabelledRecord[],
  problems: Problem[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const parse = await exampleParser();
  const split = splitInName(file);
  const strange: number[] = [];
  try {
    for await (const { at, content } of recordsOf(await sourceOf(tree, file))) {
      throwIfCancelled(signal);
      if (records.length >= MOST_RECORDS) {
        problems.push({
          file,
          kind: 'ignored',
          reason: `More than ${MOST_RECORDS / 1e6} million records are not read.`,
        });
        return;
      }
      try {
        records.push(labelledRecord(`${file}#${at}`, file, split, parse(content), label, names));
      } catch {
        strange.push(at);
      }
    }
  } catch (error) {
    if (error instanceof SteadygazeError && error.code === 'cancelled') throw error;
    problems.push({ file, kind: 'unreadable', reason: reasonOfSystem(error) });
  }
  if (strange.length > 0) {
    const reason = `${counted(strange.length, 'record')} cannot be understood and are left out; the first is at byte ${strange[0]}.`;
    problems.push({ file, kind: 'bad-annotation', reason });
  }
}

async function pictures(place: Place, choices: Readonly<Record<string, string>>): Promise<PictureReader> {
  const { picture } = await features(place.tree, await filesOf(place), choices);
  return new RecordPictures(place.tree, picture, await exampleParser());
}

/** Reads one record at a time where it lies; ids are the file and the byte at which the record begins. */
class RecordPictures implements PictureReader {
  readonly #tree: FileTree;
  readonly #picture: string;
  readonly #parse: (bytes: Uint8Array) => Example;
  readonly #sources = new Map<string, Promise<ByteSource>>();

  constructor(tree: FileTree, picture: string, parse: (bytes: Uint8Array) => Example) {
    this.#tree = tree;
    this.#picture = picture;
    this.#parse = parse;
  }

  async stamp(id: string): Promise<FileStamp | null> {
    const { file } = placeOf(id);
    const stamp = await this.#tree.stamp(file);
    return stamp && variantStamp(stamp, [this.#picture]);
  }

  async read(id: string): Promise<Uint8Array> {
    const { file, at } = placeOf(id);
    let source = this.#sources.get(file);
    if (source === undefined) this.#sources.set(file, (source = sourceOf(this.#tree, file)));
    const content = await readRecord(await source, at);
    const bytes = pictureBytes(this.#parse(content), this.#picture);
    if (bytes !== null) return bytes;
    const message = `The feature "${this.#picture}" of this record is missing, or holds no picture that can be read here.`;
    throw new SteadygazeError('data-unreadable', message);
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}

/** @throws SteadygazeError `not-found` */
function placeOf(id: string): { readonly file: string; readonly at: number } {
  const found = /^(.+)#(\d{1,15})$/s.exec(id);
  if (found === null) throw new SteadygazeError('not-found', `"${id}" is no picture of a TFRecord file.`);
  return { file: found[1], at: Number(found[2]) };
}
