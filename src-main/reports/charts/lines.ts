/** Lines over a common axis, as inline SVG. */
import { html, type Markup } from '../markup.ts';
import { round } from './marks.ts';

export interface Line {
  readonly series: number;
  readonly label: string;
  readonly points: readonly {
    readonly x: number;
    readonly y: number;
    /** 95% interval, drawn as a whisker. */
    readonly low?: number;
    readonly high?: number;
  }[];
  /** Drawn thin and dotted: something to compare with. */
  readonly faint?: boolean;
}

export interface LineChart {
  /** Read out in place of the drawing, with the ends of the lines. */
  readonly title: string;
  readonly lines: readonly Line[];
  readonly x: {
    readonly from: number;
    readonly to: number;
    readonly ticks: readonly { readonly at: number; readonly text: string }[];
    readonly label: string;
  };
  /** From 0 to `top`. */
  readonly y: { readonly top: number; readonly format: (value: number) => string };
  /** Upright lines with a word. */
  readonly uprights?: readonly { readonly series: number; readonly at: number; readonly text: string }[];
  /** Level lines with a word. */
  readonly levels?: readonly { readonly at: number; readonly text: string }[];
  /** Marks at the points. */
  readonly dots?: boolean;
  /** Two or three of them stand side by side. */
  readonly size?: 'wide' | 'small';
}

const SIZES = {
  wide: { width: 520, height: 230, left: 44, right: 14, top: 14, bottom: 36 },
  small: { width: 300, height: 190, left: 38, right: 10, top: 10, bottom: 36 },
};

export function lineChart(chart: LineChart): Markup {
  const { width, height, left, right, top: margin, bottom } = SIZES[chart.size ?? 'wide'];
  const { from, to, ticks, label } = chart.x;
  const { top, format } = chart.y;
  const x = (at: number): number => round(left + ((at - from) / Math.max(1e-9, to - from)) * (width - left - right));
  const y = (value: number): number =>
    round(margin + (1 - Math.min(top, Math.max(0, value)) / top) * (height - margin - bottom));
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
  const below = ticks.map(
    ({ at, text }) =>
      html`<text
        class="label"
        x="${x(at)}"
        y="${height - 20}"
        text-anchor="${at === from && ticks.length < 3 ? 'start' : at === to && ticks.length < 3 ? 'end' : 'middle'}"
        >${text}</text
      >`,
  );
  const levels = (chart.levels ?? []).map(
    ({ at, text }) =>
      html`<line class="level" x1="${left}" x2="${width - right}" y1="${y(at)}" y2="${y(at)}" /><text
          class="label"
          x="${width - right}"
          y="${y(at) - 4}"
          text-anchor="end"
          >${text}</text
        >`,
  );
  const uprights = (chart.uprights ?? []).map(
    ({ series, at, text }, i) =>
      html`<line class="upright c${series % 8}" x1="${x(at)}" x2="${x(at)}" y1="${y(top)}" y2="${y(0)}" /><text
          class="label"
          x="${x(at) + 4}"
          y="${y(top) + 9 + 12 * i}"
          >${text}</text
        >`,
  );
  const lines = chart.lines.map((line) => {
    const drawn = line.points.filter((point) => Number.isFinite(point.y));
    const whiskers = drawn.map(({ x: at, low, high }) =>
      low === undefined || high === undefined
        ? null
        : html`<line class="range" x1="${x(at)}" x2="${x(at)}" y1="${y(low)}" y2="${y(high)}" />`,
    );
    const dots = chart.dots === true ? drawn.map((point) => dot(line.series, x(point.x), y(point.y))) : null;
    const points = drawn.map((point) => `${String(x(point.x))},${String(y(point.y))}`).join(' ');
    return html`${whiskers}<polyline
        class="curve ${line.faint === true ? 'faint' : `c${String(line.series % 8)}`}"
        points="${points}"
      />${dots}`;
  });
  const ends = chart.lines.map(({ label: name, points }) => `${name} ends at ${format(points.at(-1)?.y ?? 0)}`);
  return html`<svg
    class="chart"
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="${chart.title}: ${ends.join(', ')}."
  >
    ${grid}${levels}${uprights}${lines}${below}
    <text class="label" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${label}</text>
  </svg>`;
}

/** The shapes of `seriesMark` within a drawing. */
function dot(series: number, x: number, y: number): Markup {
  const filled = series % 2 === 1 ? 'filled' : '';
  if (series % 8 < 2) return html`<circle class="dot ${filled}" cx="${x}" cy="${y}" r="4" />`;
  if (series % 8 < 4) {
    return html`<path
      class="dot ${filled}"
      d="M${x} ${round(y - 5)}L${round(x + 5)} ${y}L${x} ${round(y + 5)}L${round(x - 5)} ${y}Z"
    />`;
  }
  return html`<rect class="dot ${filled}" x="${round(x - 4)}" y="${round(y - 4)}" width="8" height="8" />`;
}

/** A key to a line. */
export const curveKey = (series: number, faint = false): Markup =>
  html`<svg class="key" viewBox="0 0 28 8" aria-hidden="true">
    <line class="curve ${faint ? 'faint' : `c${String(series % 8)}`}" x1="0" x2="28" y1="4" y2="4" />
  </svg>`;

export const percentLabel = (value: number): string => `${String(Math.round(value * 100))}%`;
