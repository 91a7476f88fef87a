/**
 * How quickly the window answers with a large study, in browser mode and Chromium without a graphics card:
 *
 *     node bench/window.ts [--samples 100000] [--study FOLDER] [--json] [--traces FOLDER]
 *
 * It makes the study (big-study.ts) unless one is given, which is left as it was. The targets are those of a machine
 * that does nothing else; the load average beside each figure says whether that was so.
 */
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { chromium, type Browser, type Page } from '@playwright/test';
import { makePlaces, startServer } from '../e2e/support/shell.ts';
import { makeBigStudy } from './big-study.ts';
import { drag, gridOf, jump, railLink, reactionTo, until, wheel } from './window-actions.ts';
import { measureTasks, type TaskFigures } from './window-tasks.ts';
import { measureTraining } from './window-training.ts';

/** One line of the answer. */
interface Measured {
  readonly what: string;
  /** In the unit of the target. */
  readonly value: number;
  readonly unit: 'ms' | 'MB' | '%' | '';
  readonly target: number | null;
  /** Processes that wanted to run in the last minute. */
  readonly load: number;
}

const SIZE = { width: 1280, height: 800 };

/** Measures everything once. @param traces folder for Chromium's traces; null: they are not kept */
async function measureWindow(study: string, traces: string | null): Promise<Measured[]> {
  const places = await makePlaces();
  const { server, url } = await startServer(places, [study]);
  const executablePath = process.env['STEADYGAZE_CHROMIUM'] ?? '/usr/bin/chromium';
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox'],
    ignoreDefaultArgs: ['--hide-scrollbars'],
  });
  const measured: Measured[] = [];
  const note = (what: string, value: number, unit: Measured['unit'], target: number | null) => {
    measured.push({ what, value, unit, target, load: loadavg()[0] ?? 0 });
  };
  try {
    const page = await (await browser.newContext({ viewport: SIZE })).newPage();
    await page.addInitScript({ path: join(import.meta.dirname, 'window-page.js') });
    await page.goto(url);
    await railLink(page, 'data').click();
    await wait(3000);

    note(
      'Inspect: from the click to the first tiles',
      await reactionTo(page, railLink(page, 'inspect'), 'tiles'),
      'ms',
      1500,
    );
    await until(page, 'pictures');
    await wait(1000);

    for (const heatmaps of [false, true]) {
      if (heatmaps) await page.getByRole('button', { name: 'Heatmaps over the pictures' }).click();
      await wait(1000);
      const acts: readonly [string, () => Promise<void>][] = [
        ['wheel', () => wheel(page, 5, 100, 50)],
        ['fling', () => wheel(page, 3, 400, 16)],
        ['keys', () => jump(page)],
        ['scrollbar', () => drag(page)],
      ];
      for (const [name, act] of acts) {
        const title = `${name}${heatmaps ? ' with heatmaps' : ''}`;
        const keep = traces === null ? null : join(traces, `${title.replaceAll(' ', '-')}.json`);
        noteTasks(note, title, await measureTasks(browser, page, act, keep));
      }
    }
    for (const [what, megabytes, target] of await memoryOf(browser, page)) note(what, megabytes, 'MB', target);

    for (const toggle of ['Prediction flips', 'Recognised', 'Prediction flips', 'Recognised']) {
      const took = await reactionTo(
        page,
        page.getByRole('complementary', { name: 'Filters' }).getByRole('button', { name: toggle }),
        'asked',
      );
      note(`filter "${toggle}" until the grid is drawn`, took, 'ms', 150);
      await wait(500);
    }
    for (const order of ['Largest loss first', 'Steadiest first', 'Hardest first']) {
      await page.locator('.order button').click();
      await wait(300);
      const took = await reactionTo(page, page.getByRole('option', { name: order, exact: true }), 'asked');
      note(`order "${order}" until the grid is drawn`, took, 'ms', 150);
      await wait(500);
    }
    await gridOf(page).focus();

    const { steps, tiles, server: busy, atRest } = await measureTraining(page);
    for (const [name, clicks] of [
      ['step', steps],
      ['tile', tiles],
    ] as const) {
      note(`while training: click on a ${name}, median of ${clicks.clicks}`, clicks.median, 'ms', 50);
      note(`while training: click on a ${name}, worst`, clicks.worst, 'ms', 50);
    }
    note('round trip to the server at rest, 99th percentile', atRest.p99, 'ms', null);
    note('round trip to the server at rest, longest', atRest.longest, 'ms', null);
    note('round trip while a run starts and trains, 99th percentile', busy.p99, 'ms', null);
    note('round trip while a run starts and trains, longest', busy.longest, 'ms', 50);
    return measured;
  } finally {
    await browser.close();
    server.kill('SIGINT');
    if (server.exitCode === null) await once(server, 'exit');
    await rm(places.root, { recursive: true, force: true });
  }
}

type Note = (what: string, value: number, unit: Measured['unit'], target: number | null) => void;

function noteTasks(note: Note, title: string, figures: TaskFigures): void {
  const { tasks, p95, longest, cpuP95, cpuLongest, longTasks, busy } = figures;
  note(`${title}: task of the main thread, 95th percentile of ${tasks}`, p95, 'ms', 16);
  note(`${title}: the same, processor time`, cpuP95, 'ms', 16);
  note(`${title}: longest task`, longest, 'ms', 50);
  note(`${title}: longest task, processor time`, cpuLongest, 'ms', 50);
  note(`${title}: tasks of more than 50 ms that the page was told of`, longTasks, '', 0);
  note(`${title}: main thread busy`, 100 * busy, '%', null);
}

/** What the window holds, 10^6 bytes. */
async function memoryOf(browser: Browser, page: Page): Promise<[string, number, number | null][]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  const heap = metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0;
  const found: [string, number, number | null][] = [['memory: heap of the scripts', heap / 1e6, null]];
  if (process.platform !== 'linux') return found;
  const { processInfo } = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const [busiest] = processInfo.filter(({ type }) => type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime);
  const rollup = await readFile(`/proc/${String(busiest?.id)}/smaps_rollup`, 'utf8');
  const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  found.push(["memory: the window's process, private", (kilobytes * 1024) / 1e6, 400]);
  return found;
}

function print(measured: readonly Measured[]): void {
  console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores`);
  const shown = measured.map(({ what, value, unit, target, load }) => {
    const missed = target !== null && value > target;
    return [
      what,
      `${value.toFixed(unit === '' ? 0 : 1)} ${unit}`,
      target === null ? '' : `${target}`,
      missed ? 'missed' : '',
      load.toFixed(1),
    ];
  });
  const rows = [['', 'measured', 'target', '', 'load'], ...shown];
  const widths = [0, 1, 2, 3, 4].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  for (const [what = '', ...cells] of rows) {
    console.log([what.padEnd(widths[0] ?? 0), ...cells.map((cell, i) => cell.padStart(widths[i + 1] ?? 0))].join('  '));
  }
}

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '100000' },
    study: { type: 'string' },
    json: { type: 'boolean', default: false },
    traces: { type: 'string' },
  },
});
const made = values.study === undefined ? await makePlaces() : null;
try {
  const study = values.study ?? join(made?.studies ?? '', 'big');
  if (made !== null) await makeBigStudy(study, Number(values.samples));
  if (values.traces !== undefined) await mkdir(values.traces, { recursive: true });
  const measured = await measureWindow(resolve(study), values.traces === undefined ? null : resolve(values.traces));
  if (values.json) console.log(JSON.stringify(measured, null, 2));
  else print(measured);
} finally {
  if (made !== null) await rm(made.root, { recursive: true, force: true });
}
