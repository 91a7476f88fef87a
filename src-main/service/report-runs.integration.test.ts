import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { strFromU8, unzipSync } from 'fflate';
import { parquetReadObjects } from 'hyparquet';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { appendMarks } from '../workspace/marks.ts';
import { readDataset } from '../workspace/study-data.ts';
import { createStudyFrom } from './create-study.ts';
import { reportRuns } from './report-runs.ts';
import { trainRun } from './train-run.ts';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/google-chrome'].some((path) => existsSync(path));
const RUNS = ['001-plain-s0', '002-consistency-s0'];

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
/** Pictures of the training and of the test split. */
let counts: { readonly train: number; readonly test: number };

beforeAll(async () => {
  root = await temporaryFolder();
  study = join(root.path, 'study');
  await writeShapes(join(root.path, 'data'), 10);
  const made = await createStudyFrom(study, { data: join(root.path, 'data'), name: 'Shapes, "odd" & =1+1' });
  const { samples } = await readDataset(made.study);
  const count = (wanted: string) => samples.filter(({ split }) => split === wanted).length;
  counts = { train: count('train'), test: count('test') };
  const set = TINY_ARGUMENTS.filter((text) => text !== '--set');
  for (const arm of ['plain', 'consistency']) await trainRun({ study, engine: 'wasm', set: [...set, `arm=${arm}`] });
  const time = '2026-01-31T12:00:00.000Z';
  await appendMarks(study, [
    { time, id: samples[0].id, verdict: 'ambiguous', note: '=HYPERLINK("x"), or "not"', correction: null },
  ]);
});
afterAll(() => root.remove());
afterEach(() => vi.unstubAllEnvs());

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const rowsOf = (bytes: Uint8Array): Record<string, string>[] =>
  parse<Record<string, string>>(Buffer.from(bytes), { bom: true, columns: true });

describe('a report with everything', () => {
  it('is an archive that explains itself, and whose sums are right', async () => {
    const out = join(root.path, 'all');
    const told: number[] = [];
    const { files } = await reportRuns({
      ...{ study, out, extras: INSTALLED ? ['pdf', 'zip'] : ['zip'], title: 'Which shape?' },
      onProgress: (done, total) => told.push(done / (total ?? 1)),
    });
    expect(told.every((share) => share > 0 && share <= 1)).toBe(true);
    expect(files.every((file) => existsSync(file))).toBe(true);
    const zip = unzipSync(await readFile(join(out, 'report.zip')));
    const expected = [
      ...['README.txt', 'report.html', ...(INSTALLED ? ['report.pdf'] : []), 'report.json', 'figures.csv'],
      ...['pictures.parquet', ...RUNS.flatMap((run) => [`samples/${run}.csv`, `samples/${run}.parquet`]), 'marks.csv'],
    ];
    const names = Object.keys(zip);
    expect(names.slice(0, expected.length)).toEqual(expected);
    expect(names.at(-1)).toBe('SHA256SUMS');

    const sums = strFromU8(zip['SHA256SUMS']).trimEnd().split('\n');
    expect(sums).toEqual(
      names.slice(0, -1).map((name) => `${createHash('sha256').update(zip[name]).digest('hex')}  ${name}`),
    );
    // The page and the numbers are those that lie beside the archive.
    expect(strFromU8(zip['report.html'])).toBe(await readFile(join(out, 'report.html'), 'utf8'));
    expect(strFromU8(zip['report.json'])).toBe(await readFile(join(out, 'report.json'), 'utf8'));
    if (INSTALLED) {
      const pdf = Buffer.from(zip['report.pdf']);
      expect(pdf.equals(await readFile(join(out, 'report.pdf')))).toBe(true);
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeGreaterThan(1);
      expect(pdf.toString('latin1')).toMatch(/\/Font\b/);
    }
    const readme = strFromU8(zip['README.txt']);
    expect(readme).toContain('Report: Which shape?');
    for (const name of ['report.html', 'figures.csv', 'pictures.parquet', 'marks.csv', 'SHA256SUMS']) {
      expect(readme).toContain(`\r\n${name}\r\n`);
    }

    const pictures = await parquetReadObjects({ file: bufferOf(zip['pictures.parquet']) });
    expect(pictures).toHaveLength(2 * counts.test);
    expect(pictures[0]).toMatchObject({ run: RUNS[0], label: expect.stringMatching(/bar|disc|frame/) as string });
    for (const run of RUNS) {
      expect(rowsOf(zip[`samples/${run}.csv`])).toHaveLength(counts.train);
      expect(await parquetReadObjects({ file: bufferOf(zip[`samples/${run}.parquet`]) })).toHaveLength(counts.train);
      const hard = names.filter((name) => name.startsWith(`pictures/${run}/`));
      expect(hard.slice(0, 5).map((name) => name.split('/').at(-1))).toEqual(
        ['original', 'heatmap', 'disturbed', 'disturbed-heatmap', 'change'].map((name) => `01-${name}.png`),
      );
      expect(await sharp(zip[hard[0]]).metadata()).toMatchObject({ format: 'png', width: 32, height: 32 });
    }
    expect(rowsOf(zip['marks.csv'])[0]).toMatchObject({ note: '\'=HYPERLINK("x"), or "not"' });
    const figures = rowsOf(zip['figures.csv']);
    expect(figures.filter(({ figure }) => figure === 'top1').map(({ run, baseline }) => [run, baseline])).toEqual([
      [RUNS[0], ''],
      [RUNS[1], RUNS[0]],
    ]);
  });

  it('says so where it cannot be printed, and is written all the same', async () => {
    vi.stubEnv('STEADYGAZE_CHROMIUM', join(root.path, 'nothing'));
    const out = join(root.path, 'unprinted');
    await reportRuns({ study, out, extras: ['zip'], sections: ['recognition'] });
    const zip = unzipSync(await readFile(join(out, 'report.zip')));
    expect(zip['report.pdf']).toBeUndefined();
    expect(strFromU8(zip['README.txt'])).toMatch(/report\.pdf\r\n {4}Left out\. STEADYGAZE_CHROMIUM names/);
    // Hard pictures were not asked for.
    expect(Object.keys(zip).filter((name) => name.startsWith('pictures/'))).toEqual([]);
    const failing = reportRuns({ study, out: join(root.path, 'pdf'), extras: ['pdf', 'csv'], runs: [RUNS[1]] });
    await expect(failing).rejects.toMatchObject({ code: 'not-found' });
    expect((await readdir(join(root.path, 'pdf'))).sort()).toEqual(
      ['figures.csv', 'marks.csv', 'report.html', 'report.json', `samples-${RUNS[1]}.csv`].sort(),
    );
  });

  it('leaves nothing half written when it is cancelled', async () => {
    const stop = new AbortController();
    const out = join(root.path, 'cancelled');
    const writing = reportRuns({
      ...{ study, out, extras: ['zip'], signal: stop.signal },
      onProgress: () => (existsSync(join(out, 'report.json')) ? stop.abort() : undefined),
    });
    await expect(writing).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readdir(out)).sort()).toEqual(['report.html', 'report.json']);
  });
});
