import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildReport, reportJson, type ReportInput } from './document.ts';
import { amplifiedChange } from './heatmap-image.ts';
import { renderHtml } from './html.ts';
import { renderImages, type ReportImages } from './images.ts';
import { infernoHex } from './inferno.ts';
import { CONSISTENCY, hardSample, PLAIN, reportInput, runInput } from './report.fixture.ts';
import { writeReport } from './write.ts';

const VOID = new Set(['meta', 'img', 'br', 'link', 'input', 'hr']);

/** Every element closed in order, every attribute quoted: returns what is wrong. */
function structureErrors(page: string): string[] {
  const errors: string[] = [];
  const open: string[] = [];
  const body = page.replace(/<style>[\s\S]*?<\/style>|<script>[\s\S]*?<\/script>/g, '');
  for (const [tag, closing, name, attributes] of body.matchAll(
    /<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^"'>]|"[^"]*"|'[^']*')*)>/g,
  )) {
    if (/=(?!")/.test(attributes.replace(/"[^"]*"/g, '""'))) errors.push(`unquoted attribute in ${tag.slice(0, 80)}`);
    if (closing === '/') {
      const last = open.pop();
      if (last !== name) errors.push(`</${name}> closes <${String(last)}>`);
    } else if (!VOID.has(name.toLowerCase()) && !attributes.endsWith('/')) open.push(name);
  }
  return [...errors, ...open.map((name) => `<${name}> is not closed`)];
}

const ids = (page: string): string[] => [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);

