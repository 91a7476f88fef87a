/**
 * Marks on tracks. Runs are told apart by shape and fill, never by colour: the one accent is kept for what needs
 * attention.
 */
import { html, type Markup } from '../markup.ts';

/** Two decimals are enough for positions. */
export const round = (value: number): number => Math.round(value * 100) / 100;

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

/**
 * One row of the chart of classes: a dot a run, joined by a line.
 * @param series of each value
 */
export function classTrack(values: readonly (number | null)[], series: readonly number[]): Markup {
  const present = values.filter((value) => value !== null);
  const [from, to] = [Math.min(...present), Math.max(...present)];
  const join =
    present.length < 2
      ? null
      : html`<i class="whisker" style="left:${place(from, [0, 1])}%;width:${round((to - from) * 100)}%"></i>`;
  const dots = values.map((value, i) =>
    value === null ? null : html`<i class="mark m${series[i] % 8}" style="left:${place(value, [0, 1])}%"></i>`,
  );
  return html`<span class="track" aria-hidden="true"><span class="lane">${join}${dots}</span></span>`;
}
