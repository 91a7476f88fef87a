/**
 * Templates of a part (Zhang, Wu, Zhu, "Interpretable Convolutional Neural Networks", CVPR 2018, section 3.1): what a
 * filter's map should look like when the filter stands for one part of an object, which is seen at one place mu or not
 * at all. For maps of n x n values
 *
 *   T_mu[i,j] = tau * max(1 - beta * |[i,j] - mu|_1 / n, -1),  T^-[i,j] = -tau,  tau = 0.5 / n^2, beta = 4.
 *
 * Maps of h x w values have n = sqrt(h * w): a part is as many cells high as it is wide.
 */

/** How fast a template falls off; the paper's. */
const BETA = 4;

/** tau, of maps of so many values. */
export function templateSize(area: number): number {
  return 0.5 / area;
}

/** beta / n, of maps of so many values: what a template of height 1 loses with every step away from its peak. */
export function templateSlope(area: number): number {
  return BETA / Math.sqrt(area);
}

/**
 * What the mask of a part is at its peak, of maps of so many values: n. See part-mask.ts.
 */
export function maskHeight(area: number): number {
  return Math.sqrt(area);
}

/**
 * All templates divided by tau, row by row: those with their peak at each place, row by row of the map, and last the
 * negative one.
 * @returns [height*width + 1, height*width], values in [-1,1]
 */
export function partTemplates(height: number, width: number): Float32Array {
  const area = height * width;
  const slope = templateSlope(area);
  const templates = new Float32Array((area + 1) * area).fill(-1);
  for (let peak = 0; peak < area; peak++) {
    const [row, column] = [Math.floor(peak / width), peak % width];
    for (let place = 0; place < area; place++) {
      const steps = Math.abs(Math.floor(place / width) - row) + Math.abs((place % width) - column);
      templates[peak * area + place] = Math.max(1 - slope * steps, -1);
    }
  }
  return templates;
}
