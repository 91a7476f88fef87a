/** All measurements of one engine, one after the other. */
import { toErrorValue } from '../src-main/contract/errors.ts';
import { brokenOff } from './measuring-process.ts';
import { NARROW, type Part } from './parts.ts';
import type { EngineResult, GrowthPoint, MeasuredPart, UnusableEngine } from './report.ts';
import { sizesOf } from './report.ts';
import type { Outcome, Task } from './task.ts';

/** Who carries the measurements out, and who hears of them while they are. */
export interface Measuring {
  perform(task: Task): Promise<Outcome>;
  onBegin(part: Part): void;
  /** As soon as it is measured, with how the engine describes itself; empty until one was measured. */
  onMeasured(part: Part, measured: MeasuredPart, description: string): void;
}

/**
 * Measures part by part. One that breaks off is told of in its place, and the others go on: what took half an hour is
 * not lost to what came last. An engine that does not even start is measured no further.
 */
export async function measureEngine(
  parts: readonly Part[],
  measuring: Measuring,
): Promise<EngineResult | UnusableEngine> {
  const outcomes: Outcome[] = [];
  const measured: MeasuredPart[] = [];
  const { engine } = parts[0].task;
  for (const part of parts) {
    measuring.onBegin(part);
    let found: MeasuredPart;
    try {
      const outcome = await measuring.perform(part.task);
      found = measuredPart(part, outcome);
      outcomes.push(outcome);
    } catch (error) {
      const { code, message, hint, details } = toErrorValue(error);
      if (code === 'engine-unavailable' && outcomes.length === 0) return { engine, reason: message, hint };
      const why = code === 'engine-failed' && details !== undefined ? [details.split('\n', 1)[0]] : [];
      found = { section: 'failed', result: { part: part.title, reason: [message, ...why].join(' ') } };
    }
    measured.push(found);
    measuring.onMeasured(part, found, outcomes.at(0)?.description ?? '');
  }
  return engineResult(parts[0].task, outcomes, measured);
}

function measuredPart({ section, task }: Part, outcome: Outcome): MeasuredPart {
  const { engine, network, batch, measurement } = task;
  const sizes = sizesOf(outcome);
  if (section === 'memory') {
    return { section, result: { size: network.size, batch, idleMemoryBytes: outcome.idleMemory, ...sizes } };
  }
  if (section === 'works') {
    const { works, matrixGigaflops } = outcome;
    if (works === null || matrixGigaflops === null) throw brokenOff(engine, 'There are no works in its answer.');
    return { section, result: { size: network.size, batch, matrixGigaflops, works, ...sizes } };
  }
  if (measurement.kind === 'pictures') {
    const [{ pictures }, seconds] = [measurement, outcome.assessmentSeconds];
    if (seconds === null) throw brokenOff(engine, 'There are no seconds in its answer.');
    return { section: 'growth', result: { pictures, seconds, secondsPerPicture: seconds / pictures, ...sizes } };
  }
  if (outcome.steps === null) throw brokenOff(engine, 'There are no steps in its answer.');
  return { section: 'endurance', result: { network, batch, points: outcome.steps } };
}

function engineResult({ engine }: Task, outcomes: readonly Outcome[], measured: readonly MeasuredPart[]): EngineResult {
  const first = outcomes.at(0);
  const points = measured.flatMap((part) => (part.section === 'growth' ? [part.result] : []));
  return {
    engine,
    description: first?.description ?? '',
    versions: first?.versions ?? {},
    peakMemoryBytes: Math.max(0, ...outcomes.map(({ peakMemory }) => peakMemory)),
    sizes: measured.flatMap((part) => (part.section === 'works' ? [part.result] : [])),
    memory: measured.flatMap((part) => (part.section === 'memory' ? [part.result] : [])),
    growth: points.length === 0 ? null : { network: NARROW, points, linearity: linearityOf(points) },
    endurance: measured.flatMap((part) => (part.section === 'endurance' ? [part.result] : []))[0] ?? null,
    failures: measured.flatMap((part) => (part.section === 'failed' ? [part.result] : [])),
  };
}

/** Seconds per picture of the last point divided by those of the first. */
export function linearityOf(points: readonly GrowthPoint[]): number {
  return points[points.length - 1].secondsPerPicture / points[0].secondsPerPicture;
}
