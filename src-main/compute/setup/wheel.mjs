// @ts-check
import { mkdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from './command.mjs';
import { bytesUnder, fetchWheel, pythonWithPip, unpack } from './pip.mjs';

export const TENSORFLOW_VERSION = '2.21.0';

/** @typedef {{name: string, megabytes: number, platform: string}} Wheel */

/**
 * TensorFlow's official wheel for a machine's processor.
 * @param {NodeJS.Platform} platform
 * @param {string} arch
 * @returns {Wheel}
 */
export function wheelFor(platform, arch) {
  if (platform === 'linux' && arch === 'x64')
    return { name: 'tensorflow-cpu', megabytes: 274, platform: 'manylinux_2_27_x86_64' };
  if (platform === 'linux' && arch === 'arm64')
    return { name: 'tensorflow', megabytes: 270, platform: 'manylinux_2_27_aarch64' };
  throw new SetupError(
    `@tensorflow/tfjs-node could not be installed, and it can be built from TensorFlow's pip wheel only on Linux (x64, arm64).`,
  );
}

/**
 * Puts `lib/` (the two TensorFlow libraries) and `include/` (the C headers) into the folder.
 * @param {{wheel: Wheel, folder: string, downloads: string, bytesNeeded: number, say: (line: string) => void}} task
 * @returns {Promise<{python: string, file: string}>} the Python whose pip works, and the wheel, which stays in `downloads`
 */
export async function fetchTensorFlow({ wheel, folder, downloads, bytesNeeded, say }) {
  const { bavail, bsize } = statfsSync(folder);
  mkdirSync(downloads, { recursive: true });
  const fetched = bytesUnder(downloads);
  if (bavail * bsize + fetched < bytesNeeded) {
    const free = Math.round((bavail * bsize) / 1e6);
    throw new SetupError(
      `it needs ${bytesNeeded / 1e6} MB of free space at ${path.dirname(folder)}, and ${free} MB are free.`,
    );
  }
  const python = await pythonWithPip();
  const { name, platform, megabytes } = wheel;
  const requirement = `${name}==${TENSORFLOW_VERSION}`;
  const file = await fetchWheel({ python, requirement, downloads, platform, megabytes, say });
  await unpack(python, [file], folder);
  return { python, file };
}
