import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
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

it('prints with the browser of this computer, or says what to do where there is none', async () => {
  const error = await printPdf(html, pdf).catch((reason: unknown) => reason);
  if (error === undefined) expect((await readFile(pdf)).toString('latin1', 0, 5)).toBe('%PDF-');
  else expect(error).toMatchObject({ code: 'not-found', hint: expect.stringContaining('HTML') as string });
});

it('says so where there is no such browser', async () => {
  vi.stubEnv('STEADYGAZE_CHROMIUM', join(root, 'nothing'));
  vi.stubEnv('PATH', root);
  if (process.platform !== 'linux') return;
  await expect(printPdf(html, pdf)).rejects.toMatchObject({ code: 'not-found' });
});

it.skipIf(process.platform === 'win32')('does not wait for ever for a browser that does not end', async () => {
  await pretend('exec sleep 60');
  await expect(printPdf(html, pdf, 300)).rejects.toMatchObject({ code: 'internal' });
});

it.skipIf(process.platform === 'win32')('notices a browser that prints nothing', async () => {
  await pretend('exit 0');
  await expect(printPdf(html, pdf)).rejects.toMatchObject({ code: 'internal' });
  await pretend('echo "no display" >&2; exit 3');
  await expect(printPdf(html, pdf)).rejects.toMatchObject({ details: expect.stringContaining('no display') as string });
});
