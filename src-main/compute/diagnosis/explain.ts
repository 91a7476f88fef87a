/** Why an engine can or cannot be used on this machine, and the first thing to do about it. */
import type { EngineCheck, EngineExplanation } from '../../contract/engine-checks.ts';
import type { EngineId } from '../engine.ts';
import { missing, ok } from './check.ts';
import { diagnoseCuda } from './cuda.ts';
import type { MachineView, Trial } from './machine-view.ts';
import { diagnoseNative } from './native.ts';
import { diagnoseWasm } from './wasm.ts';
import { diagnoseWebGpu } from './webgpu.ts';

const DIAGNOSES: Readonly<Record<EngineId, (machine: MachineView) => EngineCheck[] | Promise<EngineCheck[]>>> = {
  cuda: diagnoseCuda,
  webgpu: diagnoseWebGpu,
  native: diagnoseNative,
  wasm: diagnoseWasm,
};

/** @param trial how the start of the engine ended: it has the last word, whatever the machine looks like */
export async function explainEngine(id: EngineId, machine: MachineView, trial: Trial): Promise<EngineExplanation> {
  const seen = await DIAGNOSES[id](machine);
  const first = seen.find(({ state }) => state === 'missing');
  const start = 'Start and self-test';
  if (trial.usable) {
    const checks = [...seen, ok(start, 'It computed everything right.')];
    return { id, usable: true, summary: trial.description, todo: '', checks };
  }
  const checks = [...seen, missing(start, trial.reason, first === undefined ? trial.hint : '')];
  return { id, usable: false, summary: trial.reason, todo: first?.todo ?? trial.hint, checks };
}
