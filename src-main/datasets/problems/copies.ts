/** The same picture twice, to the byte or nearly, and what is wrong with that: other classes, other parts of the data. */
import type { Problem, Sample } from '../dataset.ts';

/** "cat", or "cat, dog" for a picture of several classes. */
const labelsOf = ({ label, labels }: Sample, classes: readonly string[]): string =>
  (labels ?? [label]).map((index) => classes[index] ?? '').join(', ');

const sameLabels = (a: Sample, b: Sample): boolean =>
  a.label === b.label && a.labels?.length === b.labels?.length && (a.labels ?? []).every((l, i) => l === b.labels?.[i]);

/** Compares every picture with the ones of the same content before it. `samples` sorted by id. */
export function findCopies(samples: readonly Sample[], classes: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  /** Of each content, the first sample of each pair of labels and split: a content can have 100,000 copies. */
  const known = new Map<string, Sample[]>();
  for (const sample of samples) {
    const copies = known.get(sample.hash);
    if (copies === undefined) {
      known.set(sample.hash, [sample]);
      continue;
    }
    const file = sample.id;
    const other = copies.find((copy) => !sameLabels(copy, sample));
    const elsewhere = copies.find((copy) => copy.split !== sample.split);
    if (other) {
      const reason = `The same picture as ${other.id}, which is labelled "${labelsOf(other, classes)}".`;
      problems.push({ file, kind: 'conflicting-labels', reason });
    }
    if (elsewhere) {
      const reason = `The same picture as ${elsewhere.id}, which belongs to ${elsewhere.split}.`;
      problems.push({ file, kind: 'duplicate-across-splits', reason });
    }
    if (!other && !elsewhere) {
      problems.push({ file, kind: 'duplicate', reason: `The same picture as ${copies[0]?.id ?? ''}.` });
    }
    if (!copies.some((copy) => sameLabels(copy, sample) && copy.split === sample.split)) copies.push(sample);
  }
  return problems;
}

/** Before which a picture of a group across splits is held to be the one too many: tests must be clean. */
const PRECEDENCE = { train: 0, val: 1, test: 2 } as const;

/**
 * Near-duplicates (`group`) of different content. Within a part of the data, each is compared with the first of its
 * group; across parts, each picture of a later part with one of an earlier part: those are the ones to take out.
 */
export function findNearCopies(samples: readonly Sample[], classes: readonly string[]): Problem[] {
  const groups = new Map<number, Sample[]>();
  const contents = new Set<string>();
  for (const sample of samples) {
    if (sample.group === undefined) continue;
    // Its copies to the byte are told already.
    const key = `${sample.hash} ${sample.split}`;
    if (contents.has(key)) continue;
    contents.add(key);
    const members = groups.get(sample.group);
    if (members === undefined) groups.set(sample.group, [sample]);
    else members.push(sample);
  }
  const problems: Problem[] = [];
  for (const members of groups.values()) {
    const firsts = new Map<Sample['split'], Sample>();
    for (const member of members) if (!firsts.has(member.split)) firsts.set(member.split, member);
    const home = [...firsts.values()].sort((a, b) => PRECEDENCE[a.split] - PRECEDENCE[b.split]);
    for (const member of members) {
      const earlier = home.find((other) => PRECEDENCE[other.split] < PRECEDENCE[member.split]);
      const other = earlier ?? firsts.get(member.split);
      if (other === undefined || other.hash === member.hash) continue;
      const where = earlier === undefined ? [] : [`belongs to ${other.split}`];
      const what = sameLabels(other, member) ? [] : [`is labelled "${labelsOf(other, classes)}"`];
      const more = [...where, ...what].join(' and ');
      const reason = `Nearly the same picture as ${other.id}${more === '' ? '' : `, which ${more}`}.`;
      const kind = earlier === undefined ? 'near-duplicate' : 'near-duplicate-across-splits';
      problems.push({ file: member.id, kind, reason });
    }
  }
  return problems;
}
