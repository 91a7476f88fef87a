import * as v from 'valibot';
import { expect, it } from 'vitest';
import { startWasm } from '../src-main/compute/wasm.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { prepareWorkload } from './workload.ts';

it('counts the passes of a work, whichever is counted first, and not what prepares it', async () => {
  const { network } = v.parse(RunSettings, { network: { architecture: 'resnet10', width: 4, stem: 'half', size: 32 } });
  const workload = await prepareWorkload(await startWasm(), network, 2);
  expect((await workload.count('heatmap')).total).toBe(1);
  expect(await workload.count('forward')).toEqual({ forward: 1, inputGradient: 0, weightGradient: 0, total: 1 });
});
