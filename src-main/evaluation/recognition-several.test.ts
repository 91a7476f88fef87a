import { describe, expect, it } from 'vitest';
import { LabelSets } from '../numeric/label-sets.ts';
import type { EvaluationData } from './predictor.ts';
import { readPrediction } from './recognition.ts';
import { recognitionPart } from './recognition-part.ts';
import { grey, measureAll, toyModel, toySubject } from './toy-model.fixture.ts';

/** A model that reads the logit of each class from one of three pixels: 100 is 0, 110 is 1. */
const model = toyModel({
  size: 2,
  probabilities: () => [1, 1, 1],
  map: () => [0, 0, 0, 0],
});
const BYTES = 2 * 2 * 3;
const reading = {
  ...model,
  classify: (pictures: ArrayLike<number>) =>
    Promise.resolve(
      Float32Array.from({ length: (pictures.length / BYTES) * 3 }, (_, k) => {
        return (pictures[Math.floor(k / 3) * BYTES + 3 * (k % 3)] - 100) / 10;
      }),
    ),
};

const LOGITS = [
  [2, 1, -3],
  [-1, 2, 1],
  [3, -2, -1],
  [1, 0.5, 2],
];
const sets = new LabelSets(3, [[0, 1], [1], [2], [0]], [[], [2], [], []]);

function subjectOf(labelSets: LabelSets) {
  const subject = toySubject(
    reading,
    LOGITS.map((logits) => grey([...logits.map((z) => 100 + 10 * z), 0])),
    LOGITS.map((_, i) => labelSets.positives(i)[0]),
  );
  const measured: EvaluationData = { ...subject.measured, labelSets };
  return { ...subject, measured };
}

describe('recognition of several classes', () => {
  it('has the figures worked out by hand', async () => {
    const { figures, details, perPicture } = await measureAll(recognitionPart, subjectOf(sets), 3);
    const value = (key: string) => figures[key].value;
    // Class 0 by score: picture 2 (no), 0 (yes), 3 (yes), 1 (no): (1/2 + 2/3) / 2.
    // Class 1: pictures 1 (yes), 0 (yes), ...: 1. Class 2, picture 1 not known: 3 (no), 2 (yes), 0 (no): 1/2.
    const areas = [(1 / 2 + 2 / 3) / 2, 1, 1 / 2];
    areas.forEach((area, c) => expect(details.averagePrecision?.[c]?.value).toBeCloseTo(area, 12));
    expect(value('map')).toBeCloseTo((areas[0] + 1 + 0.5) / 3, 12);
    // Most probable: 0 (one of its), 1, 0 (it is 2), 2 (it is 0).
    expect(value('top1')).toBe(0.5);
    expect([...perPicture.columns['correct']]).toEqual([1, 1, 0, 0]);
    expect([...perPicture.columns['rank']]).toEqual([0, 0, 1, 1]);
    // Right answers: 3 of 3; 2 of 2 known; 1 of 3; of picture 3 (yes yes yes; only 0 is there) 1 of 3.
    expect(value('label_accuracy')).toBeCloseTo((1 + 1 + 1 / 3 + 1 / 3) / 4, 6);
    // Class 0 is seen in both of its pictures, class 1 in both of its, class 2 not in its one.
    expect(details.perClass.map((figure) => figure?.value)).toEqual([1, 1, 0]);
    expect(details.confusion).toEqual([
      [1, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
    ]);
    expect(Object.keys(figures).sort()).toEqual(['ece', 'label_accuracy', 'map', 'top1']);
  });

  it('leaves out what is not known', () => {
    const read = (unsure: number[]) =>
      readPrediction([5, 1, 2], 0, 3, { labels: Int32Array.of(1), labelSets: new LabelSets(3, [[1]], [unsure]) }, 0);
    expect(read([])).toMatchObject({ prediction: 0, rank: 2 });
    expect([read([0]).prediction, read([0]).rank]).toEqual([2, 1]);
    expect(read([0]).probability).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    expect(read([0, 2])).toMatchObject({ prediction: 1, rank: 0 });
  });
});
