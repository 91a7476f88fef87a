/** Single pictures that a model can learn little from: far from square, or of one colour. */
import type { Inspected } from '../build-dataset.ts';
import type { Problem, Sample } from '../dataset.ts';
import { contrastOf } from '../pictures/picture-look.ts';

/** Beyond this a side that should have 64 pixels has 16 that are worth anything. */
const EXTREME_ASPECT = 4;
/** Standard deviation of each channel, in levels of 255: about what noise of a sensor does to an even wall. */
const CONSTANT = 2;

export function findOddPictures(samples: readonly Sample[], pictures: readonly Inspected[]): Problem[] {
  const problems: Problem[] = [];
  samples.forEach(({ id, width, height }, i) => {
    const aspect = Math.max(width, height) / Math.min(width, height);
    if (aspect > EXTREME_ASPECT) {
      const [times, how] = [aspect.toFixed(aspect < 10 ? 1 : 0), width > height ? 'wide as high' : 'high as wide'];
      const reason = `${width} x ${height} pixels: ${times} times as ${how}.`;
      problems.push({ file: id, kind: 'extreme-aspect', reason });
    }
    const look = pictures[i]?.facts.look ?? null;
    if (look === null) return;
    const contrast = contrastOf(look);
    if (contrast < CONSTANT) {
      const reason = `Seen from afar, its pixels differ by ${contrast.toFixed(1)} of 255 levels: it is of one colour.`;
      problems.push({ file: id, kind: 'nearly-constant', reason });
    }
  });
  return problems;
}
