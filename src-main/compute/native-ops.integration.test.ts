import { describeEngineOps } from './engine-ops.suite.ts';
import { startNative } from './native.ts';

describeEngineOps('native', startNative);
