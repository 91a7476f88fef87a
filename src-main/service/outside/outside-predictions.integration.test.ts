import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readColumns } from '../../workspace/parquet-table.ts';
import { evaluateOutside } from './evaluate-outside.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'steadygaze-outside-'))));
afterAll(() => rm(folder, { recursive: true }));

async function predictions(text: string | Uint8Array): Promise<string> {
  const path = join(folder, 'predictions.csv');
  await writeFile(path, text);
  return path;
}

/** What `--json` prints of a table. */
async function evaluated(...lines: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  return (await evaluateOutside({ predictions: await predictions(lines.join('\n')), seed: 0 })).values;
}

describe('one class a picture', () => {
  it('the predicted class alone: no top-5, no calibration', async () => {
    // 3 of 4 right; of class a 1 of 2, of class b 2 of 2.
    expect(await evaluated('label,prediction', 'a,a', 'a,b', 'b,b', 'b,b')).toMatchObject({
      ...{ n: 4, classes: ['a', 'b'], top1: 0.75, top5: null, balanced_accuracy: 0.75, ece: null },
      confusion: [
        [1, 1],
        [0, 2],
      ],
    });
    // Class c is predicted, but no picture has it: it counts in the table, not in the mean over classes.
    expect(await evaluated('label,prediction', 'a,c', 'a,a', 'b,b')).toMatchObject({
      ...{ classes: ['a', 'b', 'c'], balanced_accuracy: 0.75, accuracy_per_class: [0.5, 1, null] },
    });
  });

  it('with its probability: calibration in 15 bins', async () => {
    // (12/15, 13/15]: 0.85 twice, one right: |1 - 1.7|; (8/15, 9/15]: 0.6 (its upper edge), wrong: 0.6. Of 3 pictures.
    const found = await evaluated('label,prediction,probability', 'a,a,.85', 'a,b,0.85', 'b,a,0.6', '');
    expect(found['ece']).toBeCloseTo((0.7 + 0.6) / 3, 12);
    // 0.6 and 0.59 share a bin, 0.61 has its own: |1 - 1.19| + 0.61.
    const edges = await evaluated('label,prediction,probability', 'a,a,0.6', 'a,b,0.59', 'b,a,0.61');
    expect(edges['ece']).toBeCloseTo((0.19 + 0.61) / 3, 12);
  });

  it('numbers for classes, written in any way, in their order', async () => {
    const found = await evaluated('label,prediction', '10,10.0', '9, 9', '2,10', '02,2');
    expect(found).toMatchObject({ classes: ['2', '9', '10'], top1: 0.75 });
  });

  it('logits and probabilities of every class rank alike; equal ones as the first', async () => {
    const rows = [
      [0, 0, 1, 2, 3, 4, 5],
      [5, 0, 1, 2, 3, 4, 5],
      [1, 3, 3, 0, 0, 0, 0],
      [0, 3, 3, 0, 0, 0, 0],
    ];
    const softmax = (row: readonly number[]) => {
      const sum = row.reduce((total, value) => total + Math.exp(value), 0);
      return row.map((value) => Math.exp(value) / sum);
    };
    const header = 'label,p0,p1,p2,p3,p4,p5';
    const logits = await evaluated(header, ...rows.map((row) => row.join(',')));
    const shares = await evaluated(header, ...rows.map(([label, ...row]) => [label, ...softmax(row)].join(',')));
    // Ranks: 5 (last of six), 0, 1 (equal to the first), 0.
    expect(logits).toMatchObject({ n: 4, top1: 0.5, top5: 0.75, confusion: shares['confusion'] });
    expect(shares).toMatchObject({ top1: 0.5, top5: 0.75, intervals: { top1: [0, 1] } });
    expect(shares['ece']).toBeCloseTo(Number(logits['ece']), 12);
    expect(logits['notes']).toEqual([expect.stringMatching(/taken for logits/)]);
    expect(shares['notes']).toEqual([]);
  });

  it('columns by name: p_<class> or the classes themselves, numbers as labels, other columns left out', async () => {
    const named = await evaluated('picture,remark,p_dog,p_cat,label', 'x,,0.9,0.1,dog', 'y,?,0.8,0.2,1');
    expect(named).toMatchObject({ classes: ['dog', 'cat'], top1: 0.5, notes: [expect.stringMatching(/"remark"/)] });
    expect(await evaluated('label;dog;cat', 'cat;-inf;-3')).toMatchObject({ top1: 1, classes: ['dog', 'cat'] });
  });

  it('as Windows writes it', async () => {
    const text = Buffer.from('\uFEFF"label" ; "prediction"\r\n"a, b" ; "a, b"\r\n;\r\n', 'utf8');
    const { values } = await evaluateOutside({ predictions: await predictions(text), seed: 0 });
    expect(values).toMatchObject({ n: 1, classes: ['a, b'], top1: 1 });
  });
});

