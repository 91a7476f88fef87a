import { startNative } from '../compute/native.ts';
import { describePrototypeRounds } from './prototype-rounds.suite.ts';

describePrototypeRounds('native', startNative, 1e-5);
