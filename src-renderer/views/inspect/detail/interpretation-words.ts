/** What an interpretable network says of a picture, as a sentence and as pixels. */
import { COLORMAPS, type ColormapName } from '../../../lib/colormaps.ts';
import type { ClassGateView, Interpretation } from '../../../../src-main/contract/interpretation.ts';
import type { Interpretable } from '../../../../src-main/contract/settings.ts';
import type { Heatmap } from '../../../components/heatmap-drawing.ts';
import type { SmallMap } from '../../../../src-main/contract/interpretation.ts';
import type { TermName } from '../../../lib/glossary.ts';
import { count, fixed } from '../../../lib/format.ts';

/** Plain words, the name of a class, or a word that the glossary explains. */
export type Part = string | { readonly name: string } | { readonly term: TermName; readonly text: string };

/** As a heading. */
export const TITLES: Readonly<Record<Exclude<Interpretable, 'none'>, string>> = {
  icnn: 'Parts that it finds',
  csg: 'Filters of its class',
  protopnet: 'What it looks like to the model',
};

/** Half open or more counts as let through. */
const OPEN = 128;

/** What one sees, in one sentence. @param nameOf the name of a class */
export function sentenceOf(said: Interpretation, nameOf: (label: number) => string): readonly Part[] {
  switch (said.kind) {
    case 'none':
      return [];
    case 'icnn':
      return partsSentence(said.filters.map(({ name }) => name));
    case 'csg': {
      const { gate, label, filters } = said;
      const open = openFilters(gate, label);
      const first: Part[] = ['The ', { term: 'class-gate', text: 'gate' }, ' of ', { name: nameOf(label) }];
      const share = open === gate.filters ? 'all' : `${count(open)} of`;
      first.push(` lets ${share} ${count(gate.filters)} filters through.`);
      if (filters.length === 0) return [...first, ' None of them answers to this picture.'];
      return [...first, ' These answer most to this picture.'];
    }
    case 'protopnet': {
      const name = { name: nameOf(said.prediction) };
      const prototypes: Part = { term: 'prototype', text: 'prototypes' };
      if (said.prototypes.length === 0) return ['None of the ', prototypes, ' speaks for ', name, ' here.'];
      return [
        ...['It says ', name, ' because these places look like '],
        ...[prototypes, ': places of pictures that it was trained on.'],
      ];
    }
  }
}

/** "Of the 8 strongest parts in this picture, 5 stand for shirt, 2 for bag and 1 for sneaker." @param names of each part's class */
function partsSentence(names: readonly string[]): readonly Part[] {
  const term: Part = { term: 'part-filter', text: names.length === 1 ? 'part' : 'parts' };
  if (names.length === 0) return ['None of its filters finds its ', { ...term, text: 'part' }, ' in this picture.'];
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]);
  const [[most]] = sorted;
  if (sorted.length === 1) {
    if (names.length === 1) return ['The strongest ', term, ' in this picture stands for ', { name: most }, '.'];
    return [`All of the ${names.length} strongest `, term, ' in this picture stand for ', { name: most }, '.'];
  }
  const list = sorted.flatMap(([name, each], i): Part[] => {
    const before = i === 0 ? '' : i === sorted.length - 1 ? ' and ' : ', ';
    const verb = i > 0 ? '' : each === 1 ? ' stands' : ' stand';
    return [`${before}${each}${verb} for `, { name }];
  });
  return [`Of the ${names.length} strongest `, term, ' in this picture, ', ...list, '.'];
}

/** How many filters the gate of a class lets through. */
function openFilters({ labels, filters, values }: ClassGateView, label: number): number {
  const row = labels.indexOf(label);
  if (row === -1) return 0;
  return values.slice(row * filters, (row + 1) * filters).filter((value) => value >= OPEN).length;
}

/** The gate for a reader who does not see it. */
export function gateInWords(gate: ClassGateView): string {
  const each = gate.labels.map((label, row) => `${gate.names[row]} ${openFilters(gate, label)}`);
  return `Filters that the gate of each class lets through, of ${gate.filters}: ${each.join(', ')}.`;
}

/** "1–3 5". */
function inRuns(numbers: readonly number[]): string {
  const runs: { first: number; last: number }[] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs.map(({ first, last }) => (first === last ? `${first}` : `${first}–${last}`)).join(' ');
}

/** The gate as pixels, one a cell: RGBA, as wide as there are filters, as high as there are classes. */
export function gatePixels(
  { values }: Pick<ClassGateView, 'values'>,
  colormap: ColormapName,
): Uint8ClampedArray<ArrayBuffer> {
  const colours = COLORMAPS[colormap];
  const pixels = new Uint8ClampedArray(4 * values.length);
  values.forEach((value, i) => {
    pixels.set(colours.subarray(3 * value, 3 * value + 3), 4 * i);
    pixels[4 * i + 3] = 255;
  });
  return pixels;
}

/** Narrower than this share of the gate for each number, two numbers would touch. */
const TICK = 0.05;

/**
 * Where the numbers of the shown filters stand under the gate: those of neighbours as one.
 * @param columns of the first, second, ... filter
 * @returns from left to right, the middle of each as a share of the width
 */
export function tickGroups(
  columns: readonly number[],
  filters: number,
): { readonly at: number; readonly text: string }[] {
  const sorted = columns.map((column, i) => ({ at: (column + 0.5) / filters, number: i + 1 }));
  sorted.sort((a, b) => a.at - b.at);
  const groups: { at: number; numbers: number[] }[] = [];
  for (const { at, number } of sorted) {
    const last = groups.at(-1);
    const size = last?.numbers.length ?? 0;
    if (last !== undefined && at - last.at < (TICK * (size + 1)) / 2 + 0.01) {
      last.at = (last.at * size + at) / (size + 1);
      last.numbers.push(number);
    } else groups.push({ at, numbers: [number] });
  }
  return groups.map(({ at, numbers }) => ({ at, text: inRuns(numbers) }));
}

export function heatmapOf({ height, width, values }: SmallMap): Heatmap {
  return { height, width, data: Uint8Array.from(values) };
}

/** Points of a prototype as "+5.1". */
export function points(value: number): string {
  return `${value > 0 ? '+' : ''}${fixed(value, 1)}`;
}
