import { startWasm } from '../compute/wasm.ts';
import { describeFineTuning } from './fine-tuning.suite.ts';

describeFineTuning('wasm', startWasm);
