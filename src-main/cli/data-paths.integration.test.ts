/** Data sets of the paper and a table, from what lies on the disk to the report, by the command line alone. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installedEngines } from '../compute/installed.ts';
import { zipOf } from '../datasets/trees/archives.fixture.ts';
import { FolderTree } from '../datasets/trees/file-tree.ts';
import { PAPER_CLASSES, writeSmallCub, writeSmallVoc } from '../datasets/formats/paper-sets.fixture.ts';
import { patchworkJpeg, writeFiles } from '../datasets/pictures/pictures.fixture.ts';
import { temporaryFolder, TINY_ARGUMENTS } from '../jobs/tiny-study.fixture.ts';
import { cli, jsonLines } from './run-cli.fixture.ts';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  root = await temporaryFolder();
});
afterAll(() => root.remove());

const ENGINE = installedEngines().includes('native') ? 'native' : 'wasm';
const RUN = '001-consistency-s0';

/** A command that must go well, and what it prints. */
async function asked(...args: string[]): Promise<unknown> {
  const ended = await cli(...args, '--json');
  expect(ended, args.join(' ')).toMatchObject({ code: 0, stderr: '' });
  return jsonLines(ended).at(-1);
}

interface Figure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}
interface Measured {
  readonly part: string;
  readonly result: { readonly figures: Record<string, Figure>; readonly notes: readonly string[] };
}
interface Report {
  readonly sections: readonly string[];
  readonly answer: readonly string[];
  readonly findings: readonly { readonly topic: string; readonly sentence: string }[];
  readonly runs: readonly (Record<string, unknown> & { readonly figures: Record<string, Figure> })[];
}

/** Trains, lists hard pictures, measures and reports. Everything that follows is about one run. */
async function followed(study: string) {
  const trained = await cli('train', study, '--engine', ENGINE, ...TINY_ARGUMENTS, '--json');
  expect(trained).toMatchObject({ code: 0, stderr: '' });
  expect(jsonLines(trained).at(-1)).toMatchObject({ type: 'finished', run: RUN });
  const hard = await asked('hard', study, '--run', RUN, '--top', '6');
  const { parts } = (await asked('evaluate', study, '--parts', 'recognition,localization', '--engine', ENGINE)) as {
    parts: Measured[];
  };
  const out = `${study}-report`;
  await asked('report', study, '--sections', 'localization,hard-samples', '--out', out);
  const report = JSON.parse(await readFile(join(out, 'report.json'), 'utf8')) as Report;
  const page = await readFile(join(out, 'report.html'), 'utf8');
  const figuresOf = (name: string) => {
    const found = parts.find(({ part }) => part === name);
    if (found === undefined) throw new Error(`${name} was not measured`);
    return found.result;
  };
  return { hard: hard as Record<string, unknown>[], figuresOf, report, page };
}

const kinds = (problems: readonly { readonly kind: string }[]): string[] => [
  ...new Set(problems.map(({ kind }) => kind)),
];

describe('Pascal VOC', () => {
  it('is recognised, trained with several classes a picture, and measured for each of them', async () => {
    const data = join(root.path, 'voc');
    await writeSmallVoc(data);
    const found = (await asked('inspect', data)) as Record<string, unknown> & { problems: { kind: string }[] };
    expect(found).toMatchObject({
      format: 'voc',
      recognised: 'Pascal VOC 2012, 40 annotated pictures of the lists train, val and test.',
      images: 40,
      boxes: 40,
      masks: 40,
      // Of 0, 1, ... 39: class i mod 3 in each, and (i + 1) mod 3 in every odd one: 14 + 6, 13 + 7, 13 + 7.
      classes: PAPER_CLASSES.map((name) => ({ name, count: 20 })),
      splits: { train: 24, val: 6, test: 10 },
      choices: [
        { key: 'task', value: 'multi' },
        { key: 'val-as', value: 'val' },
      ],
    });
    expect(kinds(found.problems)).toEqual([]);

    const study = join(root.path, 'voc-study');
    expect(await asked('create', study, '--data', data)).toMatchObject({ study, images: 40, format: 'voc' });
    const { hard, figuresOf, report, page } = await followed(study);

    expect(hard).toHaveLength(6);
    for (const { path, label, E } of hard) {
      const number = Number(/JPEGImages\/2012_(0000[0-2]\d)\.jpg$/.exec(String(path))?.[1]);
      const classes = (number % 2 === 0 ? [number] : [number, number + 1]).map((i) => i % 3).sort();
      expect(label).toBe(classes.map((i) => PAPER_CLASSES[i]).join(', '));
      expect(E).toBeGreaterThanOrEqual(0);
    }
    const recognition = figuresOf('recognition').figures;
    expect(recognition['map']).toMatchObject({ n: 10 });
    // By chance alone: three classes, each in half of the pictures.
    expect(recognition['map'].value).toBeGreaterThan(0.2);
    expect(recognition['map'].low).toBeLessThan(recognition['map'].value);
    expect(recognition).not.toHaveProperty('balanced_accuracy');
    // Test pictures 30 to 39: five of one class, five of two.
    const { figures, notes } = figuresOf('localization');
    expect(notes.join(' ')).toContain('15 pairs of a picture and one of its classes');
    for (const name of ['maxboxacc', 'maxboxacc_v2', 'pointing', 'energy', 'uniform_energy', 'centre_box']) {
      expect(figures[name], name).toMatchObject({ n: 10 });
    }
    // A map that is the same everywhere has as much on the object as the object is large.
    expect(figures['uniform_energy'].value).toBeGreaterThan(0.1);
    expect(figures['uniform_energy'].value).toBeLessThan(0.5);

    expect(report.sections).toEqual(['localization', 'hard-samples']);
    expect(report.answer[0]).toContain('mean average precision');
    expect(report.runs[0].figures['maxboxacc']).toEqual(figures['maxboxacc']);
    expect(report.runs[0].figures['map']).toEqual(recognition['map']);
    expect(report.runs[0]['hardest']).toHaveLength(24);
    expect(page).toContain('MaxBoxAcc');
  });
});

