/**
 * Accuracy of each group of pictures: those of one class on one kind of background. A model that leans on the background
 * is good where the background is the usual one of the class, and bad where it is not (Sagawa et al., ICLR 2020).
 *
 * The kinds of background are clusters of the measured pictures (background-clusters.ts): no model takes part in them,
 * except where the foregrounds come from models. One item is one picture with a known object and some background; its
 * row says whether the prediction was right.
 *
 * The intervals draw pictures within each group, and keep the worst group what it is on all pictures. Taking the worst
 * group of each draw instead would bias the interval downwards (the least of many noisy numbers is below the least of
 * the true ones), the further the more small groups there are, so that it may lie below the figure itself. The figure
 * is such a least number already: the note says so.
 */
import type { Figure } from '../contract/run.ts';
import type { Resampled } from '../numeric/bootstrap.ts';
import { pairedInterval, resampledMeans } from '../numeric/bootstrap.ts';
import { hashSeed } from '../numeric/random.ts';
import type { BackgroundDescription, Clusters } from './background-clusters.ts';
import type { Foregrounds } from './foregrounds.ts';
import { foregroundsOf } from './foregrounds.ts';
import { ONE_CLASS_ONLY } from './part.ts';
import type { PartKind, PartSummary, Subject } from './part.ts';
import { forEachBatch, upTo } from './passes.ts';
import { readBatch } from './read-batch.ts';
import { readLogits } from './recognition.ts';

/** Groups: accuracy by class and kind of background. */
export const groupsPart: PartKind<'groups'> = {
  part: 'groups',
  definition: 1,
  passes: () => 1,
  prepare: async (subject) => {
    if (subject.measured.labelSets !== null) return { unmeasurable: ONE_CLASS_ONLY };
    const foregrounds = await foregroundsOf(subject);
    if ('unmeasurable' in foregrounds) return foregrounds;
    const groups = await findGroups(subject, foregrounds);
    if (groups.cells.filter(({ items }) => items.length >= groups.least).length < 2) {
      return {
        unmeasurable: `There are too few pictures to compare groups: it takes two groups (one class on one kind of background) of at least ${String(groups.least)} pictures whose objects are known.`,
      };
    }
    const { model, measured } = subject;
    return {
      part: 'groups',
      count: groups.indices.length,
      width: 1,
      passes: 1,
      measure: async (items, out) => {
        const batch = items.map((item) => groups.indices[item]);
        const { pictures } = await readBatch(measured, batch);
        const logits = await model.classify(pictures);
        batch.forEach((index, row) => {
          out[row] = readLogits(logits, row, model.classes, measured.labels[index]).rank === 0 ? 1 : 0;
        });
      },
      summarise: (rows) => summarise(rows, groups, subject, foregrounds),
      close: () => undefined,
    };
  },
};

interface Groups {
  /** Pictures whose background could be described, [items]. */
  readonly indices: readonly number[];
  readonly colours: readonly BackgroundDescription['colour'][];
  readonly clusters: Clusters;
  /** Groups with pictures: by class, then by cluster. */
  readonly cells: readonly { readonly label: number; readonly cluster: number; readonly items: readonly number[] }[];
  /** Smaller groups say too little: 1% of the pictures, at least 5. */
  readonly least: number;
}

const LEAST_PICTURES = 5;
const LEAST_SHARE = 0.01;

async function findGroups(subject: Subject, foregrounds: Foregrounds): Promise<Groups> {
  const { measured, settings } = subject;
  // Only here, for what it brings takes a fifth of a second: whoever merely reads what was measured knows all parts too.
  const { clusterBackgrounds, describeBackground } = await import('./background-clusters.ts');
  const bytes = measured.size * measured.size * 3;
  const indices: number[] = [];
  const found: BackgroundDescription[] = [];
  await forEachBatch(upTo(measured.count), subject, async (batch) => {
    const { pictures } = await readBatch(measured, batch);
    const masks = await Promise.all(batch.map((index) => foregrounds.mask(index)));
    for (const [row, index] of batch.entries()) {
      const mask = masks[row];
      if (mask === null) continue;
      const picture = pictures.subarray(row * bytes, (row + 1) * bytes);
      const description = describeBackground(picture, mask, measured.size);
      if (description === null) continue;
      indices.push(index);
      found.push(description);
    }
  });
  const values = found.map((description) => description.values);
  const clusters = clusterBackgrounds(values, settings.groups.clusters, settings.seed);
  const cells = new Map<number, { label: number; cluster: number; items: number[] }>();
  for (const [item, index] of indices.entries()) {
    const label = measured.labels[index];
    const cluster = clusters.of[item];
    const place = label * clusters.count + cluster;
    const cell = cells.get(place) ?? { label, cluster, items: [] };
    cell.items.push(item);
    cells.set(place, cell);
  }
  const ordered = [...cells].sort(([a], [b]) => a - b).map(([, cell]) => cell);
  const least = Math.max(LEAST_PICTURES, Math.ceil(LEAST_SHARE * indices.length));
  return { indices, colours: found.map(({ colour }) => colour), clusters, cells: ordered, least };
}

