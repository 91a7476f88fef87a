/** True while the person writes: single-letter shortcuts must keep out of the way. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type);
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ' ': 'Space',
  Escape: 'Esc',
  Enter: '↵',
  Mod: 'Ctrl',
};

/** What is printed on the key: `ArrowLeft` is "←", `Mod` is "Ctrl" or, on a Mac, "⌘". */
export function keyName(key: string, mac = isMac()): string {
  if (key === 'Mod' && mac) return '⌘';
  return NAMES[key] ?? (key.length === 1 ? key.toUpperCase() : key);
}

function isMac(): boolean {
  return typeof navigator !== 'undefined' && navigator.userAgent.includes('Macintosh');
}

/** Whether an event is this shortcut: `Mod+S`, `Shift+ArrowDown`, `f`, ` `. */
export function isShortcut(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.at(-1) ?? '';
  const mod = isMac() ? event.metaKey : event.ctrlKey;
  return (
    event.key.toLowerCase() === key.toLowerCase() &&
    mod === parts.includes('Mod') &&
    event.altKey === parts.includes('Alt') &&
    (event.shiftKey === parts.includes('Shift') || key === '?')
  );
}
