/** Drawing in turns: a grid that scrolls fast must not draw a screen full of heatmaps before it can move again. */

/** Time for drawing in each frame, in ms: half of a frame at 60 Hz is left for everything else. */
const BUDGET_MS = 6;

const waiting = new Set<() => void>();
let asked = false;

/**
 * Draws as soon as there is time for it, in the order asked, at the earliest in the next frame.
 * @returns takes it back, for what has left the window before its turn
 */
export function drawInTurn(draw: () => void): () => void {
  waiting.add(draw);
  ask();
  return () => waiting.delete(draw);
}

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    const end = performance.now() + BUDGET_MS;
    for (const draw of waiting) {
      waiting.delete(draw);
      draw();
      if (performance.now() > end) break;
    }
    if (waiting.size > 0) ask();
  });
}
