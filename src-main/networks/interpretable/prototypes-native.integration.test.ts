import { startNative } from '../../compute/native.ts';
import { describePrototypes } from './prototypes.suite.ts';

describePrototypes('native', startNative);
