/** What would take many minutes where the processor plays the graphics card, and seconds on a real one. */
import { it } from 'vitest';
import { withGpu } from '../compute/software-gpu.fixture.ts';
import { startWebGpu } from '../compute/webgpu.ts';
import { describeRounds } from './rounds.suite.ts';
import { describeVectors } from './vectors.suite.ts';

if (process.env['STEADYGAZE_TEST_GPU'] === '1') {
  await withGpu(() => {
    describeVectors('webgpu', startWebGpu);
    describeRounds('webgpu', startWebGpu, 1e-5);
  });
} else {
  it.skip('vectors and rounds on a real graphics card: STEADYGAZE_TEST_GPU=1 asks for them');
}
