/** Light, dark, or as the system says. */
export type ThemeChoice = 'system' | 'light' | 'dark';

/** Also read by public/theme-before-paint.js. */
const KEY = 'steadygaze.theme';

/** The theme the person chose, and the one that is shown. */
class Theme {
  #choice = $state<ThemeChoice>(remembered());
  #systemDark = $state(false);

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    this.#systemDark = system.matches;
    system.addEventListener('change', (event) => (this.#systemDark = event.matches));
    this.#apply();
  }

  /** What was chosen. */
  get choice(): ThemeChoice {
    return this.#choice;
  }

  set choice(choice: ThemeChoice) {
    this.#choice = choice;
    this.#apply();
    if (choice === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  }

  /** What is shown: reading it in an effect redraws a canvas when the theme changes. */
  get shown(): 'light' | 'dark' {
    if (this.#choice !== 'system') return this.#choice;
    return this.#systemDark ? 'dark' : 'light';
  }

  #apply(): void {
    if (this.#choice === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = this.#choice;
  }
}

function remembered(): ThemeChoice {
  const chosen = localStorage.getItem(KEY);
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
}

/** The one theme of the window. */
export const theme = new Theme();

/**
 * A colour token as the browser resolves it now, for canvases, which know no custom properties.
 * @param token name of the custom property, e.g. `--series-2`
 */
export function tokenColour(element: HTMLElement, token: string): string {
  const before = element.style.color;
  element.style.color = `var(${token})`;
  const colour = getComputedStyle(element).color;
  element.style.color = before;
  return colour;
}
