import { withGpu } from '../compute/software-gpu.fixture.ts';
import { startWebGpu } from '../compute/webgpu.ts';
import { describeLogits } from './logits.suite.ts';

await withGpu(() => describeLogits('webgpu', startWebGpu, ['mobilenet_v2']));
