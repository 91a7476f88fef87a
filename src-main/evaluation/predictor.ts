/** What evaluation needs of a model: logits, heatmaps and attacks for pictures. Implemented by the caller. */
import type { ExplanationKind } from '../method/heatmap.ts';
import type { AttackSettings } from '../method/attack.ts';
import type { Targets } from '../networks/loss.ts';
import type { LabelSets } from '../numeric/label-sets.ts';

/** [n, size, size, 3] values 0..255; floats where a change is finer than a step of 1. */
export type Pixels = Uint8Array | Float32Array;

export interface Predictions {
  /** [n, classes] row-major. */
  readonly logits: Float32Array;
  /** [n, height, width]: heatmap of the given label, ReLU, divided by its maximum; zero stays zero. */
  readonly maps: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

/** What a picture is attacked with: see method/attack.ts. */
export interface PictureAttack {
  /** [n, size, size] 1 where pixels may change. */
  readonly region: Uint8Array;
  /** Largest change of a value, in [0,1]. */
  readonly eps: number;
  /** [n] of the random starts, one a picture. */
  readonly seeds: ArrayLike<number>;
  readonly settings: AttackSettings;
}

export interface Predictor {
  /** Side of the square pictures that it takes. */
  readonly size: number;
  readonly classes: number;
  /** @returns [n, classes] logits */
  classify(pictures: Pixels): Promise<Float32Array>;
  /**
   * @param labels [n] the label whose heatmap is wanted
   * @param kind   which heatmap; the model's own where not given
   */
  predict(pictures: Pixels, labels: Int32Array, kind?: ExplanationKind): Promise<Predictions>;
  /**
   * Raises the loss of what the pictures are of: the cross-entropy of one label, or the sum of the binary cross-entropies
   * of all classes.
   * @returns [n, size, size, 3] values 0..255
   */
  attack(pictures: Pixels, targets: Targets, attack: PictureAttack): Promise<Float32Array>;
}

/** What filters, gates and prototypes make of n pictures. */
export interface InsideView {
  /**
   * [n, height, width, filters]: the last convolutional map, after its activation (which not every network keeps above
   * 0), before any part mask.
   */
  readonly maps: Float32Array;
  readonly height: number;
  readonly width: number;
  /**
   * [n, classes] logits where only the filters of the label pass (map x gate), where they do not (map x (1 - gate)), and
   * where only those of the class after it pass.
   */
  readonly gated: {
    readonly only: Float32Array;
    readonly without: Float32Array;
    readonly other: Float32Array;
  } | null;
  /** [n, prototypes] how like each prototype the picture's most similar place is, and that place of the map, row-major. */
  readonly matches: { readonly similarities: Float32Array; readonly places: Int32Array } | null;
}

/** What can be looked at inside a network. */
export interface Inside {
  /** How many filters its last convolutional map has. */
  readonly filters: number;
  /** [classes, filters] how far each class lets each filter through, 0 to 1; null of a network without a class gate. */
  readonly gate: Float32Array | null;
  /** [prototypes] the class of each; null of a network without prototypes. */
  readonly prototypes: Int32Array | null;
  /** @param labels [n] whose gate is used */
  look(pictures: Pixels, labels: Int32Array): Promise<InsideView>;
}

/** A model whose layers can lose what they have learned (Adebayo et al., NeurIPS 2018). */
export interface RandomisablePredictor extends Predictor {
  /** Null of a model of which only the answers are known. */
  readonly inside: Inside | null;
  /** Names of its layers with weights, from the last (the head) to the first, grouped as a person would. */
  readonly layers: readonly string[];
  /** The same model with the first `count` of `layers` drawn anew as at the start of training. The caller closes it. */
  randomised(count: number, seed: number): Predictor & { close(): void };
}

/** Pictures and, where known, where the object is; random access by index within one split. */
export interface EvaluationData {
  readonly count: number;
  readonly size: number;
  /** [count] class of each picture; in multi-label data the first of its classes. */
  readonly labels: Int32Array;
  /** Multi-label data: all classes of each picture; null in single-label data. */
  readonly labelSets: LabelSets | null;
  readonly ids: readonly string[];
  /**
   * Boxes scaled to the unit square [0,1]; empty where none are known.
   * @param label only those of this class, where the boxes of the picture have classes
   */
  boxes(index: number, label?: number): readonly { x0: number; y0: number; x1: number; y1: number }[];
  readonly hasMasks: boolean;
  readonly hasBoxes: boolean;
  /** Fills `out` [indices.length, size, size, 3]. */
  readPictures(indices: ArrayLike<number>, out: Uint8Array): Promise<void>;
  /** The mask of one picture resized (nearest) to [side, side], 1 = object; null without a mask. */
  readMask(index: number, side: number): Promise<Uint8Array | null>;
}
