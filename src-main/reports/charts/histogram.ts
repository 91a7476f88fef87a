/** Histograms of E. All histograms of a section share both axes. */
import { html, type Markup } from '../markup.ts';
import { count, percent, unit } from '../words.ts';
import { round } from './marks.ts';

export interface Histogram {
  /** Counts in equal bins over [0,1]. */
  readonly counts: readonly number[];
  readonly pictures: number;
  readonly mean: number;
  readonly median: number;
  readonly belowHalf: number;
}

/** Share of the pictures in the fullest bin of all: the common height. */
export function highestBin(histograms: readonly Pick<Histogram, 'counts' | 'pictures'>[]): number {
  const shares = histograms.flatMap(({ counts, pictures }) => counts.map((n) => n / Math.max(1, pictures)));
  return Math.max(0.05, ...shares);
}

const HIST = { width: 240, height: 118, left: 30, right: 6, top: 8, bottom: 20 };

/** @param top share of pictures at the upper end of the axis */
export function consistencyHistogram({ counts, pictures, mean, median, belowHalf }: Histogram, top: number): Markup {
  const { width, height, left, right, top: margin, bottom } = HIST;
  const inner = { w: width - left - right, h: height - margin - bottom };
  const x = (e: number): number => round(left + e * inner.w);
  const y = (share: number): number => round(margin + (1 - share / top) * inner.h);
  const bins = counts.length;
  const bars = counts.map((n, i) => {
    const share = n / Math.max(1, pictures);
    const low = i / bins < 0.5 ? 'low' : '';
    return html`<rect
      class="bar ${low}"
      x="${round(x(i / bins) + 0.5)}"
      y="${y(share)}"
      width="${round(inner.w / bins - 1)}"
      height="${round(y(0) - y(share))}"
    />`;
  });
  const ticks = [0, 0.5, 1].map(
    (e) =>
      html`<text
        class="label"
        x="${x(e)}"
        y="${height - 5}"
        text-anchor="${e === 0 ? 'start' : e === 1 ? 'end' : 'middle'}"
        >${String(e)}</text
      >`,
  );
  const label = `Histogram of E for ${count(pictures)} pictures: mean ${unit(mean)}, median ${unit(median)}, ${percent(belowHalf)} below 0.5.`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    <line class="grid" x1="${left}" x2="${width - right}" y1="${y(top)}" y2="${y(top)}" />
    <line class="axis" x1="${left}" x2="${width - right}" y1="${y(0)}" y2="${y(0)}" />
    <text class="label" x="${left - 4}" y="${y(top) + 4}" text-anchor="end">${String(Math.round(top * 100))}%</text>
    <text class="label" x="${left - 4}" y="${y(0)}" text-anchor="end">0</text>
    ${bars}
    <line class="mean" x1="${x(mean)}" x2="${x(mean)}" y1="${y(top)}" y2="${y(0)}" />
    ${ticks}
  </svg>`;
}
