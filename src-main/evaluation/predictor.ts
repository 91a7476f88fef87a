/** What evaluation needs of a model: logits and heatmaps for pictures. Implemented by the caller. */

export interface Predictions {
  /** [n, classes] row-major. */
  readonly logits: Float32Array;
  /** [n, height, width]: heatmap of the given label, ReLU, divided by its maximum; zero stays zero. */
  readonly maps: Float32Array;
  readonly mapHeight: number;
  readonly mapWidth: number;
}

export interface Predictor {
  /** Side of the square pictures that `predict` takes. */
  readonly size: number;
  readonly classes: number;
  /**
   * @param pictures [n, size, size, 3] values 0..255
   * @param labels   [n] the label whose heatmap is wanted
   */
  predict(pictures: Uint8Array, labels: Int32Array): Promise<Predictions>;
}

/** Pictures and, where known, where the object is; random access by index within one split. */
export interface EvaluationData {
  readonly count: number;
  readonly size: number;
  readonly labels: Int32Array;
  readonly ids: readonly string[];
  /** Boxes scaled to the unit square [0,1]; empty where none are known. */
  boxes(index: number): readonly { x0: number; y0: number; x1: number; y1: number }[];
  readonly hasMasks: boolean;
  readonly hasBoxes: boolean;
  /** Fills `out` [indices.length, size, size, 3]. */
  readPictures(indices: ArrayLike<number>, out: Uint8Array): Promise<void>;
  /** The mask of one picture resized (nearest) to [side, side], 1 = object; null without a mask. */
  readMask(index: number, side: number): Promise<Uint8Array | null>;
}
