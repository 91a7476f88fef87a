/** Where the numbers of a picture lie in its row: see interpretability-part.ts. NaN where nothing is known. */
export interface InterpretabilityRow {
  readonly width: number;
  readonly filters: number;
  readonly prototypes: number;
  /** Share of the filters' mass around their peaks, the same of even maps, share of the filters that are active. */
  readonly locality: number;
  /** Height and width of the map. */
  readonly sides: number;
  /** 1 or 0: named correctly by the filters of the label alone, by all others, named falsely by those of another class. */
  readonly gated: number;
  /** Share of the places of the map that lie on an object. */
  readonly objectShare: number;
  /** [filters] mean activation. */
  readonly means: number;
  /** [prototypes] how like each the most similar place is, and whether that place lies on an object. */
  readonly similarities: number;
  readonly onObject: number;
}

export function interpretabilityRow(filters: number, prototypes: number): InterpretabilityRow {
  const means = 9;
  return {
    ...{ width: means + filters + 2 * prototypes, filters, prototypes },
    ...{ locality: 0, sides: 3, gated: 5, objectShare: 8, means },
    similarities: means + filters,
    onObject: means + filters + prototypes,
  };
}
