/**
 * Data set format `imagenet9`: ImageNet-9 and the backgrounds challenge (Xiao, Engstrom, Ilyas and Madry, "Noise or
 * Signal: The Role of Image Backgrounds in Object Recognition", ICLR 2021; github.com/MadryLab/backgrounds_challenge).
 * One variant is the test: `<variant>/val/<number>_<class>/*.JPEG`. Training pictures are those of IN-9L (`in9l/train`)
 * or of a variant that was published for training. The `val/` of what one trains with is not used: it holds pictures of
 * the test, made without care ("this validation data can be safely ignored").
 */
import { SteadygazeError } from '../../../contract/errors.ts';
import { throwIfCancelled } from '../../concurrency.ts';
import type { Problem, Split } from '../../dataset.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import type { Choice, Format, ListedPicture, Listing, ListOptions, Match, Place } from '../../format.ts';
import { hasPictureExtension } from '../../pictures/picture-name.ts';
import { within } from '../nearby-folders.ts';
import { counted } from '../text-lines.ts';
import { answered } from '../validation-choice.ts';
import { LARGE, readLayout, VARIANTS, WITH_OBJECT } from './layout.ts';
import type { ClassFolders, Layout, Part } from './layout.ts';
import { imageNet9Pictures, isArray, MaskFinder } from './masks.ts';

export const imageNet9: Format = {
  id: 'imagenet9',
  title: 'ImageNet-9 (backgrounds challenge)',
  match,
  list,
  pictures: imageNet9Pictures,
};

async function match({ tree, focus }: Place): Promise<Match> {
  if (focus !== null) return { certainty: 0, reason: 'A file was named, not a folder.' };
  const { parts } = await readLayout(tree);
  if (parts.length === 0) return { certainty: 0, reason: 'There is no variant of ImageNet-9.' };
  const names = parts.map(({ name }) => name).join(', ');
  return { certainty: 0.95, reason: `There are folders of ImageNet-9: ${names}.` };
}

async function list({ tree }: Place, { choices, signal }: ListOptions): Promise<Listing> {
  const layout = await readLayout(tree);
  const problems: Problem[] = [];
  const tested = askVariant(layout, choices['variant']);
  const trained = askTraining(layout, tested, choices['train']);
  const test = layout.parts.find(({ name }) => name === tested?.value)?.val ?? null;
  const source = layout.parts.find(({ name }) => name === trained?.value);
  const train = source?.train ?? null;
  const pictures: ListedPicture[] = [];
  if (train !== null) pictures.push(...(await picturesIn(tree, train, 'train', null, problems)));
  throwIfCancelled(signal);
  if (test !== null) {
    const masks = tested !== null && WITH_OBJECT.has(tested.value) ? layout.masks : null;
    // Without training pictures, those of the variant are parted.
    pictures.push(...(await picturesIn(tree, test, train === null ? null : 'test', masks, problems)));
  }
  // Alone, IN-9L is validated on its own pictures.
  if (test === null && source?.val) pictures.push(...(await picturesIn(tree, source.val, 'val', null, problems)));
  else if (source?.val && source.val !== test) {
    const reason = 'The folder is left aside: it holds pictures of the test.';
    problems.push({ file: source.val.path, kind: 'ignored', reason });
  }
  if (pictures.length === 0) {
    throw new SteadygazeError(
      'data-empty',
      `There are no pictures of ImageNet-9 in ${tree.root}.`,
      'Choose the folder bg_challenge, which holds folders such as original and mixed_rand, or the one around it.',
    );
  }
  const training = trained === null || train === null ? '' : `, trained with ${trained.value}`;
  return {
    task: 'single-label',
    classes: classesOf(layout),
    pictures,
    sentence: `ImageNet-9, variant ${tested?.value ?? LARGE}${training}: ${counted(pictures.length, 'picture')}.`,
    choices: [tested, trained].filter((choice) => choice !== null),
    problems,
  };
}

/** `02_wheeled vehicle` -> `wheeled vehicle`. */
const classOf = (folder: string): string => folder.replace(/^\d+_/, '').replaceAll('_', ' ').normalize('NFC');

function classesOf({ parts }: Layout): string[] {
  const folders = parts.flatMap(({ train, val }) => [...(train?.classes ?? []), ...(val?.classes ?? [])]);
  return [...new Set([...new Set(folders)].sort().map(classOf))];
}

async function picturesIn(
  tree: FileTree,
  { path, classes, others }: ClassFolders,
  split: Split | null,
  masks: ClassFolders | null,
  problems: Problem[],
): Promise<ListedPicture[]> {
  for (const name of others) {
    problems.push({ file: within(path, name), kind: 'ignored', reason: 'It lies beside the folders of the classes.' });
  }
  const found: ListedPicture[] = [];
  for (const name of classes) {
    const maskFiles = masks?.classes.includes(name) ? await tree.walk(within(masks.path, name), problems) : [];
    const finder = new MaskFinder(maskFiles.filter(isArray));
    for (const id of await tree.walk(within(path, name), problems)) {
      if (hasPictureExtension(id)) found.push({ id, classNames: [classOf(name)], split, mask: finder.find(id) });
      else problems.push({ file: id, kind: 'not-a-picture', reason: 'The file is not a picture.' });
    }
  }
  const missing = masks === null ? [] : found.filter(({ mask }) => mask === null);
  if (masks !== null && missing.length > 0) {
    const reason = `Without a mask in ${masks.path}: ${counted(missing.length, 'picture')}, such as ${missing[0].id}.`;
    problems.push({ file: masks.path, kind: 'bad-mask', reason });
  }
  return found;
}

/** Null where only IN-9L is there. */
function askVariant({ parts }: Layout, answer: string | undefined): Choice | null {
  const options = parts.flatMap(({ name, val }) => {
    const shown = Object.entries(VARIANTS).find(([variant]) => variant === name)?.[1];
    return val === null || shown === undefined ? [] : [{ value: name, label: `${name}: ${shown}` }];
  });
  if (options.length === 0) return null;
  return {
    key: 'variant',
    label: 'Test pictures',
    value: answered(options, answer, options[0].value),
    options,
    explanation: 'The variants of ImageNet-9 show the same objects on different backgrounds, or one without the other.',
  };
}

/** Null where no pictures for training are there. IN-9L is preferred, then what the test shows, then the original. */
function askTraining({ parts }: Layout, tested: Choice | null, answer: string | undefined): Choice | null {
  const able = parts.filter(({ train }) => train !== null);
  const guess = [LARGE, tested?.value]
    .map((wanted) => able.find(({ name }) => name === wanted))
    .find((part): part is Part => part !== undefined);
  const [first] = able;
  if (first === undefined) return null;
  const options = able.map(({ name }) => ({ value: name, label: `${name}/train` }));
  return {
    key: 'train',
    label: 'Training pictures',
    value: answered(options, answer, (guess ?? first).name),
    options,
    explanation: 'Most results are published for networks that were trained with IN-9L.',
  };
}
