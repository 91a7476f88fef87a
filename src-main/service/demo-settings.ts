/**
 * What the demo trains: small enough for minutes, large enough to show the effect. Tuned on validation pictures, and
 * at 48 of the pictures' 64 pixels, which halves the time and shows the same.
 */
import type { RunSettingsInput } from '../contract/settings.ts';

export const DEMO_SETTINGS: RunSettingsInput = {
  network: { architecture: 'resnet10', width: 16, stem: 'half', lastStride: 1, size: 48 },
  training: { warmupEpochs: 8, rounds: 2, epochsPerRound: 4, learningRate: 0.05, batchSize: 32 },
  method: { autoProbe: 96 },
};
