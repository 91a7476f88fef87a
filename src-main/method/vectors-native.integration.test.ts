import { startNative } from '../compute/native.ts';
import { describeVectors } from './vectors.suite.ts';

describeVectors('native', startNative);
