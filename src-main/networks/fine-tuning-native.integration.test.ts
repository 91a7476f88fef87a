import { startNative } from '../compute/native.ts';
import { describeFineTuning } from './fine-tuning.suite.ts';

describeFineTuning('native', startNative);
