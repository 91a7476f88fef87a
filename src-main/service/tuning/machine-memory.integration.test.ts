import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EngineId } from '../../compute/engine.ts';
import { resolveSettings } from '../settings.ts';
import { kindOfWork } from './kind-of-work.ts';
import { machineFacts, machineKey } from './machine.ts';
import type { Tuning } from './machine-file.ts';
import { MachineMemory } from './machine-memory.ts';

const INSTALLED: readonly EngineId[] = ['webgpu', 'native', 'wasm'];
const SETTINGS = resolveSettings({ network: { architecture: 'resnet10', width: 16, size: 64 } }, []);
const OTHER = resolveSettings({ network: { architecture: 'resnet18', width: 64, size: 96 } }, []);

let folder: string;
let clock = Date.parse('2026-01-01T12:00:00Z');
const open = (key = 'this machine') => MachineMemory.open({ folder, key, now: () => clock });

beforeEach(async () => {
  // Nobody asked for any number of threads.
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', undefined);
  folder = await mkdtemp(join(tmpdir(), 'steadygaze-machine-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** `native` with two threads was found to be the fastest. */
function tuning(kind: string): Tuning {
  const rates = [{ batch: 32, seconds: 0.01 }];
  return {
    kind,
    measured: '2026-01-01T12:00:00.000Z',
    choice: {
      ...{ engine: 'native', description: 'native', threads: 2, assessBatch: 64 },
      ...{ training: 0.01, assessment: 0.01, seconds: 1 },
    },
    engines: [{ engine: 'native', description: 'native', threads: 2, training: rates, assessment: rates }],
  };
}

describe('what is remembered of a machine', () => {
  it('decides what `auto` starts, for work of the same kind only', async () => {
    await (await open()).keepTuning(tuning(kindOfWork(SETTINGS)));
    const memory = await open();
    expect(memory.adviceFor(SETTINGS).candidates('auto', INSTALLED)).toEqual([
      { engine: 'native', threads: 2 },
      { engine: 'webgpu' },
      { engine: 'wasm' },
    ]);
    expect(
      memory
        .adviceFor(OTHER)
        .candidates('auto', INSTALLED)
        .map(({ engine }) => engine),
    ).toEqual(INSTALLED);
  });

  it('gives way to what is asked for', async () => {
    const memory = await open();
    await memory.keepTuning(tuning(kindOfWork(SETTINGS)));
    expect(memory.adviceFor(SETTINGS, { threads: 3 }).candidates('native', INSTALLED)).toEqual([
      { engine: 'native', threads: 3 },
    ]);
    expect(memory.adviceFor(SETTINGS).candidates('wasm', INSTALLED)).toEqual([{ engine: 'wasm' }]);
  });

  it('is nothing on another machine', async () => {
    await (await open()).keepTuning(tuning(kindOfWork(SETTINGS)));
    expect((await open('another machine')).tuningFor(SETTINGS)).toBeNull();
    const facts = machineFacts();
    expect(machineKey({ ...facts, graphics: [...facts.graphics, 'a new card'] })).not.toBe(machineKey(facts));
    expect(machineKey({ ...facts, engines: { ...facts.engines, native: '999' } })).not.toBe(machineKey(facts));
  });

  it('tries an engine that was refused within the last day after all others', async () => {
    const first = await open();
    first.adviceFor(SETTINGS).refused({ id: 'webgpu', reason: 'No card.', hint: '' });
    await expect.poll(async () => (await open()).refused.map(({ engine }) => engine)).toEqual(['webgpu']);
    const engines = async () =>
      (await open())
        .adviceFor(SETTINGS)
        .candidates('auto', INSTALLED)
        .map((each) => each.engine);
    expect(await engines()).toEqual(['native', 'wasm', 'webgpu']);
    clock += 25 * 3600 * 1000;
    expect(await engines()).toEqual(INSTALLED);
    clock -= 25 * 3600 * 1000;
    // It works after all: a driver was installed.
    (await open()).adviceFor(SETTINGS).works('webgpu');
    await expect.poll(async () => (await open()).refused).toEqual([]);
  });

  it('is put aside where its file is damaged, and begins anew', async () => {
    await (await open()).keepTuning(tuning(kindOfWork(SETTINGS)));
    const path = join(folder, 'machines.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"engine": "native"', '"engine": 7').slice(0, -9));
    const memory = await open();
    expect(memory.tuningFor(SETTINGS)).toBeNull();
    expect(await readdir(folder)).toEqual(['machines.json.damaged']);
    await memory.keepTuning(tuning(kindOfWork(SETTINGS)));
    expect((await open()).tuningFor(SETTINGS)?.choice.engine).toBe('native');
  });

  it('is nothing at all where nothing is to be remembered', async () => {
    const memory = await MachineMemory.open({ folder: null });
    await memory.keepTuning(tuning(kindOfWork(SETTINGS)));
    expect((await MachineMemory.open({ folder: null })).tunings).toEqual([]);
  });
});
