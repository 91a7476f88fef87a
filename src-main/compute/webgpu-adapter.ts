/** Which graphics card WebGPU computes on, what it is called, and whether it is one at all. */
import { existsSync, readdirSync } from 'node:fs';
import { homedir, totalmem } from 'node:os';
import { delimiter, join } from 'node:path';
import { SteadygazeError } from '../contract/errors.ts';

/** Through which of the system's own interfaces Dawn (Chromium's WebGPU) reaches the card. */
const INTERFACES: Readonly<Partial<Record<NodeJS.Platform, string>>> = { win32: 'D3D12', darwin: 'Metal' };
/** That interface here. */
export const systemInterface = INTERFACES[process.platform] ?? 'Vulkan';

const MIB = 1024 ** 2;
const NO_CARD = `No graphics card can be reached through ${systemInterface}.`;
const OTHERS = 'The engines "native" and "wasm" compute without one.';

/** What of GPUAdapterInfo tells adapters apart. */
export interface AdapterWords {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Chromium knows it to be a program. */
  readonly isFallbackAdapter?: boolean;
}

/**
 * The adapter to compute on: the fastest graphics card.
 * @throws SteadygazeError `engine-unavailable` without one. A program that plays one (SwiftShader, llvmpipe, WARP) is
 * slower than every other engine: only the variable STEADYGAZE_SOFTWARE_GPU=1 allows it, for tests.
 */
export async function findAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = mayHaveAdapter() ? await gpu.requestAdapter({ powerPreference: 'high-performance' }) : null;
  if (adapter === null) {
    throw new SteadygazeError('engine-unavailable', NO_CARD, `If there is one, install its driver. ${OTHERS}`);
  }
  if (isSoftware(adapter.info) && !softwareAllowed()) {
    throw new SteadygazeError(
      'engine-unavailable',
      `There is only "${adapterName(adapter.info)}", which plays a graphics card on the processor and would be slow.`,
      `If there is a graphics card, install its driver. ${OTHERS}`,
    );
  }
  return adapter;
}

/**
 * A quick look before anything is started: Vulkan on Linux knows a card only through a file that its driver installs.
 * Elsewhere the system brings the interface, and one has to try.
 */
export function mayHaveAdapter(platform = process.platform, env: NodeJS.ProcessEnv = process.env): boolean {
  if (platform !== 'linux') return true;
  if (env['VK_ICD_FILENAMES'] || env['VK_DRIVER_FILES'] || env['VK_ADD_DRIVER_FILES']) return true;
  const data = [env['XDG_DATA_HOME'] ?? join(homedir(), '.local/share')];
  const configured = [env['XDG_CONFIG_HOME'] ?? join(homedir(), '.config')];
  data.push(...(env['XDG_DATA_DIRS'] ?? '/usr/local/share:/usr/share').split(delimiter));
  configured.push(...(env['XDG_CONFIG_DIRS'] ?? '/etc/xdg').split(delimiter), '/etc', '/usr/local/etc');
  return [...data, ...configured].some((folder) => describesDriver(join(folder, 'vulkan/icd.d')));
}

function describesDriver(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => name.endsWith('.json'));
}

/** Whether programs that play a graphics card may be computed on. */
function softwareAllowed(): boolean {
  return process.env['STEADYGAZE_SOFTWARE_GPU'] === '1';
}

/** Whether it is a program that plays a graphics card. */
export function isSoftware({
  vendor,
  architecture,
  device,
  description,
  isFallbackAdapter = false,
}: AdapterWords): boolean {
  const words = `${vendor} ${architecture} ${device} ${description}`;
  return isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|softpipe|basic.render|\bwarp\b/i.test(words);
}

/** Words that makers write in their own way. */
const SPELLINGS: Readonly<Record<string, string>> = {
  nvidia: 'NVIDIA',
  amd: 'AMD',
  geforce: 'GeForce',
  swiftshader: 'SwiftShader',
};

/** Chromium writes names in small letters with hyphens: "nvidia-geforce-rtx-4090" is "NVIDIA GeForce RTX 4090". */
export function adapterName({ vendor, device, description }: AdapterWords): string {
  const words = device.split('-').filter((word) => word !== '' && word !== 'r' && word !== 'tm');
  if (words.length === 0) return description || vendor || 'graphics card without a name';
  const name = words.map(spelt).join(' ');
  const maker = spelt(vendor);
  return vendor === '' || vendor === 'google' || name.toLowerCase().startsWith(vendor) ? name : `${maker} ${name}`;
}

function spelt(word: string): string {
  const known = SPELLINGS[word];
  if (known !== undefined) return known;
  // Model names are in capitals: RTX, H100, 80GB. Words are not.
  const isModel = /\d/.test(word) || !/[aeiou]/.test(word);
  return isModel ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1);
}

/**
 * Bytes of the card's memory that may be taken. WebGPU does not tell how much there is: these are cautious, and
 * STEADYGAZE_GPU_MEMORY (in MiB) says otherwise.
 */
export function memoryShare(info: AdapterWords, env: NodeJS.ProcessEnv = process.env, system = totalmem()): number {
  const wished = Number(env['STEADYGAZE_GPU_MEMORY']);
  if (wished > 0) return wished * MIB;
  if (isSoftware(info)) return Math.min(1024 * MIB, Math.floor(system / 4));
  // Cards of its own memory have 4 GiB and more, of which the screen needs some.
  if (info.vendor === 'nvidia') return 3072 * MIB;
  // The others may share the processor's.
  return info.vendor === 'apple' ? Math.floor(system / 3) : Math.min(2048 * MIB, Math.floor(system / 4));
}
