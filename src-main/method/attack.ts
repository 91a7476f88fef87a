/**
 * Semantic-preserved adversarial sample x^ (Wu et al., IEEE TMM 2024): x^ = x outside the background
 * B; inside B |x^ - x| <= eps per pixel and channel, x^ in [0,1]. The network is in inference mode.
 *
 * - `pgd`: projected gradient descent on the loss, L-infinity (Madry et al., ICLR 2018).
 * - `fgsm`: one step of eps (Goodfellow et al., ICLR 2015).
 * - `mi-fgsm`: accumulated L1-normalised gradients, steps of eps / steps (Dong et al., CVPR 2018).
 * - `pgd-l2`: steps along the L2-normalised gradient in a ball of radius
 *   radiusShare * eps * sqrt(3 |B|), and never more than eps per pixel.
 * - `noise`: uniform in +-eps inside B, no gradient: the control.
 *
 * The loss is that of training (networks/loss.ts): the cross-entropy of the label; of several labels, the sum of the
 * binary cross-entropies of all classes, those left out of which nothing is known.
 *
 * The gradient is masked by B before any norm or sign is taken. The box [max(x-eps,0), min(x+eps,1)]
 * inside B and [x,x] outside holds both limits, so that one clipping enforces all of them exactly.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../contract/settings.ts';
import { Random } from '../numeric/random.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Targets } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';

export type AttackSettings = Pick<
  MethodSettings,
  'attack' | 'steps' | 'stepShare' | 'randomStart' | 'momentumDecay' | 'radiusShare'
>;

/**
 * @param x          [n,size,size,3] pictures in [0,1]; borrowed
 * @param targets    what the n pictures are of
 * @param background [n*size*size] 1 inside B, 0 outside
 * @param eps        largest change of a value, in [0,1]
 * @param seeds      [n] one seed a sample: its noise does not depend on its batch
 * @returns x^ [n,size,size,3]
 */
export function attackBackground(
  network: FrozenNetwork,
  x: Tensor4D,
  targets: Targets,
  background: Uint8Array,
  eps: number,
  seeds: ArrayLike<number>,
  settings: AttackSettings,
): Tensor4D {
  const [n, size] = x.shape;
  const mask = tf.tensor4d(Float32Array.from(background), [n, size, size, 1]);
  const reach = tf.mul(mask, eps);
  const lower = tf.tidy<Tensor4D>(() => tf.maximum(tf.sub(x, reach), 0));
  const upper = tf.tidy<Tensor4D>(() => tf.minimum(tf.add(x, reach), 1));
  const loss = targets instanceof LabelSets ? ofSeveral(targets) : ofOne(targets, network.architecture.classes);

  const { attack } = settings;
  const startsAtRandom = attack === 'noise' || (settings.randomStart && (attack === 'pgd' || attack === 'pgd-l2'));
  let current: Tensor4D = startsAtRandom ? randomStart(x, lower, upper, eps, seeds) : tf.clone(x);
  const steps = attack === 'noise' ? 0 : attack === 'fgsm' ? 1 : settings.steps;
  const radius = attack === 'pgd-l2' ? ballRadius(background, n, eps * settings.radiusShare) : null;
  let momentum: Tensor4D | null = null;
  for (let step = 0; step < steps; step++) {
    const gradient = network.inputGradient(current, loss.gradient);
    const masked = tf.mul<Tensor4D>(gradient, mask);
    gradient.dispose();
    let next: Tensor4D;
    if (radius !== null) {
      next = stepInBall(current, x, masked, radius, settings.stepShare);
    } else {
      let direction = masked;
      let length = settings.stepShare * eps;
      if (attack === 'fgsm') length = eps;
      if (attack === 'mi-fgsm') {
        length = eps / steps;
        const previous: Tensor4D | null = momentum;
        momentum = tf.tidy(() => accumulate(previous, masked, settings.momentumDecay));
        previous?.dispose();
        direction = momentum;
      }
      next = tf.tidy<Tensor4D>(() => tf.add(current, tf.mul(signOf(direction), length)));
    }
    tf.dispose([current, masked]);
    current = clip(next, lower, upper);
    next.dispose();
  }
  tf.dispose([mask, reach, lower, upper, ...loss.tensors]);
  momentum?.dispose();
  radius?.dispose();
  return current;
}

/** d loss / d logits, and the tensors that it keeps until it is not needed any more. */
interface AttackLoss {
  readonly gradient: (logits: Tensor2D) => Tensor2D;
  readonly tensors: readonly Tensor2D[];
}

function ofOne(labels: Int32Array, classes: number): AttackLoss {
  const target = tf.tidy(() => tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32')) as Tensor2D;
  return { gradient: (logits) => tf.sub(tf.softmax(logits), target), tensors: [target] };
}

function ofSeveral(sets: LabelSets): AttackLoss {
  const target = tf.tensor2d(sets.targets(), [sets.count, sets.classCount]);
  const known = tf.tensor2d(sets.known(), [sets.count, sets.classCount]);
  return { gradient: (logits) => tf.mul(tf.sub(tf.sigmoid(logits), target), known), tensors: [target, known] };
}

/** The wasm backend's own sign calls everything below 1e-7 zero; gradients are often smaller. */
function signOf(x: Tensor4D): Tensor4D {
  return tf.sign(tf.mul(x, 1e25));
}

function clip(x: Tensor4D, lower: Tensor4D, upper: Tensor4D): Tensor4D {
  return tf.tidy(() => tf.minimum(tf.maximum(x, lower), upper));
}

function randomStart(x: Tensor4D, lower: Tensor4D, upper: Tensor4D, eps: number, seeds: ArrayLike<number>): Tensor4D {
  const [n] = x.shape;
  const values = new Float32Array(x.size);
  const area = x.size / n;
  for (let i = 0; i < n; i++) {
    new Random(seeds[i]).fillUniform(values.subarray(i * area, (i + 1) * area), -eps, eps);
  }
  return tf.tidy(() => clip(tf.add(x, tf.tensor4d(values, x.shape)), lower, upper));
}

/** Dong et al., equation 6: g <- decay * g + gradient / ||gradient||_1 (a zero gradient adds nothing). */
function accumulate(momentum: Tensor4D | null, gradient: Tensor4D, decay: number): Tensor4D {
  const length = tf.sum(tf.abs(gradient), [1, 2, 3], true);
  const unit = tf.div<Tensor4D>(gradient, tf.maximum(length, 1e-30));
  return momentum === null ? unit : tf.add(tf.mul(momentum, decay), unit);
}

/** One radius a sample, [n,1,1,1]. */
function ballRadius(background: Uint8Array, n: number, eps: number): Tensor4D {
  const area = background.length / n;
  const radii = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    let count = 0;
    for (let p = i * area; p < (i + 1) * area; p++) count += background[p];
    radii[i] = eps * Math.sqrt(3 * count);
  }
  return tf.tensor4d(radii, [n, 1, 1, 1]);
}

function stepInBall(current: Tensor4D, x: Tensor4D, gradient: Tensor4D, radius: Tensor4D, stepShare: number): Tensor4D {
  return tf.tidy(() => {
    const norm = (t: Tensor4D) => tf.maximum(tf.sqrt(tf.sum(tf.square(t), [1, 2, 3], true)), 1e-30);
    const moved = tf.add(current, tf.mul(tf.div(gradient, norm(gradient)), tf.mul(radius, stepShare)));
    const change = tf.sub<Tensor4D>(moved, x);
    const shrink = tf.minimum(tf.div(radius, norm(change)), 1);
    return tf.add(x, tf.mul(change, shrink));
  });
}
