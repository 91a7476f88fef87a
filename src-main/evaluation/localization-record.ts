/**
 * What localization keeps of every picture: a few compact numbers, never the map, so that the memory for 10,000
 * pictures is some 30 MB and every shared threshold can be chosen afterwards.
 */
import type { PixelBox } from '../numeric/boxes.ts';
import { bestIou, centreBox } from '../numeric/boxes.ts';
import { ComponentSweep } from '../numeric/components.ts';
import type { FramedMap } from './heatmap-frame.ts';
import { FRAME, HeatmapFramer, THRESHOLDS } from './heatmap-frame.ts';

/** Sides tried for the centre box, as shares of the frame: 0.02, 0.04, ..., 1. */
export const CENTRE_SIZES: readonly number[] = Array.from({ length: 50 }, (_, i) => (i + 1) / 50);

/**
 * Score levels of the pixel precision-recall curve, equally wide over [0,1]. Twice as many as grey levels: of a few dozen
 * pictures, 256 leave the area up to 2e-3 below that of the exact curve.
 */
export const SCORE_LEVELS = 512;

/** Where the object of one picture is, in the 224x224 frame. */
export interface Annotation {
  /** True boxes; empty where none are known. */
  readonly boxes: readonly PixelBox[];
  /** [224, 224], not 0 on the object: the mask, or the union of the boxes. Null where not known. */
  readonly target: Uint8Array | null;
}

/**
 * The box of a component as `wsolevaluation` reports it: its far edges lie one pixel beyond the component (x + width
 * of the bounding rectangle, clipped to the frame), although the overlap counts edges as inclusive. Kept, so that the
 * figures compare with the literature.
 */
function componentBox(tight: PixelBox): PixelBox {
  return {
    x0: tight.x0,
    y0: tight.y0,
    x1: Math.min(tight.x1 + 1, FRAME - 1),
    y1: Math.min(tight.y1 + 1, FRAME - 1),
  };
}

/** Union of boxes as a mask of the frame. */
export function boxesAsTarget(boxes: readonly PixelBox[]): Uint8Array {
  const target = new Uint8Array(FRAME * FRAME);
  for (const box of boxes) {
    for (let y = box.y0; y <= box.y1; y++) target.fill(1, y * FRAME + box.x0, y * FRAME + box.x1 + 1);
  }
  return target;
}

/**
 * Pointing game (Zhang et al., IJCV 2018): does the peak lie on the object, or within `tolerance` pixels of it?
 * @param peak row-major position in the frame
 */
export function pointsAt(peak: number, target: Uint8Array, tolerance = 0): boolean {
  const px = peak % FRAME;
  const py = Math.floor(peak / FRAME);
  for (let y = Math.max(0, py - tolerance); y <= Math.min(FRAME - 1, py + tolerance); y++) {
    for (let x = Math.max(0, px - tolerance); x <= Math.min(FRAME - 1, px + tolerance); x++) {
      if (target[y * FRAME + x] !== 0 && (x - px) ** 2 + (y - py) ** 2 <= tolerance ** 2) return true;
    }
  }
  return false;
}

/** Of the tolerant pointing game, in pixels of the frame. */
const TOLERANCE = 15;

/** Where each number of a row lies. The histogram (2 * 512 counts) comes last, where it is kept. */
const AT = {
  /** 1 where the picture has boxes; 1 where it has a target. */
  boxed: 0,
  targeted: 1,
  /** 1 where the class was right. */
  correct: 2,
  pointing: 3,
  pointing15: 4,
  energy: 5,
  /** Pixels of the target. */
  area: 6,
  largestIou: 7,
  anyIou: 7 + THRESHOLDS,
  centreIou: 7 + 2 * THRESHOLDS,
  histogram: 7 + 2 * THRESHOLDS + CENTRE_SIZES.length,
} as const;

/** Measures one heatmap after the other: each becomes a row of numbers that says all that any figure needs. */
export class LocalizationMeter {
  /** Numbers of a row. */
  readonly width: number;
  private readonly framer = new HeatmapFramer();
  private readonly sweep = new ComponentSweep(FRAME, FRAME, THRESHOLDS);
  private readonly centres = CENTRE_SIZES.map((size) => centreBox(size, FRAME));

  /** @param pixelwise keep the histograms that PxAP needs (1,024 counts a picture; masks only) */
  constructor(pixelwise: boolean) {
    this.width = AT.histogram + (pixelwise ? 2 * SCORE_LEVELS : 0);
  }

  /**
   * Measures one picture.
   * @param heatmap [height, width] of the given label
   * @param correct was the class right (Top-1 Loc)
   * @param row     [width] is filled
   */
  measure(
    heatmap: Float32Array,
    height: number,
    width: number,
    annotation: Annotation,
    correct: boolean,
    row: Float32Array,
  ): void {
    row.fill(0);
    row[AT.correct] = correct ? 1 : 0;
    const framed = this.framer.frame(heatmap, height, width);
    if (annotation.boxes.length > 0) this.measureBoxes(framed.levels, annotation.boxes, row);
    if (annotation.target !== null) measureTarget(framed, annotation.target, row);
  }

