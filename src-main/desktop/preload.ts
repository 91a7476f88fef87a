/**
 * The one door of the sandboxed window. What it offers is {@link Bridge}, as values and functions of its own: neither
 * Electron nor Node can be reached through it.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { AppEvent } from '../contract/app-events.ts';
import type { Result } from '../contract/operation.ts';
import { EVENT, INVOKE, type Bridge } from './bridge-contract.ts';

const bridge: Bridge = {
  // As text: what is said here is then what browser mode says, and its length is known before it is read.
  invoke: (name, input) => ipcRenderer.invoke(INVOKE, name, JSON.stringify(input)) as Promise<Result<unknown>>,
  onEvent(listener) {
    const hear = (_: unknown, event: AppEvent) => listener(event);
    ipcRenderer.on(EVENT, hear);
    return () => void ipcRenderer.removeListener(EVENT, hear);
  },
  pathOf: (file) => webUtils.getPathForFile(file),
};

contextBridge.exposeInMainWorld('steadygaze', bridge);
