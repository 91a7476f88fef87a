import { describeEngineOps } from './engine-ops.suite.ts';
import { withGpu } from './software-gpu.fixture.ts';
import { startWebGpu } from './webgpu.ts';

await withGpu(() => describeEngineOps('webgpu', startWebGpu, 0.25));
