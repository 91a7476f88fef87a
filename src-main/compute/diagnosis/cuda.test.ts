import { describe, expect, it } from 'vitest';
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { diagnoseCuda } from './cuda.ts';
import {
  failing,
  LIBCUDA,
  moduleOf,
  NETWORK_DEVICE,
  NODES,
  NVIDIA_DEVICE,
  SET_UP,
  without,
  WORKSTATION,
  written,
} from './machine.fixture.ts';
import type { WrittenMachine } from './machine.fixture.ts';

const { files, packages, programs } = WORKSTATION;
const noSmi = without(programs, 'nvidia-smi');

/** The first thing that is missing. */
async function first(machine: WrittenMachine): Promise<EngineCheck | undefined> {
  return (await diagnoseCuda(written(machine))).find(({ state }) => state === 'missing');
}

describe('what stands between a machine and cuda, first things first', () => {
  /** Machine, the check that fails, what was found, what to do. */
  const machines: Record<string, [WrittenMachine, string, RegExp, RegExp]> = {
    'a Mac': [{ platform: 'darwin', arch: 'arm64' }, 'System', /^macOS, for which there is no CUDA\.$/, /"webgpu"/],
    'an ARM server': [{ ...WORKSTATION, arch: 'arm64' }, 'System', /arm64; TensorFlow has CUDA only/, /"webgpu"/],
    'no card': [{ files: NETWORK_DEVICE }, 'NVIDIA card', /^There is no NVIDIA card/, /"webgpu".+passed through/],
    'only the sound of a card': [
      { files: without(NVIDIA_DEVICE, '01:00.0') },
      'NVIDIA card',
      /^There is no NVIDIA card/,
      /"native"/,
    ],
    'a card without driver': [
      { files: NVIDIA_DEVICE },
      'NVIDIA driver',
      /^Not installed\.$/,
      /^Install NVIDIA's driver .+ then restart/,
    ],
    'a card that nouveau runs': [
      { files: { ...NVIDIA_DEVICE, '/sys/module/nouveau/version': '' } },
      'NVIDIA driver',
      /"nouveau" runs the card, and cannot compute/,
      /^Install NVIDIA's driver/,
    ],
    'a driver that does not fit the kernel': [
      {
        files: NVIDIA_DEVICE,
        programs: {
          'nvidia-smi': failing("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"),
        },
      },
      'NVIDIA driver',
      /^It is installed but does not run: NVIDIA-SMI has failed .+ driver\.$/,
      /^Restart the computer\. .+Secure Boot/,
    ],
    'a driver updated without a restart': [
      {
        files,
        packages,
        programs: { 'nvidia-smi': failing('Failed to initialize NVML: Driver/library version mismatch\n') },
      },
      'NVIDIA driver',
      /^It was updated, but the old one still runs/,
      /^Restart the computer\.$/,
    ],
    'a driver too old': [
      { files: { ...files, ...moduleOf('470.82.01') }, packages, programs: noSmi },
      'Driver new enough',
      /^Version 470\.82\.01; TensorFlow 2\.21 with CUDA 12 asks for 525\.60\.13\.$/,
      /^Update NVIDIA's driver to 525\.60\.13 or newer\.$/,
    ],
    'a container without its card': [
      { files: { ...without(files, '/dev/nvidia', 'libcuda.so.1'), '/.dockerenv': '' }, packages },
      'Access to the card',
      /^This container has no \/dev\/nvidia0, \/dev\/nvidiactl and \/dev\/nvidia-uvm\.$/,
      /--gpus all.+nvidia\.com\/gpu: 1/,
    ],
    'a container given one device file by hand': [
      { files: { ...without(files, 'nvidia-uvm'), '/run/.containerenv': '' }, packages, programs },
      'Access to the card',
      /no \/dev\/nvidia-uvm\.$/,
      /--gpus all/,
    ],
    'a container on a machine without driver': [
      { files: { ...NVIDIA_DEVICE, '/.dockerenv': '' } },
      'NVIDIA driver',
      /under this container/,
      /on that machine\.$/,
    ],
    'a user who may not': [
      { ...WORKSTATION, closed: ['/dev/nvidia0', '/dev/nvidiactl'] },
      'Access to the card',
      /^This user may not open \/dev\/nvidia0 and \/dev\/nvidiactl\.$/,
      /usermod/,
    ],
    'a cluster job that asked for no card': [
      { ...WORKSTATION, env: { CUDA_VISIBLE_DEVICES: '' } },
      'Card not hidden',
      /hides every card/,
      /ask for a card/,
    ],
    'a driver without its computing part': [
      { files: without(files, 'libcuda.so.1'), packages, programs },
      'libcuda',
      /^libcuda\.so\.1, .+ is not found\.$/,
      /libnvidia-compute/,
    ],
    'a card too old': [
      { ...WORKSTATION, programs: { ...programs, 'nvidia-smi': 'Tesla K80, 535.154.05, 11441 MiB, 3.7\n' } },
      'Age of the card',
      /^Compute capability 3\.7; .+ asks for 6\.0\.$/,
      /"webgpu"/,
    ],
    'nothing but card and driver': [
      { files: { ...NVIDIA_DEVICE, ...moduleOf('550.54.14'), ...NODES, ...LIBCUDA }, programs },
      'Package',
      /tfjs-node-gpu is not installed/,
      /npm run setup:cuda/,
    ],
    'an npm that ran no scripts': [
      { files: { ...without(files, 'tfjs_binding') }, packages, programs },
      'Addon',
      /without the part/,
      /npm run setup:cuda/,
    ],
    'an emptied cache': [
      { files: without(files, 'deps/'), packages, programs },
      'TensorFlow',
      /emptied/,
      /npm run setup:cuda/,
    ],
    'cuDNN missing': [
      { files: without(files, 'libcudnn'), packages, programs },
      'CUDA and cuDNN',
      /^libcudnn\.so\.9 is not found\.$/,
      /npm run setup:cuda/,
    ],
    "the package's own download, with CUDA 11 but not its cuDNN": [
      {
        files: {
          ...without(files, 'deps/'),
          [`${packages['@tensorflow/tfjs-node-gpu']}/deps/lib/libtensorflow.so.2`]: '',
          ...Object.fromEntries(
            [
              'cudart.so.11.0',
              'cublas.so.11',
              'cublasLt.so.11',
              'cufft.so.10',
              'curand.so.10',
              'cusolver.so.11',
              'cusparse.so.11',
            ].map((name) => [`/usr/local/cuda/lib64/lib${name}`, '']),
          ),
        },
        packages,
        programs,
        env: { LD_LIBRARY_PATH: '/usr/local/cuda/lib64' },
      },
      'CUDA and cuDNN',
      /^libcudnn\.so\.8 is not found\.$/,
      /npm run setup:cuda/,
    ],
    'WSL without a driver in Windows': [
      { files: { '/proc/version': 'Linux version 5.15 (Microsoft@Microsoft.com)', '/dev/dxg': '' } },
      'NVIDIA driver',
      /not installed in Windows/,
      /in Windows \(never inside WSL\)/,
    ],
    'WSL with an old driver': [
      {
        files: { '/proc/version': 'microsoft-standard-WSL2', '/dev/dxg': '' },
        programs: { '/usr/lib/wsl/lib/nvidia-smi': 'NVIDIA GeForce GTX 1080, 516.94, 8192 MiB, 6.1\n' },
      },
      'Driver new enough',
      /^Version 516\.94/,
      /^Update NVIDIA's driver in Windows/,
    ],
    'Windows without a driver': [
      { platform: 'win32', programs: { powershell: 'NVIDIA GeForce RTX 3060\r\nIntel(R) UHD Graphics\r\n' } },
      'NVIDIA driver',
      /^Not installed\.$/,
      /nvidia\.com\/drivers/,
    ],
    'Windows without a card': [
      { platform: 'win32', programs: { powershell: 'Intel(R) UHD Graphics\r\n' } },
      'NVIDIA card',
      /no NVIDIA card/,
      /"webgpu"/,
    ],
    'Windows with card and driver': [
      {
        platform: 'win32',
        files: { 'C:\\Windows\\System32\\nvcuda.dll': '' },
        programs: { 'nvidia-smi': 'NVIDIA GeForce RTX 3060, 551.23, 12288 MiB, 8.6\r\n' },
      },
      'Package',
      /not installed/,
      /WSL 2, where "npm run setup:cuda" does all of it/,
    ],
  };

  it.each(Object.entries(machines))('%s', async (_, [machine, check, found, todo]) => {
    const missing = await first(machine);
    expect(missing).toMatchObject({ check });
    expect(missing?.found).toMatch(found);
    expect(missing?.todo).toMatch(todo);
  });
});

