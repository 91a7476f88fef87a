import { app } from './app.svelte.ts';
import { formatAddress, parseAddress, type Address, type Place } from './places.ts';

/** Which view is shown, and what of it. The page's address is the truth: back and forward work, a reload stays. */
class Navigation {
  #address = $state.raw<Address>(parseAddress(location.hash) ?? { view: 'data', params: {} });

  constructor() {
    addEventListener('hashchange', () => {
      this.#address = parseAddress(location.hash) ?? { view: 'data', params: {} };
    });
  }

  get view(): Place {
    return this.#address.view;
  }

  /** What of the view, e.g. `run`, `round`, `row`; absent keys mean the view's own choice. */
  get params(): Readonly<Record<string, string>> {
    return this.#address.params;
  }

  /** Nothing was asked for by address: the window was opened fresh. */
  get fresh(): boolean {
    return parseAddress(location.hash) === null;
  }

  /** Shows a view. */
  go(view: Place, params: Readonly<Record<string, string>> = {}): void {
    location.hash = formatAddress({ view, params });
    this.#address = { view, params };
    if (view !== 'start' && app.study && app.preferences.lastView !== view) void app.setPreferences({ lastView: view });
  }

  /** Writes where the view stands into the address, without a step to go back to. */
  note(params: Readonly<Record<string, string>>): void {
    const address = { view: this.view, params };
    history.replaceState(history.state, '', formatAddress(address));
    this.#address = address;
  }
}

/** The one navigation of the window. */
export const navigation = new Navigation();
