import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cli, jsonLines } from './run-cli.fixture.ts';

const STUDY = fileURLToPath(new URL('../../resources/sample-study', import.meta.url));

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-export-'))));
afterAll(() => rm(folder, { recursive: true }));

it('writes the network of the last finished run in the formats asked for', async () => {
  const out = join(folder, 'out');
  const ended = await cli('export', STUDY, '--out', out, '--format', 'onnx,safetensors', '--json');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  const [{ run, files } = {}] = jsonLines(ended);
  expect(run).toBe('002-consistency-s1');
  expect(files).toMatchObject([{ name: 'model.safetensors' }, { name: 'model.onnx' }]);
  expect((await readdir(out)).sort()).toEqual(['MODEL_CARD.md', 'card.json', 'model.onnx', 'model.safetensors']);
  const card = await readFile(join(out, 'MODEL_CARD.md'), 'utf8');
  expect(card).toMatch(/^Written by Steadygaze \d+\.\d+\.\d+ on /m);
});

it('says which formats there are', async () => {
  const { code, stderr } = await cli('export', STUDY, '--out', folder, '--format', 'pickle');
  expect(code).toBe(2);
  expect(stderr).toContain('A network cannot be written as "pickle".\nThere are: safetensors, onnx, tfjs.');
});
