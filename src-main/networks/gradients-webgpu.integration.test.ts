import { withGpu } from '../compute/software-gpu.fixture.ts';
import { startWebGpu } from '../compute/webgpu.ts';
import { describeGradients } from './gradients.suite.ts';

await withGpu(() => describeGradients('webgpu', startWebGpu, ['gelu', 'dropout', 'part mask by itself', 'class gate']));
