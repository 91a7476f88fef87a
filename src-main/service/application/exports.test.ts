import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
