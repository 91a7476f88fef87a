import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../compute/engine.ts';
import { startNative } from '../compute/native.ts';
import { startWasm } from '../compute/wasm.ts';
import { decodeMask } from '../datasets/pictures/decode.ts';
import { challengePart } from './challenge-part.ts';
import { debiasingPart } from './debiasing-part.ts';
import { groupsPart } from './groups-part.ts';
import type { Subject } from './part.ts';
import { sampleModel, sampleSubject } from './sample-subject.fixture.ts';
import { measuredToy } from './toy-subject.fixture.ts';

const SETTINGS = { seed: 1, challenge: { backgrounds: 4 }, groups: { clusters: 2 } };
const PICTURES = 60;
const MASKS = fileURLToPath(new URL('../../resources/sample/masks/', import.meta.url));

/** The pictures of the subject with the masks that the sample has for them. */
function withMasks(subject: Subject): Subject {
  const { measured } = subject;
  const readMask = async (index: number, side: number) =>
    decodeMask(await readFile(MASKS + measured.ids[index].replace(/\.\w+$/, '.png')), side);
  return { ...subject, measured: { ...measured, hasMasks: true, readMask } };
}

/** The three parts on pictures of the sample with a trained network: with masks, and with the foregrounds of two. */
async function measured(engine: Engine, batchSize: number) {
  const models = [await sampleModel(engine), await sampleModel(engine, '002-consistency-s1')];
  const plain = await sampleSubject(models[0], PICTURES, batchSize, SETTINGS);
  const of = async (subject: Subject) => ({
    debiasing: (await measuredToy(debiasingPart, subject)).summary,
    challenge: (await measuredToy(challengePart, subject)).summary,
    groups: (await measuredToy(groupsPart, subject)).summary,
  });
  const results = { masks: await of(withMasks(plain)), models: await of({ ...plain, judges: models }) };
  for (const model of models) model.close();
  return results;
}

describe('backgrounds of real pictures', () => {
  let native: Awaited<ReturnType<typeof measured>>;
  let inParts: typeof native;
  let wasm: typeof native;
  // Native first: its second start would not make it the current engine again.
  beforeAll(async () => {
    const engine = await startNative();
    native = await measured(engine, 60);
    inParts = await measured(engine, 7);
    wasm = await measured(await startWasm(), 60);
  });

  it.each(['masks', 'models'] as const)('with %s: the same on both engines, whatever the batch', (source) => {
    for (const part of ['debiasing', 'challenge', 'groups'] as const) {
      for (const [name, { value }] of Object.entries(native[source][part].figures)) {
        expect(Math.abs(inParts[source][part].figures[name].value - value), `${name} in parts`).toBeLessThan(1e-3);
        expect(Math.abs(wasm[source][part].figures[name].value - value), `${name} on wasm`).toBeLessThan(1e-3);
      }
    }
    expect(wasm[source].groups.details.clusters).toEqual(native[source].groups.details.clusters);
    expect(wasm[source].challenge.details.backgrounds.map(({ id }) => id)).toEqual(
      native[source].challenge.details.backgrounds.map(({ id }) => id),
    );
  });

  it('a trained network recognises the pictures, and fewer without their objects', () => {
    for (const { debiasing, challenge } of [native.masks, native.models]) {
      const { acc_original: original, acc_no_fg: without } = debiasing.figures;
      expect(original.value).toBeGreaterThan(0.6);
      expect(without.value).toBeLessThan(original.value);
      expect(challenge.figures['challenge_right'].value).toBeLessThanOrEqual(original.value);
    }
    expect([native.masks.debiasing.notes.length, native.models.debiasing.details.foreground]).toEqual([0, 'models']);
  });
});
