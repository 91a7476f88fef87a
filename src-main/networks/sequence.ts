/** Modules one after the other, and beside each other (residual blocks). */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Module } from './modules.ts';

/** y = body(x) + shortcut(x); an empty shortcut is the identity. */
export function residual(body: Sequence, shortcut: Sequence): Module {
  interface Branches {
    readonly body: Tape;
    readonly shortcut: Tape;
  }
  return {
    keepsInput: body.keepsInput || shortcut.keepsInput,
    keepsOutput: false,
    forward(x, tape) {
      const main = body.forward(x, tape);
      const side = shortcut.forward(x, tape);
      const y = tf.add(main.y, side.y);
      main.y.dispose();
      if (side.y !== x) side.y.dispose();
      return { y, saved: { body: main.tape, shortcut: side.tape } satisfies Branches };
    },
    backward(x, _y, saved, dy, wantInput) {
      const branches = saved as Branches;
      const main = body.backward(branches.body, x, null, dy, wantInput);
      const side = shortcut.backward(branches.shortcut, x, null, dy, wantInput);
      if (main === null || side === null) return null;
      const dx = tf.add(main, side);
      main.dispose();
      if (side !== dy) side.dispose();
      return dx;
    },
    drop(saved) {
      const branches = saved as Branches;
      body.drop(branches.body);
      shortcut.drop(branches.shortcut);
    },
  };
}

/** What a {@link Sequence} keeps between forward and backward: one entry a module. */
export interface Tape {
  readonly saved: unknown[];
  /** `between[i]` lies between module i and i + 1; null where no gradient needs it. */
  readonly between: (Tensor | null)[];
}

export class Sequence {
  readonly keepsInput: boolean;
  /** Whether the gradient of the last module needs the sequence's output. */
  readonly keepsOutput: boolean;
  private readonly modules: readonly Module[];

  constructor(modules: readonly Module[]) {
    this.modules = modules;
    this.keepsInput = modules[0]?.keepsInput ?? false;
    this.keepsOutput = modules.at(-1)?.keepsOutput ?? false;
  }

  /** An empty sequence returns its input itself. */
  forward(x: Tensor, tape: boolean): { y: Tensor; tape: Tape } {
    const saved: unknown[] = [];
    const between: (Tensor | null)[] = [];
    let current = x;
    this.modules.forEach((module, i) => {
      const result = module.forward(current, tape);
      if (tape) saved.push(result.saved);
      else module.drop(result.saved);
      if (i > 0) {
        const kept = tape && (module.keepsInput || (this.modules[i - 1]?.keepsOutput ?? false));
        between.push(kept ? current : null);
        if (!kept) current.dispose();
      }
      current = result.y;
    });
    return { y: current, tape: { saved, between } };
  }

  /** Gradient of the input; an empty sequence returns dy itself. Consumes the tape, borrows dy. */
  backward(tape: Tape, x: Tensor | null, y: Tensor | null, dy: Tensor, wantInput: boolean): Tensor | null {
    let gradient = dy;
    let output = y;
    for (let i = this.modules.length - 1; i >= 0; i--) {
      const module = this.modules[i];
      const input = i === 0 ? x : (tape.between[i - 1] ?? null);
      const dx = module.backward(input, output, tape.saved[i], gradient, i > 0 || wantInput);
      if (gradient !== dy) gradient.dispose();
      if (output !== y) output?.dispose();
      if (dx === null) return null;
      gradient = dx;
      output = input;
    }
    return gradient;
  }

  drop(tape: Tape): void {
    // Nothing is saved by a pass without a tape.
    tape.saved.forEach((saved, i) => {
      this.modules[i].drop(saved);
    });
    tf.dispose(tape.between.filter((tensor) => tensor !== null));
  }
}
