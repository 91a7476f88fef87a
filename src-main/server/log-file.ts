/** The log of browser mode: a file that stays small, for nobody looks at a terminal's history. */
import { join } from 'node:path';
import log from 'electron-log/node.js';

export type Level = 'info' | 'warn' | 'error';
export type Log = (level: Level, text: string) => void;

/** Bytes; one older file of the same size is kept. */
const MOST = 1024 * 1024;
/** Lines of the level `warn` a minute: somebody who knocks without end must not fill the disk, or hide other lines. */
const WARNINGS = 60;

/** @param dataFolder absolute; the file is `logs/browser-mode.log` in it */
export function openLog(dataFolder: string): Log {
  const file = log.create({ logId: `browser-mode-${process.pid}` });
  file.transports.console.level = false;
  file.transports.file.level = 'info';
  file.transports.file.maxSize = MOST;
  file.transports.file.resolvePathFn = () => join(dataFolder, 'logs', 'browser-mode.log');
  let minute = 0;
  let warnings = 0;
  return (level, text) => {
    const now = Math.floor(Date.now() / 60_000);
    if (now !== minute) [minute, warnings] = [now, 0];
    if (level === 'warn' && ++warnings > WARNINGS) return;
    file[level](text);
  };
}
