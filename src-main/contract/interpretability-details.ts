/** What is told beside the figures of the part `interpretability` (evaluation.ts). */

/**
 * Figures: `filter_locality`, `uniform_locality` (the same of maps that are the same everywhere), `filter_selectivity`
 * (two classes or more). With a class gate `gated_accuracy`, `complement_accuracy`, `gate_misled` (data of one class a picture). With
 * prototypes `prototype_purity`; where masks or boxes say where objects are `prototype_on_object`, `uniform_on_object`
 * (places chosen at random). A figure of which nothing can be said is absent.
 */
export interface InterpretabilityDetails {
  /** Filters of the last convolutional map, and its sides. */
  readonly filters: number;
  readonly mapHeight: number;
  readonly mapWidth: number;
  /** How far around its peak a filter's place reaches, in cells (L1). */
  readonly radius: number;
  /** Mean share of the filters that are active in a picture. */
  readonly activeShare: number;
  /** Filters that are active in no measured picture. */
  readonly silent: number;
  /** [classes] how many filters answer most to each class. */
  readonly favourites: readonly number[];
  /** Of the weights alone, so without intervals; null of a network without a class gate. */
  readonly gate: {
    /** 1 - mean of the gate. */
    readonly sparsity: number;
    /** Mean over filters of the sum of the gate over classes. */
    readonly classesPerFilter: number;
  } | null;
  /** Null of a network without prototypes. */
  readonly prototypes: {
    readonly count: number;
    /** Purity of pictures chosen at random: mean over prototypes of the share of their class. */
    readonly chance: number;
    /** Prototypes all of whose pictures are of their class. */
    readonly pure: number;
    /** Prototypes of classes without a measured picture: left out. */
    readonly unmeasured: number;
    /** What says where objects are; null where nothing does. */
    readonly target: 'mask' | 'box' | null;
  } | null;
}
