/** What a network that explains itself says of one picture, beside its heatmap. */
import type { PictureRef } from './data-view.ts';

/** A small map over the picture, row by row: 0 to 255, 255 at its own largest value. */
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
  /** Its column in the gate. */
  readonly column: number;
  /** How far the gate of the picture's class lets it through, 0 to 1. */
  readonly gate: number;
  /** Mean of its map, before the gate. */
  readonly activation: number;
  readonly map: SmallMap;
}

/** How far each filter is let through for each class. */
export interface ClassGateView {
  /** Classes of the rows, ascending: all, or of very many those that share most filters with the picture's. */
  readonly labels: readonly number[];
  readonly names: readonly string[];
  readonly filters: number;
  /** One row a class, one column a filter, 0 to 255; columns sorted by the class they serve most. */
  readonly values: readonly number[];
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
  /** Similarity at every place, 0 at the least of them. */
  readonly map: SmallMap;
  /** The place with something around it: what stands there comes from more than one cell of the map. */
  readonly place: PictureShare;
  /** The training picture that the prototype was taken from; null where that is not known. */
  readonly source: PrototypeSource | null;
}

/** Where a prototype comes from. */
export interface PrototypeSource {
  /** Row of the same round's table. */
  readonly row: number;
  readonly sample: PictureRef;
  readonly place: PictureShare;
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
      /** The picture's class, whose filters these are; of several the one that the network is surest of. */
      readonly label: number;
      /** Those that say most through the gate of that class first. */
      readonly filters: readonly GatedFilter[];
      readonly gate: ClassGateView;
    }
  | {
      readonly kind: 'protopnet';
      readonly prediction: number;
      /** Most points for the predicted class first. */
      readonly prototypes: readonly PrototypeMatch[];
    };
