import * as tf from '@tensorflow/tfjs-core';
import { describeEngineOps } from './engine-ops.suite.ts';
import type { Engine } from './engine.ts';
import type { NativeBackend } from './native-addon.ts';
import { createNativeOps } from './native-ops.ts';
import { startNative } from './native.ts';

describeEngineOps('native', startNative);
describeEngineOps('native, without oneDNN', startWithoutOneDnn);

/** As on processors for which TensorFlow has none of oneDNN's kernels. */
async function startWithoutOneDnn(): Promise<Engine> {
  const engine = await startNative();
  const backend = tf.backend() as NativeBackend;
  const poorer: NativeBackend = Object.create(backend, {
    executeSingleOutput: { value: refusing(backend.executeSingleOutput.bind(backend)) },
    executeMultipleOutputs: { value: refusing(backend.executeMultipleOutputs.bind(backend)) },
  }) as NativeBackend;
  return { ...engine, ops: createNativeOps(poorer, 1) };
}

function refusing<T extends unknown[], R>(execute: (name: string, ...rest: T) => R): (name: string, ...rest: T) => R {
  return (name, ...rest) => {
    if (name.startsWith('_Mkl')) throw new Error(`no kernel ${name}`);
    return execute(name, ...rest);
  };
}
