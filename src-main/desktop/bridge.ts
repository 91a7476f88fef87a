/** The service's side of the preload script: hears the window, and nobody else. */
import { ipcMain, type IpcMainInvokeEvent, type WebContents } from 'electron';
import type { Result } from '../contract/operation.ts';
import { EVENT, INVOKE, LONGEST_INPUT } from './bridge-contract.ts';
import { isOfWindow } from './origin.ts';
import type { DesktopService } from './desktop-service.ts';

export interface BridgeOptions {
  /** Those that may speak, and that are told events. */
  readonly windows: () => readonly WebContents[];
  /** A window has been given the state, and hears from now on what becomes of it. */
  readonly onListening: () => void;
}

export function openBridge(service: DesktopService, { windows, onListening }: BridgeOptions): void {
  ipcMain.handle(INVOKE, async (event, name: unknown, input: unknown) => {
    if (!isTrusted(event, windows())) return refused('An unknown sender was refused.');
    const result = await receive(service, name, input);
    // After the answer is on its way.
    if (name === 'app.state') setImmediate(onListening);
    return result;
  });
  service.onEvent((event) => {
    for (const contents of windows()) {
      if (!contents.isDestroyed()) contents.send(EVENT, event);
    }
  });
}

/** Only the top frame of a window of ours, and only while it shows our own page: a report inside it is a stranger. */
function isTrusted({ sender, senderFrame }: IpcMainInvokeEvent, windows: readonly WebContents[]): boolean {
  if (senderFrame === null || !windows.includes(sender)) return false;
  return senderFrame.parent === null && isOfWindow(senderFrame.url);
}

/** @param text JSON, from outside */
async function receive(service: DesktopService, name: unknown, text: unknown): Promise<Result<unknown>> {
  if (typeof name !== 'string' || (typeof text !== 'string' && text !== undefined)) return refused('No such question.');
  if (text !== undefined && text.length > LONGEST_INPUT)
    return refused('This is too much at once.', 'Choose fewer pictures.');
  let input: unknown;
  try {
    input = text === undefined ? undefined : JSON.parse(text);
  } catch {
    return refused('The question could not be read.');
  }
  return service.invoke(name, input);
}

function refused(message: string, hint = ''): Result<unknown> {
  return { ok: false, error: { code: 'refused', message, hint } };
}
