/**
 * How fast pictures are taken in:
 *
 *     node bench/import.ts [--pictures 100000] [--folder FOLDER] [--keep]
 *
 * Makes a folder of so many different small pictures (some minutes for 100,000; a folder that holds them is used again),
 * then looks at it as the app does: recognised, read for the first time, opened again, made a study and opened, and read
 * again with 100 files more. Then pictures of 64 x 64, of 1 and of 12 million pixels. Every measurement has a process of
 * its own, whose peak memory is told; seconds on the clock beside seconds of the processors, for a machine that does
 * other things too.
 */
import { execFile } from 'node:child_process';
import { readdir, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { forEachConcurrently } from '../src-main/datasets/concurrency.ts';
import { FolderTree } from '../src-main/datasets/trees/file-tree.ts';
import { IndexCache } from '../src-main/datasets/index/index-cache.ts';
import { openData, recognise } from '../src-main/datasets/open-data.ts';
import { openPlace } from '../src-main/datasets/trees/open-place.ts';
import { inspectPicture } from '../src-main/datasets/pictures/picture-file.ts';
import { LocalLibrary } from '../src-main/service/library/local-library.ts';
import { createStudy } from '../src-main/workspace/study.ts';
import { makePhotographs, makePictures } from './import-pictures.ts';

const MORE = 100;
const SIZES: readonly { readonly name: string; readonly size: readonly [number, number]; readonly count: number }[] = [
  { name: '1 megapixel', size: [1152, 864], count: 200 },
  { name: '12 megapixels', size: [4000, 3000], count: 24 },
];

interface Measured {
  /** On the clock, and of the processors. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMegabytes: number;
  /** Pictures that were decoded. */
  readonly read: number;
  readonly sentence: string;
}

/** What a process of its own does. */
const TASKS: Readonly<Record<string, (folder: string) => Promise<{ read: number; sentence: string }>>> = {
  async recognised(folder) {
    const { place } = await openPlace(picturesOf(folder));
    const [first] = await recognise(place);
    return { read: 0, sentence: first === undefined ? 'not recognised' : first.reason };
  },
  read: open,
  async study(folder) {
    const { dataset } = await openData(picturesOf(folder), { seed: 0, index: await IndexCache.open(indexOf(folder)) });
    await rm(studyOf(folder), { recursive: true, force: true });
    await createStudy(studyOf(folder), dataset);
    return { read: 0, sentence: 'made' };
  },
  async opened(folder) {
    const library = new LocalLibrary();
    await library.openStudy(studyOf(folder), []);
    const { sentence } = await library.dataView(studyOf(folder));
    return { read: 0, sentence };
  },
  async sizes(folder) {
    const files = await readdir(folder);
    const tree = new FolderTree(folder);
    await forEachConcurrently(files, async (file) => {
      const facts = await inspectPicture(tree, file, 'picture');
      if ('reason' in facts) throw new Error(facts.reason);
    });
    return { read: files.length, sentence: '' };
  },
};

const picturesOf = (folder: string): string => join(folder, 'pictures');
const indexOf = (folder: string): string => join(folder, 'pictures.index');
const studyOf = (folder: string): string => join(folder, 'study');

async function open(folder: string): Promise<{ read: number; sentence: string }> {
  const index = await IndexCache.open(indexOf(folder));
  let read = 0;
  const remember = index.set.bind(index);
  index.set = (...entry) => {
    read++;
    remember(...entry);
  };
  const { dataset } = await openData(picturesOf(folder), { seed: 0, index });
  return { read, sentence: `${dataset.samples.length} pictures, ${dataset.problems.length} problems` };
}

/** Runs a task in a process of its own. */
async function measure(task: string, folder: string): Promise<Measured> {
  // As the app starts the process that reads.
  const args = ['--max-semi-space-size=8', fileURLToPath(import.meta.url), '--task', task, '--folder', folder];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Measured;
}

/** In the process of its own. */
async function work(task: string, folder: string): Promise<void> {
  const before = process.cpuUsage();
  const start = performance.now();
  const done = await TASKS[task](folder);
  const { user, system } = process.cpuUsage(before);
  const measured: Measured = {
    ...done,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  };
  process.stdout.write(JSON.stringify(measured));
}

function print(what: string, { seconds, cpuSeconds, peakMegabytes, read, sentence }: Measured): void {
  const speed = read > 0 ? `, ${(read / seconds).toFixed(0)} pictures/s of ${read} read` : '';
  const time = `${seconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of processors)`;
  console.log(`${what.padEnd(24)} ${time}, ${peakMegabytes.toFixed(0)} MB${speed}${sentence && `; ${sentence}`}`);
}

async function main(folder: string, pictures: number): Promise<void> {
  console.log(`${availableParallelism()} processors, load ${loadavg()[0]?.toFixed(1) ?? '?'}`);
  const there = await readdir(picturesOf(folder), { recursive: true }).catch(() => []);
  const present = there.filter((name) => name.endsWith('.jpg')).length;
  if (present < pictures) await makePictures(picturesOf(folder), present, pictures - present);
  await rm(indexOf(folder), { force: true });
  print('recognised', await measure('recognised', folder));
  print('read the first time', await measure('read', folder));
  print('opened again', await measure('read', folder));
  await measure('study', folder);
  print('study opened', await measure('opened', folder));
  await makePictures(picturesOf(folder), Math.max(present, pictures), MORE);
  print(`with ${MORE} files more`, await measure('read', folder));
  print('64 x 64 pixels', await measure('sizes', join(picturesOf(folder), 'class-0')));
  for (const { name, size, count } of SIZES) {
    const place = join(folder, name);
    await makePhotographs(place, count, size);
    print(name, await measure('sizes', place));
    await rm(place, { recursive: true });
  }
}

const { values } = parseArgs({
  options: {
    pictures: { type: 'string', default: '100000' },
    folder: { type: 'string', default: join(tmpdir(), 'steadygaze-import') },
    keep: { type: 'boolean', default: false },
    task: { type: 'string' },
  },
});
const folder = resolve(values.folder);
if (values.task !== undefined) {
  await work(values.task, folder);
} else {
  await main(folder, Number(values.pictures));
  if (!values.keep) await rm(folder, { recursive: true });
}
