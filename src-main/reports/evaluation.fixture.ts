/** Made-up but plausible results of all eleven parts: every number is derived from a seed, the intervals are real. */
import * as v from 'valibot';
import {
  ATTACK_REGIONS,
  ATTACK_SUITES,
  EvaluationSettings,
  HARMLESS_CHANGES,
  VARIANTS,
  type EvaluationPart,
  type PartDetails,
  type PartResult,
  type StoredEvaluation,
  type Variant,
} from '../contract/evaluation.ts';
import type { Figure } from '../contract/run.ts';
import { resampledMeans, type Resampled } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import { randomFrom } from './pictures.fixture.ts';

export interface EvaluationSpec {
  readonly accuracy: number;
  readonly same: number;
  readonly rand: number;
  readonly energy: number;
  /** Mean E on test pictures. */
  readonly steady: number;
  readonly seed: number;
  readonly foreground?: 'mask' | 'models';
}

const TESTS = 1000;
const FEW = 200;

const evaluationSettings: EvaluationSettings = v.parse(EvaluationSettings, {});

type Named = Record<string, Resampled>;

/** One column a figure, all over the same pictures. */
function figuresOf(columns: Readonly<Record<string, ArrayLike<number>>>): Named {
  const names = Object.keys(columns);
  const estimates = resampledMeans(Object.values(columns), { seed: 0 });
  return Object.fromEntries(names.map((name, i) => [name, estimates[i]]));
}

const plain = ({ value, low, high, n }: Resampled): Figure => ({ value, low, high, n });

