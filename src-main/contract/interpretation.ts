/** What a network that explains itself says of one picture, beside its heatmap. */
import type { PictureRef } from './data-view.ts';

/** A small map, row by row: 0 to 255, 255 at the largest value of the whole answer. */
export interface SmallMap {
  readonly height: number;
  readonly width: number;
  readonly values: readonly number[];
}

/** A rectangle as shares of the picture's sides, 0 to 1. */
export interface PictureShare {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A filter of an interpretable convolutional layer (Zhang, Wu, Zhu, CVPR 2018). */
export interface PartFilter {
  readonly filter: number;
  /** The class that the filter stands for. */
  readonly label: number;
  readonly name: string;
  /** Mean of its masked map. */
  readonly activation: number;
  /** Where the part is: the map as the part template leaves it. */
  readonly map: SmallMap;
}

/** A filter behind a class-specific gate (Liang et al., ECCV 2020). */
export interface GatedFilter {
  readonly filter: number;
  /** How far the gate of the picture's class lets it through, 0 to 1. */
  readonly gate: number;
  readonly activation: number;
  readonly map: SmallMap;
}

/** A prototype and the place of the picture that is most like it (Chen et al., NeurIPS 2019). */
export interface PrototypeMatch {
  readonly prototype: number;
  readonly label: number;
  readonly name: string;
  /** Similarity score, and its weight for the predicted class; their product are the points. */
  readonly similarity: number;
  readonly weight: number;
  readonly points: number;
  /** Similarity at every place. */
  readonly map: SmallMap;
  readonly place: PictureShare;
  /** The training picture that the prototype was taken from; null before the first projection. */
  readonly source: { readonly sample: PictureRef; readonly place: PictureShare } | null;
}

export type Interpretation =
  /** This network explains itself by its heatmap alone. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'icnn';
      readonly prediction: number;
      /** The strongest first. */
      readonly filters: readonly PartFilter[];
    }
  | {
      readonly kind: 'csg';
      readonly prediction: number;
      /** The strongest of the given class first. */
      readonly filters: readonly GatedFilter[];
      /** The whole gate: one row a class, one column a filter, 0 to 255; columns sorted by the class they serve most. */
      readonly gate: {
        readonly classNames: readonly string[];
        readonly filters: number;
        readonly values: readonly number[];
      };
    }
  | {
      readonly kind: 'protopnet';
      readonly prediction: number;
      /** Most points for the predicted class first. */
      readonly prototypes: readonly PrototypeMatch[];
    };
