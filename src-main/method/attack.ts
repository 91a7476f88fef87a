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
 * inside B and [x,x] outside holds both limits, so that one clipping enforces all of them exactly. It undoes every step
 * outside B, too: where a step is the sign alone (`pgd`, `fgsm`), the mask would change nothing and is left out.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { MethodSettings } from '../contract/settings.ts';
import { Random } from '../numeric/random.ts';
import type { FrozenNetwork } from '../networks/frozen.ts';
import type { Targets } from '../networks/loss.ts';
import { LabelSets } from '../numeric/label-sets.ts';
import { beginsAtPicture, stepsOf } from './passes.ts';

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
 * @param first      d loss / d x of an attack that begins at x ({@link beginsAtPicture}), where it is known; borrowed
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
  first: Tensor4D | null = null,
): Tensor4D {
  const attack = new BackgroundAttack(x, background, eps, seeds, settings);
  const loss = attackLoss(targets, network.architecture.classes);
  for (let step = 0; step < attack.steps; step++) {
    const isKnown = step === 0 && first !== null;
    const gradient = isKnown ? tf.clone(first) : network.inputGradient(attack.current, loss.gradient);
    attack.move(gradient);
    gradient.dispose();
  }
  const attacked = tf.clone(attack.current);
  attack.dispose();
  tf.dispose([...loss.tensors]);
  return attacked;
}

/** What an attack knows of each picture, one tensor [n, ...] each. */
type AttackState = {
  readonly x: Tensor4D;
  readonly current: Tensor4D;
  /** [n,size,size,1] B; undefined where no step needs it. */
  readonly mask: Tensor4D | undefined;
  readonly lower: Tensor4D;
  readonly upper: Tensor4D;
  /** [n,1,1,1] of `pgd-l2`. */
  readonly radius: Tensor4D | undefined;
  readonly momentum: Tensor4D | undefined;
};

/** An attack in progress: pictures that are moved by gradients. */
export class BackgroundAttack {
  /** Gradients that it takes in all. */
  readonly steps: number;
  private readonly settings: AttackSettings;
  private readonly eps: number;
  private state: AttackState;

  constructor(x: Tensor4D, background: Uint8Array, eps: number, seeds: ArrayLike<number>, settings: AttackSettings) {
    this.settings = settings;
    this.eps = eps;
    this.steps = stepsOf(settings);
    this.state = beginningState(x, background, eps, seeds, settings);
  }

  /** [n,size,size,3], of the attack: it disposes of it with its next step. */
  get current(): Tensor4D {
    return this.state.current;
  }

  /** @param gradient d loss / d x at `current`; borrowed */
  move(gradient: Tensor4D): void {
    const { x, current, mask, lower, upper, radius, momentum } = this.state;
    const { attack, steps, stepShare, momentumDecay } = this.settings;
    const moved = tf.tidy((): Pick<AttackState, 'current' | 'momentum'> => {
      const masked = mask === undefined ? gradient : tf.mul<Tensor4D>(gradient, mask);
      const box = (next: Tensor4D): Tensor4D => clip(next, lower, upper);
      const along = (direction: Tensor4D, length: number) => box(tf.add(current, tf.mul(signOf(direction), length)));
      if (radius !== undefined) return { current: box(stepInBall(current, x, masked, radius, stepShare)), momentum };
      if (attack === 'fgsm') return { current: along(masked, this.eps), momentum };
      if (attack !== 'mi-fgsm') return { current: along(masked, stepShare * this.eps), momentum };
      const next = accumulate(momentum, masked, momentumDecay);
      return { current: along(next, this.eps / steps), momentum: next };
    });
    if (moved.momentum !== momentum) momentum?.dispose();
    current.dispose();
    this.state = { ...this.state, ...moved };
  }

  /** The attack goes on with some of its pictures alone. @param rows [m] which ones, ascending */
  keep(rows: Int32Array): void {
    const all = this.state;
    this.state = tf.tidy((): AttackState => {
      const indices = tf.tensor1d(rows, 'int32');
      const of = (tensor: Tensor4D): Tensor4D => tf.gather(tensor, indices);
      const ofSome = (tensor: Tensor4D | undefined) => (tensor === undefined ? undefined : of(tensor));
      const [mask, radius, momentum] = [ofSome(all.mask), ofSome(all.radius), ofSome(all.momentum)];
      return {
        ...{ x: of(all.x), current: of(all.current), lower: of(all.lower), upper: of(all.upper) },
        ...{ mask, radius, momentum },
      };
    });
    disposeAll(all);
  }

  dispose(): void {
    disposeAll(this.state);
  }
}

function disposeAll(state: AttackState): void {
  for (const tensor of Object.values(state)) tensor?.dispose();
}

function beginningState(
  x: Tensor4D,
  background: Uint8Array,
  eps: number,
  seeds: ArrayLike<number>,
  settings: AttackSettings,
): AttackState {
  const [n, size] = x.shape;
  const { attack, radiusShare } = settings;
  return tf.tidy((): AttackState => {
    const mask = tf.tensor4d(Float32Array.from(background), [n, size, size, 1]);
    const reach = tf.mul(mask, eps);
    const lower = tf.maximum<Tensor4D>(tf.sub(x, reach), 0);
    const upper = tf.minimum<Tensor4D>(tf.add(x, reach), 1);
    const startsAtRandom = !beginsAtPicture(settings);
    return {
      x: tf.clone(x),
      current: startsAtRandom ? randomStart(x, lower, upper, eps, seeds) : tf.clone(x),
      mask: attack === 'pgd-l2' || attack === 'mi-fgsm' ? mask : undefined,
      lower,
      upper,
      radius: attack === 'pgd-l2' ? ballRadius(background, n, eps * radiusShare) : undefined,
      momentum: undefined,
    };
  });
}

/** d loss / d logits, and the tensors that it keeps until it is not needed any more. */
export interface AttackLoss {
  readonly gradient: (logits: Tensor2D) => Tensor2D;
  readonly tensors: readonly Tensor2D[];
}

/** The loss that an attack raises. @param classes of the network */
export function attackLoss(targets: Targets, classes: number): AttackLoss {
  return targets instanceof LabelSets ? ofSeveral(targets) : ofOne(targets, classes);
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
function accumulate(momentum: Tensor4D | undefined, gradient: Tensor4D, decay: number): Tensor4D {
  const length = tf.sum(tf.abs(gradient), [1, 2, 3], true);
  const unit = tf.div<Tensor4D>(gradient, tf.maximum(length, 1e-30));
  return momentum === undefined ? unit : tf.add(tf.mul(momentum, decay), unit);
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
