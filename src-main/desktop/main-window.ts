/** The one window: remembers its place, comes back where it is asked for, and hears nothing before it listens. */
import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import { WINDOW_URL } from './origin.ts';
import { placeWindow, SMALLEST, type WindowPlace } from './window-place.ts';

/** `--surface-0` of the window's styles: no white flash before its first picture. */
const BACKGROUND = { light: '#f3f2f0', dark: '#191817' } as const;
/** Moving a window makes many events a second. */
const SETTLED_MS = 500;
/** A page that crashes again at once is left alone. */
const RELOAD_MS = 10_000;

export interface MainWindowOptions {
  readonly preload: string;
  /** File of a picture. */
  readonly icon: string;
  readonly development: boolean;
  readonly place: { readonly value: WindowPlace | null; set(place: WindowPlace): void };
  readonly log: (text: string) => void;
}

export class MainWindow {
  readonly #options: MainWindowOptions;
  #window: BrowserWindow | null = null;
  #listening = false;
  #waiting: (() => void)[] = [];
  #reloaded = 0;

  constructor(options: MainWindowOptions) {
    this.#options = options;
  }

  /** Null also in the moment in which it is destroyed and its `closed` is not heard yet. */
  get window(): BrowserWindow | null {
    return this.#window?.isDestroyed() === true ? null : this.#window;
  }

  get contents(): readonly WebContents[] {
    const { window } = this;
    return window === null ? [] : [window.webContents];
  }

  get focused(): boolean {
    return this.window?.isFocused() ?? false;
  }

  /** Opens the window, or brings it to the front. */
  show(): void {
    const { window } = this;
    if (window === null) {
      this.#open();
      return;
    }
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
  }

  /** Shows the window and acts once it listens to events. */
  tell(action: () => void): void {
    this.show();
    if (this.#listening) action();
    else this.#waiting.push(action);
  }

  /** The page has asked for the state: from now on it hears what happens. */
  listens(): void {
    this.#listening = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const action of waiting) action();
  }

  close(): void {
    this.window?.close();
  }

  #open(): void {
    const { preload, icon, development, place } = this.#options;
    const main = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
    const { bounds, maximized } = placeWindow(place.value, [main.workArea, ...others.map(({ workArea }) => workArea)]);
    const window = new BrowserWindow({
      ...bounds,
      minWidth: SMALLEST.width,
      minHeight: SMALLEST.height,
      show: false,
      title: 'Steadygaze',
      backgroundColor: backgroundColor(),
      ...(process.platform === 'linux' ? { icon } : {}),
      webPreferences: {
        preload,
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        spellcheck: false,
        devTools: development,
      },
    });
    this.#window = window;
    this.#listening = false;
    if (maximized) window.maximize();
    window.once('ready-to-show', () => window.show());
    this.#remember(window);
    this.#follow(window);
    window
      .loadURL(WINDOW_URL)
      .catch((error: unknown) => this.#options.log(`The window could not be loaded: ${String(error)}`));
  }

  #remember(window: BrowserWindow): void {
    const keep = () => {
      if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
      this.#options.place.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    };
    let timer: NodeJS.Timeout | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(keep, SETTLED_MS);
    };
    window.on('resize', soon);
    window.on('move', soon);
    window.on('maximize', soon);
    window.on('unmaximize', soon);
    window.on('close', () => {
      clearTimeout(timer);
      keep();
    });
  }

  #follow(window: BrowserWindow): void {
    const repaint = () => window.setBackgroundColor(backgroundColor());
    nativeTheme.on('updated', repaint);
    window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      // Going from view to view is a navigation too, within the page that listens.
      if (isMainFrame && !isSameDocument) this.#listening = false;
    });
    window.webContents.on('render-process-gone', (_, { reason, exitCode }) => {
      this.#options.log(`The window's process ended (${reason}, code ${exitCode}).`);
      if (reason === 'clean-exit' || Date.now() - this.#reloaded < RELOAD_MS) return;
      this.#reloaded = Date.now();
      // Everything of value is in the service: the page asks for it again.
      window.webContents.reload();
    });
    window.once('closed', () => {
      nativeTheme.off('updated', repaint);
      // Another one was asked for in between.
      if (this.#window !== window) return;
      this.#window = null;
      this.#listening = false;
      this.#waiting = [];
    });
  }
}

function backgroundColor(): string {
  return nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light;
}
