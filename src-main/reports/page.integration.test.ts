import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REPORT_SECTIONS } from '../contract/report-view.ts';
import { buildReport, type ReportInput } from './document.ts';
import { amplifiedChange } from './heatmap-image.ts';
import { renderHtml } from './html.ts';
import { renderImages, type ReportImages } from './images.ts';
import { infernoHex } from './inferno.ts';
import { CONSISTENCY, hardSample, PLAIN, reportInput, runInput, seededRuns, withParts } from './report.fixture.ts';

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
    const noMasks = withParts(bare, 'recognition');
    const text = renderHtml(buildReport(reportInput([withParts(stopped), noMasks])), new Map());
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

test('two runs of 24 hard pictures stay below 6 MB', async () => {
  const full = reportInput();
  const text = renderHtml(buildReport(full), await renderImages(full));
  expect(text.length).toBeLessThan(6e6);
});

describe('every kind of report', () => {
  test.each(REPORT_SECTIONS)(
    '%s stands alone: the answer, its own section, definitions and how to repeat it',
    (section) => {
      const document = buildReport({ ...input, sections: [section] });
      const text = renderHtml(document, images);
      expect(structureErrors(text)).toEqual([]);
      const order = [...ids(text)].filter((id) => !id.endsWith('-h') && !id.includes('-0') && !id.includes('-1'));
      expect(order.slice(0, 2)).toEqual(['answer', section]);
      expect(order.slice(-4)).toEqual(['limits', 'definitions', 'repeat', 'large']);
      expect(order.filter((id) => REPORT_SECTIONS.some((other) => other === id))).toEqual([section]);
      for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids(text)).toContain(target);
      expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
    },
  );

  test('what was not measured says what to do', () => {
    const bare = reportInput([withParts(runInput(PLAIN, 0), 'recognition')]);
    const text = renderHtml(buildReport({ ...bare, sections: ['robustness', 'debiasing', 'explanations'] }), new Map());
    for (const part of ['debiasing', 'challenge', 'groups', 'robustness', 'corruptions', 'faithfulness', 'stability']) {
      expect(text).toContain(`--parts ${part}`);
    }
    expect(text).not.toContain('--parts recognition');
  });

  test('six runs of two kinds stand line by line, with what the seeds carry', () => {
    const text = renderHtml(buildReport(reportInput(seededRuns())), new Map());
    expect(structureErrors(text)).toEqual([]);
    expect(text).toContain('class="figures lines"');
    expect(text).toContain('How much is the luck of training?');
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test('foregrounds taken from models are named in bold', () => {
    const runs = [PLAIN, CONSISTENCY].map((spec) => runInput({ ...spec, foreground: 'models' }, 0));
    const text = renderHtml(buildReport({ ...reportInput(runs), sections: ['debiasing'] }), new Map());
    expect(text.match(/<strong>Nobody marked where the objects are/g)).toHaveLength(2);
  });
});

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  test('tables sort by a click and by the keyboard, nothing is fetched, nothing goes wrong', async () => {
    const path = join(folder, 'report.html');
    await writeFile(path, page);
    const browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
    try {
      const tab = await browser.newPage();
      const wrong: string[] = [];
      const fetched: string[] = [];
      tab.on('pageerror', (error) => wrong.push(error.message));
      tab.on('console', (message) => wrong.push(message.text()));
      tab.on('request', (request) => fetched.push(request.url().slice(0, 20)));
      await tab.goto(pathToFileURL(path).href);
      const table = tab.locator('#recognition table.sortable').first();
      const head = table.locator('th[data-sort]').nth(2);
      const column = async () =>
        (await table.locator('tbody tr > :nth-child(3)').allTextContents()).map((text) => parseFloat(text));
      await head.locator('.sort').click();
      expect(await head.getAttribute('aria-sort')).toBe('descending');
      const falling = await column();
      expect(falling).toHaveLength(10);
      expect(falling).toEqual([...falling].sort((a, b) => b - a));
      await head.locator('.sort').press('Enter');
      expect(await head.getAttribute('aria-sort')).toBe('ascending');
      expect(await column()).toEqual([...falling].sort((a, b) => a - b));
      // By name, and only one column says that it is sorted.
      await table.locator('th[data-sort] .sort').first().press(' ');
      expect(await table.locator('tbody th').first().textContent()).toBe('Ankle boot');
      expect(await table.locator('th[aria-sort]').count()).toBe(1);
      expect(wrong).toEqual([]);
      expect(fetched.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
