/**
 * Learning rates that suit the network. A preset's are those of its own ResNet; with another network in its place, or
 * with weights that were learnt elsewhere, they would be too large: training would go out of control, or forget.
 */
import type { ArchitectureName, Interpretable, RunSettings, RunSettingsInput } from '../contract/settings.ts';
import { NO_WEIGHTS } from '../contract/settings.ts';
import { findSetting } from './setting-names.ts';
import { resolveSettings } from './settings.ts';

/**
 * The learning rate as a share of a preset's, for any other network in the place of the preset's own. Found by short
 * trainings on the sample's pictures (240 of them, 64 pixels a side, 15 steps of 16 pictures, width 8): the largest of
 * 1, 0.5, 0.2, 0.1, 0.05, 0.03, ... at which the loss falls from the first epoch on. PyTorch's MobileNetV2 diverges at
 * the rate of a ResNet, too.
 */
const SHARES: Readonly<Record<ArchitectureName, number>> = {
  resnet10: 1,
  resnet18: 0.5,
  resnet34: 0.2,
  resnet50: 0.2,
  resnet101: 0.2,
  wide_resnet50_2: 0.2,
  vgg11: 0.5,
  vgg11_bn: 1,
  vgg13: 0.5,
  vgg13_bn: 1,
  vgg16: 0.5,
  vgg16_bn: 1,
  densenet121: 1,
  mobilenet_v2: 0.03,
  efficientnet_b0: 0.05,
  convnext_tiny: 0.2,
};

/**
 * By what a network explains itself by, of the rate that suits it without. Prototypes: on the sample (ResNet-10, width
 * 16, 900 pictures, 8 epochs) 0.01 and 0.02 gave the best accuracy where 0.05 suits the plain network.
 */
export const INTERPRETABLE_SHARES: Readonly<Record<Interpretable, number>> = {
  none: 1,
  icnn: 1,
  csg: 1,
  protopnet: 0.4,
};

/** Of the rate that suits random weights, where training begins with weights that are good already. */
const FINE_TUNING_SHARE = 0.1;

/**
 * The learning rate for a network in the place of a preset's own, which keeps its rate.
 * @param rate         of the preset
 * @param isFineTuning training begins with weights from elsewhere
 */
export function suitedRate(
  rate: number,
  { own, trained }: { readonly own: ArchitectureName; readonly trained: ArchitectureName },
  isFineTuning: boolean,
): number {
  return shareOf(rate, (own === trained ? 1 : SHARES[trained]) * (isFineTuning ? FINE_TUNING_SHARE : 1));
}

/** Three digits are said of a learning rate. */
const shareOf = (rate: number, share: number): number => (share === 1 ? rate : Number((rate * share).toPrecision(3)));

/**
 * Settles the settings of a run: what the preset says, fitted to the network that is asked for, and what the person
 * says, which always wins.
 * @throws SteadygazeError as {@link resolveSettings}
 */
export function resolveSuited(base: RunSettingsInput, assignments: readonly string[]): RunSettings {
  const wanted = resolveSettings(base, assignments);
  const preset = resolveSettings(base, []);
  const isOwnRate = assignments.some(
    (each) => findSetting(each.split('=')[0].trim())?.name === 'training.learningRate',
  );
  if (isOwnRate) return wanted;
  const learningRate = suitedRate(
    preset.training.learningRate,
    { own: preset.network.architecture, trained: wanted.network.architecture },
    wanted.start.weights !== NO_WEIGHTS,
  );
  const share = INTERPRETABLE_SHARES[wanted.network.interpretable];
  return { ...wanted, training: { ...wanted.training, learningRate: shareOf(learningRate, share) } };
}
