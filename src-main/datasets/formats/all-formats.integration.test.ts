/** Every format: documented, and the same data set whether it lies in a folder or in an archive. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tarOf, zipOf } from '../trees/archives.fixture.ts';
import { FolderTree } from '../trees/file-tree.ts';
import { FORMATS } from '../formats.ts';
import { openData } from '../open-data.ts';
import { temporaryFolder } from '../pictures/pictures.fixture.ts';
import { ALL_FORMATS } from './all-formats.fixture.ts';

let root: string;
let remove: () => Promise<void>;
beforeAll(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterAll(() => remove());

describe('docs/formats.md', () => {
  it('has a section for every format under its id and title, with all that is to be said of one, and no other', async () => {
    const text = await readFile(new URL('../../../docs/formats.md', import.meta.url), 'utf8');
    const sections = text.split(/^##+ /m).slice(1);
    const documented = sections.filter((section) => section.startsWith('`'));
    expect(documented.map((section) => section.slice(0, section.indexOf('\n'))).sort()).toEqual(
      FORMATS.map(({ id, title }) => `\`${id}\`: ${title}`).sort(),
    );
    for (const section of documented) {
      const rows = [...section.matchAll(/^\| (\w+) +\| *(.*?) *\|$/gm)];
      expect(rows.map(([, name]) => name)).toEqual([
        'Recognised',
        'Read',
        'Ignored',
        'Refused',
        'Choices',
        'Described',
      ]);
      for (const [, name, what] of rows) expect(what, `${section.slice(0, 20)} ${name}`).not.toBe('');
    }
  });
});

it('has a fixture for every format', () => {
  expect(Object.keys(ALL_FORMATS).sort()).toEqual(FORMATS.map(({ id }) => id).sort());
});

describe.each(Object.entries(ALL_FORMATS))('%s', (format, write) => {
  it('is the same as a folder, ZIP, TAR and TAR.GZ', async () => {
    const folder = join(root, format);
    await mkdir(folder);
    await write(folder);
    const plain = await openData(folder, { seed: 0 });
    expect(plain.candidates[0]).toMatchObject({ format });
    expect(plain.dataset).toMatchObject({ format });
    expect(plain.dataset.samples.length).toBeGreaterThan(2);
    const paths = await new FolderTree(folder).walk('', []);
    const files = await Promise.all(
      paths.map(async (path, i) => ({
        name: path,
        content: await readFile(join(folder, path)),
        deflated: i % 2 === 0,
      })),
    );
    const tar = await tarOf(files.map(({ name, content }) => ({ name, content })));
    const archives = { '.zip': zipOf(files), '.tar': tar, '.tar.gz': gzipSync(tar) };
    for (const [end, bytes] of Object.entries(archives)) {
      const path = join(root, `${format}${end}`);
      await writeFile(path, bytes);
      const { dataset, sentence } = await openData(path, { seed: 0 });
      expect(dataset, end).toMatchObject({ format, fingerprint: plain.dataset.fingerprint });
      expect(dataset.problems, end).toEqual(plain.dataset.problems);
      expect(sentence).toBe(`${plain.sentence} Read from the archive "${format}${end}".`);
    }
  });
});