let input: ReportInput;
let images: ReportImages;
let page: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-report-'));
  input = reportInput([runInput(PLAIN, 3), runInput(CONSISTENCY, 3)]);
  images = await renderImages(input);
  page = renderHtml(buildReport(input), images);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the page', () => {
  test('is well-formed, with unique ids, links that lead somewhere and a text for every picture', () => {
    expect(structureErrors(page)).toEqual([]);
    expect(new Set(ids(page)).size).toBe(ids(page).length);
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids(page)).toContain(target);
    for (const [, target] of page.matchAll(/aria-labelledby="([^"]+)"/g)) expect(ids(page)).toContain(target);
    for (const [tag] of page.matchAll(/<img[^>]*>/g)) expect(tag).toContain('alt="');
  });

  test('needs nothing but itself', () => {
    const sources = [...page.matchAll(/\s(?:src|href)="([^"]*)"/g)].map(([, source]) => source);
    expect(sources.length).toBeGreaterThan(30);
    for (const source of sources) expect(source).toMatch(/^(#|data:image\/webp;base64,)/);
    expect(page).not.toMatch(/url\(|@import|<link|fetch\(|XMLHttpRequest/);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  test('allows its own script and no other', () => {
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page) ?? ['', ''];
    expect(script.length).toBeGreaterThan(1000);
    expect(page).toContain(`sha256-${createHash('sha256').update(script).digest('base64')}`);
  });

  test('shows five pictures for each hard sample, and E, S, Q and both predictions', () => {
    expect(page.match(/class="card"/g)).toHaveLength(6);
    for (const part of ['original', 'heatmap', 'attacked', 'attacked-heatmap', 'change']) {
      expect(page.match(new RegExp(`data-part="${part}"><img|data-part="${part}"\\s*>\\s*<img`, 'g'))).toHaveLength(6);
    }
  });

  test('escapes hostile names and paths, and keeps right-to-left names to themselves', () => {
    const evil = [
      '<script>alert(1)</script>',
      '"><img src=x onerror=alert(2)>',
      '\u05d0\u05d1\u05d2\u202e',
      "it's & \u0000",
      '</style><b>',
    ];
    const run = runInput(PLAIN, 3);
    const classes = [...evil, ...run.record.classes.slice(evil.length)];
    const hardest = run.hardest.map((sample, i) => ({
      ...sample,
      row: { ...sample.row, id: `train/${evil[i]}/javascript:x` },
    }));
    const hostile: ReportInput = {
      ...input,
      title: '</title><script>alert(3)</script>',
      study: {
        ...input.study,
        classes,
        name: '<b>study</b>',
        dataSentence: '<i>data</i>',
        attribution: ['<u>someone</u>'],
      },
      runs: [{ ...run, hardest, record: { ...run.record, classes, id: '<run>', engineDescription: '<engine>' } }],
    };
    const text = renderHtml(buildReport(hostile), images);
    expect(structureErrors(text)).toEqual([]);
    expect(text.match(/<script/g)).toHaveLength(1);
    expect(text).not.toMatch(/<img src=x|<b>study|<i>data|<u>some|<run>|<engine>/);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).toContain('<bdi>\u05d0\u05d1\u05d2</bdi>');
    expect(text).not.toContain('\u0000');
    expect(text).not.toContain('\u202e');
  });

  test('designs its empty states', () => {
    const stopped = runInput(PLAIN, 0, { state: 'failed', rounds: [], figures: null, eps: null, epsSurvival: null });
    const bare = runInput(CONSISTENCY, 0);
    const figures = bare.record.figures;
    if (figures === null) throw new Error('the fixture has figures');
    const noMasks = {
      ...bare,
      record: { ...bare.record, figures: { ...figures, localization: null, debiasing: null } },
    };
    const text = renderHtml(buildReport(reportInput([stopped, noMasks])), new Map());
    expect(structureErrors(text)).toEqual([]);
    expect(text).toContain('Localization could not be measured, because nothing says where the objects are');
    expect(text).toContain('No assessment yet');
    expect(text).not.toContain('no test pictures');
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    const nothing = renderHtml(buildReport(reportInput([])), new Map());
    expect(structureErrors(nothing)).toEqual([]);
    expect(nothing).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('never marks a difference as better whose interval contains zero', () => {
    const cells = [
      ...page.matchAll(
        /<td class="change (\w+)">\s*<b>[^<]*<\/b\s*>\s*<span\s+class="interval"[^>]*>\s*([^ ]+) to ([^<\s]+)\s*<\/span/g,
      ),
    ];
    expect(cells.length).toBeGreaterThan(8);
    for (const [, verdict, low, high] of cells) {
      const [a, b] = [low, high].map((text) => Number(text.replace('\u2212', '-')));
      expect(verdict === 'none').toBe(a <= 0 && b >= 0);
    }
    expect(page).toContain('class="change none"');
    expect(page).toContain('class="change better"');
  });
});

describe('pictures', () => {
  const decode = (uri: string | undefined) =>
    sharp(Buffer.from((uri ?? '').replace(/^data:image\/webp;base64,/, ''), 'base64'))
      .raw()
      .toBuffer({ resolveWithObject: true });

  test('small pictures are kept without loss, so that the disturbance is what it was', async () => {
    const { data, info } = await decode(images.get('run/0/hard/0/original'));
    expect(info.width).toBe(64);
    expect(Buffer.compare(data, Buffer.from(input.runs[0].hardest[0].picture))).toBe(0);
  });

  test('the heatmap is bright where it is high and dark where it is low', async () => {
    const sample = hardSample(0);
    const heatmap = new Float32Array(64);
    heatmap[0] = 1;
    const one = await renderImages(reportInput([{ ...runInput(PLAIN, 0), hardest: [{ ...sample, heatmap }] }]));
    const { data, info } = await decode(one.get('run/0/hard/0/heatmap'));
    const mean = (x: number, y: number): number => {
      const at = (y * info.width + x) * 3;
      return (data[at] + data[at + 1] + data[at + 2]) / 3;
    };
    expect(mean(8, 8)).toBeGreaterThan(mean(200, 200) + 60);
    expect(infernoHex(0)).toBe('#000004');
    expect(infernoHex(1)).toBe('#fcffa4');
  });

  test('the change is grey where nothing changed and amplified elsewhere', () => {
    const before = Uint8Array.from([10, 10, 10, 200, 200, 200]);
    const after = Float32Array.from([10 / 255, 10 / 255, 10 / 255, 202 / 255, 198 / 255, 200 / 255]);
    expect([...amplifiedChange(before, after, 16)]).toEqual([128, 128, 128, 160, 96, 128]);
  });

  test('a picture of the wrong size is refused', async () => {
    const sample = { ...hardSample(0), size: 63 };
    await expect(renderImages(reportInput([{ ...runInput(PLAIN, 0), hardest: [sample] }]))).rejects.toThrow(
      'values instead of',
    );
  });
});

describe('on disk', () => {
  test('writes both files whole, over older ones, and leaves nothing else', async () => {
    const document = buildReport(input);
    const target = join(folder, 'new', 'place');
    await writeReport(target, document, new Map());
    const paths = await writeReport(target, document, images);
    expect((await readdir(target)).sort()).toEqual(['report.html', 'report.json']);
    expect(await readFile(paths.html, 'utf8')).toBe(page);
    expect(JSON.parse(await readFile(paths.json, 'utf8'))).toEqual(JSON.parse(JSON.stringify(reportJson(document))));
  });

  test('two runs of 24 hard pictures stay below 6 MB', async () => {
    const full = reportInput();
    const text = renderHtml(buildReport(full), await renderImages(full));
    expect(text.length).toBeLessThan(6e6);
  });
});
