import { zipSync } from 'fflate';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../dataset.ts';
import { openData } from '../open-data.ts';
import { temporaryFolder, writeFiles } from '../pictures/pictures.fixture.ts';
import { excelFile, sheetXml, writePictures } from './table.fixture.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => (folder = await temporaryFolder()));
afterEach(() => folder.remove());

const PICTURES = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg'];
const open = (choices: Readonly<Record<string, string>> = {}, focus = '') =>
  openData(`${folder.path}/${focus}`, { seed: 1, choices });
/** `a.jpg: cat+dog (test)`. */
const told = ({ samples, classes }: Dataset): string[] =>
  samples.map(({ id, label, labels, split }) => {
    return `${id}: ${(labels ?? [label]).map((one) => classes[one]).join('+')} (${split})`;
  });
const problemsOf = ({ problems }: Dataset, ...kinds: string[]): string[] =>
  problems.filter(({ kind }) => kinds.includes(kind)).map(({ file, reason }) => `${file}: ${reason}`);
const valueOf = (opened: Awaited<ReturnType<typeof openData>>, key: string) =>
  opened.choices.find((choice) => choice.key === key)?.value;

describe('a table of text', () => {
  it('names pictures, classes and splits, in any folders, with what is wrong told by line', async () => {
    await writePictures(folder.path, ['x/a.jpg', 'x/deep/b.jpg', 'c.jpg', 'd.jpg', 'not named.jpg']);
    const csv = [
      'Bild;Art;Teilmenge;Bemerkung',
      'x\\a.jpg;Hund;train;"zwei\r\nZeilen; mit Zeichen"',
      'C:\\Users\\Ann\\Bilder\\deep\\b.jpg;Katze;train;',
      'c;Hund;test;',
      'D.JPG;Katze;valid;',
      'e.jpg;Katze;test;',
      '"c.jpg;Hund;test;',
      'a.jpg;Hund;train;;;zu viel',
      'b.jpg;Katze;sonst;',
      ';;;',
    ];
    await writeFiles(folder.path, { 'labels.csv': `\ufeff${csv.join('\r\n')}\r\n` });
    const opened = await open();
    const { dataset } = opened;
    expect(dataset.format).toBe('table');
    expect(opened.candidates[0]).toEqual({
      format: 'table',
      title: 'A table that names the pictures',
      certainty: expect.closeTo(0.8, 1) as number,
      reason: 'labels.csv names files in its column "Bild"; 86 % of the first ones are there.',
    });
    expect(opened.sentence).toBe(
      'The table labels.csv names 4 pictures (column "Bild"); classes from the column "Art".',
    );
    expect(told(dataset)).toEqual([
      'c.jpg: Hund (test)',
      'd.jpg: Katze (val)',
      'x/a.jpg: Hund (train)',
      'x/deep/b.jpg: Katze (train)',
    ]);
    expect(dataset.task).toBe('single-label');
    expect(problemsOf(dataset, 'missing-picture', 'bad-annotation', 'unlabelled')).toEqual([
      'labels.csv: Line 7: There is no picture "e.jpg".',
      'labels.csv: Line 8: A quotation mark opens a cell and is never closed, or stands in the middle of one.',
      'labels.csv: Line 9: The row has 6 cells; the table has 4 columns.',
      'labels.csv: Line 10: "sonst" in the column "Teilmenge" is not train, val or test.',
      'not named.jpg: labels.csv does not name this picture.',
    ]);
    expect(opened.choices.map(({ key, value }) => [key, value])).toEqual([
      ['header', 'yes'],
      ['path-column', 'Bild'],
      ['split-column', 'Teilmenge'],
      ['label-column', 'Art'],
      ['label-separator', ''],
    ]);
  });

  it('may have no names of columns, be written in Latin letters of Windows, or in UTF-16', async () => {
    await writePictures(folder.path, PICTURES);
    const text = 'a.jpg\tGrün\nb.jpg\tBlau\nc.jpg\tGrün\nd.jpg\tBlau\n';
    await writeFiles(folder.path, { 'list.tsv': Buffer.from(text, 'latin1') });
    const opened = await open();
    expect(valueOf(opened, 'header')).toBe('no');
    expect(valueOf(opened, 'label-column')).toBe('column 2');
    expect(opened.dataset.classes).toEqual(['Blau', 'Grün']);
    await writeFiles(folder.path, { 'list.tsv': Buffer.from(`\ufeff${text}`, 'utf16le') });
    expect((await open()).dataset.fingerprint).toBe(opened.dataset.fingerprint);
    await writeFiles(folder.path, { 'list.tsv': Buffer.from(text.replaceAll('\n', '\r'), 'latin1') });
    expect((await open()).dataset.fingerprint).toBe(opened.dataset.fingerprint);
    await writeFiles(folder.path, { 'list.tsv': '', 'val.txt': 'a.jpg 0\nb.jpg 1\nc.jpg 0\nd.jpg 1\n' });
    expect(told((await open()).dataset).map((line) => line.slice(0, 8))).toEqual(
      PICTURES.map((name, i) => `${name}: ${i % 2}`),
    );
  });

  it('may name several classes a picture: in one cell, in several rows, in columns of 0 and 1', async () => {
    await writePictures(folder.path, PICTURES);
    const expected = ['a.jpg: cat+dog', 'b.jpg: cat', 'c.jpg: bird+dog', 'd.jpg: bird'];
    const short = (dataset: Dataset): string[] => told(dataset).map((line) => line.replace(/ \(.*/, ''));
    for (const [separator, guess] of [
      ['|', '|'],
      [';', ';'],
      [', ', ','],
      [' ', ' '],
    ]) {
      const cells = [`cat${separator}dog`, 'cat', `dog${separator}bird`, 'bird'];
      const rows = cells.map((cell, i) => `${PICTURES[i]},"${cell}"`);
      await writeFiles(folder.path, { 't.csv': `image,labels\n${rows.join('\n')}` });
      const opened = await open();
      expect(valueOf(opened, 'label-separator')).toBe(guess);
      expect(opened.dataset.task).toBe('multi-label');
      expect(short(opened.dataset)).toEqual(expected);
    }
    await writeFiles(folder.path, {
      't.csv': "image,labels\na.jpg,\"['cat', 'dog']\"\nb.jpg,['cat']\nc.jpg,\"['dog', 'bird']\"\nd.jpg,['bird']\n",
    });
    expect(short((await open()).dataset)).toEqual(expected);
    await writeFiles(folder.path, {
      't.csv': 'image,label\na.jpg,cat\na.jpg,dog\nb.jpg,cat\nc.jpg,dog\nc.jpg,bird\nd.jpg,bird\nd.jpg,bird\n',
    });
    const rows = await open();
    expect(valueOf(rows, 'several-rows')).toBe('each');
    expect(short(rows.dataset)).toEqual(expected);
    const strict = await open({ 'several-rows': 'conflict' });
    expect(short(strict.dataset)).toEqual(['b.jpg: cat', 'd.jpg: bird']);
    expect(problemsOf(strict.dataset, 'conflicting-labels')).toEqual([
      'a.jpg: The table gives it different classes ("cat", "dog"); it was left out.',
      'c.jpg: The table gives it different classes ("dog", "bird"); it was left out.',
    ]);
    await writeFiles(folder.path, {
      't.csv': 'image,sex,dog,cat,bird\na.jpg,male,1,1,0\nb.jpg,female,0,1.0,-1\nc.jpg,male,1,0,1\nd.jpg,male,0,0,1\n',
    });
    const flags = await open();
    expect(valueOf(flags, 'label-column')).toBe('0/1');
    expect(flags.dataset.classes).toEqual(['dog', 'cat', 'bird']);
    expect(short(flags.dataset)).toEqual(['a.jpg: dog+cat', 'b.jpg: cat', 'c.jpg: dog+bird', 'd.jpg: bird']);
    expect(flags.dataset.samples[1].unsure).toEqual([2]);
  });

  it('gives one class a picture where each row has exactly one 1, and numbers in their own order', async () => {
    await writePictures(folder.path, PICTURES);
    await writeFiles(folder.path, {
      't.csv': 'image,MEL,NV,BCC\na,1.0,0.0,0.0\nb,0.0,1.0,0.0\nc,0.0,0.0,1.0\nd,0.0,1.0,0.0\n',
    });
    expect((await open()).dataset).toMatchObject({ task: 'single-label', classes: ['MEL', 'NV', 'BCC'] });
    await writeFiles(folder.path, { 't.csv': 'image,label\na,10\nb,9.0\nc,2\nd,9\n' });
    expect((await open()).dataset.classes).toEqual(['2', '9', '10']);
  });

  it('reads boxes in pixels and in shares, with the class of each object', async () => {
    await writePictures(folder.path, PICTURES);
    await writeFiles(folder.path, {
      't.csv':
        'filename,width,height,class,xmin,ymin,xmax,ymax\n' +
        'a.jpg,64,64,cat,0,16,32,64\na.jpg,64,64,dog,32,0,64,32\nb.jpg,32,32,dog,1,2,3,4\nc.jpg,32,32,cat,5,5,x,9\n',
    });
    const { dataset } = await open();
    expect(dataset.task).toBe('multi-label');
    // The pictures are 32 x 32: boxes of a 64 x 64 picture are halved.
    expect(dataset.samples.map(({ boxes }) => boxes)).toEqual([
      [
        { x0: 0, y0: 8, x1: 16, y1: 32, label: 0 },
        { x0: 16, y0: 0, x1: 32, y1: 16, label: 1 },
      ],
      [{ x0: 1, y0: 2, x1: 3, y1: 4, label: 1 }],
      [],
    ]);
    expect(problemsOf(dataset, 'bad-box')).toEqual(['t.csv: Line 5: x0, y0, x1 and y1 must be numbers.']);
    await writeFiles(folder.path, {
      't.csv': 'file,label,x_center,y_center,width,height\na.jpg,cat,0.5,0.5,0.5,0.25\nb.jpg,dog,0.25,0.5,0.5,1\n',
    });
    const shares = await open();
    expect(valueOf(shares, 'boxes')).toBe('centre-share');
    expect(shares.dataset.samples.map(({ boxes }) => boxes[0])).toEqual([
      { x0: 8, y0: 12, x1: 24, y1: 20, label: 0 },
      { x0: 0, y0: 0, x1: 16, y1: 32, label: 1 },
    ]);
    const none = await open({ boxes: '-' });
    expect(none.dataset.samples.map(({ boxes }) => boxes)).toEqual([[], []]);
  });

  it('may be one table for each split', async () => {
    await writePictures(folder.path, ['img/a.jpg', 'img/b.jpg', 'img/c.jpg', 'img/d.jpg']);
    await writeFiles(folder.path, {
      'train.csv': 'id,species\na,cat\nb,dog\n',
      'valid.csv': 'id,species\nc,cat\n',
      'test.csv': 'id,species\nd,dog\n',
      'sample_submission.csv': 'id,species\nd,cat\n',
    });
    const opened = await open();
    expect(told(opened.dataset)).toEqual([
      'img/a.jpg: cat (train)',
      'img/b.jpg: dog (train)',
      'img/c.jpg: cat (val)',
      'img/d.jpg: dog (test)',
    ]);
    expect(valueOf(opened, 'table')).toBe('*.csv');
    const one = await open({ table: 'train.csv' });
    expect(one.dataset.samples).toHaveLength(2);
    await writeFiles(folder.path, { 'test.csv': 'id\nd\n' });
    const unlabelled = await open();
    expect(told(unlabelled.dataset).at(-1)).toBe('img/c.jpg: cat (val)');
    expect(problemsOf(unlabelled.dataset, 'unlabelled')).toEqual(['img/d.jpg: *.csv does not name this picture.']);
  });

  it('can be corrected in everything that was guessed', async () => {
    await writePictures(folder.path, PICTURES);
    await writeFiles(folder.path, {
      't.csv': 'copy,label,file,colour\nd,cat,a,red;x\nc,dog,b,blue\nb,cat,c,red;x\na,dog,d,blue\n',
    });
    const choices = { 'path-column': 'copy', 'label-column': 'colour', 'label-separator': '' };
    expect(valueOf(await open(), 'path-column')).toBe('file');
    const opened = await open(choices);
    expect(opened.dataset.classes).toEqual(['blue', 'red;x']);
    expect(opened.dataset.samples[0]).toMatchObject({ id: 'a.jpg', label: 0 });
    const nonsense = await open({ 'path-column': 'none such', header: 'perhaps', table: '?' });
    expect(nonsense.choices).toEqual((await open()).choices);
    expect((await open({ header: 'no', 'label-column': 'column 2' })).dataset.classes).toEqual(['cat', 'dog']);
  });

  it('takes masks from a column, and from a folder that mirrors the pictures', async () => {
    await writePictures(folder.path, ['p/a.jpg', 'p/b.jpg', 'segm/a.png', 'segm/b.png']);
    await writeFiles(folder.path, { 't.csv': 'file,mask,label\np/a.jpg,segm/a.png,cat\np/b.jpg,segm/none.png,dog\n' });
    const { dataset } = await open();
    expect(dataset.samples.map(({ mask }) => mask)).toEqual(['segm/a.png', null]);
    expect(problemsOf(dataset, 'bad-mask', 'unlabelled')).toEqual([
      't.csv: Line 3: There is no picture "segm/none.png".',
      'segm/b.png: t.csv does not name this picture.',
    ]);
    await writePictures(folder.path, ['masks/p/a.png']);
    await writeFiles(folder.path, { 't.csv': 'file,label\np/a,cat\np/b.jpg,dog\n' });
    const mirrored = await open({}, 't.csv');
    expect(mirrored.dataset.samples.map(({ mask }) => mask)).toEqual(['masks/p/a.png', null]);
  });
});

describe('a table in an archive', () => {
  it('is read where it is, with the pictures', async () => {
    await writePictures(folder.path, ['img/a.jpg', 'img/b.jpg']);
    const sheet = sheetXml([
      ['file', 'label'],
      ['a.jpg', 'cat'],
      ['b.jpg', 'dog'],
    ]);
    const pictures = Object.fromEntries(
      await Promise.all(
        ['img/a.jpg', 'img/b.jpg'].map(async (name) => [name, await readFile(`${folder.path}/${name}`)] as const),
      ),
    );
    for (const [name, content] of [
      ['labels.csv', Buffer.from('file,label\na.jpg,cat\nb.jpg,dog\n')],
      ['labels.xlsx', excelFile({ One: sheet })],
    ] as const) {
      await writeFiles(folder.path, { 'data.zip': zipSync({ ...pictures, [name]: content }) });
      const { dataset } = await open({}, 'data.zip');
      expect(dataset).toMatchObject({ format: 'table', classes: ['cat', 'dog'] });
      expect(dataset.samples.map(({ id }) => id)).toEqual(['img/a.jpg', 'img/b.jpg']);
    }
  });
});

describe('which table counts', () => {
  it('leaves folders of classes alone where a table is about something else', async () => {
    await writePictures(folder.path, ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg']);
    const rows = ['cat/1.jpg', 'cat/2.jpg', 'dog/3.jpg', 'dog/4.jpg'];
    for (const [name, text] of [
      ['boxes.csv', `path,x0,y0,x1,y1\n${rows.map((row) => `${row},1,1,9,9`).join('\n')}`],
      ['boxes.csv', `path,label,x0,y0,x1,y1\n${rows.map((row, i) => `${row},k${i % 2},1,1,9,9`).join('\n')}`],
      ['predictions.csv', `file,label,score\n${rows.map((row, i) => `${row},k${i % 2},0.5`).join('\n')}`],
      ['results.csv', 'epoch,loss\n1,0.5\n2,0.4\n'],
      ['people.csv', 'name,class\nAnn,A\nBob,B\nCy,A\nDi,B\n'],
      ['notes.txt', 'These pictures, taken in May, show pets.\nNothing else, really.\n'],
      ['broken.xlsx', 'PK not really'],
      ['broken.parquet', 'PAR1 not really'],
    ]) {
      await writeFiles(folder.path, { [name]: text });
      expect((await open()).dataset.format).toBe('folder-per-class');
    }
    await writeFiles(folder.path, {
      'labels.csv': `file,label\n${rows.map((row, i) => `${row},k${i % 2}`).join('\n')}`,
    });
    expect((await open()).dataset).toMatchObject({ format: 'table', classes: ['k0', 'k1'] });
    // Only one of four pictures: the folders say more.
    await writeFiles(folder.path, { 'labels.csv': 'file,label\ncat/1.jpg,k0\n' });
    expect((await open()).dataset.format).toBe('folder-per-class');
  });

  it('finds pictures beside the folder of the table, and nowhere else', async () => {
    await writePictures(folder.path, ['images/a.jpg', 'images/b.jpg', 'other/a.jpg', 'other/c.jpg']);
    await writeFiles(folder.path, { 'tables/labels.csv': 'file,label\n../images/a.jpg,cat\n../images/b.jpg,dog\n' });
    const { dataset } = await open({}, 'tables/labels.csv');
    expect(dataset).toMatchObject({ root: folder.path, focus: 'tables/labels.csv' });
    expect(dataset.samples.map(({ id }) => id)).toEqual(['images/a.jpg', 'images/b.jpg']);
    expect(problemsOf(dataset, 'unlabelled')).toEqual([]);
  });

  it('says what to do with a table that names no picture', async () => {
    await writePictures(folder.path, PICTURES);
    await writeFiles(folder.path, {
      't.csv': 'file,label\nx.jpg,cat\ny.jpg,dog\n',
      'one.csv': 'a.jpg\nb.jpg\n',
      'empty.csv': '',
    });
    await expect(open({}, 't.csv')).rejects.toMatchObject({
      code: 'data-unreadable',
      message: 'None of the pictures that t.csv names in its column "file" is there, for example "x.jpg".',
      hint: 'The pictures here are called, for example, "a.jpg". Check which column names the files.',
    });
    await writeFiles(folder.path, { 'old.xls': '\xd0\xcf\x11\xe0' });
    await expect(open({}, 'old.xls')).rejects.toMatchObject({
      message: 'The spreadsheet old.xls is of a kind that cannot be read here.',
    });
    for (const name of ['one.csv', 'empty.csv']) {
      await expect(openData(`${folder.path}/${name}`, { seed: 1, format: 'table' })).rejects.toMatchObject({
        code: 'data-unreadable',
        message: expect.stringContaining('needs two columns') as string,
      });
    }
  });
});

describe('tables of other programs', () => {
  it('reads sheets of Excel: whole numbers, dates, formulas and empty rows', async () => {
    await writePictures(folder.path, ['1.jpg', '2.jpg', '3.jpg', '4.jpg']);
    const rows = sheetXml([
      ['Nr', 'Klasse', 'Datum', 'Set', 'Leer'],
      [1, { f: 'A1&"x"', v: 'Hund' }, { date: 45000 }, 'train', null],
      [2, 'Katze & Co', { date: 45001 }, 'train', null],
      [],
      [3, 'Hund', { date: 45000 }, 'test', null],
      [4, 'Katze & Co', { date: 45001 }, 'val', null],
      [null, null],
      [],
    ]);
    const info = sheetXml([
      ['about', 'text'],
      ['author', 'Ann'],
    ]);
    await writeFiles(folder.path, { 'daten.xlsx': excelFile({ Info: info, Bilder: rows }) });
    const opened = await open();
    expect(valueOf(opened, 'sheet')).toBe('Bilder');
    expect(told(opened.dataset)).toEqual([
      '1.jpg: Hund (train)',
      '2.jpg: Katze & Co (train)',
      '3.jpg: Hund (test)',
      '4.jpg: Katze & Co (val)',
    ]);
    expect((await open({ 'label-column': 'Datum' })).dataset.classes).toEqual(['2023-03-15', '2023-03-16']);
    await expect(openData(`${folder.path}/daten.xlsx`, { seed: 1, choices: { sheet: 'Info' } })).rejects.toMatchObject({
      code: 'data-unreadable',
    });
  });

  it('refuses Excel files that would fill the memory', async () => {
    await writePictures(folder.path, PICTURES);
    const far = sheetXml([['file', 'label']]);
    for (const [sheet, size, message] of [
      [far, 210 * 1024 ** 2, 'holds 210 MB when it is unpacked; 200 MB can be read'],
      [far, 20, 'damaged'],
      [
        far.replace('</row>', '</row><row r="1000000000"><c r="A1000000000"><v>1</v></c></row>'),
        null,
        'does not exist',
      ],
      [far.replace('</row>', "</row><row r = '1e9'></row>"), null, 'does not exist'],
      [far.replace('</row>', '</row><row x=">" r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), null, 'too many'],
      [far.slice(0, 150), null, 'damaged'],
    ] as const) {
      const file = Buffer.from(excelFile({ One: sheet }));
      // Of the last entry, the sheet: its unpacked size, as the archive's list of contents says it.
      if (size !== null) file.writeUInt32LE(size, file.lastIndexOf('PK\x01\x02') + 24);
      await writeFiles(folder.path, { 't.xlsx': file });
      await expect(open({}, 't.xlsx')).rejects.toMatchObject({
        code: 'data-unreadable',
        message: expect.stringContaining(message) as string,
        hint: 'Save the sheet as CSV in Excel, and choose that file instead.',
      });
    }
  });

  it('reads Parquet, by row groups, with lists of classes', async () => {
    await writePictures(folder.path, PICTURES);
    const bytes = parquetWriteBuffer({
      columnData: [
        { name: 'image_id', data: ['a', 'b', 'c', 'd', 'e'], type: 'STRING' },
        { name: 'label', data: [3n, 1n, 3n, 1n, 1n], type: 'INT64' },
        {
          name: 'thumb',
          data: PICTURES.map(() => new Uint8Array([1, 2])).concat(new Uint8Array()),
          type: 'BYTE_ARRAY',
        },
        { name: 'split', data: ['train', 'train', 'val', 'test', 'test'], type: 'STRING' },
      ],
      rowGroupSize: 2,
    });
    await writeFiles(folder.path, { 'meta.parquet': Buffer.from(bytes) });
    const { dataset, choices } = await open();
    expect(told(dataset)).toEqual(['a.jpg: 3 (train)', 'b.jpg: 1 (train)', 'c.jpg: 3 (val)', 'd.jpg: 1 (test)']);
    expect(problemsOf(dataset, 'missing-picture')).toEqual(['meta.parquet: Row 5: There is no picture "e".']);
    expect(choices.map(({ key }) => key)).not.toContain('header');
    for (const length of [bytes.byteLength - 1, 60, 11]) {
      await writeFiles(folder.path, { 'meta.parquet': Buffer.from(bytes.slice(0, length)) });
      await expect(openData(`${folder.path}/meta.parquet`, { seed: 1, format: 'table' })).rejects.toMatchObject({
        code: 'data-unreadable',
        message: expect.stringContaining('this Parquet file cannot be read') as string,
      });
    }
  });
});
