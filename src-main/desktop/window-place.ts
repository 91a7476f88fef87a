/** Where the window was, and whether it can be there again: displays come and go. Screen coordinates, in DIP. */
import * as v from 'valibot';

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const whole = v.pipe(v.number(), v.integer(), v.minValue(-100_000), v.maxValue(100_000));
export const WindowPlace = v.object({
  /** Not maximized: what it goes back to. */
  bounds: v.object({ x: whole, y: whole, width: whole, height: whole }),
  maximized: v.boolean(),
});
export type WindowPlace = v.InferOutput<typeof WindowPlace>;

export const SMALLEST = { width: 900, height: 600 } as const;
const USUAL = { width: 1360, height: 860 } as const;
/** So much of the upper edge must be on a display: enough to take hold of it. */
const GRIP = { width: 120, height: 40 } as const;

/** @param areas what windows may fill of each display, the main one first; never empty */
export function placeWindow(last: WindowPlace | null, areas: readonly [Rectangle, ...Rectangle[]]): WindowPlace {
  if (last !== null) {
    const { x, y, width } = last.bounds;
    const area = areas.find((each) => overlap({ x, y, width, height: GRIP.height }, each));
    if (area !== undefined) return { bounds: within(last.bounds, area), maximized: last.maximized };
  }
  const [main] = areas;
  const [width, height] = [Math.min(USUAL.width, main.width), Math.min(USUAL.height, main.height)];
  const x = main.x + Math.round((main.width - width) / 2);
  const y = main.y + Math.round((main.height - height) / 2);
  return { bounds: { x, y, width, height }, maximized: last?.maximized ?? false };
}

/** No larger than the display, no smaller than the window can be used. */
function within(bounds: Rectangle, area: Rectangle): Rectangle {
  return {
    x: bounds.x,
    y: Math.max(bounds.y, area.y),
    width: Math.max(SMALLEST.width, Math.min(bounds.width, area.width)),
    height: Math.max(SMALLEST.height, Math.min(bounds.height, area.height)),
  };
}

function overlap(strip: Rectangle, area: Rectangle): boolean {
  const wide = Math.min(strip.x + strip.width, area.x + area.width) - Math.max(strip.x, area.x);
  const high = Math.min(strip.y + strip.height, area.y + area.height) - Math.max(strip.y, area.y);
  return wide >= GRIP.width && high >= GRIP.height / 2;
}
