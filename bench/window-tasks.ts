/** How long the window's main thread was busy at a time: the tasks of Chromium's own trace. */
import { writeFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import * as v from 'valibot';

/** Tasks of the main thread while something went on. */
export interface TaskFigures {
  /** Tasks of at least {@link SHORTEST}; shorter ones are messages that nobody waits for. */
  readonly tasks: number;
  /** Milliseconds, as a clock sees it. */
  readonly p95: number;
  readonly longest: number;
  /** The same of the processor's time: what they take where nothing else wants the processor. */
  readonly cpuP95: number;
  readonly cpuLongest: number;
  /** Share of the time that the main thread was busy. */
  readonly busy: number;
  /** Tasks that the page itself was told of as long, more than 50 ms. */
  readonly longTasks: number;
}

/** Milliseconds. */
const SHORTEST = 1;

const CATEGORIES = ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'v8', 'blink', 'cc'];

const Trace = v.object({
  traceEvents: v.array(
    v.object({
      name: v.string(),
      ph: v.string(),
      pid: v.number(),
      tid: v.number(),
      ts: v.optional(v.number()),
      /** Microseconds by the clock, and of the processor. */
      dur: v.optional(v.number()),
      tdur: v.optional(v.number()),
      args: v.optional(v.record(v.string(), v.unknown())),
    }),
  ),
});

/** Measures the main thread while `act` goes on. @param keep file for the trace itself, for a look at its details */
export async function measureTasks(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
  keep: string | null,
): Promise<TaskFigures> {
  const longBefore = await longTasks(page);
  await browser.startTracing(page, { categories: CATEGORIES });
  const began = performance.now();
  await act();
  const milliseconds = performance.now() - began;
  const bytes = await browser.stopTracing();
  if (keep !== null) await writeFile(keep, bytes);
  const tasks = tasksOf(JSON.parse(bytes.toString('utf8')));
  return {
    ...figuresOf(tasks),
    busy: total(tasks) / milliseconds,
    longTasks: (await longTasks(page)) - longBefore,
  };
}

/** Milliseconds. */
interface Task {
  readonly wall: number;
  readonly cpu: number;
}

/** The tasks of the window's main thread. @param trace Chromium's trace, parsed from JSON */
function tasksOf(trace: unknown): Task[] {
  const { traceEvents } = v.parse(Trace, trace);
  const threads = new Map<string, Task[]>();
  for (const { name, ph, pid, tid, args } of traceEvents) {
    if (ph === 'M' && name === 'thread_name' && args?.['name'] === 'CrRendererMain') threads.set(`${pid} ${tid}`, []);
  }
  for (const { name, ph, pid, tid, dur = 0, tdur = 0 } of traceEvents) {
    if (ph === 'X' && name === 'RunTask') threads.get(`${pid} ${tid}`)?.push({ wall: dur / 1000, cpu: tdur / 1000 });
  }
  // Chromium keeps a process ready for the next page: the busiest is that of this one.
  return [...threads.values()].reduce((most, tasks) => (total(tasks) > total(most) ? tasks : most), []);
}

const total = (tasks: readonly Task[]): number => tasks.reduce((sum, { wall }) => sum + wall, 0);

function figuresOf(all: readonly Task[]): Omit<TaskFigures, 'busy' | 'longTasks'> {
  const tasks = all.filter(({ wall }) => wall >= SHORTEST);
  const sorted = (kind: keyof Task) => tasks.map((task) => task[kind]).sort((a, b) => a - b);
  const [wall, cpu] = [sorted('wall'), sorted('cpu')];
  const at = quantile;
  return {
    tasks: tasks.length,
    ...{ p95: at(wall, 0.95), longest: at(wall, 1), cpuP95: at(cpu, 0.95), cpuLongest: at(cpu, 1) },
  };
}

/** The smallest value that so large a share does not exceed; 0 for none. @param sorted ascending */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

function longTasks(page: Page): Promise<number> {
  return page.evaluate('benchOfWindow.longTasks.length');
}
