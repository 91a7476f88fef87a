/** What the demo trains: small enough for minutes, large enough to show the effect. Tuned on validation pictures. */
import type { RunSettingsInput } from '../contract/settings.ts';

export const DEMO_SETTINGS: RunSettingsInput = {
  network: { architecture: 'resnet10', width: 16, stem: 'half', lastStride: 1, size: 64 },
  training: { warmupEpochs: 8, rounds: 2, epochsPerRound: 4, learningRate: 0.05, batchSize: 32 },
  method: { autoProbe: 96 },
};
