/** Which machine this is, and what it has: what was measured on another, or with another driver, says nothing here. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { ENGINE_IDS } from '../../compute/engine.ts';
import { installedVersion } from '../../compute/installed.ts';

/** Everything that decides which engine is fastest, or whether one works. */
interface MachineFacts {
  readonly processor: string;
  readonly logicalProcessors: number;
  readonly system: string;
  /** What is known of graphics cards and their drivers without starting an engine. */
  readonly graphics: readonly string[];
  /** Versions of the packages; null: not installed. */
  readonly engines: Readonly<Record<string, string | null>>;
  /** What the environment says about which libraries and cards are to be used. */
  readonly environment: readonly string[];
}

/** Variables that decide which graphics cards an engine finds, and where its libraries are. */
const DECIDING = /^(CUDA_|VK_|LD_LIBRARY_PATH$|STEADYGAZE_SOFTWARE_GPU$|NVIDIA_VISIBLE_DEVICES$)/;

export function machineFacts(env: NodeJS.ProcessEnv = process.env): MachineFacts {
  return {
    processor: cpus()[0]?.model ?? '',
    logicalProcessors: availableParallelism(),
    system: `${process.platform} ${process.arch}`,
    graphics: process.platform === 'linux' ? linuxGraphics() : [],
    engines: Object.fromEntries(ENGINE_IDS.map((id) => [id, installedVersion(id)])),
    environment: Object.keys(env)
      .filter((name) => DECIDING.test(name))
      .sort()
      .map((name) => `${name}=${env[name] ?? ''}`),
  };
}

/** Short, and another one whenever a fact is another one. */
export function machineKey(facts: MachineFacts = machineFacts()): string {
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16);
}

/** Vendor and device of each card, and the version of NVIDIA's driver, from files of the kernel. */
function linuxGraphics(): string[] {
  const cards = listed('/sys/class/drm').filter((name) => /^card\d+$/.test(name));
  const devices = cards.map((card) => {
    const device = join('/sys/class/drm', card, 'device');
    return `${text(join(device, 'vendor'))} ${text(join(device, 'device'))}`;
  });
  const nvidia = listed('/proc/driver/nvidia/gpus').map(
    (gpu) => /Model:\s*(.+)/.exec(text(`/proc/driver/nvidia/gpus/${gpu}/information`))?.[1] ?? gpu,
  );
  const driver = text('/proc/driver/nvidia/version').split('\n', 1)[0];
  return [...devices, ...nvidia, driver].filter((each) => each.trim() !== '').sort();
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
