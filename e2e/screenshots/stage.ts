/** Browser mode on folders of its own, with one window of it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Browser, Page } from '@playwright/test';
import { makePlaces, removePlaces, startServer, type Places } from '../support/shell.ts';
import { SIZES } from './camera.ts';

export interface Stage {
  readonly page: Page;
  readonly places: Places;
  readonly server: ChildProcess;
}

/** Starts it, plays, and takes everything away. */
export async function onStage(browser: Browser, play: (stage: Stage) => Promise<void>): Promise<void> {
  const places = await makePlaces();
  const { server, url } = await startServer(places);
  const context = await browser.newContext({ viewport: SIZES[0], colorScheme: 'light' });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(url);
    await play({ page, places, server });
  } finally {
    await context.close();
    await end(server);
    await removePlaces(places);
  }
}

/** Ends browser mode as Ctrl+C does. */
export async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill('SIGINT');
  const late = setTimeout(() => server.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(late);
}
