/** The networks that can be chosen: what each is good for, what it costs, and how a network may explain itself. */
import { ARCHITECTURES, INTERPRETABLE, PRESETS, type ArchitectureName } from '../../contract/settings.ts';
import type { Interpretable, Preset, RunSettings } from '../../contract/settings.ts';
import type { InterpretableView, NetworkView } from '../../contract/train-view.ts';
import { buildArchitecture } from '../../networks/architectures.ts';
import { networkCost } from '../../networks/cost.ts';
import { INTERPRETABLE_SHARES, suitedRate } from '../suited-training.ts';

/** How large and fast it is, and what for; compared at equal width. */
const SENTENCES: Readonly<Record<ArchitectureName, string>> = {
  resnet10: 'The smallest of its kind. Good for a first look, and for a few hundred pictures.',
  resnet18: 'Small, steady, and quick to learn. The usual choice.',
  resnet34: 'Twice as deep as ResNet-18. Worth its time with thousands of pictures.',
  resnet50: 'The kind most often found in papers and products. Best with weights to start from.',
  resnet101: 'Very deep. Learns slowly from nothing; only worth it with weights to start from.',
  wide_resnet50_2: 'ResNet-50 with twice the channels inside. Slow; best with weights to start from.',
  vgg11: 'An older kind, plain layers without batch norm. Learns slowly; for comparison with older work.',
  vgg11_bn: 'The smallest VGG, with batch norm, which lets it learn faster.',
  vgg13: 'An older kind without batch norm. Learns slowly; for comparison with older work.',
  vgg13_bn: 'A middle-sized VGG with batch norm.',
  vgg16: 'The VGG of most older papers, without batch norm. Learns slowly.',
  vgg16_bn: 'The VGG of most older papers, with batch norm.',
  densenet121: 'Few weights and much arithmetic. Learns well from few pictures; needs much memory.',
  mobilenet_v2: 'Made for phones: very little arithmetic. Learns slowly from nothing; best with weights to start from.',
  efficientnet_b0: 'Exact for its size. Learns slowly from nothing; best with weights to start from.',
  convnext_tiny: 'The newest kind here. Learns quickly, and is strongest with weights to start from.',
};

const EXPLANATIONS: Readonly<Record<Interpretable, Pick<InterpretableView, 'title' | 'text'>>> = {
  none: {
    title: 'Heatmaps alone',
    text: 'An ordinary network. Heatmaps show where it looks, as they do for every other.',
  },
  icnn: {
    title: 'Part filters',
    text: 'Each filter of the last layer learns to answer to one part of one class, such as a heel or a sleeve.',
  },
  csg: {
    title: 'Class gates',
    text: 'Each class may use only a few filters, so that a filter belongs to few classes.',
  },
  protopnet: {
    title: 'Prototypes',
    text: 'The network compares a picture with pieces of training pictures, and shows which: this looks like that.',
  },
};

export const INTERPRETABLE_VIEWS: readonly InterpretableView[] = INTERPRETABLE.map((kind) => ({
  kind,
  ...EXPLANATIONS[kind],
  learningRateShare: INTERPRETABLE_SHARES[kind],
}));

/** @param presets the settings of each, fitted to the pictures; @param classes number of classes */
export function networkViews(presets: Readonly<Record<Preset, RunSettings>>, classes: number): NetworkView[] {
  return ARCHITECTURES.map((architecture) => {
    const built = (preset: Preset) => {
      const { network, training } = presets[preset];
      const costOf = (name: ArchitectureName) =>
        networkCost(buildArchitecture({ ...network, architecture: name }, classes), network.size);
      const cost = costOf(architecture);
      const rate = (isFineTuning: boolean) =>
        suitedRate(training.learningRate, { own: network.architecture, trained: architecture }, isFineTuning);
      return {
        relativeCost: cost.multiplications / costOf(network.architecture).multiplications,
        mapSide: cost.mapSide,
        learningRate: rate(false),
        fineTuningRate: rate(true),
      };
    };
    const { stages = [] } = buildArchitecture({ ...presets.quick.network, architecture }, classes);
    return {
      architecture,
      text: SENTENCES[architecture],
      stages: stages.length,
      presets: Object.fromEntries(PRESETS.map((preset) => [preset, built(preset)])) as NetworkView['presets'],
    };
  });
}
