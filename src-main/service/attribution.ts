/** Where pictures come from and under which licence, as whoever gathered them says. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The paragraphs of a data folder's ATTRIBUTION.md that say something; none without the file. */
export async function attributionOf(data: string): Promise<string[]> {
  const text = await readFile(join(data, 'ATTRIBUTION.md'), 'utf8').catch(() => '');
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => paragraph.replace(/\s+/g, ' ').trim())
    .map((paragraph) => paragraph.replace(/\*\*|`/g, ''))
    .filter((paragraph) => paragraph !== '' && !/^[#>]/.test(paragraph));
}
