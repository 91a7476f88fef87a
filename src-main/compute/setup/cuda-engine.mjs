// @ts-check
import { existsSync } from 'node:fs';
import path from 'node:path';
import { CUDA_LIBRARIES } from './cuda-libraries.mjs';
import { SetupError } from './command.mjs';
import { fetchWheel, metadataOf, unpack } from './pip.mjs';
import { fetchTensorFlow, TENSORFLOW_VERSION } from './wheel.mjs';

/** TensorFlow's wheel and the twelve of NVIDIA, as of 2026; newer ones differ a little. */
const TENSORFLOW_MEGABYTES = 620;
const NVIDIA_MEGABYTES = 2_750;
/** Unpacked, without headers. */
const KEPT_GIGABYTES = 6;
/** The wheels and what is unpacked from them, at the same time. */
const BYTES_NEEDED = 10_000_000_000;

/**
 * What the wheel's extra "and-cuda" asks for, as pip writes requirements.
 * @param {string} metadata of TensorFlow's wheel
 * @returns {string[]} "nvidia-cudnn-cu12<10.0,>=9.3.0.75"
 */
export function cudaRequirements(metadata) {
  return metadata
    .split('\n')
    .filter((line) => /^Requires-Dist: *nvidia-/.test(line) && /extra *== *["']and-cuda["']/.test(line))
    .map(
      (line) =>
        line
          .slice('Requires-Dist:'.length)
          .split(';', 1)[0]
          ?.replace(/[()\s]/g, '') ?? '',
    );
}

/**
 * @param {{folder: string, downloads: string, bytesNeeded: number, say: (line: string) => void}} task
 * @returns {Promise<void>}
 */
export async function fetchCuda({ folder, downloads, bytesNeeded, say }) {
  const wheel = { name: 'tensorflow', megabytes: TENSORFLOW_MEGABYTES, platform: 'manylinux_2_27_x86_64' };
  const { python, file } = await fetchTensorFlow({ wheel, folder, downloads, bytesNeeded, say });
  const requirements = cudaRequirements(await metadataOf(python, file));
  if (requirements.length === 0) throw new SetupError('the TensorFlow wheel names no CUDA libraries.');
  const wheels = [];
  for (const [i, requirement] of requirements.entries()) {
    say(`fetching ${requirement} (${i + 1} of ${requirements.length}) ...`);
    wheels.push(await fetchWheel({ python, requirement, downloads }));
  }
  say('unpacking ...');
  await unpack(python, wheels, folder);
  const lacking = CUDA_LIBRARIES.filter(
    (library) => !existsSync(path.join(folder, 'nvidia', library.folder, 'lib', library.name)),
  );
  if (lacking.length > 0)
    throw new SetupError(`NVIDIA's wheels came without ${lacking.map(({ name }) => name).join(', ')}.`);
}

/** @type {import('./engine-setup.mjs').WheelEngine} */
export const CUDA = {
  packageName: '@tensorflow/tfjs-node-gpu',
  kind: 'cuda',
  // Of 2022, see cuda.mjs: whoever asks for this setup wants a newer one.
  keepsStock: false,
  libraries: CUDA_LIBRARIES,
  announcement() {
    if (process.platform !== 'linux' || process.arch !== 'x64')
      throw new SetupError(
        'TensorFlow has a CUDA wheel only for Linux on 64-bit Intel and AMD (in Windows: inside WSL 2). ' +
          'The engine "webgpu" computes on graphics cards elsewhere.',
      );
    const gigabytes = ((TENSORFLOW_MEGABYTES + NVIDIA_MEGABYTES) / 1000).toFixed(1);
    return (
      `setting it up once from pip wheels (TensorFlow ${TENSORFLOW_VERSION}, CUDA 12, cuDNN 9): about ${gigabytes} GB ` +
      `to fetch, about ${KEPT_GIGABYTES} GB kept, ${BYTES_NEEDED / 1e9} GB free needed meanwhile.`
    );
  },
  fetch: (task) => fetchCuda({ ...task, bytesNeeded: BYTES_NEEDED }),
};