function summarise(
  rows: Float32Array,
  groups: Groups,
  subject: Subject,
  foregrounds: Foregrounds,
): PartSummary<'groups'> {
  const { measured, settings } = subject;
  const { indices, clusters, cells, least } = groups;
  const ids = indices.map((index) => measured.ids[index]);
  // A seed for each group: groups of one size would otherwise be drawn alike, as if they were the same pictures.
  const accuracy = cells.map(({ label, cluster, items }) => {
    const right = items.map((item) => rows[item]);
    return resampledMeans([right], { seed: hashSeed('group', settings.seed, label, cluster) })[0];
  });
  const large = accuracy.filter(({ n }) => n >= least);
  const notes = foregrounds.note === null ? [] : [foregrounds.note];
  const left = measured.count - ids.length;
  if (left > 0) {
    notes.push(
      `${String(left)} of ${String(measured.count)} pictures take no part: their object is not known, or fills them.`,
    );
  }
  notes.push(
    `The worst of ${String(large.length)} groups looks a little worse than it is, because chance too decides which group is the worst; its interval says how well the accuracy of that one group is known.`,
  );
  const figures = groupFigures(large);
  const { worst_group: worst } = figures;
  // Resampling pictures that are all alike gives the same share every time: an interval without width is no certainty.
  if (worst.value === 0 || worst.value === 1) {
    notes.push(
      `All ${String(worst.n)} pictures of the worst group came out alike, so that its interval has no width; with so few pictures that does not mean that its accuracy is known exactly.`,
    );
  }
  const figure = ({ value, low, high, n }: Resampled): Figure => ({ value, low, high, n });
  return {
    figures,
    details: {
      foreground: foregrounds.source,
      clusters: upTo(clusters.count).map((cluster) => describeCluster(cluster, groups, ids)),
      cells: cells.map(({ label, cluster }, i) => ({ label, cluster, figure: figure(accuracy[i]) })),
      least,
    },
    notes,
    perPicture: {
      ids,
      columns: { group_right: Float32Array.from(rows), background_cluster: Float32Array.from(clusters.of) },
    },
  };
}

/** @param groups at least one */
function groupFigures(groups: readonly Resampled[]): Record<'worst_group' | 'group_mean' | 'group_spread', Resampled> {
  const worst = groups.reduce((a, b) => (b.value < a.value ? b : a));
  // The last of equals where the worst is the first: two groups as good as each other are not one and the same.
  const best = groups.reduce((a, b) => (b.value >= a.value ? b : a));
  const n = groups.reduce((sum, group) => sum + group.n, 0);
  const zero = new Float64Array(worst.resampled.length);
  const mean = zero.map((_, r) => groups.reduce((sum, group) => sum + group.resampled[r], 0) / groups.length);
  return {
    worst_group: worst,
    group_mean: {
      value: groups.reduce((sum, group) => sum + group.value, 0) / groups.length,
      ...pairedInterval(zero, mean),
      n,
      resampled: mean,
    },
    group_spread: {
      value: best.value - worst.value,
      ...pairedInterval(worst.resampled, best.resampled),
      n,
      resampled: best.resampled.map((value, r) => value - worst.resampled[r]),
    },
  };
}

const EXAMPLES = 6;

function describeCluster(
  cluster: number,
  { clusters, colours }: Groups,
  ids: readonly string[],
): PartSummary<'groups'>['details']['clusters'][number] {
  const items = upTo(ids.length).filter((item) => clusters.of[item] === cluster);
  const mean = (channel: 0 | 1 | 2) => items.reduce((sum, item) => sum + colours[item][channel], 0) / items.length;
  const nearest = items.toSorted((a, b) => clusters.distance[a] - clusters.distance[b] || a - b).slice(0, EXAMPLES);
  return { pictures: items.length, colour: [mean(0), mean(1), mean(2)], examples: nearest.map((item) => ids[item]) };
}
