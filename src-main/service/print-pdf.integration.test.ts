import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { printPdf } from './print-pdf.ts';

let root: string;
let html: string;
let pdf: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'steadygaze-pdf-'));
  html = join(root, 'a report ü#1.html');
  pdf = join(root, 'report.pdf');
  await writeFile(html, '<!doctype html><title>Report</title><h1>Does it look at the product?</h1>');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** A program in the browser's place. */
async function pretend(script: string): Promise<void> {
  const program = join(root, 'browser');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  vi.stubEnv('STEADYGAZE_CHROMIUM', program);
}

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Of a PDF as Chromium writes it: its pages, and whether the first is A4 (595 x 842 points). */
function describePdf(bytes: Buffer): { readonly pages: number; readonly a4: boolean } {
  const text = bytes.toString('latin1');
  expect(text.slice(0, 5)).toBe('%PDF-');
  const [, width, height] = /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(text) ?? [];
  return {
    pages: text.match(/\/Type \/Page\b/g)?.length ?? 0,
    a4: Math.abs(Number(width) - 595) < 2 && Math.abs(Number(height) - 842) < 2,
  };
}

describe.skipIf(INSTALLED === undefined)('with a browser of this computer', () => {
  it('prints every page of a report of 20 MB, on the paper that the page names', async () => {
    // Noise does not compress: 96 pictures of 160 kB each, 215 kB as text.
    const pictures = await Promise.all(
      Array.from({ length: 96 }, async () => {
        const raw = { width: 232, height: 232, channels: 3 } as const;
        const png = await sharp(randomBytes(232 * 232 * 3), { raw })
          .png({ compressionLevel: 0 })
          .toBuffer();
        return `<p><img width="600" height="600" src="data:image/png;base64,${png.toString('base64')}"></p>`;
      }),
    );
    const style = '<style>@page{size:A4;margin:14mm}</style>';
    await writeFile(html, `<!doctype html><title>Large</title>${style}<h1>Figures</h1>${pictures.join('')}`);
    expect((await stat(html)).size).toBeGreaterThan(20e6);
    await printPdf(html, pdf);
    const { pages, a4 } = describePdf(await readFile(pdf));
    // One picture of 159 mm fits on a page of 269 mm, two do not.
    expect(pages).toBeGreaterThanOrEqual(96);
    expect(a4).toBe(true);
  });

  it('is ended where somebody thinks better of it', async () => {
    const stop = new AbortController();
    const printing = printPdf(html, pdf, { signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(printing).rejects.toMatchObject({ code: 'cancelled' });
  });
});

it('says so where there is no such browser', async () => {
  vi.stubEnv('PATH', root);
  if (INSTALLED === undefined || INSTALLED.startsWith('/usr/bin')) {
    await expect(printPdf(html, pdf)).rejects.toMatchObject({
      code: 'not-found',
      hint: expect.stringContaining('Install one') as string,
    });
  }
  vi.stubEnv('STEADYGAZE_CHROMIUM', join(root, 'nothing'));
  await expect(printPdf(html, pdf)).rejects.toMatchObject({
    code: 'not-found',
    message: expect.stringContaining('STEADYGAZE_CHROMIUM') as string,
  });
});

it.skipIf(process.platform === 'win32')('does not wait for ever for a browser that does not end', async () => {
  await pretend('exec sleep 60');
  await expect(printPdf(html, pdf, { time: 300 })).rejects.toMatchObject({ code: 'internal' });
});

it.skipIf(process.platform === 'win32')('notices a browser that prints nothing', async () => {
  await pretend('exit 0');
  await expect(printPdf(html, pdf)).rejects.toMatchObject({ code: 'internal' });
  await pretend('echo "no display" >&2; exit 3');
  await expect(printPdf(html, pdf)).rejects.toMatchObject({ details: expect.stringContaining('no display') as string });
});
