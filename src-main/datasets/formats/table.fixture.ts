/**
 * Small folders of pictures with tables. Text tables after RFC 4180; Excel files as the least that ECMA-376 part 1
 * (SpreadsheetML) asks for: content types, relations, a workbook and its sheets, written cell by cell.
 */
import { zipSync } from 'fflate';
import { patchworkJpeg, writeFiles } from '../pictures/pictures.fixture.ts';

/** Writes a different small picture for each path. */
export async function writePictures(folder: string, paths: readonly string[]): Promise<void> {
  for (const [i, path] of paths.entries()) await writeFiles(folder, { [path]: await patchworkJpeg(i + 1) });
}

/** Cells as they stand in the XML of a sheet; a string alone is a text, `{ f, v }` a formula with its last value. */
export type ExcelCell =
  string | number | boolean | null | { readonly f: string; readonly v: string } | { readonly date: number };

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

function columnName(i: number): string {
  return i < 26 ? String.fromCharCode(65 + i) : columnName(Math.floor(i / 26) - 1) + columnName(i % 26);
}

function cellXml(cell: ExcelCell, place: string): string {
  if (cell === null) return '';
  if (typeof cell === 'string') return `<c r="${place}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell.toFixed(1)}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  // Style 1 is a date: days since 1899-12-30.
  if ('date' in cell) return `<c r="${place}" s="1"><v>${cell.date}</v></c>`;
  return `<c r="${place}" t="str"><f>${escaped(cell.f)}</f><v>${escaped(cell.v)}</v></c>`;
}

/** The XML of a sheet; rows that are empty stay elements without cells, as Excel leaves them behind. */
export const sheetXml = (rows: readonly (readonly ExcelCell[])[]): string =>
  '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' +
  rows
    .map(
      (row, y) => `<row r="${y + 1}">${row.map((cell, x) => cellXml(cell, `${columnName(x)}${y + 1}`)).join('')}</row>`,
    )
    .join('') +
  '</sheetData></worksheet>';

/** @param sheets XML of each sheet by its name */
export function excelFile(sheets: Readonly<Record<string, string>>): Uint8Array {
  const names = Object.keys(sheets);
  const text = (xml: string): Uint8Array => new TextEncoder().encode(xml);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const packages = 'http://schemas.openxmlformats.org/package/2006';
  const sheetList = names.map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const targets = names.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const styles = `<Relationship Id="rIdS" Type="${relations}/styles" Target="styles.xml"/>`;
  return zipSync({
    '[Content_Types].xml': text(
      `${head}<Types xmlns="${packages}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`,
    ),
    '_rels/.rels': text(
      `${head}<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    'xl/workbook.xml': text(
      `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${sheetList.join('')}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': text(
      `${head}<Relationships xmlns="${packages}/relationships">${targets.join('')}${styles}</Relationships>`,
    ),
    'xl/styles.xml': text(
      `${head}<styleSheet xmlns="${main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
    ),
    ...Object.fromEntries(names.map((name, i) => [`xl/worksheets/sheet${i + 1}.xml`, text(sheets[name])])),
  });
}