describe('machines on which nothing is missing', () => {
  it('a workstation: every check is fine and names what it found', async () => {
    const checks = await diagnoseCuda(written(WORKSTATION));
    expect(checks.map(({ state }) => state)).toEqual(checks.map(() => 'ok'));
    const found = Object.fromEntries(checks.map((check) => [check.check, check.found]));
    expect(found).toMatchObject({
      'NVIDIA card': 'NVIDIA GeForce RTX 4090 (24564 MiB).',
      'NVIDIA driver': 'Version 550.54.14.',
      libcuda: '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
      'Age of the card': 'Compute capability 8.9.',
      'CUDA and cuDNN': 'All 12 libraries of TensorFlow 2.21 with CUDA 12.',
    });
  });

  it('WSL, where the card has no device files of its own', async () => {
    const machine: WrittenMachine = {
      ...SET_UP,
      files: { ...SET_UP.files, '/proc/version': 'microsoft', '/dev/dxg': '', '/usr/lib/wsl/lib/libcuda.so.1': '' },
      programs: { '/usr/lib/wsl/lib/nvidia-smi': 'NVIDIA GeForce RTX 4070, 551.23, 12282 MiB, 8.9\n' },
    };
    expect(await first(machine)).toBeUndefined();
  });

  it('a card newer than TensorFlow: it says that the first start is long', async () => {
    const checks = await diagnoseCuda(
      written({ ...WORKSTATION, programs: { 'nvidia-smi': 'NVIDIA GeForce RTX 5090, 570.86.16, 32607 MiB, 12.0\n' } }),
    );
    expect(checks.find(({ check }) => check === 'Age of the card')).toMatchObject({
      state: 'ok',
      found: 'Compute capability 12.0, newer than this TensorFlow: the first start takes up to half an hour.',
    });
  });

  it('a driver that does not know the question for the capability', async () => {
    const smi = written(WORKSTATION);
    const old = 'NVIDIA GeForce GTX 1080, 525.60.13, 8192 MiB\n';
    const machine = {
      ...smi,
      run: async (program: string, args: readonly string[]) => {
        if (program !== 'nvidia-smi') return smi.run(program, args);
        return args[0].includes('compute_cap')
          ? { code: 2, stdout: 'Field "compute_cap" is not a valid field to query.\n', stderr: '' }
          : { code: 0, stdout: old, stderr: '' };
      },
    };
    const checks = await diagnoseCuda(machine);
    expect(checks.find(({ check }) => check === 'Age of the card')?.state).toBe('unknown');
    expect(checks.filter(({ state }) => state === 'missing')).toEqual([]);
  });

  it('looks for nothing behind a missing card or driver', async () => {
    const noCard = await diagnoseCuda(written({ files: NETWORK_DEVICE }));
    expect(noCard.map(({ state }) => state)).toEqual(['ok', 'missing', 'unknown']);
    const noDriver = await diagnoseCuda(written({ files: { ...NVIDIA_DEVICE, ...SET_UP.files }, packages }));
    expect(noDriver.filter(({ state }) => state === 'missing').map(({ check }) => check)).toEqual(['NVIDIA driver']);
  });
});
