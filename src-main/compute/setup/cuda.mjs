// @ts-check
/**
 * Sets up the `cuda` engine: `npm run setup:cuda`. Never a part of `npm install`, for it fetches gigabytes.
 *
 * The installer of @tensorflow/tfjs-node-gpu fetches a TensorFlow of 2022, which needs CUDA 11.2 and cuDNN 8.1 on the
 * system and knows no current card. This takes TensorFlow's CUDA wheel and NVIDIA's wheels that it names (its extra
 * "and-cuda") instead: CUDA 12 and cuDNN 9 come along, only NVIDIA's driver has to be there.
 *
 * A setup that was interrupted goes on with what it has fetched. What is built stays in the cache, outside the project.
 * Environment: STEADYGAZE_CACHE moves the cache.
 */
import { existsSync } from 'node:fs';
import { CUDA } from './cuda-engine.mjs';
import { reasonOf, setUpEngine } from './engine-setup.mjs';

/** @param {string} line one sentence for the person who waits */
function say(line) {
  console.log(`CUDA engine: ${line}`);
}

try {
  await setUpEngine(CUDA, { say });
  if (!existsSync('/proc/driver/nvidia/version') && !existsSync('/dev/dxg'))
    say('no NVIDIA driver runs here; the engine works only where one does.');
  say('"npm run steadygaze engines -- --explain" shows whether it can compute here.');
} catch (error) {
  say(`not set up: ${reasonOf(error)} "npm run setup:cuda" tries again and goes on with what is fetched.`);
  process.exitCode = 1;
}
