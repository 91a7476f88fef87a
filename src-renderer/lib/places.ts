/** The address of a view within the window: `#inspect?run=a1&row=7`. Kept in the page's address, so that going back works. */
import { VIEWS, type View } from '../../src-main/contract/preferences.ts';

/** `start`: choosing what to work on, also while a study is open. */
export type Place = View | 'start';

export interface Address {
  readonly view: Place;
  readonly params: Readonly<Record<string, string>>;
}

/** @returns null for anything that is no address of ours, an empty one included */
export function parseAddress(hash: string): Address | null {
  const [name = '', query = ''] = hash.replace(/^#/, '').split('?');
  const view = name === 'start' ? name : VIEWS.find((each) => each === name);
  return view === undefined ? null : { view, params: Object.fromEntries(new URLSearchParams(query)) };
}

export function formatAddress({ view, params }: Address): string {
  const query = new URLSearchParams(params).toString();
  return `#${view}${query === '' ? '' : `?${query}`}`;
}
