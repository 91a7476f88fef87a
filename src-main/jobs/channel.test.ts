import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { openChannel } from './channel.ts';
import type { Report } from './protocol.ts';

const DONE: Report = { type: 'done', run: null, stopped: false };

class FakeProcess extends EventEmitter {
  connected = true;
  ppid = 7;
  readonly sent: unknown[] = [];
  readonly log: string[] = [];
  send = (message: unknown) => this.sent.push(message) > 0;
  disconnect(): void {
    this.connected = false;
    this.log.push('disconnected');
    this.emit('disconnect');
  }
  exit(): void {
    this.log.push('exit');
  }
}

class FakePort extends EventEmitter {
  readonly sent: unknown[] = [];
  postMessage(message: unknown): void {
    this.sent.push(message);
  }
}

describe('the channel of a forked process', () => {
  it('carries reports and commands, and leaves by disconnecting', () => {
    const self = new FakeProcess();
    const channel = openChannel(self);
    const heard: unknown[] = [];
    let lost = 0;
    channel.onCommand((command) => heard.push(command));
    channel.onLost(() => (lost += 1));
    channel.send(DONE);
    self.emit('message', { type: 'pause' });
    expect([self.sent, heard]).toEqual([[DONE], [{ type: 'pause' }]]);
    channel.leave();
    expect(self.log).toEqual(['disconnected', 'exit']);
    expect(lost).toBe(0);
    channel.send(DONE);
    expect(self.sent).toHaveLength(1);
  });

  it('says when the host is gone', () => {
    const self = new FakeProcess();
    const channel = openChannel(self);
    let lost = 0;
    channel.onLost(() => (lost += 1));
    self.disconnect();
    expect(lost).toBe(1);
    expect(self.log).not.toContain('exit');
    channel.leave();
    expect(self.log).toContain('exit');
  });
});

describe('the channel of a utility process', () => {
  function utility() {
    const parentPort = new FakePort();
    const self = Object.assign(new FakeProcess(), { parentPort, connected: false });
    return { parentPort, self, channel: openChannel(self) };
  }

  it('speaks through the port, and stays until its last words were heard', () => {
    const { parentPort, self, channel } = utility();
    const heard: unknown[] = [];
    channel.onCommand((command) => heard.push(command));
    channel.send(DONE);
    parentPort.emit('message', { data: { type: 'stop' } });
    expect([parentPort.sent, heard]).toEqual([[DONE], [{ type: 'stop' }]]);
    vi.useFakeTimers();
    channel.leave();
    expect(self.log).toEqual([]);
    parentPort.emit('message', { data: { type: 'end' } });
    expect(self.log).toEqual(['exit']);
    vi.useRealTimers();
  });

  it('leaves at once when they were heard already, and in the end by itself', () => {
    const first = utility();
    first.parentPort.emit('message', { data: { type: 'end' } });
    expect(first.self.log).toEqual([]);
    vi.useFakeTimers();
    first.channel.leave();
    expect(first.self.log).toEqual(['exit']);
    const second = utility();
    second.channel.leave();
    vi.runAllTimers();
    expect(second.self.log).toEqual(['exit']);
    vi.useRealTimers();
  });

  it('says when the host is gone', () => {
    vi.useFakeTimers();
    const { self, channel } = utility();
    let lost = 0;
    channel.onLost(() => (lost += 1));
    vi.advanceTimersByTime(5_000);
    expect(lost).toBe(0);
    self.ppid = 1;
    vi.advanceTimersByTime(5_000);
    expect(lost).toBe(1);
    vi.useRealTimers();
  });
});
