import { copyFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobEvent } from '../contract/run.ts';
import { newStudy } from '../jobs/job.fixture.ts';
import { temporaryFolder, TINY_ARGUMENTS, writeShapes } from '../jobs/tiny-study.fixture.ts';
import { loadNewestSnapshot } from '../workspace/checkpoints.ts';
import { readRun } from '../workspace/run.ts';
import { listShards, readShard, writeShard } from '../workspace/shards.ts';
import type { ShardAbout, ShardFile } from '../workspace/shards.ts';
import { roundShardsFolder, runFile, runFolder } from '../workspace/study-layout.ts';
import { assessShard } from './assess-shard.ts';
import { mergeShards } from './merge-shards.ts';
import { trainRun } from './train-run.ts';

/** 42 training pictures in batches of 8: shard 1 of 2 has the first 24, shard 2 the other 18. */
const RUN = '001-consistency-s0';

let root: Awaited<ReturnType<typeof temporaryFolder>>;
let study: string;
let run: string;
let folder: string;

beforeAll(async () => {
  root = await temporaryFolder();
  await writeShapes(join(root.path, 'data'));
  study = await newStudy(root.path, join(root.path, 'data'));
  run = runFolder(study, RUN);
  folder = roundShardsFolder(run, 0);
  // Enough steps that a shard can be killed before it is there.
  const set = [...TINY_ARGUMENTS.filter((argument) => argument !== '--set'), 'method.steps=20'];
  const stopped = await trainRun({ study, engine: 'wasm', set, until: 'assessment' });
  expect(stopped).toEqual({ run: RUN, stopped: true });
});
afterAll(() => root.remove());

const shard = (index: number, of: number) => ({ study, shard: { index, of } });
const file = (name: string): string => join(folder, `${name}.safetensors`);

/** A shard with something else in its description. */
async function rewritten(index: number, changes: (about: ShardAbout) => Partial<ShardAbout>): Promise<void> {
  const found = (await listShards(run, 0)).find((each): each is ShardFile => each.name === `${index}-of-2.safetensors`);
  if (found === undefined) throw new Error('no such shard');
  await writeShard(run, { ...found.about, ...changes(found.about) }, await readShard(run, found));
}

