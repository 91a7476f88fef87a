import { describe, expect, it } from 'vitest';
import { JobControl } from './control.ts';

function control(seconds = 20) {
  const log: string[] = [];
  let time = 0;
  const job = new JobControl({
    checkpointSeconds: seconds,
    onPause: async () => void log.push('paused'),
    onResume: async () => void log.push('resumed'),
    now: () => time,
  });
  return { job, log, pass: (milliseconds: number) => (time += milliseconds) };
}

describe('control of a job', () => {
  it('wants a checkpoint when the time has come, and not again right after', () => {
    const { job, pass } = control(2);
    expect(job.checkpointDue()).toBe(false);
    pass(2000);
    expect(job.checkpointDue()).toBe(true);
    job.checkpointed();
    expect(job.checkpointDue()).toBe(false);
  });

  it('stops after a checkpoint', async () => {
    const { job } = control();
    await job.control();
    job.stop();
    expect(job.checkpointDue()).toBe(true);
    job.checkpointed();
    expect(job.checkpointDue()).toBe(false);
    await expect(job.control()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('stops at the second border where no checkpoint can be made', async () => {
    const { job } = control();
    job.stop();
    await job.control();
    await expect(job.control()).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('waits while paused, counts the time, and goes on', async () => {
    const { job, log, pass } = control();
    job.pause();
    job.checkpointed();
    const waiting = job.control().then(() => log.push('went on'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual(['paused']);
    pass(5000);
    job.resume();
    await waiting;
    expect(log).toEqual(['paused', 'resumed', 'went on']);
    expect(job.pausedFor).toBe(5000);
  });

  it('can be stopped while it waits, and resumed before it waits', async () => {
    const { job, log } = control();
    job.pause();
    job.checkpointed();
    const waiting = job.control();
    job.stop();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    const other = control();
    other.job.pause();
    other.job.resume();
    await other.job.control();
    expect(other.log).toEqual([]);
    expect(log).toEqual(['paused']);
  });
});
