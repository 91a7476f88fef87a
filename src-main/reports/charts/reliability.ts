/** How sure a model is beside how often it is right (reliability diagram). */
import type { RecognitionDetails } from '../../contract/evaluation.ts';
import { html, type Markup } from '../markup.ts';
import { count, percent } from '../words.ts';
import { round } from './marks.ts';

const SIDE = 230;
const BOX = { left: 36, top: 8, bottom: 34, counts: 34 };

/** Bars: accuracy in each bin of confidence; the slanted line: what it should be; below: how many answers. */
export function reliabilityDiagram(calibration: RecognitionDetails['calibration'], label: string): Markup {
  const width = BOX.left + SIDE + 8;
  const height = BOX.top + SIDE + BOX.counts + BOX.bottom;
  const bins = calibration.length;
  const x = (share: number): number => round(BOX.left + share * SIDE);
  const y = (share: number): number => round(BOX.top + (1 - share) * SIDE);
  const most = Math.max(1, ...calibration.map((bin) => bin.count));
  const floor = BOX.top + SIDE + BOX.counts;
  const bars = calibration.map((bin, i) => {
    if (bin.count === 0) return null;
    const surer = bin.confidence > bin.accuracy;
    const rise = round((bin.count / most) * (BOX.counts - 6));
    const [from, to] = [Math.min(bin.confidence, bin.accuracy), Math.max(bin.confidence, bin.accuracy)];
    return html`<rect
        class="bar"
        x="${round(x(i / bins) + 1)}"
        y="${y(bin.accuracy)}"
        width="${round(SIDE / bins - 2)}"
        height="${round(y(0) - y(bin.accuracy))}"
      /><rect
        class="gap ${surer ? 'low' : ''}"
        x="${round(x(i / bins) + 1)}"
        y="${y(to)}"
        width="${round(SIDE / bins - 2)}"
        height="${round(y(from) - y(to))}"
      /><rect
        class="bar few"
        x="${round(x(i / bins) + 1)}"
        y="${round(floor - rise)}"
        width="${round(SIDE / bins - 2)}"
        height="${rise}"
      />`;
  });
  const axes = [0, 0.5, 1].map(
    (share) =>
      html`<line
          class="${share === 0 ? 'axis' : 'grid'}"
          x1="${x(0)}"
          x2="${x(1)}"
          y1="${y(share)}"
          y2="${y(share)}"
        /><text class="label" x="${x(0) - 5}" y="${y(share) + 4}" text-anchor="end"
          >${percent(share).replace('.0', '')}</text
        ><text
          class="label"
          x="${x(share)}"
          y="${floor + 13}"
          text-anchor="${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}"
          >${percent(share).replace('.0', '')}</text
        >`,
  );
  const described = calibration
    .filter((bin) => bin.count > 0)
    .map((bin) => `${percent(bin.confidence)} sure, ${percent(bin.accuracy)} right (${count(bin.count)})`);
  return html`<svg
    class="chart square"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${label}: ${described.join('; ')}."
  >
    ${axes}${bars}
    <line class="ideal" x1="${x(0)}" x2="${x(1)}" y1="${y(0)}" y2="${y(1)}" />
    <line class="axis" x1="${x(0)}" x2="${x(1)}" y1="${floor}" y2="${floor}" />
    <text class="label" x="${(x(0) + x(1)) / 2}" y="${height - 4}" text-anchor="middle">how sure it is</text>
  </svg>`;
}
