import * as fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { parseEvents } from './events.ts';
import { parseVersioned } from './json-file.ts';
import { parseRun } from './run.ts';
import { parseStudy } from './study.ts';
import { isRunId, runId } from './study-layout.ts';

const good = {
  format: 'steadygaze-study',
  version: 1,
  id: 'a',
  name: 'b',
  created: '2026-01-01T00:00:00.000Z',
  data: { path: 'pictures', format: 'folder-per-class', fingerprint: 'f', pictures: 4, classes: ['x', 'y'] },
};

describe('versions of study.json', () => {
  it('reads the present one and keeps fields that it does not know', () => {
    const text = JSON.stringify({ ...good, later: 1 });
    expect(parseStudy(text)).toEqual({ state: 'good', value: { ...good, later: 1 }, migrated: false });
  });

  it('leads an older one forward, step by step', () => {
    const { name, ...rest } = good;
    const old = JSON.stringify({ ...rest, version: 0, title: name });
    const parsed = parseStudy(old, { 0: ({ title, ...others }) => ({ ...others, name: title }) });
    expect(parsed).toEqual({ state: 'good', value: good, migrated: true });
    expect(parseStudy(old)).toMatchObject({ state: 'corrupt', reason: 'no way from version 0' });
    const failing = () => {
      throw new Error('impossible');
    };
    expect(parseStudy(old, { 0: failing })).toMatchObject({ state: 'corrupt' });
  });

  it('passes through every migration on the way', () => {
    const format = { format: 'f', version: 3, noun: 'n', schema: v.unknown() };
    const add = (n: number) => (record: Record<string, unknown>) => ({ ...record, [`from${n}`]: record['version'] });
    const parsed = parseVersioned('{"format":"f","version":1}', { ...format, migrations: { 1: add(1), 2: add(2) } });
    expect(parsed).toEqual({
      state: 'good',
      value: { format: 'f', version: 3, from1: 1, from2: 2 },
      migrated: true,
    });
  });

  it('does not touch a newer one, and tells damage from age', () => {
    expect(parseStudy(JSON.stringify({ format: 'steadygaze-study', version: 2 }))).toEqual({
      state: 'newer',
      version: 2,
    });
    for (const text of ['', '{', '[]', 'null', '{"format":"steadygaze-run","version":9}', '{"version":2}']) {
      expect(parseStudy(text).state).toBe('corrupt');
    }
  });
});

describe('readers of JSON, fed with anything', () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.tuple(fc.nat(400), fc.string({ maxLength: 3 })).map(([at, noise]) => {
      const whole = JSON.stringify(good);
      return whole.slice(0, at) + noise + whole.slice(at + noise.length);
    }),
    fc
      .tuple(fc.constantFrom('steadygaze-study', 'steadygaze-run'), fc.jsonValue(), fc.object())
      .map(([format, version, rest]) => JSON.stringify({ ...rest, format, version })),
  );

  it('answer good, newer or corrupt, and never throw', () => {
    fc.assert(
      fc.property(text, (content) => {
        expect(['good', 'newer', 'corrupt']).toContain(parseStudy(content).state);
        expect(['newer', 'corrupt']).toContain(parseRun(content).state);
        const { events, damagedLines } = parseEvents(content);
        expect(events.length + damagedLines).toBeLessThanOrEqual(content.split('\n').length);
      }),
      { numRuns: 500 },
    );
  });
});

describe('ids of runs', () => {
  it('are those we make, and never a path', () => {
    expect(runId(1, 'consistency', 0)).toBe('001-consistency-s0');
    expect(isRunId(runId(12, 'consistency-mix', 2147483647))).toBe(true);
    for (const id of ['', '..', '../x', '001-plain-s0/..', '001-plain-s0\n', '1-plain-s0', '001-other-s0']) {
      expect(isRunId(id)).toBe(false);
    }
  });
});
