/** Where the object of a picture is, as localization wants it: boxes and a target in the 224x224 frame. */
import type { PixelBox } from '../numeric/boxes.ts';
import { maskBox, unitBoxToPixels } from '../numeric/boxes.ts';
import { FRAME } from './heatmap-frame.ts';
import type { Annotation } from './localization-record.ts';
import { boxesAsTarget } from './localization-record.ts';
import type { EvaluationData } from './predictor.ts';

/** What says where objects are. */
export type AnnotationSource = Pick<EvaluationData, 'boxes' | 'hasMasks' | 'readMask'> &
  Partial<Pick<EvaluationData, 'labelSets'>>;

/**
 * Reads the annotation of one picture. Of one that may be of several classes, that of the object of one of them: its
 * boxes (all of the picture, where the boxes have no classes); the mask, which shows all objects together, only where
 * the picture is of that class alone.
 * @param label  the class, in multi-label data
 * @param target what pointing and energy are measured against in this data set; a picture without it takes no part
 *               in them
 */
export async function readAnnotation(
  data: AnnotationSource,
  index: number,
  target: 'mask' | 'box',
  label?: number,
): Promise<Annotation> {
  const several = data.labelSets ?? null;
  const boxes = several === null ? data.boxes(index) : data.boxes(index, label);
  const given = boxes.map((box) => unitBoxToPixels(box, FRAME));
  const masked = data.hasMasks && (several === null || several.positives(index).length === 1);
  return annotationOf(given, masked ? await data.readMask(index, FRAME) : null, target);
}

/**
 * The annotation from what is known of a picture in the frame. Given boxes come first; a picture with a mask only gets
 * the tight box of its whole mask (of all parts together). A mask without any object counts as no annotation.
 * @param given in pixels of the frame; boxes of other programs may have edges between pixels
 * @param mask  [224, 224] or null
 */
export function annotationOf(given: readonly PixelBox[], mask: Uint8Array | null, target: 'mask' | 'box'): Annotation {
  const tight = mask === null ? null : maskBox(mask, FRAME, FRAME);
  const boxes = given.length > 0 || tight === null ? given : [tight];
  if (target === 'mask') return { boxes, target: tight === null ? null : mask };
  return { boxes, target: boxes.length > 0 ? boxesAsTarget(boxes.map(onPixels)) : null };
}

const onPixels = ({ x0, y0, x1, y1 }: PixelBox): PixelBox => ({
  x0: Math.round(x0),
  y0: Math.round(y0),
  x1: Math.round(x1),
  y1: Math.round(y1),
});
