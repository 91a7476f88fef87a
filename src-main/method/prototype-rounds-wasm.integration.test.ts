import { startWasm } from '../compute/wasm.ts';
import { describePrototypeRounds } from './prototype-rounds.suite.ts';

describePrototypeRounds('wasm', startWasm, 0);
