import { startWasm } from '../compute/wasm.ts';
import { describeRounds } from './rounds.suite.ts';

describeRounds('wasm', startWasm, 0);
