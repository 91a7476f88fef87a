/** Which axis of an array is which: N pictures as [N, height, width, colour], and the other orders that are in use. */

/** Axes of one picture in the order of the array; the last runs fastest. `flat`: the array has but one axis for all. */
const ORDERS = {
  hw: 'row, column',
  wh: 'column, row',
  hwc: 'row, column, colour',
  chw: 'colour, row, column',
  whc: 'column, row, colour',
  cwh: 'colour, column, row',
} as const;
type Order = keyof typeof ORDERS;

/** Larger pictures are refused: one of them may not fit into memory. */
const MOST_VALUES = 2 ** 28;

/** How the numbers of one picture make a picture. */
export interface Layout {
  /** Answer to the question for the order: `chw`, or `flat-chw`. */
  readonly key: string;
  readonly label: string;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3 | 4;
  /** Where value v of [height, width, channels] lies among the numbers of one picture; null: at v. */
  readonly places: () => Int32Array | null;
}

const isColour = (size: number): size is 1 | 3 | 4 => size === 1 || size === 3 || size === 4;

/** All ways in which the items of an array can be pictures, the likeliest first; none where they cannot. */
export function layoutsOf([, ...sizes]: readonly number[]): Layout[] {
  if (sizes.length === 2) return both('hw', sizes);
  if (sizes.length === 3) {
    return [
      ...(isColour(sizes[2]) ? both('hwc', sizes) : []),
      // Also where the last axis could be colours: a picture 3 pixels wide is rarer than one of the other order.
      ...(isColour(sizes[0]) ? both('chw', sizes) : []),
    ];
  }
  if (sizes.length !== 1) return [];
  const side = Math.sqrt(sizes[0]);
  if (Number.isInteger(side)) return both('hw', [side, side], 'flat-');
  const third = Math.sqrt(sizes[0] / 3);
  if (!Number.isInteger(third)) return [];
  return [...both('chw', [3, third, third], 'flat-'), ...both('hwc', [third, third, 3], 'flat-')];
}

/** An order, and the one with rows and columns exchanged. */
function both(order: 'hw' | 'hwc' | 'chw', sizes: readonly number[], prefix = ''): Layout[] {
  const transposed = ({ hw: 'wh', hwc: 'whc', chw: 'cwh' } as const)[order];
  return [order, transposed].flatMap((each) => layoutOf(each, sizes, prefix) ?? []);
}

function layoutOf(order: Order, sizes: readonly number[], prefix: string): Layout | null {
  const size = (axis: string): number => sizes[order.indexOf(axis)] ?? 1;
  const [height, width, channels] = [size('h'), size('w'), size('c')];
  if (!isColour(channels) || height < 2 || width < 2 || height * width * channels > MOST_VALUES) return null;
  const stride = (axis: string): number => {
    const at = order.indexOf(axis);
    return at < 0 ? 0 : sizes.slice(at + 1).reduce((product, each) => product * each, 1);
  };
  const places = (): Int32Array | null => {
    if (order === 'hw' || order === 'hwc' || (order === 'chw' && channels === 1)) return null;
    const [down, across, colour] = [stride('h'), stride('w'), stride('c')];
    return Int32Array.from({ length: height * width * channels }, (_, v) => {
      const pixel = Math.floor(v / channels);
      return Math.floor(pixel / width) * down + (pixel % width) * across + (v % channels) * colour;
    });
  };
  const flat = prefix === '' ? '' : 'all in one line: ';
  return { key: `${prefix}${order}`, label: `${flat}${ORDERS[order]}`, height, width, channels, places };
}

/** Numbers of one picture to [height, width, channels]. */
export function rearrange(values: ArrayLike<number>, places: Int32Array | null): ArrayLike<number> {
  if (places === null) return values;
  const out = values instanceof Uint8Array ? new Uint8Array(places.length) : new Float64Array(places.length);
  for (let v = 0; v < places.length; v++) out[v] = values[places[v]];
  return out;
}
