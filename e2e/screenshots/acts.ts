/** The ways through the window that lead past every state worth a picture. Each begins on a fresh start screen. */
import { execFileSync } from 'node:child_process';
import type { Page } from '@playwright/test';
import { dropFolder } from '../support/drop.ts';
import { smallPictures } from '../support/pictures.ts';
import { createStudy, goTo, launchQuickLook, untilTrained } from '../support/window.ts';
import type { Camera } from './camera.ts';
import { CORRECTION_STATES, DATA_STATES, showCorrections, showOtherData } from './data-act.ts';
import { flawedPictures } from './flawed-pictures.ts';
import { INTERPRETABLE_STATES, showInterpretable } from './interpretable-act.ts';
import { showSample } from './sample-act.ts';
import type { Stage } from './stage.ts';

interface Act {
  /** Names of the states it passes. */
  readonly states: readonly string[];
  readonly play: (stage: Stage, camera: Camera) => Promise<void>;
}

export const ACTS: readonly Act[] = [
  {
    states: [
      'start-first',
      'start-readable',
      'needs-study-train',
      'needs-study-report',
      'folder-browser',
      'start-refused',
    ],
    play: showStart,
  },
  {
    states: ['data-new', 'data-all-problems', 'data-small', 'empty-inspect', 'empty-compare', 'empty-report'],
    play: showNewData,
  },
  {
    states: DATA_STATES,
    play: showOtherData,
  },
  {
    states: CORRECTION_STATES,
    play: showCorrections,
  },
  {
    states: ['train-setup', 'train-live', 'train-paused', 'train-failed', 'train-done'],
    play: showTraining,
  },
  {
    states: [
      ...['inspect-grid', 'inspect-heatmaps', 'inspect-filtered', 'inspect-selected', 'picture-original'],
      ...['picture-attacked', 'picture-change', 'picture-marked', 'sample-data', 'sample-class', 'sample-train'],
      ...['train-network', 'train-networks', 'train-published', 'train-bring'],
      ...['sample-advanced', 'sample-course', 'compare-top', 'compare-opened', 'compare-runs', 'compare-measure'],
      ...['compare-steadiness', 'compare-pictures', 'report', 'report-model', 'report-measure'],
      ...['study-menu', 'preferences', 'shortcuts', 'term', 'start-later', 'connection-lost'],
    ],
    play: showSample,
  },
  {
    states: INTERPRETABLE_STATES,
    play: showInterpretable,
  },
];

async function showStart({ page }: Stage, camera: Camera): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await camera.take(page, 'start-first');
  await page.getByText('What can be read').click();
  await camera.take(page, 'start-readable');
  await page.getByText('What can be read').click();
  await goTo(page, 'Train');
  await camera.take(page, 'needs-study-train');
  await goTo(page, 'Report');
  await camera.take(page, 'needs-study-report');
  await goTo(page, 'Data');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await page.getByRole('dialog').waitFor();
  await camera.take(page, 'folder-browser');
  await page.keyboard.press('Escape');
  await dropFolder(windowOf(page), '/nowhere/at/all');
  await page.getByRole('alert').waitFor();
  await camera.take(page, 'start-refused');
}

async function showNewData({ page, places }: Stage, camera: Camera): Promise<void> {
  await flawedPictures(places.pictures);
  await dropFolder(windowOf(page), places.pictures);
  await page.getByRole('button', { name: 'Create the study' }).waitFor();
  await camera.take(page, 'data-new');
  await page
    .getByRole('button', { name: /^Show all \d+$/ })
    .first()
    .click();
  await page.getByRole('dialog').waitFor();
  await camera.take(page, 'data-all-problems');
  await page.keyboard.press('Escape');
  await createStudy(page);
  await camera.take(page, 'data-small');
  for (const step of ['Inspect', 'Compare', 'Report'] as const) {
    await goTo(page, step);
    await camera.take(page, `empty-${step.toLowerCase()}`);
  }
}

async function showTraining({ page, places, server }: Stage, camera: Camera): Promise<void> {
  await smallPictures({ folder: places.pictures, classes: 4, train: 40, held: 12 });
  await dropFolder(windowOf(page), places.pictures);
  await createStudy(page);
  await goTo(page, 'Train');
  await page.getByText(/on this machine/).waitFor({ timeout: 180_000 });
  await camera.take(page, 'train-setup');
  await launchQuickLook(page);
  // How the assessments move from round to round is what the view is for.
  await page.getByRole('img', { name: /^Round 1/ }).waitFor({ timeout: 120_000 });
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 0));
  await camera.take(page, 'train-live');
  await page.getByRole('button', { name: 'Pause', exact: true }).first().click();
  await page.getByRole('heading', { name: 'Paused' }).waitFor({ timeout: 60_000 });
  await camera.take(page, 'train-paused');
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await page.getByRole('heading', { name: /^Training/ }).waitFor();
  endComputing(server.pid ?? 0);
  await page.getByRole('button', { name: 'Go on from the last checkpoint' }).waitFor({ timeout: 60_000 });
  await camera.take(page, 'train-failed');
  await page.getByRole('button', { name: 'Go on from the last checkpoint' }).click();
  await untilTrained(page);
  await page.evaluate(() => document.querySelector('main')?.scrollTo(0, 0));
  await camera.take(page, 'train-done');
}

/** Kills the process that computes, as a machine that runs out of memory does: one below this server, no other's. */
function endComputing(server: number): void {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  const processes = lines.map((line) => {
    const [, pid = '', parent = '', command = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return { pid: Number(pid), parent: Number(parent), command };
  });
  const below = (pid: number): number[] =>
    processes.filter(({ parent }) => parent === pid).flatMap((each) => [each.pid, ...below(each.pid)]);
  const ours = new Set(below(server));
  for (const { pid, command } of processes) {
    if (ours.has(pid) && command.includes('compute-process')) process.kill(pid, 'SIGKILL');
  }
}

/** What dropping needs to know of the app. */
function windowOf(page: Page): Parameters<typeof dropFolder>[0] {
  return { shell: 'browser', page } as Parameters<typeof dropFolder>[0];
}
