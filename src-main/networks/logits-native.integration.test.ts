import { startNative } from '../compute/native.ts';
import { describeLogits } from './logits.suite.ts';

describeLogits('native', startNative);
