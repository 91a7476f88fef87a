import { startNative } from '../../compute/native.ts';
import { describePartsAndGates } from './parts-and-gates.suite.ts';

describePartsAndGates('native', startNative);
