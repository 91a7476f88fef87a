/** The other engines, and what becomes of the checks: the first thing to do. */
import { describe, expect, it } from 'vitest';
import type { EngineId } from '../engine.ts';
import { explainEngine } from './explain.ts';
import { failing, LIBCUDA, NETWORK_DEVICE, NVIDIA_DEVICE, without, WORKSTATION, written } from './machine.fixture.ts';
import type { WrittenMachine } from './machine.fixture.ts';
import type { Trial } from './machine-view.ts';
import { realMachine } from './real-machine.ts';

const REFUSED: Trial = { usable: false, reason: 'It does not start.', hint: 'The hint of the refusal.' };
const todoOf = async (id: EngineId, machine: WrittenMachine) =>
  (await explainEngine(id, written(machine), REFUSED)).todo;

const MODULES = '/app/node_modules';
const AMD_DEVICE = {
  '/sys/bus/pci/devices/0000:03:00.0/vendor': '0x1002\n',
  '/sys/bus/pci/devices/0000:03:00.0/class': '0x030000\n',
  '/sys/bus/pci/devices/0000:03:00.0/device': '0x744c\n',
};
/** A display that QEMU makes up. */
const VIRTUAL_DISPLAY = {
  '/sys/bus/pci/devices/0000:00:02.0/vendor': '0x1234\n',
  '/sys/bus/pci/devices/0000:00:02.0/class': '0x030000\n',
};
const DAWN = `${MODULES}/webgpu/dist/linux-x64/dawn.node`;
const LOADER = '/usr/lib/x86_64-linux-gnu/libvulkan.so.1';
const RADEON = '/usr/share/vulkan/icd.d/radeon_icd.x86_64.json';
const AMD_MACHINE = {
  files: { ...AMD_DEVICE, [DAWN]: '', [LOADER]: '', [RADEON]: '{}', '/dev/dri/renderD128': '', '/dev/dri/card0': '' },
  packages: { webgpu: `${MODULES}/webgpu`, '@tensorflow/tfjs-backend-webgpu': `${MODULES}/tfjs-backend-webgpu` },
} satisfies WrittenMachine;

describe('the first thing to do about webgpu', () => {
  const { files, packages } = AMD_MACHINE;
  const machines: Record<string, [WrittenMachine, RegExp]> = {
    'no card': [{ files: NETWORK_DEVICE, packages }, /^Use the engine "native"/],
    'a made-up display': [
      { ...AMD_MACHINE, files: { ...without(files, '03:00'), ...VIRTUAL_DISPLAY, '/dev/dri/renderD128': '' } },
      /^The hint/,
    ],
    'a made-up display without a way to compute': [{ files: VIRTUAL_DISPLAY, packages }, /^Use the engine "native"/],
    'no package': [{ files }, /npm ci/],
    'a processor that the package does not know': [{ ...AMD_MACHINE, arch: 'riscv64' }, /^Use the engine "native"/],
    'no Vulkan': [{ files: without(files, 'libvulkan'), packages }, /apt install libvulkan1/],
    'no driver': [{ files: without(files, 'icd.d'), packages }, /mesa-vulkan-drivers/],
    'only a driver that draws on the processor': [
      { files: { ...without(files, 'icd.d'), '/usr/share/vulkan/icd.d/lvp_icd.x86_64.json': '' }, packages },
      /mesa-vulkan-drivers/,
    ],
    'a container without the card': [{ files: without(files, '/dev/'), packages }, /--device \/dev\/dri/],
    'a user who may not': [{ ...AMD_MACHINE, closed: ['/dev/dri/renderD128'] }, /usermod -aG render,video/],
    'all there': [AMD_MACHINE, /^The hint of the refusal\.$/],
    'Windows without a card': [
      { platform: 'win32', packages, programs: { powershell: 'Microsoft Basic Display Adapter\r\n' } },
      /^Use the engine/,
    ],
    'a Mac': [
      {
        platform: 'darwin',
        arch: 'arm64',
        packages,
        files: { [`${MODULES}/webgpu/dist/darwin-universal/dawn.node`]: '' },
        programs: { system_profiler: '{"sppci_model" : "Apple M2"}' },
      },
      /^The hint/,
    ],
  };

  it.each(Object.entries(machines))('%s', async (_, [machine, todo]) => {
    expect(await todoOf('webgpu', machine)).toMatch(todo);
  });

  it('looks for drivers where the environment says', async () => {
    const files = { ...without(AMD_MACHINE.files, 'icd.d'), '/opt/swift/vk_swiftshader_icd.json': '' };
    const env = { VK_ICD_FILENAMES: '/opt/swift/vk_swiftshader_icd.json' };
    expect(await todoOf('webgpu', { ...AMD_MACHINE, files, env })).toMatch(/mesa-vulkan-drivers/);
    const allowed = { ...AMD_MACHINE, files, env: { ...env, STEADYGAZE_SOFTWARE_GPU: '1' } };
    expect(await todoOf('webgpu', allowed)).toMatch(/^The hint/);
  });
});

