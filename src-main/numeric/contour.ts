/**
 * Area enclosed by the outer contour of a connected component: the polygon through the centres of its border
 * pixels, as OpenCV's `findContours` (Suzuki and Abe 1985, 8-connectivity) and `contourArea` give it. Holes count as
 * filled; lines and single pixels have area 0.
 */

/**
 * @param level     [rows * stride] pixels; a pixel belongs to a component where its value is above `threshold`.
 *                  The outermost rows and columns must be background, so that no neighbour is outside the array.
 * @param threshold the component is 8-connected among the pixels above it
 * @param start     position of the component's first pixel in reading order
 */
export function outerContourArea(level: Uint8Array, stride: number, threshold: number, start: number): number {
  // Clockwise on the screen (y points down), beginning in the west.
  const offset = [-1, -stride - 1, -stride, -stride + 1, 1, stride + 1, stride, stride - 1];
  // Everything before the first pixel in reading order is background: only east to south-west can be set.
  let direction = 4;
  while (direction < 8 && level[start + offset[direction]] <= threshold) direction += 1;
  if (direction === 8) return 0;

  const second = start + offset[direction];
  let twice = 0;
  let here = start;
  let x = 0;
  let y = 0;
  for (;;) {
    twice += x * DY[direction] - y * DX[direction];
    x += DX[direction];
    y += DY[direction];
    here += offset[direction];
    // From the pixel we came from, turn clockwise until the next border pixel.
    direction = (direction + 5) & 7;
    while (level[here + offset[direction]] <= threshold) direction = (direction + 1) & 7;
    if (here === start && here + offset[direction] === second) break;
  }
  return Math.abs(twice) / 2;
}

const DX = [-1, -1, 0, 1, 1, 1, 0, -1];
const DY = [0, -1, -1, -1, 0, 1, 1, 1];