describe('CUB-200-2011', () => {
  it('is recognised, trained, and its boxes say where the model looks', async () => {
    const data = join(root.path, 'cub');
    await writeSmallCub(data);
    const found = (await asked('inspect', data)) as Record<string, unknown> & { problems: { kind: string }[] };
    expect(found).toMatchObject({
      format: 'cub',
      recognised: 'CUB-200-2011, 42 pictures of birds, parted into training and test as published.',
      images: 42,
      boxes: 42,
      masks: 42,
      classes: PAPER_CLASSES.map((name) => ({ name, count: 14 })),
      // A tenth of the 30 training pictures chooses thresholds.
      splits: { train: 27, val: 3, test: 12 },
    });
    // Its files are called after their classes, as CUB's are; and pictures of things for sale are easily told apart.
    expect(kinds(found.problems)).toEqual(['label-in-name', 'border-tells-class', 'colour-tells-class']);

    const study = join(root.path, 'cub-study');
    expect(await asked('create', study, '--data', data)).toMatchObject({ study, images: 42, format: 'cub' });
    const { hard, figuresOf, report, page } = await followed(study);

    expect(hard).toHaveLength(6);
    for (const { path } of hard) expect(path).toMatch(/CUB_200_2011\/images\/00[123]\.(bag|boot|sneaker)\/\w+\.jpg$/);
    const recognition = figuresOf('recognition').figures;
    expect(recognition['top1']).toMatchObject({ n: 12 });
    expect(recognition).not.toHaveProperty('map');
    const { figures } = figuresOf('localization');
    for (const name of ['maxboxacc', 'maxboxacc_v2', 'top1_loc', 'pointing', 'energy', 'pxap', 'centre_box']) {
      expect(figures[name], name).toMatchObject({ n: 12 });
      expect(figures[name].value).toBeGreaterThanOrEqual(0);
      expect(figures[name].value).toBeLessThanOrEqual(1);
    }
    // What is named and found is at most what is found.
    expect(figures['top1_loc'].value).toBeLessThanOrEqual(figures['maxboxacc'].value);
    expect(report.sections).toEqual(['localization', 'hard-samples']);
    expect(report.runs[0].figures['maxboxacc']).toEqual(figures['maxboxacc']);
    expect(report.runs[0]['pointing']).toBe(figures['pointing'].value);
    expect(page).toContain('MaxBoxAcc');
  });
});

describe('a table of pictures', () => {
  const ROWS = Array.from({ length: 12 }, (_, i) => ({
    file: `pictures/${i}.jpg`,
    species: i % 2 === 0 ? 'fox' : 'wolf',
    habitat: i < 6 ? 'forest' : 'snow',
  }));

  async function writeTable(folder: string): Promise<void> {
    for (const [i, { file }] of ROWS.entries()) await writeFiles(folder, { [file]: await patchworkJpeg(i) });
    const lines = ROWS.map(({ file, species, habitat }) => `${file},${species},${habitat}\n`);
    await writeFile(join(folder, 'animals.csv'), `file,species,habitat\n${lines.join('')}`);
  }

  it('is read by the column that a person chooses, from a folder and from an archive', async () => {
    const folder = join(root.path, 'animals');
    await writeTable(folder);
    const guessed = (await asked('inspect', folder)) as {
      choices: { key: string; value: string; options: unknown[] }[];
    };
    expect(guessed).toMatchObject({
      format: 'table',
      classes: [
        { name: 'fox', count: 6 },
        { name: 'wolf', count: 6 },
      ],
    });
    const column = guessed.choices.find(({ key }) => key === 'label-column');
    expect(column?.value).toBe('species');
    expect(column?.options).toContainEqual(expect.objectContaining({ value: 'habitat' }));

    const how = ['--format', 'table', '--choose', 'label-column=habitat'];
    const habitats = {
      format: 'table',
      images: 12,
      classes: [
        { name: 'forest', count: 6 },
        { name: 'snow', count: 6 },
      ],
    };
    const plain = join(root.path, 'animals-study');
    expect(await asked('create', plain, '--data', folder, ...how)).toMatchObject(habitats);

    const paths = await new FolderTree(folder).walk('', []);
    const files = await Promise.all(
      paths.map(async (path, i) => ({
        name: path,
        content: await readFile(join(folder, path)),
        deflated: i % 2 === 0,
      })),
    );
    const archive = join(root.path, 'animals.zip');
    await writeFile(archive, zipOf(files));
    const packed = join(root.path, 'packed-study');
    expect(await asked('create', packed, '--data', archive, ...how)).toMatchObject(habitats);
    // The answer is kept with the study: what is trained on is what was chosen.
    const trained = await cli('train', packed, '--engine', ENGINE, ...TINY_ARGUMENTS, '--json');
    expect(trained).toMatchObject({ code: 0, stderr: '' });
    expect(jsonLines(trained).at(-1)).toMatchObject({ type: 'finished', run: RUN });
  });

  it('says what a format or an answer would have to be, where there is none of that name', async () => {
    const folder = join(root.path, 'once-more');
    await writeTable(folder);
    const refused = await cli('create', join(root.path, 'none'), '--data', folder, '--format', 'spreadsheet', '--json');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: 'data-unreadable',
      hint: expect.stringContaining('folder-per-class') as string,
    });
  });
});
