/** Which rows of a long grid are drawn: a fixed number of places that move along with what can be seen. */

export interface GridWindow {
  /** First row drawn, from 0. */
  readonly first: number;
  /** How many rows are drawn at most. */
  readonly places: number;
}

/** Rows drawn above and below what can be seen. */
const SPARE = 2;

/** @param top how far it is scrolled, px @param height of what can be seen, px */
export function gridWindow(top: number, height: number, rowHeight: number, rows: number): GridWindow {
  const places = Math.min(rows, Math.ceil(height / rowHeight) + 1 + 2 * SPARE);
  const first = Math.floor(top / rowHeight) - SPARE;
  return { first: Math.max(0, Math.min(first, rows - places)), places };
}

/**
 * The row that a place draws. While scrolling, a place keeps its row until the row is out of sight, and then draws the
 * one that has come into sight at the other end: nothing else changes.
 */
export function rowAt(place: number, { first, places }: GridWindow): number {
  return first + ((((place - first) % places) + places) % places);
}