describe('the first thing to do about native', () => {
  const folder = `${MODULES}/@tensorflow/tfjs-node`;
  const packages = { '@tensorflow/tfjs-node': folder };
  const files = {
    [`${folder}/lib/napi-v8/tfjs_binding.node`]: '',
    [`${folder}/deps/lib/libtensorflow_cc.so.2`]: '',
    '/proc/cpuinfo': 'model name : x\nflags\t\t: fpu sse4_1 avx avx2 fma\n',
  };
  const gpp = { 'g++': 'g++ (Debian 12.2.0) 12.2.0\n' };
  const pip = { 'python3 -m': 'pip 23.0.1 from /usr/lib (python 3.11)\n' };
  const machines: Record<string, [WrittenMachine, RegExp]> = {
    'all there': [{ files, packages }, /^The hint/],
    'oneDNN switched off': [{ files, packages, env: { TF_ENABLE_ONEDNN_OPTS: '0' } }, /without this variable/],
    'an old processor': [{ files: { ...files, '/proc/cpuinfo': 'flags : fpu sse4_1\n' }, packages }, /"wasm"/],
    'no compiler': [{ programs: pip }, /apt install g\+\+/],
    'no pip': [{ programs: { ...gpp, 'python3 -m': failing('No module named pip') } }, /python3-pip/],
    'compiler and pip': [{ programs: { ...gpp, ...pip } }, /npm run setup:native/],
    'built before': [
      {
        files: { '/home/ada/.cache/steadygaze/native/tfjs-node-4/lib/x': '' },
        env: { STEADYGAZE_CACHE: '/home/ada/.cache/steadygaze' },
      },
      /npm run setup:native/,
    ],
    Windows: [{ platform: 'win32' }, /npm ci/],
    'Windows, all there': [
      {
        platform: 'win32',
        packages,
        files: { [`${folder}/lib/napi-v8/tfjs_binding.node`]: '', [`${folder}/lib/napi-v8/tensorflow.dll`]: '' },
      },
      /^The hint/,
    ],
  };

  it.each(Object.entries(machines))('%s', async (_, [machine, todo]) => {
    expect(await todoOf('native', machine)).toMatch(todo);
  });
});

describe('an explanation', () => {
  it('of an engine that works asks for nothing, whatever could not be found', async () => {
    const works: Trial = { usable: true, description: 'TensorFlow on the card' };
    const found = await explainEngine('cuda', written({ files: { ...NVIDIA_DEVICE, ...LIBCUDA } }), works);
    expect(found).toMatchObject({ id: 'cuda', usable: true, summary: 'TensorFlow on the card', todo: '' });
    expect(found.checks.some(({ state }) => state === 'missing')).toBe(true);
    expect(found.checks.at(-1)).toMatchObject({ check: 'Start and self-test', state: 'ok' });
  });

  it('of one on whose machine nothing is missing repeats the reason and the hint of its refusal', async () => {
    const found = await explainEngine('cuda', written(WORKSTATION), REFUSED);
    expect(found).toMatchObject({ usable: false, summary: REFUSED.reason, todo: REFUSED.hint });
    expect(found.checks.filter(({ state }) => state === 'missing')).toEqual([
      { check: 'Start and self-test', state: 'missing', found: REFUSED.reason, todo: REFUSED.hint },
    ]);
  });

  it('tells what Node lacks for wasm', async () => {
    const old = { ...written({ packages: { '@tensorflow/tfjs-backend-wasm': '/x' } }), acceptsModule: () => false };
    expect((await explainEngine('wasm', old, REFUSED)).todo).toMatch(/Node 20/);
  });

  it('of this machine knows Node: its vector instructions, and no made-up ones', () => {
    const machine = realMachine();
    // () -> v128: i32.const 0, i8x16.splat; and the same with opcode 0xfd 0x7ff, which nobody has given a meaning.
    const body = (...splat: number[]) =>
      Uint8Array.from([
        ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7b, 3, 2, 1, 0],
        ...[10, splat.length + 6, 1, splat.length + 4, 0, 0x41, 0, ...splat, 0x0b],
      ]);
    expect(machine.acceptsModule(body(0xfd, 0x0f))).toBe(true);
    expect(machine.acceptsModule(body(0xfd, 0xff, 0x0f))).toBe(false);
  });
});
