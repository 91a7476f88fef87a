/** Puts a report on disk so that a reader never finds half of one. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reportJson, type ReportDocument } from './document.ts';
import { renderHtml } from './html.ts';
import type { ReportImages } from './images.ts';

/**
 * Writes `report.html` and `report.json` into a folder, which is made where it is missing. Each file is
 * complete under another name before it takes its place.
 * @returns the paths written
 */
export async function writeReport(
  folder: string,
  document: ReportDocument,
  images: ReportImages,
): Promise<{ readonly html: string; readonly json: string }> {
  const page = renderHtml(document, images);
  const data = `${JSON.stringify(reportJson(document), null, 2)}\n`;
  await mkdir(folder, { recursive: true });
  const paths = { html: join(folder, 'report.html'), json: join(folder, 'report.json') };
  await writeWhole(paths.html, page);
  await writeWhole(paths.json, data);
  return paths;
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text, 'utf8');
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
