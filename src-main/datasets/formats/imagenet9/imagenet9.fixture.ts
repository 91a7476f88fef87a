/**
 * ImageNet-9 in small, after the backgrounds challenge (github.com/MadryLab/backgrounds_challenge, README and
 * challenge_eval.py): `<variant>/val/<number>_<class>/<name>.JPEG`; the mask of `original/val/<class>/<name>.JPEG` is the
 * array [height, width] in `fg_mask/val/<class>/<name>.npy`; training pictures lie in `in9l/train/<class>`.
 */
import { npyBytes } from '../../arrays/npy.fixture.ts';
import { patchworkJpeg, writeFiles } from '../../pictures/pictures.fixture.ts';

/** Published pictures have 224; a side that is no multiple of 8 shows rows that are mixed up. */
const IN9_WIDTH = 30;
const IN9_HEIGHT = 20;

const IN9_CLASSES = ['00_dog', '02_wheeled vehicle', '06_musical instrument'];

/** Writes `names` as pictures of each class. */
export async function writeIn9(folder: string, names: readonly string[]): Promise<void> {
  for (const className of IN9_CLASSES) {
    for (const name of names) {
      const seed = [...`${folder.slice(-12)}${className}${name}`].reduce(
        (sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003,
        7,
      );
      await writeFiles(folder, { [`${className}/${name}.JPEG`]: await patchworkJpeg(seed, IN9_WIDTH, IN9_HEIGHT) });
    }
  }
}

/** A mask for each of `names` in each class: object is where x < 12 and y < 5. */
export async function writeIn9Masks(folder: string, names: readonly string[], descr = '|b1'): Promise<void> {
  const values = Array.from({ length: IN9_HEIGHT * IN9_WIDTH }, (_, i) =>
    i % IN9_WIDTH < 12 && i < 5 * IN9_WIDTH ? 1 : 0,
  );
  for (const className of IN9_CLASSES) {
    for (const name of names) {
      const file = npyBytes({ descr, shape: [IN9_HEIGHT, IN9_WIDTH], values });
      await writeFiles(folder, { [`${className}/${name}.npy`]: file });
    }
  }
}
