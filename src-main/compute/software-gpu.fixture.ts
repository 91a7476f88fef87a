/** A graphics card for tests, where the machine has none: SwiftShader, which comes with Debian's Chromium. */
import { existsSync } from 'node:fs';
import { it } from 'vitest';
import { SteadygazeError } from '../contract/errors.ts';
import { startWebGpu } from './webgpu.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/** What lets compute processes use it. With STEADYGAZE_TEST_GPU=1 tests use the machine's own card. */
const softwareGpu: Readonly<Record<string, string>> =
  process.env['STEADYGAZE_TEST_GPU'] === '1' || !existsSync(SWIFTSHADER)
    ? { STEADYGAZE_SOFTWARE_GPU: '1' }
    : { STEADYGAZE_SOFTWARE_GPU: '1', VK_ICD_FILENAMES: SWIFTSHADER };

/** Defines tests on the engine `webgpu` where it starts; elsewhere one that is skipped and says why. */
export async function withGpu(define: () => void): Promise<void> {
  Object.assign(process.env, softwareGpu);
  try {
    await startWebGpu();
  } catch (error) {
    if (!(error instanceof SteadygazeError)) throw error;
    it.skip(`the engine "webgpu": ${error.message}`);
    return;
  }
  define();
}
