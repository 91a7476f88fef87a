/**
 * Charts as inline SVG and positioned marks. Runs are told apart by shape and fill, never by colour:
 * the one accent is kept for what needs attention.
 */
import type { RoundSummary } from '../contract/run.ts';
import { html, type Markup } from './markup.ts';
import { count, percent, unit } from './words.ts';

const round = (value: number): number => Math.round(value * 100) / 100;

/** The mark of run `index` in legends and on tracks (eight differ). */
export const seriesMark = (index: number): Markup => html`<i class="mark m${index % 8}" aria-hidden="true"></i>`;

/** Position of a value on a track, in percent of its width. */
function place(value: number, [from, to]: readonly [number, number]): number {
  return round(Math.min(100, Math.max(0, ((value - from) / (to - from)) * 100)));
}

export interface TrackMark {
  readonly series: number;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** Value of a trivial method to compare with, drawn as a tick. */
  readonly reference: number | null;
}

/** Dots with their intervals on one scale, a line a run. The numbers stand beside it as text. */
export function intervalTrack(marks: readonly TrackMark[], domain: readonly [number, number]): Markup {
  const zero = domain[0] < 0 ? html`<i class="zero" style="left:${place(0, domain)}%"></i>` : null;
  const lines = marks.map(({ series, value, low, high, reference }) => {
    const whisker =
      low === null || high === null
        ? null
        : html`<i
            class="whisker"
            style="left:${place(low, domain)}%;width:${round(place(high, domain) - place(low, domain))}%"
          ></i>`;
    const tick = reference === null ? null : html`<i class="tick" style="left:${place(reference, domain)}%"></i>`;
    return html`<span class="lane"
      >${tick}${whisker}<i class="mark m${series % 8}" style="left:${place(value, domain)}%"></i
    ></span>`;
  });
  return html`<span class="track" aria-hidden="true">${zero}${lines}</span>`;
}

/** One row of the chart of classes: a dot a run, joined by a line. */
export function classTrack(values: readonly (number | null)[]): Markup {
  const present = values.filter((value) => value !== null);
  const [from, to] = [Math.min(...present), Math.max(...present)];
  const join =
    present.length < 2
      ? null
      : html`<i class="whisker" style="left:${place(from, [0, 1])}%;width:${round((to - from) * 100)}%"></i>`;
  const dots = values.map((value, series) =>
    value === null ? null : html`<i class="mark m${series % 8}" style="left:${place(value, [0, 1])}%"></i>`,
  );
  return html`<span class="track" aria-hidden="true"><span class="lane">${join}${dots}</span></span>`;
}

/** Share of the pictures in the fullest bin of all rounds: the common height of the histograms. */
export function highestBin(rounds: readonly RoundSummary[]): number {
  const shares = rounds.flatMap((r) => r.eHistogram.map((n) => n / Math.max(1, r.samples)));
  return Math.max(0.05, ...shares);
}

const HIST = { width: 240, height: 118, left: 30, right: 6, top: 8, bottom: 20 };

/**
 * Histogram of E of one assessment. All histograms of a report share both axes.
 * @param top share of pictures at the upper end of the axis
 */
export function consistencyHistogram(summary: RoundSummary, top: number): Markup {
  const { width, height, left, right, top: margin, bottom } = HIST;
  const inner = { w: width - left - right, h: height - margin - bottom };
  const x = (e: number): number => round(left + e * inner.w);
  const y = (share: number): number => round(margin + (1 - share / top) * inner.h);
  const bins = summary.eHistogram.length;
  const bars = summary.eHistogram.map((n, i) => {
    const share = n / Math.max(1, summary.samples);
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
  const label = `Histogram of E for ${count(summary.samples)} pictures: mean ${unit(summary.eMean)}, median ${unit(summary.eMedian)}, ${percent(summary.eBelowHalf)} below 0.5.`;
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    <line class="grid" x1="${left}" x2="${width - right}" y1="${y(top)}" y2="${y(top)}" />
    <line class="axis" x1="${left}" x2="${width - right}" y1="${y(0)}" y2="${y(0)}" />
    <text class="label" x="${left - 4}" y="${y(top) + 4}" text-anchor="end">${shareLabel(top)}</text>
    <text class="label" x="${left - 4}" y="${y(0)}" text-anchor="end">0</text>
    ${bars}
    <line class="mean" x1="${x(summary.eMean)}" x2="${x(summary.eMean)}" y1="${y(top)}" y2="${y(0)}" />
    ${ticks}
  </svg>`;
}

const shareLabel = (share: number): string => `${String(Math.round(share * 100))}%`;

export interface Curve {
  readonly series: number;
  readonly label: string;
  readonly values: readonly number[];
}

const CURVE = { width: 520, height: 220, left: 44, right: 14, top: 12, bottom: 34 };

/** Curves over epochs. `format` writes the labels of the vertical axis, which starts at 0. */
export function epochCurves(
  curves: readonly Curve[],
  title: string,
  top: number,
  format: (value: number) => string,
): Markup {
  const { width, height, left, right, top: margin, bottom } = CURVE;
  const longest = Math.max(2, ...curves.map((curve) => curve.values.length));
  const x = (i: number): number => round(left + (i / (longest - 1)) * (width - left - right));
  const y = (v: number): number => round(margin + (1 - Math.min(v, top) / top) * (height - margin - bottom));
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      html`<line
          class="${share === 0 ? 'axis' : 'grid'}"
          x1="${left}"
          x2="${width - right}"
          y1="${y(share * top)}"
          y2="${y(share * top)}"
        /><text class="label" x="${left - 6}" y="${y(share * top) + 4}" text-anchor="end"
          >${format(share * top)}</text
        >`,
  );
  const lines = curves.map(
    ({ series, values }) =>
      html`<polyline
        class="curve c${series % 8}"
        points="${values.map((v, i) => (Number.isFinite(v) ? `${String(x(i))},${String(y(v))}` : '')).join(' ')}"
      />`,
  );
  const ends = curves.map(({ label, values }) => `${label} ends at ${format(values.at(-1) ?? 0)}`).join(', ');
  return html`<svg
    class="chart"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${title} over ${longest} epochs: ${ends}."
  >
    ${grid}${lines}
    <text class="label" x="${left}" y="${height - 16}">1</text>
    <text class="label" x="${width - right}" y="${height - 16}" text-anchor="end">${longest}</text>
    <text class="label" x="${(left + width - right) / 2}" y="${height - 3}" text-anchor="middle">epoch</text>
  </svg>`;
}

/** A key to a line of {@link epochCurves}. */
export const curveKey = (series: number): Markup =>
  html`<svg class="key" viewBox="0 0 28 8" aria-hidden="true">
    <line class="curve c${series % 8}" x1="0" x2="28" y1="4" y2="4" />
  </svg>`;
