/** What a training pass shows to one who watches it: it has computed these things anyway. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import { weightedLoss } from './loss.ts';
import type { TrainingMoment } from './moment.ts';
import type { Sequence } from './sequence.ts';

/** A part of a training batch, seen by the network in training mode. All tensors are borrowed. */
export interface SeenPart {
  /** The pictures `first`, `first + 1`, ... of the batch. */
  readonly first: number;
  /** [n,size,size,3] in [0,1], as they were trained on. */
  readonly x: Tensor4D;
  /** [n,h,w,K] the last convolutional feature map. */
  readonly map: Tensor4D;
  /** [n,classes] */
  readonly logits: Float32Array;
  /**
   * [n,size,size,3] d (mean_i v_i L_i) / d x up to a positive factor a channel. Where batch norms go by the batch, a
   * picture's gradient also has what it does to the losses of the others.
   */
  readonly gradient: Tensor4D;
  /**
   * One more forward pass of as many pictures in the same mode: the same places are dropped, batch norms go by these
   * pictures, and nothing is learnt from it. The caller disposes of both.
   */
  readonly again: (x: Tensor4D) => { readonly map: Tensor4D; readonly logits: Tensor2D };
}

/** Awaited with every part of a batch, before its step is taken. */
export type Watch = (seen: SeenPart) => Promise<void>;

/** What a watched pass works with. */
interface Watched {
  /** Up to the last convolutional map, and from there on. */
  readonly features: Sequence;
  readonly head: Sequence;
  /** Pictures in [0,1] as the first layer takes them. */
  readonly scaled: (x: Tensor4D) => Tensor4D;
  readonly moment: TrainingMoment;
  /** Carries out a pass by the same chance, from which nothing is learnt. */
  readonly repeated: <T>(pass: () => T) => T;
}

/** A training pass of the present moment, carried back to the picture and shown. @param x disposed of */
export async function watchedPass(
  { features, head, scaled, moment, repeated }: Watched,
  x: Tensor4D,
  watch: Watch,
): Promise<{ losses: Float32Array; correct: number }> {
  const { targets, v, part } = moment;
  const input = scaled(x);
  const lower = features.forward(input, true);
  const upper = head.forward(lower.y, true);
  const logits = (await upper.y.data()) as Float32Array;
  const { losses, correct, gradient } = weightedLoss(logits, targets, v);
  const dLogits = tf.tensor2d(gradient, upper.y.shape as [number, number]);
  const dMap = head.backward(upper.tape, lower.y, upper.y, dLogits, true) as Tensor4D;
  const dInput = features.backward(lower.tape, input, lower.y, dMap, true) as Tensor4D;
  tf.dispose([dLogits, upper.y, dMap, input]);
  const again = (other: Tensor4D) =>
    repeated(() => {
      const otherInput = scaled(other);
      const { y: map } = features.forward(otherInput, false);
      const { y } = head.forward(map, false);
      otherInput.dispose();
      return { map: map as Tensor4D, logits: y as Tensor2D };
    });
  await watch({ first: part?.before ?? 0, x, map: lower.y as Tensor4D, logits, gradient: dInput, again });
  tf.dispose([x, lower.y, dInput]);
  return { losses, correct };
}
