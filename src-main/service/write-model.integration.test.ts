/** The sample study's network as files in a folder and in an archive. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStudy } from '../workspace/study.ts';
import { openOnce } from './library/open-studies.ts';
import type { ModelCard } from './model-card/card.ts';
import { exportStudyModel, writeModelZip } from './write-model.ts';

const STUDY = fileURLToPath(new URL('../../resources/sample-study', import.meta.url));
const RUN = '001-plain-s1';
const FILES = ['model.safetensors', 'model.onnx', 'tfjs/model.json', 'tfjs/group1-shard1of1.bin'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-model-'));
});
afterAll(() => rm(folder, { recursive: true }));

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const write = (out: string, formats: readonly ('safetensors' | 'onnx' | 'tfjs')[]): Promise<ModelCard> =>
  exportStudyModel({ study: STUDY, out, run: RUN, formats, version: '9.8.7' });

it('writes every format and a card that knows them', async () => {
  const out = join(folder, 'all');
  const steps: number[] = [];
  const card = await exportStudyModel({
    ...{ study: STUDY, out, run: RUN, formats: ['tfjs', 'onnx', 'safetensors'], version: '9.8.7' },
    onProgress: (done, total) => steps.push(done / (total ?? NaN)),
  });
  expect(card.files.map(({ name }) => name)).toEqual(FILES);
  for (const { name, bytes, sha256 } of card.files) {
    const content = await readFile(join(out, name));
    expect([content.length, hashOf(content)]).toEqual([bytes, sha256]);
  }
  expect(JSON.parse(await readFile(join(out, 'card.json'), 'utf8'))).toEqual(card);
  // The weights are those that the run's record knows by their hash.
  const record = JSON.parse(await readFile(join(STUDY, 'runs', RUN, 'run.json'), 'utf8')) as { weightsHash: string };
  expect(card.files[0]?.sha256).toBe(record.weightsHash);
  expect(steps.at(-1)).toBeCloseTo(1, 1);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));

  const text = await readFile(join(out, 'MODEL_CARD.md'), 'utf8');
  for (const part of [
    'one of 6 classes',
    'the model trained plainly',
    '| dress | 200 | 60 | 96 |',
    'It relies on the background',
    'operator set 17',
    '| training.learningRate | 0.05 | 0.1 |',
    card.data.fingerprint,
    ...card.files.map(({ sha256 }) => sha256),
  ]) {
    expect(text.toLowerCase()).toContain(part.toLowerCase());
  }
  const top1 = card.figures.find(({ key }) => key === 'top1');
  expect(top1?.n).toBe(576);
  expect(text).toContain(`| Named correctly | top-1 accuracy | ${((top1?.value ?? NaN) * 100).toFixed(1)}% |`);
});

it('replaces an earlier export, and nothing that is not its own', async () => {
  const out = join(folder, 'again');
  await write(out, ['onnx', 'tfjs']);
  await write(out, ['onnx']);
  expect((await readdir(out)).sort()).toEqual(['MODEL_CARD.md', 'card.json', 'model.onnx', 'tfjs']);
  expect(await readdir(join(out, 'tfjs'))).toEqual([]);

  const foreign = join(folder, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'model.onnx'), 'mine');
  await expect(write(foreign, ['onnx'])).rejects.toMatchObject({ code: 'refused' });
  expect(await readFile(join(foreign, 'model.onnx'), 'utf8')).toBe('mine');

  // A card that claims somebody else's files deletes nothing outside, and nothing that no export writes.
  const claimed = join(folder, 'claimed');
  await mkdir(claimed);
  await writeFile(join(claimed, 'thesis.txt'), 'mine');
  const files = ['thesis.txt', '../all/model.onnx'].map((name) => ({ name, bytes: 1, sha256: '' }));
  await writeFile(join(claimed, 'card.json'), JSON.stringify({ format: 'steadygaze-model-card', files }));
  await expect(write(claimed, ['onnx'])).rejects.toMatchObject({ code: 'refused' });
  expect(existsSync(join(claimed, 'thesis.txt'))).toBe(true);
  expect(existsSync(join(folder, 'all', 'model.onnx'))).toBe(true);
});

it('puts the same files into an archive, which can be stopped', async () => {
  const opened = await openOnce(await openStudy(STUDY));
  const path = join(folder, 'model.zip');
  await writeModelZip(path, opened, { run: RUN, formats: ['safetensors', 'onnx'], version: '9.8.7' });
  const zip = unzipSync(await readFile(path));
  expect(Object.keys(zip).sort()).toEqual([
    'MODEL_CARD.md',
    'SHA256SUMS',
    'card.json',
    'model.onnx',
    'model.safetensors',
  ]);
  const sums = new TextDecoder().decode(zip['SHA256SUMS']);
  expect(sums).toContain(`${hashOf(zip['model.onnx'] ?? new Uint8Array(0))}  model.onnx\n`);

  const stopping = new AbortController();
  const stopped = writeModelZip(
    join(folder, 'stopped.zip'),
    opened,
    { run: RUN, formats: ['onnx'], version: '9.8.7' },
    { signal: stopping.signal, onProgress: () => stopping.abort() },
  );
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  expect(existsSync(join(folder, 'stopped.zip'))).toBe(false);
});

it('says when there is no such run or round', async () => {
  const options = { study: STUDY, out: join(folder, 'none'), formats: ['onnx'], version: '9.8.7' } as const;
  await expect(exportStudyModel({ ...options, run: '009-plain-s1' })).rejects.toMatchObject({ code: 'not-found' });
  await expect(exportStudyModel({ ...options, run: RUN, round: 1 })).rejects.toMatchObject({ code: 'not-found' });
});
