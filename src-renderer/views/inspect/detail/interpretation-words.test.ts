import { describe, expect, it } from 'vitest';
import type { Interpretation, PartFilter, SmallMap } from '../../../../src-main/contract/interpretation.ts';
import { gateInWords, gatePixels, points, sentenceOf, tickGroups, type Part } from './interpretation-words.ts';

const MAP: SmallMap = { height: 1, width: 1, values: [255] };
const NAMES = ['shirt', 'bag', 'boot'];

const plain = (parts: readonly Part[]) =>
  parts.map((part) => (typeof part === 'string' ? part : 'term' in part ? part.text : part.name)).join('');
const words = (said: Interpretation) => plain(sentenceOf(said, (label) => NAMES[label]));
const parts = (...labels: number[]): Interpretation => ({
  kind: 'icnn',
  prediction: 0,
  filters: labels.map((label, filter): PartFilter => {
    return { filter, label, name: NAMES[label], activation: 1, map: MAP };
  }),
});

/** Two classes, four filters: shirts go through the first three. */
const GATE = { labels: [0, 2], names: ['shirt', 'boot'], filters: 4, values: [255, 128, 200, 127, 0, 0, 0, 255] };
const gated = (label: number, filters: number): Interpretation => ({
  ...{ kind: 'csg', prediction: 0, label, gate: GATE },
  filters: Array.from({ length: filters }, (_, i) => ({ filter: i, column: i, gate: 1, activation: 1, map: MAP })),
});

describe('what an interpretable network says, in a sentence', () => {
  it('counts the classes that parts stand for', () => {
    expect(words(parts(1, 0, 1, 2, 1))).toBe(
      'Of the 5 strongest parts in this picture, 3 stand for bag, 1 for shirt and 1 for boot.',
    );
    expect(words(parts(0, 0))).toBe('All of the 2 strongest parts in this picture stand for shirt.');
    expect(words(parts(2))).toBe('The strongest part in this picture stands for boot.');
    expect(words(parts())).toBe('None of its filters finds its part in this picture.');
  });

  it('counts what the gate of the picture’s class lets through', () => {
    expect(words(gated(0, 2))).toBe(
      'The gate of shirt lets 3 of 4 filters through. These answer most to this picture.',
    );
    expect(words(gated(2, 0))).toBe(
      'The gate of boot lets 1 of 4 filters through. None of them answers to this picture.',
    );
    expect(gateInWords(GATE)).toBe('Filters that the gate of each class lets through, of 4: shirt 3, boot 1.');
  });

  it('says why it decided so, where prototypes speak for it', () => {
    expect(words({ kind: 'protopnet', prediction: 1, prototypes: [] })).toBe(
      'None of the prototypes speaks for bag here.',
    );
    expect(words({ kind: 'none' })).toBe('');
    expect([points(5.06), points(-0.3), points(0)]).toEqual(['+5.1', '\u22120.3', '0.0']);
  });
});

describe('a gate as a picture', () => {
  it('is one opaque pixel a cell, of the colours of heatmaps', () => {
    const pixels = gatePixels({ values: [0, 255] }, 'inferno');
    // Inferno begins nearly black and ends in a pale yellow.
    expect([...pixels]).toEqual([0, 0, 4, 255, 252, 255, 164, 255]);
  });

  it('has the numbers of neighbouring columns as one', () => {
    // Of 100 columns: 10 and 11 would touch, 60 stands alone.
    expect(tickGroups([60, 11, 10], 100)).toEqual([
      { at: expect.closeTo(0.11, 6) as number, text: '2–3' },
      { at: 0.605, text: '1' },
    ]);
    expect(tickGroups([50, 51, 52, 99, 53], 200).map(({ text }) => text)).toEqual(['1–3 5', '4']);
  });
});
