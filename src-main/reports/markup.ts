/**
 * HTML and SVG without a way to forget escaping: everything put into an `html` template is escaped,
 * unless it is itself the result of an `html` template.
 */
import type { Rich } from './words.ts';

const CONTENT = Symbol('markup');

export interface Markup {
  readonly [CONTENT]: string;
}

type Part = string | number | Markup | null | readonly Part[];

/** Escapes text for element content and for quoted attributes. */
function escapeText(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // Control characters are not allowed in HTML; a file name may hold them all the same.
      // eslint-disable-next-line no-control-regex
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g, '\ufffd')
      // Overrides of the writing direction could reorder the text around a name.
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
      .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
  );
}

function render(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  if (isMarkup(part)) return part[CONTENT];
  return part.map(render).join('');
}

const isMarkup = (part: Markup | readonly Part[]): part is Markup => CONTENT in part;

/** A template of HTML or SVG; null prints nothing, lists print one after the other. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return { [CONTENT]: strings.map((text, i) => text + (i < parts.length ? render(parts[i]) : '')).join('') };
}

/** Text that is markup already: only for style sheets and scripts of this folder. */
export const trusted = (markup: string): Markup => ({ [CONTENT]: markup });

export const toText = (markup: Markup): string => markup[CONTENT];

/** A name from the user's data: isolated, so that right-to-left names do not reorder their surroundings. */
export const nameMarkup = (name: string): Markup => html`<bdi>${name}</bdi>`;

/** A sentence whose names are set off. */
export const richMarkup = (rich: Rich): Markup[] =>
  rich.map((part) => (typeof part === 'string' ? html`${part}` : html`<em>${nameMarkup(part.name)}</em>`));
