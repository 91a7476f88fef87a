import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DataEdit, EditsView, RefreshView } from '../../contract/data-edits.ts';
import type { Input } from '../../contract/operations.ts';
import type { Library } from '../library/library.ts';
import { STUDY, testApplication } from './application.fixture.ts';
import type { TestApplication } from './application.fixture.ts';

const view: EditsView = {
  edits: [{ sentence: '1 picture left out.', time: '2026-11-23T07:00:00.000Z', pictures: 1 }],
  ...{ undo: '1 picture left out.', redo: null, warnings: [] },
};
const refreshed: RefreshView = {
  ...{ added: 1, removed: 0, changed: 0, sentence: '1 picture added.', warnings: [] },
  counts: { train: 3, val: 1, test: 1 },
};
const edit: DataEdit = { kind: 'exclude', ids: ['cat/1.png'] };
const launch: Input<'train.launch'> = {
  ...{ preset: 'quick', arms: ['plain', 'consistency'], seeds: [0], engine: 'auto', settings: {} },
  ...{ applyCorrections: false, estimate: null },
};

let test: TestApplication;
beforeEach(async () => {
  test = await testApplication();
  const { calls, planRuns } = test.library;
  const answers: Partial<Library> = {
    editData: async (study, asked) => {
      calls.push(`editData ${study} ${asked.kind}`);
      return view;
    },
    undoEdit: async () => null,
    redoEdit: async () => '1 picture left out.',
    refreshData: async (_study, following) => {
      following?.onProgress?.(2, 4);
      return refreshed;
    },
    exportEdits: async (study, kind, path) => void calls.push(`exportEdits ${study} ${kind} ${path}`),
    planRuns: async (...wishes) => ({ ...(await planRuns(...wishes)), data: { dataEdits: 3 } }),
  };
  Object.assign(test.library, answers);
  await test.call('study.open', { folder: STUDY });
});
afterEach(() => test.close());

const told = () => test.events.map(({ type }) => type).filter((type) => type === 'data' || type === 'marks');

it('tells every window when the data were corrected, and reads the study again', async () => {
  const opened = test.library.calls.length;
  expect(await test.call('data.edit', { edit })).toEqual(view);
  expect(told()).toEqual(['data', 'marks']);
  expect(test.library.calls.slice(opened)).toEqual([`editData ${STUDY} exclude`, `openStudy ${STUDY} []`]);
  // There was nothing to be taken back.
  expect(await test.call('data.undo', {})).toBe(null);
  expect(told()).toHaveLength(2);
  expect(await test.call('data.redo', {})).toBe('1 picture left out.');
  expect(told()).toHaveLength(4);
});

it('lets data be corrected while a run works, not read again, and all runs begin with what they were planned for', async () => {
  const first = test.work.next();
  await test.call('train.launch', launch);
  const run = await first;
  expect(run.plan.how).toMatchObject({ kind: 'train', data: { dataEdits: 3 } });
  expect(await test.call('data.edit', { edit })).toEqual(view);
  await expect(test.call('data.refresh', { task: 'again' })).rejects.toMatchObject({ code: 'busy' });
  const second = test.work.next();
  run.end({ run: '001-plain-s0', stopped: false });
  const next = await second;
  expect(next.plan.how).toMatchObject({ data: { dataEdits: 3 } });
  next.end({ run: '002-consistency-s0', stopped: false });
  await test.launchUntil(({ status }) => status === 'finished');
  expect(await test.call('data.refresh', { task: 'again' })).toEqual(refreshed);
  expect(test.app.state.tasks).toEqual([]);
});

it('writes corrections where the shell wants them', async () => {
  const saved = await test.call('data.exportEdits', { kind: 'labels-csv', task: 'write' });
  expect(saved).toMatchObject({ name: 'one labels.csv', url: null });
  expect(test.library.calls.at(-1)).toBe(`exportEdits ${STUDY} labels-csv ${saved?.path ?? ''}`);
});
