import { startWasm } from '../../compute/wasm.ts';
import { describePartsAndGates } from './parts-and-gates.suite.ts';

describePartsAndGates('wasm', startWasm);
