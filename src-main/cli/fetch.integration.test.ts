import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { weightsServer } from '../service/published/weights-server.fixture.ts';
import type { WeightsServer } from '../service/published/weights-server.fixture.ts';
import { cli } from './run-cli.fixture.ts';

let folder: string;
let server: WeightsServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-fetch-'));
  server = await weightsServer();
  process.env['STEADYGAZE_WEIGHTS'] = join(folder, 'weights');
  process.env['STEADYGAZE_WEIGHTS_MIRROR'] = server.url;
});
afterAll(async () => {
  delete process.env['STEADYGAZE_WEIGHTS'];
  delete process.env['STEADYGAZE_WEIGHTS_MIRROR'];
  await server.close();
  await rm(folder, { recursive: true });
});

describe('fetch', () => {
  it('lists without asking anybody', async () => {
    const { code, stdout } = await cli('fetch');
    expect(code).toBe(0);
    expect(stdout).toContain('resnet18-imagenet         47 MB   not here  ResNet-18, trained on ImageNet\n');
    expect(stdout).toContain('Licence: BSD-3-Clause');
    const listed = JSON.parse((await cli('fetch', '--json')).stdout) as { url: string; here: number }[];
    expect(listed).toHaveLength(15);
    expect(listed[0]).toMatchObject({ url: `${server.url}resnet18-f37072fd.pth`, here: 0 });
    expect(server.asked).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('asks the mirror of the environment, or the one that is named, and refuses another file', async () => {
    const ended = await cli('fetch', 'resnet18-imagenet', '--json');
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(JSON.parse(ended.stderr)).toMatchObject({
      code: 'download-failed',
      message: 'The server has another file of this name: it has 300000 bytes, not 46830571: resnet18-f37072fd.pth',
    });
    await cli('fetch', 'vgg11-imagenet', '--mirror', `${server.url}named`);
    expect(server.asked.map(({ path }) => path)).toEqual(['/resnet18-f37072fd.pth', '/named/vgg11-8a719046.pth']);
  });

  it('takes no other file for a download, and knows no other id', async () => {
    const file = join(folder, 'resnet18-f37072fd.pth');
    await writeFile(file, 'no weights');
    const other = await cli('fetch', 'resnet18-imagenet', '--from', file);
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /^This file is not ResNet-18, trained on ImageNet: its SHA-256 or its size is another/,
    );
    expect((await cli('fetch', 'resnet19')).stderr).toContain('There are: resnet18-imagenet, resnet34-imagenet');
    expect((await cli('fetch', '--from', file)).code).toBe(2);
    expect((await cli('fetch', 'resnet18-imagenet', '--mirror', 'ftp://x')).code).toBe(2);
  });
});
