import { startWasm } from '../../compute/wasm.ts';
import { describePrototypes } from './prototypes.suite.ts';

describePrototypes('wasm', startWasm);
