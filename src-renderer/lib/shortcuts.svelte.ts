import { untrack } from 'svelte';
import { isShortcut, isWriting } from './keyboard.ts';

/** A key of the window. */
export interface WindowShortcut {
  /** As lib/keyboard reads it: `Mod+1`, `?`, `Shift+ArrowDown`. Several mean the same. */
  readonly keys: readonly string[];
  /** What it does: "Go to Train". */
  readonly label: string;
  /** Heading in the overview: "Everywhere", "Pictures". */
  readonly group: string;
  readonly run: (event: KeyboardEvent) => void;
  /** Also while a dialog is open. */
  readonly inDialogs?: boolean;
  /** Also while the person writes. Default: only with Mod. */
  readonly whileWriting?: boolean;
}

/** All keys that work at this moment; later ones go first. */
class Shortcuts {
  list = $state.raw<readonly WindowShortcut[]>([]);

  /** @returns a function that takes them away, fit for an effect */
  add(added: readonly WindowShortcut[]): () => void {
    // An effect that adds keys must not run again because the list changed.
    this.list = [...untrack(() => this.list), ...added];
    return () => (this.list = this.list.filter((each) => !added.includes(each)));
  }

  /** For the window's one listener. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    const writing = isWriting(event.target);
    const inDialog = document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
    const meant = this.list.findLast(
      ({ keys, inDialogs = false, whileWriting }) =>
        (!inDialog || inDialogs) &&
        keys.some((key) => isShortcut(event, key) && (!writing || (whileWriting ?? key.startsWith('Mod+')))),
    );
    if (!meant) return;
    event.preventDefault();
    meant.run(event);
  }
}

/** The one registry of keys: the overview on `?` lists it. */
export const shortcuts = new Shortcuts();