describe('a run that waits for its assessment', () => {
  it('stands at its beginning, with a checkpoint', async () => {
    const { settings, state, eps } = await readRun(study, RUN);
    const found = await loadNewestSnapshot(run, settings);
    expect(found?.snapshot.position).toMatchObject({ round: 0, phase: 'assess', offset: 0, eps });
    expect(state).toBe('stopped');
  });

  it.each([
    [0, 3, /There is no shard 0 of 3/, /counted from 1: 1\/3 to 3\/3/],
    [4, 3, /There is no shard 4 of 3/, /counted from 1/],
    [3, 0, /at least one shard/, /3\/8/],
  ])('refuses shard %i/%i', async (index, of, message, hint) => {
    await expect(assessShard(shard(index, of))).rejects.toMatchObject({
      code: 'bad-argument',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  it('is not touched by a shard whose process is killed, which leaves nothing that counts', async () => {
    const before = await readFile(runFile(run), 'utf8');
    const killed = assessShard({
      ...shard(2, 2),
      onJob: (job) => job.on('event', ({ type }) => type === 'started' && process.kill(job.pid ?? 0, 'SIGKILL')),
    });
    await expect(killed).rejects.toMatchObject({ code: 'job-crashed' });
    expect(await readFile(runFile(run), 'utf8')).toBe(before);
    expect(await listShards(run, 0)).toEqual([]);
    await expect(mergeShards({ study })).rejects.toThrow('There are no shards of the assessment of round 0 yet.');
  });

  it('is not touched by a shard that is stopped', async () => {
    const stop = new AbortController();
    const onEvent = ({ type }: JobEvent): void => (type === 'started' ? stop.abort() : undefined);
    expect(await assessShard({ ...shard(2, 2), stop: stop.signal, onEvent })).toEqual({ run: RUN, stopped: true });
    expect(await listShards(run, 0)).toEqual([]);
    expect((await readRun(study, RUN)).state).toBe('stopped');
  });

  it('is not merged while a shard is missing', async () => {
    await assessShard(shard(1, 2));
    await expect(mergeShards({ study })).rejects.toThrow('Shard 2 of 2 is missing.');
  });

  it('has what a shard says of itself', async () => {
    await assessShard(shard(2, 2));
    const slices = (await listShards(run, 0)).map((each) => ('about' in each ? each.about : null));
    expect(slices).toMatchObject([
      { index: 1, first: 0, count: 24, total: 42, engine: 'wasm' },
      { index: 2, first: 24, count: 18, total: 42, engine: 'wasm' },
    ]);
  });

  it('keeps a shard that was made before in the same way', async () => {
    const events: JobEvent[] = [];
    const before = await readFile(file('1-of-2'));
    await assessShard({ ...shard(1, 2), onEvent: (event) => events.push(event) });
    expect(events).toContainEqual(
      expect.objectContaining({ message: 'Shard 1 of 2 was made before, in the same way, and is kept.' }),
    );
    expect((await readFile(file('1-of-2'))).equals(before)).toBe(true);
  });

  it('refuses a shard of which a part is missing, and one that is damaged', async () => {
    const whole = await readFile(file('2-of-2'));
    await truncate(file('2-of-2'), whole.length - 100);
    await expect(mergeShards({ study })).rejects.toThrow('The shard 2-of-2.safetensors cannot be used: it is damaged.');
    await truncate(file('2-of-2'), 100);
    await expect(mergeShards({ study })).rejects.toThrow('it is not complete.');
    const flipped = Uint8Array.from(whole);
    flipped[whole.length - 1] ^= 1;
    await writeFile(file('2-of-2'), flipped);
    await expect(mergeShards({ study })).rejects.toThrow('it is damaged.');
    await writeFile(file('2-of-2'), whole);
  });

  it('refuses a shard of other weights', async () => {
    const whole = await readFile(file('2-of-2'));
    await rewritten(2, ({ assessment }) => ({ assessment: { ...assessment, weights: 'of an earlier epoch' } }));
    await expect(mergeShards({ study })).rejects.toThrow(
      'This shard was made with other weights than the run has now: 2-of-2.safetensors.',
    );
    await writeFile(file('2-of-2'), whole);
  });

  it('refuses two shards of one number that differ', async () => {
    const whole = await readFile(file('1-of-2'));
    const found = (await listShards(run, 0))[0] as ShardFile;
    const arrays = new Map(
      [...(await readShard(run, found))].map(([name, { shape, data }]) => [
        name,
        { shape, data: data.map((x) => x / 2) },
      ]),
    );
    await writeShard(run, found.about, arrays);
    await copyFile(file('1-of-2'), file('1-of-2 of another machine'));
    await writeFile(file('1-of-2'), whole);
    await expect(mergeShards({ study })).rejects.toThrow(/Shard 1 of 2 is there twice, and the two are not the same/);
    await rm(file('1-of-2 of another machine'));
  });

  it('is complete when its shards are merged, and says what was not as usual', async () => {
    await copyFile(file('1-of-2'), file('1-of-2 (copy)'));
    await rewritten(2, () => ({ engine: 'native' }));
    // Of a writer that was killed.
    await writeFile(join(folder, '.2-of-2.safetensors.1-0123456789ab.tmp'), 'half');
    expect(await mergeShards({ study })).toEqual({
      ...{ run: RUN, round: 0, shards: 2, pictures: 42 },
      notes: [
        'Shard 1 of 2 is there twice and both are the same: 1-of-2 (copy).safetensors, 1-of-2.safetensors.',
        'The run and its shards were not all made on the same engine (wasm, native), so that E can differ between ' +
          'them in its last digits.',
      ],
    });
    const found = await loadNewestSnapshot(run, (await readRun(study, RUN)).settings);
    expect(found?.snapshot.position).toMatchObject({ phase: 'assess', offset: 42 });
    expect(found?.snapshot.state.get('assessment.e')?.data).toHaveLength(42);
    // Until the round is stored.
    expect(await readdir(folder)).toContain('2-of-2.safetensors');
  });

  it('is not merged twice, and nothing more is assessed of it', async () => {
    const sentence = `The assessment of round 0 of the run ${RUN} is complete already.`;
    expect(await mergeShards({ study })).toMatchObject({ run: RUN, notDue: sentence });
    await expect(assessShard(shard(1, 2))).rejects.toThrow(sentence);
  });
});
