/** Whether a point of a picture lies on an object: on any, whatever its class. */
import type { EvaluationData } from './predictor.ts';

/** A point as shares of the picture's sides. */
type OnObject = (point: { readonly x: number; readonly y: number }) => boolean;

/** By the mask, else by the boxes (of any class); null where nothing is known of this picture. */
export async function objectOf(data: EvaluationData, index: number): Promise<OnObject | null> {
  const { size } = data;
  const mask = data.hasMasks ? await data.readMask(index, size) : null;
  if (mask?.includes(1)) return ({ x, y }) => mask[Math.floor(y * size) * size + Math.floor(x * size)] === 1;
  const boxes = data.boxes(index);
  if (boxes.length === 0) return null;
  return ({ x, y }) => boxes.some(({ x0, y0, x1, y1 }) => x >= x0 && x < x1 && y >= y0 && y < y1);
}
