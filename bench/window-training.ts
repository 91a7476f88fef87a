/** How quickly the window answers while a run is worked on, and what keeps the server's main process busy meanwhile. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from '@playwright/test';
import { gridOf, railLink, reactionTo, until } from './window-actions.ts';
import { ServerTalk, type RoundTrips } from './window-server.ts';
import { quantile } from './window-tasks.ts';

export interface ClickFigures {
  readonly clicks: number;
  /** Milliseconds. */
  readonly median: number;
  readonly worst: number;
}

export interface TrainingFigures {
  readonly steps: ClickFigures;
  readonly tiles: ClickFigures;
  /** From just before the run is started until its network is being trained and everything was clicked. */
  readonly server: RoundTrips;
  /** The same without anything to do. */
  readonly atRest: RoundTrips;
}

const CLICKS = 20;
/** Milliseconds between two clicks: a person looks at what they see. */
const LOOK = 300;
/** Milliseconds for the process to start and to read the pictures. */
const PATIENCE = 300_000;

export async function measureTraining(page: Page): Promise<TrainingFigures> {
  const server = await ServerTalk.of(page);
  try {
    const atRest = await server.during(() => wait(3000));
    const known = (await server.call('app.state', {})).study?.runs.map(({ id }) => id) ?? [];
    let clicked: Pick<TrainingFigures, 'steps' | 'tiles'> | null = null;
    const busy = await server.during(async () => {
      await server.call('train.launch', {
        ...{ preset: 'quick', arms: ['consistency'], seeds: [0], engine: 'auto', applyCorrections: false },
        ...{ settings: {}, estimate: null },
      });
      await untilLaunch(server, 'running');
      clicked = await clickAround(page);
      await server.call('train.stop', {});
      await untilLaunch(server, 'stopped');
    });
    // The study is left as it was.
    for (const { id } of (await server.call('app.state', {})).study?.runs ?? []) {
      if (!known.includes(id)) await server.call('train.deleteRun', { run: id });
    }
    if (clicked === null) throw new Error('Nothing was clicked.');
    return { ...(clicked as Pick<TrainingFigures, 'steps' | 'tiles'>), server: busy, atRest };
  } finally {
    server.close();
  }
}

async function clickAround(page: Page): Promise<Pick<TrainingFigures, 'steps' | 'tiles'>> {
  const steps: number[] = [];
  for (let i = 0; i < CLICKS; i++) {
    const view = ['train', 'inspect', 'data', 'report'][i % 4] ?? 'train';
    steps.push(await reactionTo(page, railLink(page, view), 'view', view));
    await wait(LOOK);
  }
  await railLink(page, 'inspect').click();
  await until(page, 'pictures');
  const tiles: number[] = [];
  for (let i = 0; i < CLICKS; i++) {
    tiles.push(
      await reactionTo(
        page,
        gridOf(page)
          .getByRole('option')
          .nth(i % 6)
          .locator('.words'),
        'opened',
      ),
    );
    await wait(LOOK);
    await page.keyboard.press('Escape');
    await until(page, 'closed');
  }
  return { steps: figuresOf(steps), tiles: figuresOf(tiles) };
}

function figuresOf(clicks: number[]): ClickFigures {
  const sorted = clicks.sort((a, b) => a - b);
  return { clicks: sorted.length, median: quantile(sorted, 0.5), worst: quantile(sorted, 1) };
}

async function untilLaunch(server: ServerTalk, status: 'running' | 'stopped'): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (performance.now() < end) {
    const { launch } = await server.call('app.state', {});
    if (launch?.status === status || (launch === null && status === 'stopped')) return;
    if (launch?.status === 'failed') throw new Error(`The run failed: ${launch.error?.message ?? ''}`);
    await wait(100);
  }
  throw new Error(`The run was not ${status} in time.`);
}
