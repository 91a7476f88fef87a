/** Draws the app's icons from steadygaze.svg: `node resources/icons/build.ts`. The pictures are kept in the repository. */
import { join } from 'node:path';
import sharp from 'sharp';

const FOLDER = import.meta.dirname;
/** Sides in pixels. Windows' and macOS' own formats are made of the largest when the app is packaged. */
const SIDES = [16, 24, 32, 48, 64, 128, 256, 512, 1024];
/** Of the drawing, so that the largest picture is drawn and not enlarged. */
const DENSITY = 72;

for (const side of SIDES) {
  await sharp(join(FOLDER, 'steadygaze.svg'), { density: DENSITY })
    .resize(side, side)
    .png({ compressionLevel: 9, palette: side > 128 })
    .toFile(join(FOLDER, `${side}x${side}.png`));
}
