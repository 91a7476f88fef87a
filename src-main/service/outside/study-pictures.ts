/** The pictures of a study that heatmaps and predictions of another program can be about. */
import { SteadygazeError } from '../../contract/errors.ts';
import type { Dataset, DataSource, Sample } from '../../datasets/dataset.ts';
import { decodeUnchanged } from '../../datasets/picture-reader.ts';
import { sharedPictures } from '../../datasets/shared-pictures.ts';
import type { AnnotationSource } from '../../evaluation/annotation.ts';
import { openStudy } from '../../workspace/study.ts';
import { readDataset } from '../../workspace/study-data.ts';
import { csvText } from '../../reports/csv.ts';
import { counted } from './cells.ts';
import type { KnownLabels } from './read-predictions.ts';

export class StudyPictures implements AnnotationSource, KnownLabels {
  readonly classes: readonly string[];
  /**
   * The pictures that figures are about, ordered by their paths, and after them those that serve to choose thresholds:
   * the test and the validation split, or the validation split alone where there is no test picture.
   */
  readonly listed: readonly Sample[];
  /** How many of them figures are about. */
  readonly measured: number;
  readonly hasMasks: boolean;
  readonly #source: DataSource;
  readonly #places: ReadonlyMap<string, number>;
  #unread = 0;

  private constructor(dataset: Dataset) {
    const { classes, samples } = dataset;
    const [test, val] = (['test', 'val'] as const).map((split) => samples.filter((sample) => sample.split === split));
    this.classes = classes;
    this.listed = [...test, ...val];
    this.measured = test.length > 0 ? test.length : val.length;
    this.hasMasks = this.listed.slice(0, this.measured).some(({ mask }) => mask !== null);
    this.#source = dataset;
    this.#places = new Map(this.listed.map(({ id }, place) => [id.normalize('NFC'), place]));
  }

  /** @throws SteadygazeError as opening a study; `data-empty` where all its pictures are for training */
  static async open(folder: string): Promise<StudyPictures> {
    const study = await openStudy(folder);
    const pictures = new StudyPictures(await readDataset(study));
    if (pictures.listed.length > 0) return pictures;
    throw new SteadygazeError(
      'data-empty',
      'All pictures of this study are for training, so there is none to measure on.',
      'Make a study with pictures in "test" or "val".',
    );
  }

  /** @throws SteadygazeError `not-found` where it is none of those listed */
  placeOf(picture: string): number {
    const place = this.#places.get(picture);
    if (place !== undefined) return place;
    throw new SteadygazeError(
      'not-found',
      `The picture "${picture}" is not among the test and validation pictures of this study.`,
      'List them with: steadygaze evaluate STUDY --list',
    );
  }

  labelOf(picture: string | null, place: number): number {
    if (picture !== null) return this.listed[this.placeOf(picture)].label;
    if (place < this.listed.length) return this.listed[place].label;
    throw new SteadygazeError(
      'data-unreadable',
      `There are predictions of more pictures than the ${this.listed.length} test and validation pictures of this study.`,
      'List the pictures with: steadygaze evaluate STUDY --list',
    );
  }

  boxes(place: number): ReturnType<AnnotationSource['boxes']> {
    const { boxes, width, height } = this.listed[place];
    return boxes.map(({ x0, y0, x1, y1 }) => ({ x0: x0 / width, y0: y0 / height, x1: x1 / width, y1: y1 / height }));
  }

  async readMask(place: number, side: number): Promise<Uint8Array | null> {
    const { mask, maskHash } = this.listed[place];
    if (mask === null) return null;
    try {
      const read = await sharedPictures.use(this.#source, (reader) =>
        decodeUnchanged(reader, 'mask', mask, maskHash ?? '', side),
      );
      if (typeof read !== 'string') return read;
    } catch {
      // The pictures have been moved away: counted below, like a mask that is broken.
    }
    this.#unread++;
    return null;
  }

  /** What there is to say of the masks read so far. */
  notes(): string[] {
    if (this.#unread === 0) return [];
    return [`${counted(this.#unread, 'mask')} of the study could not be read, and counted as if not there.`];
  }
}

/** A picture as `--list` prints it. */
export interface ListedPicture {
  readonly index: number;
  readonly picture: string;
  readonly label: string;
  readonly split: string;
}

/**
 * The pictures of a study in the order in which heatmaps and predictions of them are expected.
 * @throws SteadygazeError `bad-argument` without a study; as {@link StudyPictures.open}
 */
export async function listStudyPictures(
  folder: string | undefined,
): Promise<{ readonly pictures: readonly ListedPicture[]; readonly csv: string }> {
  if (folder === undefined) {
    throw new SteadygazeError('bad-argument', 'The pictures of which study?', 'steadygaze evaluate STUDY --list');
  }
  const { listed, classes } = await StudyPictures.open(folder);
  const pictures = listed.map(({ id, label, split }, index) => ({ index, picture: id, label: classes[label], split }));
  const rows = pictures.map(({ index, picture, label, split }) => [index, picture, label, split]);
  // Without a byte order mark: this goes through pipes, not into spreadsheets.
  return { pictures, csv: csvText(['index', 'picture', 'label', 'split'], rows).replace(/^\uFEFF/, '') };
}
