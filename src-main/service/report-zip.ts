/** A report with everything that belongs to it as one archive: page, numbers, tables, pictures, and what each file is. */
import { readFile } from 'node:fs/promises';
import { amplificationOf } from '../reports/document.ts';
import { HARD_PICTURES, hardPictures, sharpOf, type HardPicture } from '../reports/hard-pictures.ts';
import { writeZip, type AddToZip } from '../reports/zip.ts';
import { zipReadme } from '../reports/zip-readme.ts';
import { readMarks } from '../workspace/marks.ts';
import { marksCsv, samplesCsv, samplesParquet } from './library/exports.ts';
import type { OpenedStudy } from './library/open-studies.ts';
import { reportNumbers, reportPage, type BuiltReport, type Following } from './report-build.ts';
import { figuresTable, measuredPictures } from './report-tables.ts';

/** The printed report, or why there is none. */
export type Printed = { readonly pdf: string } | { readonly reason: string };

/** What people call it in the archive. */
const NAMES: Readonly<Record<HardPicture, string>> = {
  original: 'original',
  heatmap: 'heatmap',
  attacked: 'disturbed',
  'attacked-heatmap': 'disturbed-heatmap',
  change: 'change',
};

/**
 * Writes the archive, whole or not at all. One file of it at a time is held in memory.
 * @throws SteadygazeError `study-corrupt`, `cancelled`
 */
export async function writeReportZip(
  path: string,
  opened: Pick<OpenedStudy, 'study' | 'dataset' | 'byId'>,
  report: BuiltReport,
  printed: Printed,
  { onProgress, signal }: Following = {},
): Promise<void> {
  const { runs, title, created = new Date().toISOString() } = report.input;
  const { study } = opened;
  const { marks } = await readMarks(study.folder);
  const assessed = runs.map(({ record }) => record).filter(({ rounds }) => rounds.length > 0);
  const hard = runs.reduce((sum, { hardest }) => sum + hardest.length, 0);
  await writeZip(
    path,
    async (add) => {
      const pictures = await measuredPictures(study.folder, report);
      const optional = ['pdf' in printed, pictures !== null, marks.size > 0].filter(Boolean).length;
      // README, page, numbers, figures.
      const total = 4 + optional + 2 * assessed.length + hard;
      let done = 0;
      const put: AddToZip = async (name, content) => {
        await add(name, content);
        onProgress?.(++done, total);
      };
      const pictured = runs.filter(({ hardest }) => hardest.length > 0).map(({ record }) => record.id);
      await put(
        'README.txt',
        zipReadme({
          ...{ title, created, pictured, sampled: assessed.map(({ id }) => id) },
          ...{ noPdf: 'reason' in printed ? printed.reason : null, measured: pictures !== null, marks: marks.size > 0 },
        }),
      );
      await put('report.html', await reportPage(report));
      if ('pdf' in printed) await put('report.pdf', await readFile(printed.pdf));
      await put('report.json', reportNumbers(report));
      await put('figures.csv', figuresTable(report));
      if (pictures !== null) await put('pictures.parquet', pictures);
      for (const record of assessed) {
        await put(`samples/${record.id}.csv`, await samplesCsv(opened, [record], marks));
        await put(`samples/${record.id}.parquet`, await samplesParquet(study.folder, [record]));
      }
      if (marks.size > 0) await put('marks.csv', marksCsv(opened, marks));
      await addHardPictures(add, report, () => onProgress?.(++done, total));
    },
    { modified: new Date(created), ...(signal === undefined ? {} : { signal }) },
  );
}

async function addHardPictures(add: AddToZip, { input }: BuiltReport, onPicture: () => void): Promise<void> {
  for (const { record, hardest } of input.runs) {
    for (const [i, sample] of hardest.entries()) {
      const pictures = await hardPictures(sample, amplificationOf(record.eps));
      const rank = String(i + 1).padStart(2, '0');
      for (const name of HARD_PICTURES) {
        await add(`pictures/${record.id}/${rank}-${NAMES[name]}.png`, await sharpOf(pictures[name]).png().toBuffer());
      }
      onPicture();
    }
  }
}
