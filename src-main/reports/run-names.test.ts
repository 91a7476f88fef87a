import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../contract/run.ts';
import { RunSettings, type RunSettingsInput } from '../contract/settings.ts';
import { compareByKind } from './compared-runs.ts';
import { runSuffix } from './run-names.ts';
import type { RunView } from './run-view.ts';
import { drawnRuns } from './shown.ts';

// Of a record nothing else is looked at.
const record = (id: string, settings: RunSettingsInput) =>
  ({ id, settings: v.parse(RunSettings, settings), dataFingerprint: 'd', eps: null }) as unknown as RunRecord;
const ICNN = { interpretable: 'icnn' } as const;

describe('names of runs', () => {
  const suffixes = (...records: RunRecord[]) => records.map((each) => runSuffix(each, records));

  it('say the seed where there are several, and the id where that is the same', () => {
    expect(suffixes(record('1', { arm: 'plain' }), record('2', {}))).toEqual(['', '']);
    const three = [record('1', { seed: 1 }), record('2', { seed: 2 }), record('3', { seed: 2 })];
    expect(suffixes(...three)).toEqual([' (seed 1)', ' (2)', ' (3)']);
  });

  it('say the network where there are several', () => {
    const runs = [
      record('1', { arm: 'plain' }),
      record('2', { arm: 'plain', network: ICNN }),
      record('3', { arm: 'plain', network: { ...ICNN, architecture: 'vgg11_bn' }, seed: 1 }),
      record('4', { arm: 'plain', network: { ...ICNN, architecture: 'vgg11_bn' }, seed: 2 }),
    ];
    expect(suffixes(...runs)).toEqual([
      ' (resnet18, ordinary network)',
      ' (resnet18, ICNN)',
      ' (vgg11_bn, ICNN, seed 1)',
      ' (vgg11_bn, ICNN, seed 2)',
    ]);
    expect(suffixes(...runs.slice(0, 2))).toEqual([' (ordinary network)', ' (ICNN)']);
  });
});

describe('which runs are compared with which', () => {
  const view = (settings: RunSettingsInput, index: number) => {
    const of = record(String(index), settings);
    return { index, record: of, arm: of.settings.arm, seed: of.settings.seed, evaluation: null } as unknown as RunView;
  };
  it('and drawn are with many the first of each kind of training and network', () => {
    const runs: RunSettingsInput[] = [
      { arm: 'plain' },
      { arm: 'plain', network: ICNN },
      { arm: 'plain', seed: 1 },
      { arm: 'plain', network: ICNN, seed: 1 },
      { arm: 'consistency' },
    ];
    expect(drawnRuns({ runs: runs.map(view) }).map(({ index }) => index)).toEqual([0, 1, 4]);
    expect(drawnRuns({ runs: runs.slice(0, 3).map(view) })).toHaveLength(3);
  });

  const pairs = (...settings: RunSettingsInput[]) =>
    compareByKind(settings.map(view), []).map(({ baseline, candidate }) => [baseline, candidate]);

  it('is by seed, the plain run of the same network first', () => {
    expect(
      pairs(
        { arm: 'plain', seed: 1 },
        { arm: 'consistency', seed: 1 },
        { arm: 'plain', seed: 2 },
        { arm: 'plain', seed: 1, network: ICNN },
        { arm: 'consistency', seed: 1, network: ICNN },
        { arm: 'consistency', seed: 2, network: ICNN },
      ),
    ).toEqual([
      [0, 1],
      // Another network is compared with the first; another seed of the same is not.
      [0, 3],
      [3, 4],
      [2, 5],
    ]);
  });
});