  private measureBoxes(levels: Uint8Array, boxes: readonly PixelBox[], row: Float32Array): void {
    row[AT.boxed] = 1;
    this.centres.forEach((centre, s) => (row[AT.centreIou + s] = bestIou(centre, boxes)));
    this.sweep.load(levels);
    for (let t = 0; t < THRESHOLDS; t++) {
      const found = this.sweep.at(t);
      let any = 0;
      for (let k = 0; k < found.boxes.length; k++) {
        const iou = bestIou(componentBox(found.boxes[k]), boxes);
        if (iou > any) any = iou;
        if (k === found.largest) row[AT.largestIou + t] = iou;
      }
      row[AT.anyIou + t] = any;
    }
  }
}

function measureTarget(framed: FramedMap, target: Uint8Array, row: Float32Array): void {
  row[AT.targeted] = 1;
  const pixelwise = row.length > AT.histogram;
  let inside = 0;
  let all = 0;
  let pixels = 0;
  for (let p = 0; p < target.length; p++) {
    const value = framed.map[p];
    all += value;
    const on = target[p] !== 0;
    if (on) {
      inside += value;
      pixels++;
    }
    if (pixelwise) {
      const level = Math.min(SCORE_LEVELS - 1, Math.floor(value * SCORE_LEVELS));
      row[AT.histogram + level + (on ? 0 : SCORE_LEVELS)]++;
    }
  }
  // A map that shows nothing points nowhere and has no energy anywhere: a miss, not a lucky guess.
  row[AT.pointing] = !framed.empty && pointsAt(framed.peak, target) ? 1 : 0;
  row[AT.pointing15] = !framed.empty && pointsAt(framed.peak, target, TOLERANCE) ? 1 : 0;
  row[AT.energy] = all > 0 ? inside / all : 0;
  row[AT.area] = pixels;
}

/** Collects pictures one by one; {@link localizationFigures} turns the record into figures. */
export class LocalizationRecord {
  /** Pictures with boxes, and with a target (mask or boxes). */
  boxed = 0;
  targeted = 0;
  /** [boxed * 100] best IoU with any true box at each threshold: of the largest component, of any component. */
  readonly largestIou: Float32Array;
  readonly anyIou: Float32Array;
  /** [boxed * sizes] IoU of the centre box of each size. */
  readonly centreIou: Float32Array;
  /** [boxed] 1 where the class was right. */
  readonly correct: Uint8Array;
  /** [targeted] 1 where the peak is on the target, or within 15 pixels of it. */
  readonly pointing: Uint8Array;
  readonly pointing15: Uint8Array;
  /** [targeted] share of the map's mass on the target; share of its area. */
  readonly energy: Float32Array;
  readonly area: Float64Array;
  /** [targeted * 1024] pixels of each score level on the target, then off it; null unless wanted. */
  readonly histogram: Uint16Array | null;

  private readonly pixelwise: boolean;
  /** Made when a map is added for the first time: a record of rows measures nothing. */
  private meter: LocalizationMeter | null = null;

  /**
   * @param capacity  most pictures that will be added
   * @param pixelwise keep the histograms that PxAP needs (1,024 16-bit counts a picture; masks only)
   */
  constructor(capacity: number, pixelwise: boolean) {
    this.pixelwise = pixelwise;
    this.largestIou = new Float32Array(capacity * THRESHOLDS);
    this.anyIou = new Float32Array(capacity * THRESHOLDS);
    this.centreIou = new Float32Array(capacity * CENTRE_SIZES.length);
    this.correct = new Uint8Array(capacity);
    this.pointing = new Uint8Array(capacity);
    this.pointing15 = new Uint8Array(capacity);
    this.energy = new Float32Array(capacity);
    this.area = new Float64Array(capacity);
    this.histogram = pixelwise ? new Uint16Array(capacity * 2 * SCORE_LEVELS) : null;
  }

  /**
   * Measures and adds one picture.
   * @param heatmap [height, width] of the given label
   * @param correct was the class right (Top-1 Loc)
   */
  add(heatmap: Float32Array, height: number, width: number, annotation: Annotation, correct: boolean): void {
    this.meter ??= new LocalizationMeter(this.pixelwise);
    const row = new Float32Array(this.meter.width);
    this.meter.measure(heatmap, height, width, annotation, correct, row);
    this.addRow(row);
  }

  /**
   * Adds a picture that was measured before.
   * @param row of a {@link LocalizationMeter} that keeps histograms where this record does
   */
  addRow(row: Float32Array): void {
    if (row[AT.boxed] !== 0) {
      const i = this.boxed++;
      this.correct[i] = row[AT.correct];
      this.largestIou.set(row.subarray(AT.largestIou, AT.largestIou + THRESHOLDS), i * THRESHOLDS);
      this.anyIou.set(row.subarray(AT.anyIou, AT.anyIou + THRESHOLDS), i * THRESHOLDS);
      this.centreIou.set(row.subarray(AT.centreIou, AT.histogram), i * CENTRE_SIZES.length);
    }
    if (row[AT.targeted] === 0) return;
    const i = this.targeted++;
    this.pointing[i] = row[AT.pointing];
    this.pointing15[i] = row[AT.pointing15];
    this.energy[i] = row[AT.energy];
    this.area[i] = row[AT.area] / (FRAME * FRAME);
    this.histogram?.set(row.subarray(AT.histogram, AT.histogram + 2 * SCORE_LEVELS), i * 2 * SCORE_LEVELS);
  }
}

/** Whether the picture of a row has boxes, and whether it has a target. */
export function annotationOfRow(row: Float32Array): { readonly boxed: boolean; readonly targeted: boolean } {
  return { boxed: row[AT.boxed] !== 0, targeted: row[AT.targeted] !== 0 };
}
