import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteadygazeError } from '../../contract/errors.ts';
import type { ReportRequest } from '../library/library.ts';
import type { Shell } from '../shell.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import { exportName } from './exports.ts';

describe('the name of an export', () => {
  it('comes from the study, and fits every system', () => {
    expect(exportName('Pallets & crates', 'pdf')).toBe('Pallets & crates report.pdf');
    expect(exportName('../..\\etc/passwd\u202egnp', 'samples-csv')).toBe('etc passwd gnp pictures.csv');
    expect(exportName(' ... ', 'html')).toBe('Study report.html');
    expect(exportName('NUL', 'marks-csv')).toBe('Study marks.csv');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (study) => {
        const name = exportName(study, 'json');
        expect(name).not.toMatch(/[\p{Cc}<>:"/\\|?*]|^[. ]/u);
        expect(Buffer.byteLength(name)).toBeLessThan(255);
      }),
    );
  });
});

describe('a PDF', () => {
  it('is printed from the page, whole or not at all', async () => {
    let path = '';
    const printed: string[] = [];
    const shell: Shell = {
      mode: 'desktop',
      pickFolder: () => Promise.resolve(null),
      reveal: () => Promise.resolve(),
      save: async ({ write, suggestedName }) => {
        path = join(test.folder, suggestedName);
        await write(path);
        return { path, url: null };
      },
      printPdf: async (html, pdf) => {
        printed.push(html);
        await writeFile(pdf, 'half');
        if (printed.length === 1) throw new Error('no paper');
      },
    };
    const test = await testApplication({ shell });
    await test.call('study.open', { folder: STUDY });
    const request = { kind: 'pdf', runs: ['001-plain-s0'], sections: [], title: '', task: 'pdf' } as const;
    const input = { ...request, runs: [...request.runs], sections: [] };
    expect(await test.app.invoke('report.export', input)).toMatchObject({ ok: false, error: { code: 'internal' } });
    await expect(readFile(path)).rejects.toThrow('ENOENT');
    expect(await test.call('report.export', input)).toEqual({ path, url: null, name: 'one report.pdf' });
    expect(await readFile(path, 'utf8')).toBe('half');
    expect(test.library.calls.at(-1)).toBe(`writeExport html ${String(printed[1])}`);
    await test.close();
  });
});

describe('an archive', () => {
  it.each([true, false])('holds the printed report, or says why there is none (%s)', async (printer) => {
    const asked: ReportRequest[] = [];
    const shell: Shell = {
      mode: 'browser',
      pickFolder: () => Promise.resolve(null),
      reveal: () => Promise.resolve(),
      save: async ({ write, suggestedName }) => {
        await write(join(test.folder, suggestedName));
        return { path: null, url: '/download' };
      },
      printPdf: async (_html, pdf) => {
        if (!printer) throw new SteadygazeError('not-found', 'No browser was found.', 'Install one.');
        await writeFile(pdf, 'printed');
      },
    };
    const test = await testApplication({ shell });
    const written = test.library.writeExport;
    test.library.writeExport = async (kind, request, path, following) => {
      asked.push(request);
      // It must still be there when the archive is written.
      if (request.printed !== undefined && 'pdf' in request.printed) await readFile(request.printed.pdf);
      await written(kind, request, path, following);
    };
    await test.call('study.open', { folder: STUDY });
    const input = { kind: 'zip', runs: ['001-plain-s0'], sections: [], title: '', task: 'zip' } as const;
    const file = await test.call('report.export', { ...input, runs: [...input.runs], sections: [] });
    expect(file).toEqual({ path: null, url: '/download', name: 'one report.zip' });
    const [page, archive] = asked;
    // The page that was printed is the page of the archive.
    expect(archive.created).toBe(page.created);
    expect(archive.printed).toEqual(
      printer ? { pdf: expect.stringMatching(/report\.pdf$/) as string } : { reason: 'No browser was found.' },
    );
    await test.close();
  });
});

describe('a network', () => {
  it('is written by the library where the shell wants it, under the version of the app', async () => {
    const saved: string[] = [];
    const shell: Shell = {
      mode: 'desktop',
      pickFolder: () => Promise.resolve(null),
      reveal: () => Promise.resolve(),
      save: async ({ write, suggestedName, kind }) => {
        const path = join(test.folder, suggestedName);
        saved.push(kind.extension);
        await write(path);
        return { path, url: null };
      },
      printPdf: () => Promise.resolve(),
    };
    const test = await testApplication({ shell });
    await test.call('study.open', { folder: STUDY });
    const name = 'one model 001-plain-s0.zip';
    const path = join(test.folder, name);
    const input = { run: '001-plain-s0', formats: ['onnx' as const, 'tfjs' as const], task: 'model' };
    expect(await test.call('model.export', input)).toEqual({ path, url: null, name });
    expect(test.library.calls.at(-1)).toBe(`exportModel 001-plain-s0 onnx tfjs ${path}`);
    expect(saved).toEqual(['zip']);
    const none = await test.app.invoke('model.export', { ...input, formats: [] });
    expect(none).toMatchObject({ ok: false, error: { code: 'bad-argument' } });
    await test.close();
  });
});
