import { startWasm } from '../compute/wasm.ts';
import { describeGradients } from './gradients.suite.ts';

describeGradients('wasm', startWasm);
