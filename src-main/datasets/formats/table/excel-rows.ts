/**
 * Sheets of an Excel file (Office Open XML, ECMA-376). Such a file is a zip archive of XML; before it is parsed, it is
 * unpacked within limits here, and packed again without compression for the parser: that one believes the archive.
 */
import { fromBuffer } from 'yauzl';
import type { ZipFile, Entry } from 'yauzl';
import { SteadygazeError } from '../../../contract/errors.ts';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';
import type { TableRow } from '../../tables/table-file.ts';

export interface Sheet {
  readonly name: string;
  /** Without empty rows; `line` is the number that Excel shows. */
  readonly rows: readonly TableRow[];
}

const MAX_FILE_BYTES = 100 * 1024 ** 2;
const MAX_UNPACKED_BYTES = 200 * 1024 ** 2;
const MAX_ENTRIES = 10_000;
/** Of all rows, filled up to the widest: the parser fills the gaps between cells, one lonely cell can be far away. */
const MAX_CELLS = 20_000_000;

const SAVE_AS_CSV = 'Save the sheet as CSV in Excel, and choose that file instead.';

/** @throws SteadygazeError `data-unreadable` */
export async function readWorkbook(tree: FileTree, path: string): Promise<readonly Sheet[]> {
  const refuse = (why: string): SteadygazeError =>
    new SteadygazeError('data-unreadable', `${path}: ${why}`, SAVE_AS_CSV);
  const size = (await tree.stamp(path))?.size ?? 0;
  if (size > MAX_FILE_BYTES) throw refuse('The Excel file is larger than 100 MB.');
  try {
    const entries = await unpack(Buffer.from(await tree.read(path)), refuse);
    let cells = 0;
    for (const [name, content] of Object.entries(entries)) {
      if (/worksheets\/[^/]*\.xml$/i.test(name)) cells += cellsOfSheet(Buffer.from(content).toString('latin1'), refuse);
    }
    if (cells > MAX_CELLS) throw refuse(`The Excel file has ${cells.toLocaleString('en')} cells, which are too many.`);
    const { zipSync } = await import('fflate');
    const { default: readXlsxFile } = await import('read-excel-file/node');
    const sheets = await readXlsxFile(Buffer.from(zipSync(entries, { level: 0 })));
    return sheets.map(({ sheet, data }) => ({
      name: sheet,
      rows: data.flatMap((row, i): TableRow[] => {
        const texts = row.map((cell) => textOf(cell));
        return texts.every((text) => text === '') ? [] : [{ cells: texts, line: i + 1 }];
      }),
    }));
  } catch (error) {
    if (error instanceof SteadygazeError) throw error;
    if (error instanceof Error && 'syscall' in error) throw refuse(reasonOfSystem(error));
    throw refuse(`The Excel file is damaged (${error instanceof Error ? error.message : String(error)}).`);
  }
}

function textOf(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? '' : cell.toISOString().slice(0, 10);
  // JavaScript writes 1.0 as "1", and 0.1 + 0.2 as Excel does not.
  if (typeof cell === 'number') return String(Number(cell.toPrecision(15)));
  return typeof cell === 'string' || typeof cell === 'boolean' ? String(cell).trim() : '';
}

type Refuse = (why: string) => SteadygazeError;

/** What the parser needs of the archive; every byte that comes out of it is counted. */
async function unpack(bytes: Buffer, refuse: Refuse): Promise<Record<string, Uint8Array>> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, opened) =>
      error === null ? resolve(opened) : reject(error),
    );
  });
  if (zip.entryCount > MAX_ENTRIES) throw refuse('The Excel file has more parts than any real one.');
  const found: Entry[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject).on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      found.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
  const used = found.filter(({ fileName }) => /\.(xml|rels)$/i.test(fileName));
  const unpacked = used.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
  if (unpacked > MAX_UNPACKED_BYTES) {
    throw refuse(
      `The Excel file holds ${Math.round(unpacked / 1024 ** 2)} MB when it is unpacked; 200 MB can be read.`,
    );
  }
  const entries: Record<string, Uint8Array> = {};
  for (const entry of used) entries[entry.fileName] = await contentOf(zip, entry);
  return entries;
}

/** yauzl ends the stream with an error where more comes out than the entry says. */
function contentOf(zip: ZipFile, entry: Entry): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error !== null) return reject(error);
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => resolve(Buffer.concat(chunks)));
      stream.on('error', reject);
    });
  });
}

/**
 * How many cells the parser will make of a sheet: it fills all rows up to the largest number, and all columns.
 * @throws what `refuse` makes, for places that are none: `r="1e9"`
 */
function cellsOfSheet(xml: string, refuse: Refuse): number {
  let [rows, columns, written] = [0, 0, 0];
  for (const [, tag, attributes] of xml.matchAll(/<(?:\w+:)?(row|c)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g)) {
    written++;
    for (const [, double, single] of attributes.matchAll(/(?:^|[\s:"'])r\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
      const place = /^([A-Z]{0,3})([0-9]{1,7})$/.exec(double ?? single ?? '');
      if (place === null || (tag === 'row') !== (place[1] === '')) {
        throw refuse('The Excel file is damaged: a cell lies at a place that does not exist.');
      }
      rows = Math.max(rows, Number(place[2]));
      columns = Math.max(
        columns,
        [...place[1]].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0),
      );
    }
  }
  return Math.max(rows * Math.max(columns, 1), written);
}
