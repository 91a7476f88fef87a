/**
 * Earth mover's distance between two histograms on a grid with L1 ground distance. With that
 * distance all mass may travel between neighbouring cells (Ling and Okada, TPAMI 2007), so that it
 * is a minimum-cost flow on the grid with 4-neighbour edges of cost 1, solved exactly by successive
 * shortest paths (breadth-first search with potentials is not needed: residual costs are -1, 1, so
 * Bellman and Ford's queue is used).
 *
 * @param a, b [height*width] non-negative, each with sum 1
 * @returns the distance in cells: 0 .. height + width - 2
 */
export function earthMoversDistance(a: Float64Array, b: Float64Array, height: number, width: number): number {
  const cells = height * width;
  const excess = new Float64Array(cells);
  for (let i = 0; i < cells; i++) excess[i] = a[i] - b[i];
  // flow[4*i+d]: mass moved from cell i in direction d (right, left, down, up).
  const flow = new Float64Array(4 * cells);
  const tiny = 1e-9 / cells;
  let cost = 0;
  for (;;) {
    const path = shortestPath(excess, flow, height, width, tiny);
    if (path === null) return cost;
    let amount = Math.min(excess[path.source], -excess[path.sink]);
    for (const { cell, direction, cancels } of path.edges) {
      if (cancels) amount = Math.min(amount, flow[4 * neighbour(cell, direction, width) + (direction ^ 1)]);
    }
    for (const { cell, direction, cancels } of path.edges) {
      if (cancels) flow[4 * neighbour(cell, direction, width) + (direction ^ 1)] -= amount;
      else flow[4 * cell + direction] += amount;
      cost += cancels ? -amount : amount;
    }
    excess[path.source] -= amount;
    excess[path.sink] += amount;
  }
}

interface Edge {
  readonly cell: number;
  readonly direction: number;
  /** Whether the edge takes back flow of the opposite direction (cost -1). */
  readonly cancels: boolean;
}

function neighbour(cell: number, direction: number, width: number): number {
  return cell + (direction === 0 ? 1 : direction === 1 ? -1 : direction === 2 ? width : -width);
}

/** Cheapest path in the residual graph from any cell with surplus to any cell with deficit. */
function shortestPath(
  excess: Float64Array,
  flow: Float64Array,
  height: number,
  width: number,
  tiny: number,
): { source: number; sink: number; edges: Edge[] } | null {
  const cells = height * width;
  const distance = new Float64Array(cells).fill(Infinity);
  const arrival: (Edge | null)[] = new Array<Edge | null>(cells).fill(null);
  const waiting = new Uint8Array(cells);
  const queue: number[] = [];
  for (let i = 0; i < cells; i++) {
    if (excess[i] <= tiny) continue;
    distance[i] = 0;
    queue.push(i);
    waiting[i] = 1;
  }
  for (let head = 0; head < queue.length; head++) {
    const cell = queue[head];
    waiting[cell] = 0;
    const x = cell % width;
    const y = (cell - x) / width;
    for (let direction = 0; direction < 4; direction++) {
      const inside =
        direction === 0 ? x + 1 < width : direction === 1 ? x > 0 : direction === 2 ? y + 1 < height : y > 0;
      if (!inside) continue;
      const next = neighbour(cell, direction, width);
      const cancels = flow[4 * next + (direction ^ 1)] > tiny;
      const length = distance[cell] + (cancels ? -1 : 1);
      if (length >= distance[next]) continue;
      distance[next] = length;
      arrival[next] = { cell, direction, cancels };
      if (waiting[next] === 0) {
        queue.push(next);
        waiting[next] = 1;
      }
    }
  }
  let sink = -1;
  for (let i = 0; i < cells; i++) {
    if (excess[i] < -tiny && (sink < 0 || distance[i] < distance[sink])) sink = i;
  }
  if (sink < 0 || !Number.isFinite(distance[sink])) return null;
  const edges: Edge[] = [];
  let cell = sink;
  for (let edge = arrival[cell]; edge != null; edge = arrival[cell]) {
    edges.push(edge);
    cell = edge.cell;
  }
  return { source: cell, sink, edges: edges.reverse() };
}
