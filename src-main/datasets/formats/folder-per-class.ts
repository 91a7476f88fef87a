/**
 * Data set format `folder-per-class`: one folder a class, optionally below `train/ val/ test/`, with
 * optional `masks/` that mirrors the pictures and optional `boxes.csv`. What is wrong with a file is
 * reported and the file left out; only a folder that cannot be trained on at all is an error.
 */
import { SteadygazeError } from '../../contract/errors.ts';
import { readBoxes } from '../pictures/boxes.ts';
import { throwIfCancelled } from '../concurrency.ts';
import type { Problem } from '../dataset.ts';
import type { FileTree } from '../trees/file-tree.ts';
import type { Format, ListedPicture, Listing, Match, Place } from '../format.ts';
import { matchMasks } from '../pictures/masks.ts';
import { looksLikePicture } from '../pictures/picture-format.ts';
import { hasPictureExtension } from '../pictures/picture-name.ts';
import { glanceAtLayout, readLayout } from './folder-layout.ts';
import type { ClassFile, Layout } from './folder-layout.ts';

export const folderPerClass: Format = {
  id: 'folder-per-class',
  title: 'A folder for each class',
  match: matchFolders,
  list: listFolders,
};

async function matchFolders({ tree, focus }: Place): Promise<Match> {
  if (focus !== null) return { certainty: 0, reason: 'A file was named, not a folder.' };
  try {
    const { classes, more, splits } = await glanceAtLayout(tree);
    if (classes < 2) return { certainty: 0, reason: 'There are no two folders with pictures.' };
    const many = more ? `At least ${classes}` : String(classes);
    const below = splits.length > 0 ? ` below ${splits.join(', ')}` : '';
    return { certainty: 0.5, reason: `${many} folders with pictures${below}: each folder is a class.` };
  } catch (error) {
    return { certainty: 0, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function listFolders({ tree }: Place, { signal }: { readonly signal?: AbortSignal }): Promise<Listing> {
  const problems: Problem[] = [];
  const layout = await readLayout(tree, problems);
  throwIfCancelled(signal);
  await requireClasses(tree, layout, problems);
  const files = await choosePictures(tree, layout.files, problems);
  const ids = files.map(({ id }) => id);
  const boxes = layout.boxes === null ? null : await readBoxes(tree, layout.boxes, ids, problems);
  const masks = await masksOf(tree, layout, files, problems);
  const pictures = files.map(({ id, className, split }): ListedPicture => {
    const [own, mask] = [boxes?.get(id), masks.get(id)];
    return {
      id,
      classNames: [className],
      split,
      ...(own === undefined ? {} : { boxes: own }),
      ...(mask === undefined ? {} : { mask }),
    };
  });
  return {
    task: 'single-label',
    classes: [...layout.classNames].sort(),
    pictures,
    sentence: 'A folder for each class.',
    choices: [],
    problems,
  };
}

/** Says what is wrong with a folder of too few classes, and where the data may be instead. */
async function requireClasses(tree: FileTree, layout: Layout, problems: readonly Problem[]): Promise<void> {
  const hint = 'Put the pictures of each class into a folder of its own; the folder is named like the class.';
  const loose = problems.some((problem) => problem.kind === 'ignored' && hasPictureExtension(problem.file));
  if (layout.files.length === 0 && !loose) {
    throw new SteadygazeError('data-empty', `The folder ${tree.root} holds no pictures.`, hint);
  }
  const [only, ...more] = new Set(layout.files.map((file) => file.className));
  if (only === undefined) {
    throw new SteadygazeError('data-one-class', 'The pictures do not lie in folders of classes.', hint);
  }
  if (more.length > 0) return;
  const inner = layout.splits.length > 0 ? [] : (await tree.list(only).catch(() => null))?.folders;
  throw new SteadygazeError(
    'data-one-class',
    `There is only one class, "${only}"; a classifier needs at least two.`,
    (inner?.length ?? 0) > 1 ? `If the classes are the folders inside "${only}", choose that folder instead.` : hint,
  );
}

/** Leaves out files that neither are named like pictures nor begin like one. */
async function choosePictures(tree: FileTree, files: readonly ClassFile[], problems: Problem[]): Promise<ClassFile[]> {
  const chosen: ClassFile[] = [];
  for (const file of files) {
    if (hasPictureExtension(file.id) || (await looksLikePicture(tree, file.id))) chosen.push(file);
    else problems.push({ file: file.id, kind: 'not-a-picture', reason: 'The file is not a picture.' });
  }
  return chosen;
}

/** Mask path by picture id. */
async function masksOf(
  tree: FileTree,
  { masks }: Layout,
  files: readonly ClassFile[],
  problems: Problem[],
): Promise<ReadonlyMap<string, string>> {
  if (masks === null) return new Map();
  const owners = files.map(({ id, split }) => ({ id, folderSplit: split }));
  const { maskOf, unmatched } = matchMasks(masks, await tree.walk(masks, problems), owners);
  for (const file of unmatched) {
    problems.push({ file, kind: 'bad-mask', reason: 'No picture belongs to this mask.' });
  }
  return maskOf;
}
