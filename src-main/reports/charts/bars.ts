/** Horizontal bars with intervals, a line a run, and a dotted line for what guessing reaches. */
import type { Figure } from '../../contract/run.ts';
import { html, type Markup } from '../markup.ts';
import { round } from './marks.ts';

const percentOf = (value: number): number => round(Math.min(1, Math.max(0, value)) * 100);

/** Bars over [0,1]. The numbers stand beside it as text. */
export function barTrack(
  bars: readonly { readonly series: number; readonly figure: Figure }[],
  reference: number | null,
): Markup {
  const lines = bars.map(
    ({ series, figure: { value, low, high } }) =>
      html`<span class="lane"
        ><i class="fill f${series % 8}" style="width:${percentOf(value)}%"></i
        ><i class="whisker" style="left:${percentOf(low)}%;width:${round(percentOf(high) - percentOf(low))}%"></i
      ></span>`,
  );
  const tick = reference === null ? null : html`<i class="tick" style="left:${percentOf(reference)}%"></i>`;
  return html`<span class="track bar-track" aria-hidden="true">${lines}${tick}</span>`;
}
