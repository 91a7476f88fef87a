import { startNative } from '../compute/native.ts';
import { describeGradients } from './gradients.suite.ts';

describeGradients('native', startNative);
