import { startWasm } from '../compute/wasm.ts';
import { describeVectors } from './vectors.suite.ts';

describeVectors('wasm', startWasm);
