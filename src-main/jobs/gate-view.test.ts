import { describe, expect, it } from 'vitest';
import { gateView } from './gate-view.ts';

describe('the view of a class gate', () => {
  it('puts the filters of a class beside each other, those that serve it alone first', () => {
    // Filters:      0    1    2    3
    const cat = [0.2, 1.0, 0.0, 1.0];
    const dog = [1.0, 0.6, 0.5, 0.0];
    const { view, columns } = gateView(Float32Array.from([...cat, ...dog]), ['cat', 'dog'], 0, 1);
    // Cats are served by 3 (alone) and 1, dogs by 0 and 2.
    expect([...columns]).toEqual([2, 1, 3, 0]);
    expect(view).toEqual({
      labels: [0, 1],
      names: ['cat', 'dog'],
      filters: 4,
      values: [255, 255, 51, 0, 0, 153, 255, 128],
    });
  });

  it('shows of many classes the picture’s, the predicted one, and those that share most filters with it', () => {
    const classes = Array.from({ length: 40 }, (_, i) => `class ${i}`);
    // Two filters: the picture's class 5 has the first alone, of which class c has c / 40.
    const gate = Float32Array.from(classes.flatMap((_, c) => (c === 5 ? [1, 0] : [c / 40, 1])));
    const { labels, names } = gateView(gate, classes, 5, 2).view;
    expect(labels).toEqual([2, 5, ...Array.from({ length: 22 }, (_, i) => 18 + i)]);
    expect(names[1]).toBe('class 5');
  });
});
