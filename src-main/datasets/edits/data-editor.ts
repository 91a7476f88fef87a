/**
 * Corrections applied to a data set one after the other, without touching a file. What each of them means:
 *
 * - relabel: the pictures are of these classes from now on, of nothing else. In multi-label data, what was unsure of
 *   other classes stays unsure. Boxes that named the class which was replaced name its successor, where it is one for one.
 * - exclude: the pictures take no part.
 * - merge: every label, every unsure class and every box of the classes becomes the one.
 * - drop-class: the class goes. Single-label: its pictures too. Multi-label: those that are of nothing else.
 * - move, resplit: only the part changes; near-duplicates stay together when all are parted anew.
 *
 * A class without pictures vanishes. A correction that would leave fewer than two classes, or nothing to train on, is
 * refused as a whole.
 */
import type { DataEdit } from '../../contract/data-edits.ts';
import { SteadygazeError } from '../../contract/errors.ts';
import { ClassSlots } from './class-slots.ts';
import { fingerprintOf } from '../dataset-file.ts';
import type { Dataset, Split } from '../dataset.ts';
import { nothingToChange, refuseEmpty, refuseShares } from './edit-refusals.ts';
import { editedProblems } from './edited-problems.ts';
import { draftOf, finishedSample, indexOfId } from './edited-sample.ts';
import type { Draft } from './edited-sample.ts';
import {
  dropSentence,
  excludeSentence,
  mergeSentence,
  moveSentence,
  relabelSentence,
  resplitSentence,
} from './edit-sentences.ts';
import { splitStratified } from '../split.ts';

type Edit<Kind extends DataEdit['kind']> = Extract<DataEdit, { kind: Kind }>;

/** What one correction did. */
export interface Applied {
  readonly sentence: string;
  /** Pictures it changed. */
  readonly pictures: number;
  /** Pictures it names that are not (or no longer) there. */
  readonly missing: readonly string[];
}

type Change = Partial<Draft>;

/** A change of each picture, by its index. */
type Changes = Map<number, Change>;

export class DataEditor {
  readonly #base: Dataset;
  readonly #slots: ClassSlots;
  readonly #drafts: Draft[];
  /** Pictures of each slot, and pictures that are trained on. */
  #counts: number[];
  #trained: number;
  #resplit = false;
  #edited: Dataset | null;