/** All eleven parts of a run. */
export function evaluationOf(spec: EvaluationSpec, classes: readonly string[], hash: string): StoredEvaluation {
  const random = randomFrom(spec.seed);
  /** Pictures are hard alike for all models, so that differences pair. */
  const hardness = Array.from({ length: TESTS }, (_, i) => randomFrom(9000 + i)());
  const hits = (share: number, n = TESTS): number[] =>
    Array.from({ length: n }, (_, i) => (0.75 * hardness[i] + 0.25 * random() < 0.125 + 0.75 * share ? 1 : 0));
  const around = (centre: number, width: number, n = TESTS): number[] =>
    Array.from({ length: n }, (_, i) =>
      Math.min(1, Math.max(0, centre + width * (0.7 * (0.5 - hardness[i]) + 0.3 * (random() - 0.5)))),
    );
  const resampled: Record<string, Float32Array> = {};
  const part = <Part extends EvaluationPart>(
    name: Part,
    figures: Named,
    details: PartDetails[Part],
    { notes = [], pictures = TESTS }: { readonly notes?: readonly string[]; readonly pictures?: number } = {},
  ): PartResult<Part> => {
    for (const [key, { resampled: values }] of Object.entries(figures)) resampled[key] = Float32Array.from(values);
    const own = evaluationSettings[name as keyof EvaluationSettings];
    const judged = ['debiasing', 'challenge', 'groups'].includes(name) && spec.foreground === 'models';
    return {
      format: 'steadygaze-evaluation',
      version: 1,
      part: name,
      key: {
        weightsHash: hash,
        dataFingerprint: '9f2c'.repeat(16),
        split: 'test',
        settings: { seed: 0, ...(typeof own === 'object' ? own : {}) },
        judges: judged ? ['ab01'.repeat(16), 'cd23'.repeat(16)] : [],
        definition: 1,
      },
      engine: 'native',
      created: '2026-03-01T10:03:00.000Z',
      seconds: 12.5,
      pictures,
      picturesHash: `${name}-${String(pictures)}`,
      figures: Object.fromEntries(Object.entries(figures).map(([key, figure]) => [key, plain(figure)])),
      details,
      notes,
    };
  };

  const correct = hits(spec.accuracy);
  const perClass = classes.map((_, label) => correct.filter((_hit, i) => i % classes.length === label));
  const confusion = classes.map((_, label) =>
    classes.map((_other, prediction) => {
      const right = perClass[label].filter((hit) => hit === 1).length;
      const wrong = perClass[label].length - right;
      if (prediction === label) return right;
      return prediction === (label + 4) % classes.length
        ? Math.ceil(wrong * 0.6)
        : prediction === (label + 2) % classes.length
          ? wrong - Math.ceil(wrong * 0.6)
          : 0;
    }),
  );
  const bins = Array.from({ length: 15 }, (_, i) => {
    const confidence = (i + 0.5) / 15;
    return {
      count: i < 3 ? 0 : Math.round(4 * 1.35 ** i),
      confidence: i < 3 ? 0 : confidence,
      accuracy: i < 3 ? 0 : Math.max(0, confidence - 0.12),
    };
  });
  const recognition = part(
    'recognition',
    {
      ...figuresOf({ top1: correct, top5: hits(0.97), balanced_accuracy: correct }),
      ece: figuresOf({ ece: around(0.11, 0.05) })['ece'],
    },
    {
      confusion,
      perClass: perClass.map((values) => plain(resampledMeans([values], { seed: 1 })[0])),
      calibration: bins,
    },
  );

  const box = hits(spec.energy + 0.05);
  const localization = part(
    'localization',
    figuresOf({
      maxboxacc: box,
      maxboxacc_v2: around(spec.energy + 0.06, 0.5),
      top1_loc: box.map((hit, i) => hit * correct[i]),
      iou: around(spec.energy + 0.1, 0.4),
      pointing: hits(spec.energy + 0.2),
      pointing_15: hits(spec.energy + 0.28),
      energy: around(spec.energy, 0.5),
      pxap: around(spec.energy + 0.12, 0.2),
      centre_box: Array.from({ length: TESTS }, (_, i) => (hardness[i] < 0.389 ? 1 : 0)),
      uniform_energy: Array.from({ length: TESTS }, (_, i) => 0.13 + 0.17 * hardness[i]),
    }),
    {
      threshold: 0.43,
      thresholdFrom: 'val',
      curve: Array.from(
        { length: 100 },
        (_, i) => (spec.energy + 0.06) * Math.exp(-(((i - 41 - 20 * spec.energy) / 26) ** 2)),
      ),
      best: spec.energy + 0.068,
      v2Parts: [0.71, 0.44, 0.12],
      v2Best: spec.energy + 0.07,
      centreBoxSize: 0.62,
      target: 'mask',
      boxed: TESTS,
      targeted: TESTS,
    },
  );

  const share: Readonly<Record<Variant, number>> = {
    original: spec.accuracy,
    mixed_same: spec.same,
    mixed_rand: spec.rand,
    mixed_next: spec.rand - 0.03,
    only_bg_t: 0.1 + (spec.same - spec.rand) * 1.1,
    only_bg_b: 0.1 + (spec.same - spec.rand) * 0.9,
    only_fg: spec.rand + 0.04,
    no_fg: 0.12 + (spec.same - spec.rand),
  };
  const columns = Object.fromEntries(VARIANTS.map((variant) => [variant, hits(share[variant])])) as Record<
    Variant,
    number[]
  >;
  const foreground = spec.foreground ?? 'mask';
  const models =
    foreground === 'models'
      ? ['No annotation was used: as objects count the foregrounds of 2 models, the union of what they looked at.']
      : [];
  const chance = 1 / classes.length;
  const debiasing = part(
    'debiasing',
    figuresOf({
      ...Object.fromEntries(VARIANTS.map((variant) => [`acc_${variant}`, columns[variant]])),
      bg_gap: columns.mixed_same.map((hit, i) => hit - columns.mixed_rand[i]),
      bg_reliance: columns.only_bg_t.map((hit) => hit - chance),
    }),
    { foreground, chance, counts: Object.fromEntries(VARIANTS.map((variant) => [variant, TESTS])) },
    { notes: models },
  );

  const survive = hits(spec.rand - 0.2);
  const challenge = part(
    'challenge',
    figuresOf({ challenge: survive, challenge_right: survive.map((hit, i) => hit * correct[i]) }),
    {
      foreground,
      surviving: Array.from({ length: 21 }, (_, k) => spec.rand - 0.2 + (1.2 - spec.rand) * Math.exp(-k / 4)),
      backgrounds: Array.from({ length: 20 }, (_, i) => ({
        id: `test/${classes[i % classes.length]}/${String(2000 + i)}.png`,
        changes: 0.08 + 0.5 * randomFrom(70 + i)(),
      })),
    },
    { notes: models },
  );

  const cells = classes.flatMap((_, label) =>
    Array.from({ length: 4 }, (_k, cluster) => {
      const n = 8 + Math.floor(40 * randomFrom(50 + label * 4 + cluster)());
      const hit = hits(Math.max(0.05, spec.accuracy - ((label * 7 + cluster * 3) % 9) * 0.05), n);
      return { label, cluster, drawn: resampledMeans([hit], { seed: hashSeed('group', label, cluster) })[0] };
    }),
  );
  const counting = cells.filter(({ drawn }) => drawn.n >= 10);
  const worst = counting.reduce((a, b) => (b.drawn.value < a.drawn.value ? b : a));
  const groups = part(
    'groups',
    {
      worst_group: worst.drawn,
      group_mean: figuresOf({ mean: hits(spec.accuracy - 0.03) })['mean'],
      group_spread: figuresOf({ spread: around(0.44, 0.1) })['spread'],
    },
    {
      foreground,
      clusters: [0, 1, 2, 3].map((cluster) => ({
        pictures: 250 + cluster * 10 - 15,
        colour: (
          [
            [94, 122, 152],
            [120, 102, 78],
            [128, 126, 122],
            [70, 96, 66],
          ] as const
        )[cluster],
        examples: Array.from(
          { length: 6 },
          (_, i) => `test/${classes[(cluster + i) % classes.length]}/${String(3000 + cluster * 10 + i)}.png`,
        ),
      })),
      cells: cells.map(({ label, cluster, drawn }) => ({ label, cluster, figure: plain(drawn) })),
      least: 10,
    },
    {
      notes: [
        ...models,
        'The worst of 38 groups looks a little worse than it is, because chance too decides which group is the worst.',
      ],
    },
  );

  const attackColumns: Record<string, number[]> = {};
  for (const attack of ATTACK_SUITES) {
    for (const region of ATTACK_REGIONS) {
      for (const eps of [1, 2, 4, 8]) {
        const force = (1 + ATTACK_SUITES.indexOf(attack) * 0.35) * (region === 'all' ? 1 : 0.62) * (1.25 - spec.steady);
        const left = Math.exp(-eps * 0.33 * force);
        attackColumns[`acc_${attack}_${region}_${String(eps)}`] = hits(spec.accuracy * left, FEW);
        attackColumns[`same_${attack}_${region}_${String(eps)}`] = hits(0.04 + 0.95 * left, FEW);
      }
    }
  }
  const attacked = figuresOf(attackColumns);
  const robustness = part(
    'robustness',
    attacked,
    {
      rows: ATTACK_SUITES.flatMap((attack) =>
        ATTACK_REGIONS.flatMap((region) =>
          [1, 2, 4, 8].map((eps) => ({
            ...{ attack, region, eps },
            accuracy: plain(attacked[`acc_${attack}_${region}_${String(eps)}`]),
            same: plain(attacked[`same_${attack}_${region}_${String(eps)}`]),
          })),
        ),
      ),
    },
    { pictures: FEW },
  );

  const kinds = [
    ['gaussian_noise', 'Gaussian noise', 'noise'],
    ['shot_noise', 'Shot noise', 'noise'],
    ['impulse_noise', 'Dead pixels', 'noise'],
    ['defocus', 'Out of focus', 'blur'],
    ['motion', 'Motion blur', 'blur'],
    ['zoom', 'Zoom blur', 'blur'],
    ['fog', 'Fog', 'weather'],
    ['snow', 'Snow', 'weather'],
    ['brightness', 'Glaring light', 'weather'],
    ['jpeg', 'JPEG compression', 'digital'],
    ['pixelate', 'Coarse pixels', 'digital'],
    ['contrast', 'Low contrast', 'digital'],
  ] as const;
  const corrupted = kinds.flatMap(([kind, label, family], k) =>
    [1, 2, 3, 4, 5].map((severity) => {
      const left = Math.max(0.12, spec.accuracy - severity * (0.02 + ((k * 5) % 7) * 0.014) * (1.3 - spec.steady));
      const drawn = figuresOf({ accuracy: hits(left, FEW), same: hits(left + 0.12, FEW) });
      return { kind, label, family, severity, accuracy: plain(drawn['accuracy']), same: plain(drawn['same']) };
    }),
  );
  const error = 1 - corrupted.reduce((sum, row) => sum + row.accuracy.value, 0) / corrupted.length;
  const corruptions = part(
    'corruptions',
    figuresOf({
      mce: around(error, 0.3),
      corruption_same: around(1 - error + 0.1, 0.3),
      mce_noise: around(error + 0.05, 0.3),
      mce_blur: around(error + 0.02, 0.3),
      mce_weather: around(error - 0.03, 0.3),
      mce_digital: around(error - 0.05, 0.3),
    }),
    { rows: corrupted },
  );

  const e = around(spec.steady, 1.2);
  const consistency = part(
    'consistency',
    figuresOf({
      e_mean: e,
      e_below_half: e.map((each) => (each < 0.5 ? 1 : 0)),
      s_mean: around(spec.steady + 0.15, 0.8),
      q_mean: around(spec.steady + 0.08, 0.9),
    }),
    {
      histogram: Array.from(
        { length: 20 },
        (_, bin) => e.filter((each) => Math.min(19, Math.floor(each * 20)) === bin).length,
      ),
      perClass: classes.map((_, label) =>
        plain(
          resampledMeans(
            [e.filter((_each, i) => i % classes.length === label).map((x) => x * (1 - 0.04 * ((label * 3) % 7)))],
            { seed: 2 },
          )[0],
        ),
      ),
      median: [...e].sort((a, b) => a - b)[TESTS >> 1],
      eps: 2,
      emptyMaps: 2,
    },
  );

  const curve = (from: number, to: number, bend: number): number[] =>
    Array.from(
      { length: 51 },
      (_, i) => from + (to - from) * (1 - Math.exp((-bend * i) / 50)) * (1 / (1 - Math.exp(-bend))),
    );
  const faithfulness = part(
    'faithfulness',
    figuresOf({
      insertion: around(spec.energy + 0.18, 0.4, FEW),
      deletion: around(0.46 - spec.energy * 0.5, 0.3, FEW),
      insertion_random: around(0.41, 0.4, FEW),
      deletion_random: around(0.38, 0.3, FEW),
    }),
    {
      insertion: curve(0.12, spec.accuracy, 8 * spec.energy),
      deletion: curve(spec.accuracy, 0.12, 14 * spec.energy),
      insertionRandom: curve(0.12, spec.accuracy, 1.2),
      deletionRandom: curve(spec.accuracy, 0.12, 2.6),
      sanity: ['head', 'block4', 'block3', 'block2', 'block1', 'stem'].map((layer, i) => ({
        layer,
        similarity: plain(figuresOf({ s: around(0.82 * Math.exp(-i / 1.6) + 0.04, 0.3, 64) })['s']),
      })),
    },
    { pictures: FEW },
  );

  const stability = part(
    'stability',
    figuresOf({
      gini: around(0.62, 0.2),
      entropy: around(0.71, 0.2),
      'agree_gradcam++': around(0.91, 0.1),
      agree_layercam: around(0.84, 0.2),
      ...Object.fromEntries(HARMLESS_CHANGES.map((change, i) => [`map_${change}`, around(0.97 - 0.06 * i, 0.1)])),
      ...Object.fromEntries(HARMLESS_CHANGES.map((change, i) => [`same_${change}`, hits(0.985 - 0.02 * i)])),
    }),
    { zeroShare: 0.37, emptyMaps: 2 },
  );

  const interpretability = part(
    'interpretability',
    figuresOf({
      filter_locality: around(0.3 + spec.energy / 2, 0.3),
      uniform_locality: around(0.18, 0.02),
      filter_selectivity: around(0.25 + spec.steady / 4, 0.3),
      gated_accuracy: hits(Math.min(1, spec.accuracy + 0.05)),
      complement_accuracy: hits(0.3),
      gate_misled: hits(0.2),
      prototype_purity: hits(0.6 + spec.steady / 4),
      prototype_on_object: hits(spec.energy),
      uniform_on_object: around(0.3, 0.1),
    }),
    {
      ...{ filters: 256, mapHeight: 8, mapWidth: 8, radius: 2, activeShare: 0.61, silent: 3 },
      favourites: classes.map((_, label) => 20 + label),
      gate: { sparsity: 0.78, classesPerFilter: 0.22 * classes.length },
      prototypes: { count: 10 * classes.length, chance: 1 / classes.length, pure: 31, unmeasured: 0, target: 'mask' },
    },
  );

  return {
    parts: {
      ...{ recognition, localization, debiasing, challenge, groups },
      ...{ robustness, corruptions, consistency, faithfulness, stability, interpretability },
    },
    resampled,
  };
}
