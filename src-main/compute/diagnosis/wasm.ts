/** What the engine `wasm` needs: its package, and a Node with vector instructions in WebAssembly. */
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { missing, ok } from './check.ts';
import type { MachineView } from './machine-view.ts';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** A module with one function () -> v128 of this body: valid only where its instructions are known. */
const moduleOf = (...body: number[]) =>
  Uint8Array.from([
    ...HEADER,
    ...[1, 5, 1, 0x60, 0, 1, 0x7b],
    ...[3, 2, 1, 0],
    ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b],
  ]);

/** i32.const 0; i8x16.splat */
const SPLAT = [0x41, 0, 0xfd, 0x0f];
/** f32x4.relaxed_madd takes three vectors; opcode 0xfd 0x105 of the relaxed SIMD proposal. */
const RELAXED = [...SPLAT, ...SPLAT, ...SPLAT, 0xfd, 0x85, 0x02];

export function diagnoseWasm(machine: MachineView): EngineCheck[] {
  const name = '@tensorflow/tfjs-backend-wasm';
  return [
    machine.packageFolder(name) === null
      ? missing('Package', `${name} is not installed.`, 'Install the packages again with "npm ci".')
      : ok('Package', name),
    machine.acceptsModule(moduleOf(...SPLAT))
      ? ok('Vector instructions (SIMD)', 'This Node has them.')
      : missing(
          'Vector instructions (SIMD)',
          'This Node does not have them.',
          'Install Node 20 or newer on a processor with SSE 4.1 or NEON.',
        ),
    machine.acceptsModule(moduleOf(...RELAXED))
      ? ok('Relaxed SIMD', 'This Node has them, which saves some time.')
      : ok('Relaxed SIMD', 'This Node does not have them; that is only a little slower.'),
  ];
}