  constructor(base: Dataset) {
    this.#base = base;
    this.#edited = base;
    this.#slots = new ClassSlots(base.classes);
    this.#drafts = base.samples.map(draftOf);
    this.#counts = base.classes.map(() => 0);
    this.#trained = 0;
    for (const draft of this.#drafts) this.#trained += count(this.#counts, draft, 1);
  }

  /**
   * Applies one correction as a whole, or not at all.
   * @param parts where a new parting was made for other pictures than there are now: where each belonged then. What is
   * not named stays where it is.
   * @throws SteadygazeError `bad-argument`, `not-found` where there is nothing that it could change; `data-one-class`,
   * `data-empty` where too little would be left; `impossible-value`
   */
  apply(edit: DataEdit, parts?: ReadonlyMap<string, Split>): Applied {
    const missing: string[] = [];
    const { changes, sentence } = this.#changesOf(edit, missing, parts);
    if (changes.size === 0) throw nothingToChange(missing);
    // A new parting names every picture, and most stay where they were.
    const stay = ({ split, ...others }: Change, i: number) =>
      Object.keys(others).length === 0 && split === this.#drafts[i].split;
    const pictures = [...changes].filter(([i, change]) => !stay(change, i)).length;
    this.#commit(changes);
    this.#resplit ||= edit.kind === 'resplit';
    return { sentence: sentence(), pictures, missing };
  }

  /** Names in label order, as they are now. */
  get classes(): readonly string[] {
    return this.#labels().classes;
  }

  /** The data set as it is now. The same object as long as nothing changes. */
  dataset(): Dataset {
    return (this.#edited ??= this.#finished());
  }

  #changesOf(
    edit: DataEdit,
    missing: string[],
    parts: ReadonlyMap<string, Split> | undefined,
  ): { readonly changes: Changes; readonly sentence: () => string } {
    switch (edit.kind) {
      case 'relabel':
        return this.#relabel(edit, missing);
      case 'exclude': {
        const changes = this.#each(edit.ids, missing, () => ({ out: true }));
        return { changes, sentence: () => excludeSentence(changes.size) };
      }
      case 'merge':
        return this.#merge(edit);
      case 'drop-class':
        return this.#drop(edit);
      case 'move': {
        const { split } = edit;
        const changes = this.#each(edit.ids, missing, (draft) => (draft.split === split ? null : { split }));
        return { changes, sentence: () => moveSentence(changes.size, split) };
      }
      case 'resplit': {
        const changes = parts === undefined ? this.#partAnew(edit) : this.#partAsBefore(parts);
        return { changes, sentence: () => resplitSentence(edit) };
      }
    }
  }

  #relabel({ ids, classes }: Edit<'relabel'>, missing: string[]) {
    const names = [...new Set(classes.map((name) => name.normalize('NFC').trim()))];
    if (this.#base.task === 'single-label' && names.length !== 1) {
      throw new SteadygazeError(
        'bad-argument',
        'In this data set a picture is of exactly one class.',
        'Name one class for these pictures.',
      );
    }
    const to = names.map((name) => this.#slots.named(name));
    const from = new Set<number>();
    const changes = this.#each(ids, missing, ({ labels, unsure, boxes }) => {
      if (sameSet(labels, to)) return null;
      labels.forEach((slot) => from.add(slot));
      const gone = labels.filter((slot) => !to.includes(slot));
      const come = to.filter((slot) => !labels.includes(slot));
      const replaced = gone.length === 1 && come.length === 1 ? gone[0] : null;
      return {
        labels: to,
        unsure: unsure.filter((slot) => !to.includes(slot)),
        boxes: boxes?.map((slot) => (slot !== null && slot === replaced ? come[0] : slot)) ?? null,
      };
    });
    return { changes, sentence: () => relabelSentence(changes.size, this.#names(from), names) };
  }

  #merge({ classes, into }: Edit<'merge'>) {
    const from = [...new Set(classes.map((name) => this.#existing(name)))];
    const to = this.#slots.successor(from, into);
    const moved = new Set(from.filter((slot) => slot !== to));
    const become = (slots: readonly number[]): readonly number[] =>
      slots.some((slot) => moved.has(slot)) ? [...new Set(slots.map((slot) => (moved.has(slot) ? to : slot)))] : slots;
    const changes: Changes = new Map();
    let labelled = 0;
    this.#drafts.forEach(({ labels, unsure, boxes, out }, i) => {
      const next = become(labels);
      const doubtful = become(unsure).filter((slot) => !next.includes(slot));
      const boxed = boxes?.map((slot) => (slot !== null && moved.has(slot) ? to : slot)) ?? null;
      const changed =
        next !== labels || !sameSet(doubtful, unsure) || (boxes?.some((slot, b) => slot !== boxed?.[b]) ?? false);
      if (!changed) return;
      changes.set(i, { labels: next, unsure: doubtful, boxes: boxed });
      if (next !== labels && !out) labelled++;
    });
    const name = this.#slots.name(to);
    return { changes, sentence: () => mergeSentence(this.#names(from), name, labelled) };
  }

  #drop({ class: name }: Edit<'drop-class'>) {
    const slot = this.#existing(name);
    const without = (slots: readonly number[]) => slots.filter((each) => each !== slot);
    const changes: Changes = new Map();
    let lost = 0;
    let left = 0;
    this.#drafts.forEach(({ labels, unsure, boxes, out }, i) => {
      const has = labels.includes(slot);
      if (out || (!has && !unsure.includes(slot) && !(boxes?.includes(slot) ?? false))) return;
      const others = without(labels);
      if (has) lost++;
      if (others.length === 0) {
        left++;
        changes.set(i, { out: true });
        return;
      }
      const boxed = boxes?.map((each) => (each === slot ? -1 : each)) ?? null;
      changes.set(i, { labels: others, unsure: without(unsure), boxes: boxed });
    });
    return { changes, sentence: () => dropSentence(this.#slots.name(slot), lost, left) };
  }

  #partAnew({ seed, val, test }: Edit<'resplit'>): Changes {
    refuseShares(val + test);
    const { classes, labelOf } = this.#labels();
    const there = [...this.#drafts.keys()].filter((i) => !this.#drafts[i].out);
    // A group is named by the index of one of its pictures, so that no single picture shares its number.
    const splits = splitStratified(
      there.map((i) => Math.min(...this.#drafts[i].labels.map((slot) => labelOf[slot]))),
      there.map((i) => this.#base.samples[i].group ?? -1 - i),
      classes,
      seed,
      { val, test },
    );
    return new Map(there.map((i, at) => [i, { split: splits[at] }]));
  }

  #partAsBefore(parts: ReadonlyMap<string, Split>): Changes {
    const changes: Changes = new Map();
    this.#drafts.forEach((_, i) => {
      const split = parts.get(this.#base.samples[i].id);
      if (split !== undefined) changes.set(i, { split });
    });
    return changes;
  }

  /** The changes of the pictures named; null leaves one as it is. */
  #each(ids: readonly string[], missing: string[], changeOf: (draft: Draft) => Change | null): Changes {
    const changes: Changes = new Map();
    for (const id of new Set(ids)) {
      const i = indexOfId(this.#base.samples, id);
      if (i < 0 || this.#drafts[i].out) {
        missing.push(id);
        continue;
      }
      const change = changeOf(this.#drafts[i]);
      if (change !== null) changes.set(i, change);
    }
    return changes;
  }

  #existing(name: string): number {
    const slot = this.#slots.find(name);
    if (slot !== undefined && (this.#counts[slot] ?? 0) > 0) return slot;
    throw new SteadygazeError('not-found', `There is no class "${name}" in this study.`, 'Choose one of its classes.');
  }

  #commit(changes: Changes): void {
    const counts = [...this.#counts];
    while (counts.length < this.#slots.count) counts.push(0);
    let trained = this.#trained;
    const next: [number, Draft][] = [];
    for (const [i, change] of changes) {
      const before = this.#drafts[i];
      const after = { ...before, ...change };
      trained += count(counts, before, -1) + count(counts, after, 1);
      next.push([i, after]);
    }
    refuseEmpty(counts, trained);
    for (const [i, draft] of next) this.#drafts[i] = draft;
    this.#counts = counts;
    this.#trained = trained;
    this.#edited = null;
  }

  #labels() {
    return this.#slots.labels((slot) => (this.#counts[slot] ?? 0) > 0);
  }

  #names(slots: Iterable<number>): string[] {
    return [...slots].sort((a, b) => a - b).map((slot) => this.#slots.name(slot));
  }

  #finished(): Dataset {
    const { classes, labelOf } = this.#labels();
    const samples = this.#base.samples.flatMap((sample, i) => {
      const draft = this.#drafts[i];
      return draft.out ? [] : [finishedSample(sample, draft, labelOf)];
    });
    const out = new Set(this.#base.samples.filter((_, i) => this.#drafts[i].out).map(({ id }) => id));
    const splitOrigin = this.#resplit ? 'seeded' : this.#base.splitOrigin;
    const dataset: Dataset = {
      ...this.#base,
      classes,
      samples,
      splitOrigin,
      fingerprint: fingerprintOf(classes, samples),
    };
    return { ...dataset, problems: editedProblems(this.#base, dataset, out) };
  }
}

/** Adds a picture to the counts of its classes, or takes it away. @returns the change in pictures that are trained on */
function count(counts: number[], { labels, split, out }: Draft, change: 1 | -1): number {
  if (out) return 0;
  for (const slot of labels) counts[slot] += change;
  return split === 'train' ? change : 0;
}

const sameSet = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((each) => b.includes(each));
