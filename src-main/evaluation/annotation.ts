/** Where the object of a picture is, as localization wants it: boxes and a target in the 224x224 frame. */
import { maskBox, unitBoxToPixels } from '../numeric/boxes.ts';
import { FRAME } from './heatmap-frame.ts';
import type { Annotation } from './localization-record.ts';
import { boxesAsTarget } from './localization-record.ts';
import type { EvaluationData } from './predictor.ts';

/**
 * Reads the annotation of one picture. Given boxes come first; a picture with a mask only gets the tight box of its
 * whole mask (of all parts together). A mask without any object counts as no annotation.
 * @param target what pointing and energy are measured against in this data set; a picture without it takes no part
 *               in them
 */
export async function readAnnotation(data: EvaluationData, index: number, target: 'mask' | 'box'): Promise<Annotation> {
  const given = data.boxes(index).map((box) => unitBoxToPixels(box, FRAME));
  const mask = data.hasMasks ? await data.readMask(index, FRAME) : null;
  const tight = mask === null ? null : maskBox(mask, FRAME, FRAME);
  const boxes = given.length > 0 || tight === null ? given : [tight];
  if (target === 'mask') return { boxes, target: tight === null ? null : mask };
  return { boxes, target: boxes.length > 0 ? boxesAsTarget(boxes) : null };
}
