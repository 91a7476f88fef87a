/** Machines that are written down: files, programs and packages by name. Nothing of the real one is looked at. */
import { CUDA_LIBRARIES } from '../setup/cuda-libraries.mjs';
import type { MachineView, ProgramOutcome } from './machine-view.ts';

export interface WrittenMachine {
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly env?: MachineView['env'];
  /** Path -> text. Folders are those above the files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files that this user may not open for writing. */
  readonly closed?: readonly string[];
  /** "program first-argument" -> standard output of a program that succeeds, or how it ends. */
  readonly programs?: Readonly<Record<string, string | ProgramOutcome>>;
  /** Name -> folder. */
  readonly packages?: Readonly<Record<string, string>>;
}

export function written(machine: WrittenMachine): MachineView {
  const { platform = 'linux', arch = 'x64', env = {}, files = {}, closed = [], programs = {}, packages = {} } = machine;
  const paths = Object.keys(files).map(plain);
  return {
    platform,
    arch,
    env,
    home: '/home/ada',
    read: (file) => files[plain(file)] ?? null,
    list: (folder) => {
      const prefix = `${plain(folder)}/`;
      const below = paths.filter((path) => path.startsWith(prefix));
      return [...new Set(below.map((path) => path.slice(prefix.length).split('/')[0]))];
    },
    exists: (file) => paths.some((path) => path === plain(file) || path.startsWith(`${plain(file)}/`)),
    writable: (file) => !closed.includes(file),
    run: async (program, args) => {
      const answer = programs[`${program} ${args[0]}`] ?? programs[program];
      return typeof answer === 'string' ? { code: 0, stdout: answer, stderr: '' } : (answer ?? null);
    },
    packageFolder: (name) => packages[name] ?? null,
    acceptsModule: () => true,
  };
}

/** "a/b/../c" -> "a/c", as the setup's link of `deps/lib` leads beside the libraries. */
const plain = (path: string): string => path.replace(/\/[^/]+\/\.\.(?=\/)/g, '');

/** A program that ends with an error. */
export const failing = (stdout: string): ProgramOutcome => ({ code: 9, stdout, stderr: '' });

const GPU_PACKAGE = '/app/node_modules/@tensorflow/tfjs-node-gpu';

/** What "npm run setup:cuda" leaves. */
export const SET_UP = {
  packages: { '@tensorflow/tfjs-node-gpu': GPU_PACKAGE },
  files: Object.fromEntries(
    [
      'lib/napi-v8/tfjs_binding.node',
      'deps/lib/libtensorflow_cc.so.2',
      ...CUDA_LIBRARIES.map(({ name, folder }) => `deps/nvidia/${folder}/lib/${name}`),
    ].map((file) => [`${GPU_PACKAGE}/${file}`, '']),
  ),
} satisfies WrittenMachine;

const BUS = '/sys/bus/pci/devices';
export const NETWORK_DEVICE = {
  [`${BUS}/0000:00:02.0/vendor`]: '0x1af4\n',
  [`${BUS}/0000:00:02.0/class`]: '0x020000\n',
};
/** A card, and the sound device that comes with it. */
export const NVIDIA_DEVICE = {
  [`${BUS}/0000:01:00.0/vendor`]: '0x10de\n',
  [`${BUS}/0000:01:00.0/class`]: '0x030000\n',
  [`${BUS}/0000:01:00.0/device`]: '0x2684\n',
  [`${BUS}/0000:01:00.1/vendor`]: '0x10de\n',
  [`${BUS}/0000:01:00.1/class`]: '0x040300\n',
};
export const moduleOf = (version: string) => ({
  '/proc/driver/nvidia/version': `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}  Wed Apr 17 02:00:00 UTC 2024\nGCC version:  gcc version 12.2.0\n`,
});
export const NODES = { '/dev/nvidia0': '', '/dev/nvidiactl': '', '/dev/nvidia-uvm': '' };
export const LIBCUDA = { '/usr/lib/x86_64-linux-gnu/libcuda.so.1': '' };

/** A workstation on which everything is there. */
export const WORKSTATION = {
  files: { ...SET_UP.files, ...NVIDIA_DEVICE, ...moduleOf('550.54.14'), ...NODES, ...LIBCUDA },
  packages: SET_UP.packages,
  programs: {
    'nvidia-smi': 'NVIDIA GeForce RTX 4090, 550.54.14, 24564 MiB, 8.9\n',
    '/sbin/ldconfig -p':
      '2 libs found in cache\n\tlibcuda.so.1 (libc6,x86-64) => /usr/lib/x86_64-linux-gnu/libcuda.so.1\n\tlibcuda.so.1 (libc6) => /usr/lib/i386-linux-gnu/libcuda.so.1\n',
  },
} satisfies WrittenMachine;

/** Files without those whose path contains a word. */
export const without = (files: Readonly<Record<string, string>>, ...words: string[]) =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !words.some((word) => path.includes(word))));
