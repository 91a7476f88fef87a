/** Pictures of one size as another program saved them: one NPY file. */
import { SteadygazeError } from '../contract/errors.ts';
import { NpyFile } from '../datasets/arrays/npy.ts';

/** Larger than any picture that a network takes; one of it may not fit into memory. */
const LARGEST_SIDE = 8192;
const HINT =
  'Save them as one array: numpy.save("images.npy", images), [pictures, height, width, 3], uint8 or float32, red first.';

/** An open stack of pictures. Close it. */
export class PictureStack {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly #file: NpyFile;
  /** [3, height, width] instead of [height, width, 3]. */
  readonly #channelsFirst: boolean;
  /** What values are divided by. */
  readonly #white: number;

  private constructor(file: NpyFile, channelsFirst: boolean, white: number) {
    const [count = 0, ...sides] = file.shape;
    this.count = count;
    [this.height, this.width] = (channelsFirst ? sides.slice(1) : sides) as [number, number];
    this.#file = file;
    this.#channelsFirst = channelsFirst;
    this.#white = white;
  }

  /**
   * Opens [pictures, height, width, 3], or [pictures, 3, height, width]. Whole numbers (uint8) are 0..255; others are
   * 0..1, or 0..255 where one of them is above 1.
   * @throws SteadygazeError `not-found`, `data-unreadable`
   */
  static async open(path: string): Promise<PictureStack> {
    const file = await NpyFile.open(path).catch((error: unknown) => {
      if (!(error instanceof SteadygazeError) || error.code !== 'data-unreadable') throw error;
      throw new SteadygazeError(error.code, error.message, HINT, error.details);
    });
    try {
      const channelsFirst = isChannelsFirst(path, file.shape);
      return new PictureStack(file, channelsFirst, file.type === 'uint8' ? 255 : await whiteOf(path, file));
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** The pictures `from` .. `to - 1`, [to - from, height, width, 3] in [0,1]. */
  async read(from: number, to: number): Promise<Float32Array> {
    const values = await this.#file.read(from, to);
    const pixels = this.height * this.width;
    const out = new Float32Array(values.length);
    for (let i = 0; i < out.length; i++) {
      const [picture, inside] = [Math.floor(i / (3 * pixels)), i % (3 * pixels)];
      const source = this.#channelsFirst ? picture * 3 * pixels + (inside % 3) * pixels + Math.floor(inside / 3) : i;
      out[i] = values[source] / this.#white;
    }
    return out;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

function isChannelsFirst(path: string, shape: readonly number[]): boolean {
  const refuse = (reason: string): SteadygazeError =>
    new SteadygazeError(
      'data-unreadable',
      `${path} holds an array of the shape [${shape.join(', ')}]; ${reason}.`,
      HINT,
    );
  const [, second, , last] = shape;
  if (shape.length !== 4 || (second !== 3 && last !== 3)) throw refuse('pictures are [pictures, height, width, 3]');
  if (shape.includes(0)) throw refuse('there is nothing in it');
  if (second === 3 && last === 3) throw refuse('it cannot be told which side holds the colours');
  if (Math.max(...shape.slice(1)) > LARGEST_SIDE) throw refuse(`pictures may have up to ${LARGEST_SIDE} pixels a side`);
  return second === 3;
}

/** 1 or 255, whichever the values suggest; every value is looked at. */
async function whiteOf(path: string, file: NpyFile): Promise<number> {
  let largest = 0;
  for (let from = 0; from < file.count; from += file.slice) {
    for (const value of await file.read(from, Math.min(file.count, from + file.slice))) {
      if (!(value >= 0 && value <= 255)) {
        throw new SteadygazeError(
          'data-unreadable',
          `${path} holds the value ${value}; colours are 0 to 255, or 0 to 1.`,
          'Save the pictures as they are, before they are normalised.',
        );
      }
      if (value > largest) largest = value;
    }
  }
  return largest > 1 ? 255 : 1;
}
