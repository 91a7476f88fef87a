/**
 * The attacks that robustness is measured with. All of them move the picture away from the class that the model sees in
 * it (they raise the cross-entropy of its own prediction), never change a value by more than eps, and stay in 0..255 and
 * inside a region:
 *
 * - `fgsm`: one step of eps from the picture itself (Goodfellow et al., ICLR 2015).
 * - `pgd10`: ten steps of eps / 4 from a random start (Madry et al., ICLR 2018): the attack of the method.
 * - `pgd50`: fifty steps of eps / 20 (2.5 eps in all) from several random starts, and the worst of them counts. What
 *   `pgd10` changes counts as changed too: it is the worst of what was tried, as in AutoAttack (Croce & Hein, ICML
 *   2020). So only pictures that nothing has changed yet get another start.
 *
 * Where pictures may be of several classes, the class that the model sees is the most probable one all the same, and the
 * softmax over the logits is what its attack raises the cross-entropy of: the largest logit is the largest sigmoid.
 *
 * Random starts are seeded by suite, number of the restart and picture, so they depend on no batch, region or eps.
 */
import type { AttackSuite } from '../contract/evaluation.ts';
import type { AttackSettings } from '../method/attack.ts';
import { hashSeed } from '../numeric/random.ts';
import { upTo } from './passes.ts';
import type { Predictor } from './predictor.ts';
import { readLogits } from './recognition.ts';

const UNUSED = { momentumDecay: 1, radiusShare: 1 } as const;
const SUITES: Readonly<Record<AttackSuite, AttackSettings>> = {
  fgsm: { attack: 'fgsm', steps: 1, stepShare: 1, randomStart: false, ...UNUSED },
  pgd10: { attack: 'pgd', steps: 10, stepShare: 0.25, randomStart: true, ...UNUSED },
  pgd50: { attack: 'pgd', steps: 50, stepShare: 0.05, randomStart: true, ...UNUSED },
};

/** Pictures that are attacked together. */
export interface AttackedPictures {
  /** [n, size, size, 3] */
  readonly pictures: Uint8Array;
  /** [n] what the model sees in the untouched pictures. */
  readonly predictions: Int32Array;
  /** [n, size, size] 1 where pixels may change. */
  readonly region: Uint8Array;
  readonly ids: readonly string[];
  /** Multi-label data: of each picture the classes of which nothing is known. They are nobody's prediction. */
  readonly unsure?: readonly Int32Array[];
}

export interface AttackOptions {
  /** Of 255. */
  readonly eps: number;
  readonly seed: number;
  /** Of `pgd50`. */
  readonly restarts: number;
  /** Awaited before every attack. */
  readonly control: () => Promise<void>;
}

/**
 * Attacks pictures with several suites.
 * @returns by suite [n] 1 where the prediction stays what it was
 */
export async function survivors(
  model: Predictor,
  attacked: AttackedPictures,
  suites: readonly AttackSuite[],
  options: AttackOptions,
): Promise<Readonly<Partial<Record<AttackSuite, Uint8Array>>>> {
  const all = upTo(attacked.ids.length);
  const found: Partial<Record<AttackSuite, Uint8Array>> = {};
  if (suites.includes('fgsm')) found.fgsm = await survived(model, attacked, 'fgsm', 0, all, options);
  if (suites.includes('pgd10') || suites.includes('pgd50')) {
    const ten = await survived(model, attacked, 'pgd10', 0, all, options);
    if (suites.includes('pgd10')) found.pgd10 = ten;
    if (suites.includes('pgd50')) {
      let worst = ten;
      for (let restart = 0; restart < options.restarts; restart++) {
        const left = all.filter((i) => worst[i] === 1);
        if (left.length > 0) worst = await survived(model, attacked, 'pgd50', restart, left, options);
      }
      found.pgd50 = worst;
    }
  }
  return found;
}

/**
 * One attack on some of the pictures.
 * @returns [n] 1 where one of `chosen` keeps its prediction, 0 elsewhere
 */
async function survived(
  model: Predictor,
  { pictures, predictions, region, ids, unsure }: AttackedPictures,
  suite: AttackSuite,
  restart: number,
  chosen: readonly number[],
  { eps, seed, control }: AttackOptions,
): Promise<Uint8Array> {
  await control();
  const labels = Int32Array.from(chosen, (i) => predictions[i]);
  const changed = await model.attack(rowsOf(pictures, chosen, ids.length), labels, {
    region: rowsOf(region, chosen, ids.length),
    eps: eps / 255,
    seeds: chosen.map((i) => hashSeed('robustness', seed, suite, restart, ids[i])),
    settings: SUITES[suite],
  });
  const logits = await model.classify(changed);
  chosen.forEach((i, row) => {
    for (const c of unsure?.[i] ?? []) logits[row * model.classes + c] = -Infinity;
  });
  const kept = new Uint8Array(ids.length);
  // A logit that is not a number keeps no prediction.
  chosen.forEach((i, row) => (kept[i] = readLogits(logits, row, model.classes, labels[row]).rank === 0 ? 1 : 0));
  return kept;
}

/** Some rows of an array of `count` rows. */
export function rowsOf(all: Uint8Array, chosen: readonly number[], count: number): Uint8Array {
  if (chosen.length === count) return all;
  const length = all.length / count;
  const rows = new Uint8Array(chosen.length * length);
  chosen.forEach((i, row) => {
    rows.set(all.subarray(i * length, (i + 1) * length), row * length);
  });
  return rows;
}

/** About half of the pictures usually live to see `pgd50`. */
const LEFT_FOR_PGD50 = 0.5;

/** Forward passes of a picture for one region and eps, roughly: a step is a forward pass and a gradient of two more. */
export function attackPasses(suites: readonly AttackSuite[], restarts: number): number {
  const passesOf = (suite: AttackSuite) => 3 * SUITES[suite].steps + 1;
  const ten = suites.includes('pgd10') || suites.includes('pgd50') ? passesOf('pgd10') : 0;
  const fifty = suites.includes('pgd50') ? LEFT_FOR_PGD50 * restarts * passesOf('pgd50') : 0;
  return (suites.includes('fgsm') ? passesOf('fgsm') : 0) + ten + fifty;
}
