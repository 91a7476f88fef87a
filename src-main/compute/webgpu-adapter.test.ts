import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { adapterName, findAdapter, isSoftware, mayHaveAdapter, memoryShare } from './webgpu-adapter.ts';
import type { AdapterWords } from './webgpu-adapter.ts';

/** What Chromium says of adapters. */
const adapter = (vendor: string, device: string, architecture = '', description = ''): AdapterWords => ({
  ...{ vendor, device, architecture, description },
  isFallbackAdapter: false,
});
const SWIFTSHADER = adapter('google', 'swiftshader-device-subzero-', 'swiftshader', 'SwiftShader driver 5.0.0');
const LLVMPIPE = adapter('mesa', 'llvmpipe-llvm-15-0-6-256-bits-', '', 'llvmpipe Mesa 22.3.6');
const WARP = adapter('microsoft', 'microsoft-basic-render-driver', 'warp', 'D3D12 driver version 10.0.22621');
const H100 = adapter('nvidia', 'nvidia-h100-80gb-hbm3', 'hopper', 'NVIDIA: 550.54.15');
const GIB = 1024 ** 3;

describe('graphics cards', () => {
  it.each([
    [H100, 'NVIDIA H100 80GB HBM3'],
    [adapter('nvidia', 'nvidia-geforce-rtx-4090'), 'NVIDIA GeForce RTX 4090'],
    [adapter('apple', 'apple-m1-max'), 'Apple M1 Max'],
    [adapter('amd', 'radeon-rx-7900-xtx'), 'AMD Radeon RX 7900 XTX'],
    [adapter('intel', 'intel-r-arc-tm-a770-graphics'), 'Intel Arc A770 Graphics'],
    [SWIFTSHADER, 'SwiftShader Device Subzero'],
    [adapter('amd', '', '', 'AMD proprietary driver'), 'AMD proprietary driver'],
    [adapter('', ''), 'graphics card without a name'],
  ])('are called by their name', (words, name) => {
    expect(adapterName(words)).toBe(name);
  });

  it('are not programs that play one', () => {
    expect([SWIFTSHADER, LLVMPIPE, WARP].map(isSoftware)).toEqual([true, true, true]);
    expect(isSoftware({ ...H100, isFallbackAdapter: true })).toBe(true);
    expect([H100, adapter('amd', 'radeon-warped-edition')].map(isSoftware)).toEqual([false, false]);
  });

  it('lend a part of their memory, or what is said', () => {
    expect(memoryShare(H100, {}, 64 * GIB)).toBe(3 * GIB);
    expect(memoryShare(adapter('apple', 'apple-m1'), {}, 24 * GIB)).toBe(8 * GIB);
    expect(memoryShare(adapter('intel', 'iris'), {}, 4 * GIB)).toBe(GIB);
    expect(memoryShare(SWIFTSHADER, {}, 64 * GIB)).toBe(GIB);
    expect(memoryShare(H100, { STEADYGAZE_GPU_MEMORY: '70000' }, 64 * GIB)).toBe(70_000 * 1024 ** 2);
  });

  it('are looked for only where a driver is described', () => {
    const home = mkdtempSync(join(tmpdir(), 'steadygaze-vulkan-'));
    const env = { XDG_DATA_HOME: home, XDG_DATA_DIRS: home, XDG_CONFIG_HOME: home, XDG_CONFIG_DIRS: home };
    const folder = join(home, 'vulkan/icd.d');
    mkdirSync(folder, { recursive: true });
    expect(mayHaveAdapter('darwin', env)).toBe(true);
    expect(mayHaveAdapter('linux', { VK_ICD_FILENAMES: '/x.json' })).toBe(true);
    writeFileSync(join(folder, 'nvidia_icd.json'), '{}');
    expect(mayHaveAdapter('linux', env)).toBe(true);
  });

  it.each([
    [null, /^No graphics card can be reached through/],
    [SWIFTSHADER, /^There is only "SwiftShader Device Subzero", which plays a graphics card/],
  ])('are refused in a sentence where there is none', async (info, sentence) => {
    const gpu = { requestAdapter: () => Promise.resolve(info === null ? null : { info }) } as unknown as GPU;
    const before = { ...process.env };
    delete process.env['STEADYGAZE_SOFTWARE_GPU'];
    process.env['VK_ICD_FILENAMES'] = '/x.json';
    await expect(findAdapter(gpu)).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(sentence) as string,
    });
    process.env['STEADYGAZE_SOFTWARE_GPU'] = '1';
    if (info !== null) expect((await findAdapter(gpu)).info).toBe(info);
    process.env = before;
  });
});
