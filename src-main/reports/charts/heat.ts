/** Cells of tables that are darker where their number is larger. The number stays readable on all of them. */
import { html, type Markup } from '../markup.ts';
import { round } from './marks.ts';

/** Above this share of colour, text in both schemes would fall below a contrast of 4.5 to 1. */
const DARKEST = 45;

/**
 * @param depth 0..1
 * @param tone  `amber` for what needs attention
 * @param sort  what the column is sorted by
 */
export function heatCell(
  content: Markup | string,
  depth: number,
  {
    tone = 'mark',
    sort,
    mark = '',
  }: { readonly tone?: 'mark' | 'amber'; readonly sort?: number; readonly mark?: string } = {},
): Markup {
  const share = round(Math.min(1, Math.max(0, depth)) * DARKEST);
  const colour = tone === 'amber' ? 'var(--amber-mark)' : 'var(--mark)';
  return html`<td
    class="heat ${mark}"
    data-v="${sort === undefined ? '' : String(sort)}"
    style="background:color-mix(in srgb,${colour} ${share}%,transparent)"
  >
    ${content}
  </td>`;
}
