/**
 * Writes the small data sets that tests read, to look at them or to try other programs on them:
 *
 *     node src-main/datasets/formats/write-fixtures.ts FOLDER
 *
 * FOLDER gets a folder for each format, called after it. One that is there already is left as it is.
 */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ALL_FORMATS } from './all-formats.fixture.ts';

const [target] = process.argv.slice(2);
if (target === undefined) {
  console.error('Say where to: node src-main/datasets/formats/write-fixtures.ts FOLDER');
  process.exitCode = 2;
} else {
  for (const [format, write] of Object.entries(ALL_FORMATS)) {
    const folder = join(resolve(target), format);
    if ((await mkdir(folder, { recursive: true })) === undefined) console.log(`${folder} is there already`);
    else {
      await write(folder);
      console.log(folder);
    }
  }
}
