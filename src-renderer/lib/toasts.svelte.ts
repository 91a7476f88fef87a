/** A short word at the edge of the window about something that just happened. */
export interface Toast {
  kind: 'error' | 'warning' | 'info' | 'done';
  text: string;
  hint?: string | undefined;
  action?: { label: string; run: () => void } | undefined;
}

/** Long enough to read twenty words and reach the button. */
const SHOWN_MS = 7000;

/** The toasts that are shown now; shown by Toasts. */
class Shown {
  list = $state<(Toast & { id: number })[]>([]);
  #next = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  add(toast: Toast): number {
    const id = this.#next++;
    this.list.push({ ...toast, id });
    // An error stays until it was read.
    if (toast.kind !== 'error') this.#start(id);
    return id;
  }

  remove(id: number): void {
    this.hold(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  /** Stops the clock while the pointer or the focus is on it. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  release(id: number): void {
    const toast = this.list.find((shown) => shown.id === id);
    if (toast && toast.kind !== 'error' && !this.#timers.has(id)) this.#start(id);
  }

  #start(id: number): void {
    this.#timers.set(
      id,
      setTimeout(() => this.remove(id), SHOWN_MS),
    );
  }
}

/** What Toasts shows. */
export const shownToasts = new Shown();

/** Shows a toast. A Toasts must be mounted once in the window. @returns its number, for `shownToasts.remove` */
export function toast(message: Toast): number {
  return shownToasts.add(message);
}
