import { describe, expect, it } from 'vitest';
import type { ModelCard } from './card.ts';
import { cardMarkdown } from './markdown.ts';

const CARD: ModelCard = {
  ...{ format: 'steadygaze-model-card', version: 1, created: '2026-02-03T04:05:06.000Z', program: 'Steadygaze 1.2.3' },
  ...{ name: 'Pallets', run: '003-plain-s7', round: 2, isLastRound: true, isFinished: true },
  network: { architecture: 'resnet18', interpretable: 'none', parameters: 1234567 },
  input: { size: 48, mean: [0, 0, 0], std: [1, 1, 1], resize: 'Stretched.' },
  task: 'single-label',
  classes: [
    { name: 'a | b\n# `c` <b>', train: 1200, val: 3, test: 4 },
    { name: 'Birne 🍐', train: 5, val: 6, test: 7 },
  ],
  data: {
    ...{ sentence: 'Some pictures.', fingerprint: 'f00', counts: { train: 1205, val: 9, test: 11 } },
    ...{ problems: [], shortcuts: [], attribution: [] },
  },
  training: {
    ...{ arm: 'plain', preset: null, seed: 7, engine: 'an engine', versions: { node: '24' }, seconds: 61 },
    ...{ eps: null, epsSurvival: null, corrections: null, settings: [] },
  },
  start: null,
  figures: [
    {
      ...{ key: 'top1', label: 'Named correctly', term: 'top-1', definition: 'A share.', unit: 'share' },
      ...{ better: 'higher', headline: true, value: 0.5, low: 0.25, high: 0.75, n: 11 },
    },
    {
      ...{ key: 'other', label: 'Something else', term: 'other', definition: 'Two.', unit: 'number' },
      ...{ better: 'higher', headline: false, value: 0.5, low: 0.25, high: 0.75, n: 11 },
    },
  ],
  limits: ['Not for everything.'],
  formats: ['onnx'],
  files: [{ name: 'model.onnx', bytes: 1000, sha256: 'abc' }],
};

describe('a model card', () => {
  it('says what there is, and leaves the rest to card.json', () => {
    const text = cardMarkdown(CARD);
    expect(text).toContain('one of 2 classes. It is a `resnet18` with 1,234,567 learnt numbers.');
    expect(text).toContain('| Named correctly | top-1 | 50.0% | 25.0% to 75.0% | 11 |');
    expect(text).not.toContain('Something else');
    expect(text).toContain('1 further figure');
    expect(text).toContain('Seed 7, no preset, 1 min 1 s of computing.');
    expect(text).toContain('picture.resize((48, 48)');
    expect(text).not.toContain('TensorFlow.js');
    expect(text).not.toContain('safetensors');
  });

  it('cannot be broken by the name of a class', () => {
    const lines = cardMarkdown(CARD).split('\n');
    expect(lines).toContain('| a \\| b \\# \\`c\\` \\<b\\> | 1,200 | 3 | 4 |');
    expect(lines).toContain('| Birne 🍐 | 5 | 6 | 7 |');
  });

  it('says of ten thousand classes how many there are more', () => {
    const classes = Array.from({ length: 10_000 }, (_, i) => ({
      name: `class ${String(i)}`,
      train: 1,
      val: 1,
      test: 1,
    }));
    const text = cardMarkdown({ ...CARD, classes });
    expect(text).toContain('one of 10,000 classes');
    expect(text).toContain('And 9,900 more');
    expect(text.length).toBeLessThan(20_000);
  });

  it('says that a network was brought, from where and under which licence', () => {
    const start = { id: '0123456789abcdef', name: 'their.pth', licence: null };
    const text = cardMarkdown({ ...CARD, start, training: { ...CARD.training, arm: 'given' } });
    expect(text).toContain('It was brought here as their.pth. Its licence is not known');
    expect(text).toContain('It was not trained here, only measured (their.pth).');
    expect(text).not.toContain('Seed 7');
    const tuned = cardMarkdown({ ...CARD, start: { ...start, licence: 'MIT' } });
    expect(tuned).toContain('Training began with the weights their.pth. Their licence: MIT');
  });

  it('asks of several classes which are there', () => {
    const text = cardMarkdown({ ...CARD, task: 'multi-label' });
    expect(text).toContain('any of 2 classes');
    expect(text).toContain('above 0.5 counts as there');
  });

  it('gives no figures of weights that were not measured', () => {
    expect(cardMarkdown({ ...CARD, figures: [] })).toContain('Nothing was measured.');
    expect(cardMarkdown({ ...CARD, figures: [], isLastRound: false })).toContain('None of these weights; see above.');
  });
});
