/** Where the tiles of a grid lie, and where the keys lead. */

/** A grid of equal tiles that fills the width. */
export interface GridLayout {
  columns: number;
  /** Width of a tile in px. */
  tile: number;
  rows: number;
}

/**
 * As many columns as fit.
 * @param width room for the tiles in px, without the margins at both sides
 * @param minTile smallest width of a tile in px
 */
export function gridLayout(count: number, width: number, minTile: number, gap: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + gap) / (minTile + gap)));
  const tile = Math.max(0, (width - gap * (columns - 1)) / columns);
  return { columns, tile, rows: Math.ceil(count / columns) };
}

/**
 * The tile a key leads to.
 * @param page rows that are seen at once
 * @returns null for a key that does not move
 */
export function nextTile(key: string, from: number, count: number, columns: number, page: number): number | null {
  const last = count - 1;
  const jump = columns * Math.max(1, page);
  // A step down from the last full row into a shorter one ends at the last tile.
  const down =
    from + columns <= last || Math.floor(from / columns) === Math.floor(last / columns) ? from + columns : last;
  const to: Readonly<Record<string, number>> = {
    ArrowLeft: from - 1,
    ArrowRight: from + 1,
    ArrowUp: from - columns,
    ArrowDown: down,
    PageUp: Math.max(from - jump, from % columns),
    PageDown: Math.min(from + jump, last),
    Home: 0,
    End: last,
  };
  const tile = to[key];
  if (tile === undefined || count === 0) return null;
  return tile < 0 || tile > last ? from : tile;
}