describe('several classes a picture', () => {
  it('average precision of each class and their mean', async () => {
    // a: 0.9 shown, 0.8 not, 0.2 shown: (1 + 2/3) / 2; b: the two of 0.7 are both shown.
    const found = await evaluated('y_a,p_a,y_b,p_b', '1,.9,0,.1', '0,.8,1,.7', '1,.2,1,.7');
    expect(found['classes']).toEqual(['a', 'b']);
    const [a, b] = found['average_precision'] as number[];
    expect([a, b]).toEqual([expect.closeTo(5 / 6, 12), 1]);
    expect(found['mAP']).toBeCloseTo(11 / 12, 12);
    expect(found['mean_average_precision']).toBe(found['mAP']);
  });
});

describe('what is refused, in a sentence', () => {
  it.each<[RegExp, readonly string[]]>([
    [/"label"/, ['prediction', 'a']],
    [/neither a column "prediction" nor/, ['label', 'a']],
    [/holds no row/, ['label,prediction']],
    [/table is empty/, ['']],
    [/Line 3: the label is missing/, ['label,prediction', 'a,a', ',a']],
    [/Line 2: the probability must lie between 0 and 1, not "85"/, ['label,prediction,probability', 'a,a,85']],
    [/Line 2: the label "x" is none of the classes a, b/, ['label,p_a,p_b', 'x,1,2']],
    [/Line 2: the score of the class "b" is no number: "nan"/, ['label,p_a,p_b', 'a,1,nan']],
    [/p1 is missing/, ['label,p0,p2', '0,1,2']],
    [/"p_b"/, ['y_a,y_b,p_a', '1,0,0.5']],
    [/Line 2: y_a must be 0 or 1, not "2"/, ['y_a,p_a', '2,0.5']],
    [/picture one.png is there a second time/, ['picture,label,prediction', 'one.png,a,a', './one.png,a,a']],
    [/Two columns have the same name: "p_a"/, ['label,p_a,p_a', 'a,1,2']],
    [/more cells than/, ['label,prediction', 'a,a,a']],
    [/could not be understood/, ['label,prediction', '"a,a']],
  ])('%s', async (sentence, lines) => {
    await expect(evaluated(...lines)).rejects.toMatchObject({
      code: 'data-unreadable',
      message: expect.stringMatching(sentence) as unknown,
    });
  });
});

it('writes figures and what every picture came to', async () => {
  const out = join(folder, 'out');
  const path = await predictions('index,picture,label,prediction,probability\n7,x.png,a,a,0.5\n3,y.png,b,a,0.25\n');
  const { values } = await evaluateOutside({ predictions: path, seed: 0, out });
  expect(JSON.parse(await readFile(join(out, 'figures.json'), 'utf8'))).toEqual(values);
  expect((await readFile(join(out, 'figures.csv'), 'utf8')).split('\r\n')[1]).toBe('top1,0.5,0,1,2');
  const columns = {
    index: 'INT32',
    picture: 'STRING',
    prediction: 'STRING',
    correct: 'DOUBLE',
    iou: 'DOUBLE',
  } as const;
  const table = await readColumns(join(out, 'per-picture.parquet'), columns);
  expect([...table.index]).toEqual([7, 3]);
  expect(table.picture).toEqual(['x.png', 'y.png']);
  expect(table.prediction).toEqual(['a', 'a']);
  expect([...table.correct, ...table.iou]).toEqual([1, 0, NaN, NaN]);
});
