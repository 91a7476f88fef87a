/** Which feature of an example is the picture, which its class, and what the boxes are. */
import { layoutsOf, rearrange } from '../../arrays/axes.ts';
import { arrayPicture } from '../../pictures/array-picture.ts';
import type { Choice, ListedBox } from '../../format.ts';
import { formatOfBytes, HEAD_BYTES } from '../../pictures/picture-format.ts';
import type { Example, Feature } from './example.ts';

/** Likely first. The Object Detection API, TF-Slim, TensorFlow Datasets, Keras' guides. */
const LABELS = [
  /^image\/class\/text$/,
  /^image\/class\/label$/,
  /(^|[/_])(class_name|label_name|label_text)$/,
  /(^|[/_])labels?$/,
  /(^|[/_])(class|category|target|y|image_class)(_id)?$/,
  /^image\/object\/class\/text$/,
  /^image\/object\/class\/label$/,
  /^objects\/label$/,
];
const NO_LABELS =
  /(height|width|depth|channels?|format|file_?name|source_id|key|sha\d*|colou?rspace|bbox.*|area|is_crowd|difficult|truncated|pose|view|mask|index|(^|[/_])id)$/i;
/** A longer text names no class. */
const LONGEST_LABEL = 200;

export interface FeatureNames {
  /** null: nothing is a picture. */
  readonly picture: string | null;
  readonly label: string | null;
  readonly choices: readonly Choice[];
}

/** @param examples some, of the first file */
export function chooseFeatures(examples: readonly Example[], answers: Readonly<Record<string, string>>): FeatureNames {
  const names = [...new Set(examples.flatMap((example) => [...example.keys()]))].sort();
  const valuesOf = (name: string): Feature[] => examples.flatMap((example) => example.get(name) ?? []);
  const pictures = names.filter((name) => valuesOf(name).some(({ bytes }) => canBePicture(bytes, name)));
  const isCoded = (name: string): boolean => valuesOf(name).some(({ bytes: [first] }) => isPictureFile(first));
  pictures.sort((a, b) => Number(isCoded(b)) - Number(isCoded(a)));
  const picture = pictures.find((name) => name === answers['picture']) ?? pictures.at(0) ?? null;
  const labels = names.filter(
    (name) => !pictures.includes(name) && valuesOf(name).some((feature) => canBeLabel(feature, name)),
  );
  const rank = (name: string): number => {
    const found = LABELS.findIndex((pattern) => pattern.test(name));
    return found < 0 ? LABELS.length : found;
  };
  labels.sort((a, b) => rank(a) - rank(b));
  const label = labels.find((name) => name === answers['label']) ?? labels.at(0) ?? null;
  return {
    picture,
    label,
    choices: [
      ...(picture === null ? [] : [featureChoice('picture', 'Feature that is the picture', picture, pictures)]),
      ...(label === null ? [] : [featureChoice('label', 'Feature that tells the class', label, labels)]),
    ],
  };
}

const featureChoice = (key: string, label: string, value: string, names: readonly string[]): Choice => ({
  key,
  label,
  value,
  options: names.map((name) => ({ value: name, label: name })),
  explanation: '',
});

const isPictureFile = (bytes: Uint8Array | undefined): boolean =>
  bytes !== undefined && formatOfBytes(bytes.subarray(0, HEAD_BYTES)) !== null;

const canBePicture = (bytes: readonly Uint8Array[], name: string): boolean =>
  bytes.length === 1 &&
  (isPictureFile(bytes[0]) || (/image|raw|pixels|picture|^x$/i.test(name) && bytes[0].length >= 64));

function canBeLabel({ bytes, numbers, whole }: Feature, name: string): boolean {
  if (NO_LABELS.test(name)) return false;
  if (bytes.length > 0) return bytes.every(({ length }) => length > 0 && length <= LONGEST_LABEL);
  return whole && numbers.length > 0;
}

/** Boxes as the Object Detection API has them (four lists) or TensorFlow Datasets (y0, x0, y1, x1 of one after the other). */
export function boxesOf(example: Example, nameOf: (value: string | number) => string): ListedBox[] {
  const list = (name: string): readonly number[] => example.get(`image/object/bbox/${name}`)?.numbers ?? [];
  const together = example.get('objects/bbox')?.numbers ?? [];
  const corners =
    together.length > 0
      ? Array.from({ length: Math.floor(together.length / 4) }, (_, i) => together.slice(4 * i, 4 * i + 4))
      : list('xmin').map((_, i) => ['ymin', 'xmin', 'ymax', 'xmax'].map((name) => list(name)[i] ?? NaN));
  const classes = ['image/object/class/text', 'image/object/class/label', 'objects/label']
    .map((name) => example.get(name))
    .find((feature) => feature !== undefined && feature.bytes.length + feature.numbers.length === corners.length);
  // Shares of the picture by rule; pixels where they cannot be shares.
  const unit = corners.flat().some((value) => value > 2) ? 'pixel' : 'share';
  return corners.map(([y0, x0, y1, x1], i): ListedBox => {
    const text = classes?.bytes[i];
    const value = text === undefined ? classes?.numbers[i] : Buffer.from(text).toString('utf8').trim().normalize('NFC');
    return { x0, y0, x1, y1, unit, ...(value === undefined || value === '' ? {} : { className: nameOf(value) }) };
  });
}

/**
 * The bytes of a picture: those of a file as they are; bare pixels by the sizes that stand beside them, or as a square.
 * @returns null where they are neither
 */
export function pictureBytes(example: Example, name: string): Uint8Array | null {
  const bytes = example.get(name)?.bytes.at(0);
  if (bytes === undefined) return null;
  if (isPictureFile(bytes)) return bytes;
  const number = (pattern: RegExp): number | undefined =>
    [...example].find(([key]) => pattern.test(key))?.[1].numbers.at(0);
  const [height, width] = [number(/(^|[/_])(height|rows)$/), number(/(^|[/_])(width|cols|columns)$/)];
  const channels = number(/(^|[/_])(depth|channels?)$/) ?? (bytes.length === (height ?? 0) * (width ?? 0) ? 1 : 3);
  const sizes = height === undefined || width === undefined ? [bytes.length] : [height, width, channels];
  const layout = layoutsOf([1, ...sizes]).find(({ key }) => key.endsWith('hwc') || key.endsWith('hw'));
  if (layout === undefined || layout.height * layout.width * layout.channels !== bytes.length) return null;
  const pixels = rearrange(bytes, layout.places());
  return arrayPicture({ ...layout, type: 'u8', pixels: Uint8Array.from(pixels) });
}
