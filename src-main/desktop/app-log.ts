/** The app's own log: a file that a person can send with a report of a problem. It is sent nowhere by itself. */
import log from 'electron-log/main.js';
import { join } from 'node:path';

export type Level = 'info' | 'warn' | 'error';

/** @param development whether the log is also said on the terminal */
export function openLog(folder: string, development: boolean): (level: Level, text: string) => void {
  log.transports.file.resolvePathFn = () => join(folder, 'steadygaze.log');
  log.transports.file.maxSize = 2 * 1024 * 1024;
  log.transports.console.level = development ? 'info' : false;
  log.errorHandler.startCatching({ showDialog: false });
  return (level, text) => log[level](text);
}
