import { startNative } from '../compute/native.ts';
import { describeRounds } from './rounds.suite.ts';

describeRounds('native', startNative, 1e-5);
