/**
 * Loads TensorFlow's addon from `@tensorflow/tfjs-node-gpu` or `@tensorflow/tfjs-node` without the
 * packages' index file, which would make the backend the default at import, register file system
 * handlers we do not use, and need packages that a set-up from TensorFlow's wheel does not have.
 */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import nodeUtil from 'node:util';
import type { KernelBackend, TensorInfo } from '@tensorflow/tfjs-core';
import { availableMemory } from './available-memory.ts';

/** Not called `require`: the bundler of the desktop app declares that name in every program. */
const load = createRequire(import.meta.url);

/** Types of op attributes and tensors as the addon numbers them. */
export interface Binding {
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_Version: string;
  isUsingGpuDevice(): boolean;
}

export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: boolean | number | string | readonly number[];
}

/** The part of tfjs-node's `NodeJSKernelBackend` that fused operations call. */
export interface NativeBackend extends KernelBackend {
  readonly binding: Binding;
  executeSingleOutput(name: string, attributes: readonly OpAttribute[], inputs: readonly TensorInfo[]): TensorInfo;
  executeMultipleOutputs(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly TensorInfo[],
    outputs: number,
  ): TensorInfo[];
}

export interface Addon {
  readonly packageName: string;
  readonly packageVersion: string;
  readonly binding: Binding;
  createBackend(): NativeBackend;
}

/** Where the package lies, or null when it is not installed. */
function packageFolder(packageName: string): string | null {
  try {
    return dirname(load.resolve(`${packageName}/package.json`));
  } catch {
    return null;
  }
}

/**
 * @throws Error with one sentence when the package is absent, has no addon for this system, or
 * the system refuses to load it (a missing CUDA library, say).
 */
export function loadAddon(packageName: string): Addon {
  const folder = packageFolder(packageName);
  if (folder === null) throw new Error(`the package ${packageName} is not installed`);
  const library = join(folder, 'lib');
  const builds = existsSync(library) ? readdirSync(library).filter((name) => name.startsWith('napi-v')) : [];
  const file = builds
    .sort((a, b) => Number(b.slice(6)) - Number(a.slice(6)))
    .map((name) => join(library, name, 'tfjs_binding.node'))
    .find((path) => existsSync(path));
  if (file === undefined) throw new Error(`the package ${packageName} is installed without its native addon`);
  restoreOldUtil();
  // Off by default on most processors; without it convolutions take three times as long.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  limitMemory();
  const binding = load(file) as Binding;
  const { NodeJSKernelBackend } = load(join(folder, 'dist', 'nodejs_kernel_backend.js')) as {
    NodeJSKernelBackend: new (binding: Binding, packageName: string) => NativeBackend;
  };
  load(join(folder, 'dist', 'register_all_kernels.js'));
  const { version } = load(join(folder, 'package.json')) as { version: string };
  return {
    packageName,
    packageVersion: version,
    binding,
    createBackend: () => new NodeJSKernelBackend(binding, packageName),
  };
}

/**
 * TensorFlow takes the memory of tensors from its allocator with a limit, the one for graphics cards: where all of the
 * machine's memory would not do, an operation fails, which can be answered, and the system does not end the process.
 */
function limitMemory(): void {
  process.env['TF_CPU_ALLOCATOR_USE_BFC'] ??= 'true';
  process.env['TF_CPU_BFC_MEM_LIMIT_IN_MB'] ??= String(Math.floor(availableMemory() / 2 ** 20));
}

/** tfjs-node 4.22 calls two functions of `util` that Node removed in version 23. */
function restoreOldUtil(): void {
  const old = nodeUtil as unknown as Record<string, unknown>;
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined;
  old['isArray'] ??= Array.isArray;
}
