/** Every setting in plain words: what it is called in a form, and what it does. What each may be: `setting-names.ts`. */
import type { SettingView } from '../../contract/train-view.ts';

type Words = Pick<SettingView, 'group' | 'title' | 'definition'>;

const of =
  (group: SettingView['group']) =>
  (title: string, definition: string): Words => ({ group, title, definition });
const [network, start, training, method, other] = [
  of('network'),
  of('start'),
  of('training'),
  of('method'),
  of('other'),
];

/** By dotted name. */
export const SETTING_WORDS: Readonly<Record<string, Words>> = {
  arm: other(
    'Kind of training',
    'Plain training, explanation consistency, or one of the controls they are compared with.',
  ),
  seed: other(
    'Seed',
    'The number that all chance comes from: first weights, order of pictures, random changes, attacks. The same seed gives the same run.',
  ),

  'network.architecture': network(
    'Network',
    'The kind of network. A ResNet with more layers (18, 34, 50) can learn finer differences and takes longer; VGG is an older kind; MobileNet and EfficientNet are small, but need pictures of 96 pixels or more for a useful heatmap, as DenseNet and ConvNeXt do.',
  ),
  'network.width': network(
    'Width',
    'Channels of the first stage; all later stages grow in proportion. The usual width is 64, of MobileNet and EfficientNet 32, of ConvNeXt 96. Twice the width takes about four times as long.',
  ),
  'network.stem': network(
    'First layers',
    'How much the picture shrinks at the start: imagenet to a quarter, half to a half, small not at all. Less shrinking gives finer heatmaps and takes longer.',
  ),
  'network.lastStride': network(
    'Stride of the last stage',
    'With 1 instead of the usual 2, the heatmap has twice as many places along each side.',
  ),
  'network.size': network(
    'Picture size',
    'Pictures are brought to a square of this many pixels a side before the network sees them.',
  ),

  'network.head': network(
    'Last layers',
    'light is two small dense layers, torchvision three of 4,096, which hold most of its weights.',
  ),
  'network.interpretable': network(
    'Explains itself by',
    'Beside its heatmaps: icnn by filters that each mark one part, csg by filters that each serve few classes, protopnet by the training pictures that a picture is compared with.',
  ),
  'network.prototypesPerClass': network(
    'Prototypes of a class',
    'With how many places of training pictures each class is compared.',
  ),
  'network.prototypeChannels': network(
    'Channels of a prototype',
    'How many numbers describe a place. Fewer are faster and tell less apart.',
  ),

  'start.frozenStages': start(
    'Stages that stay',
    'So many stages of the network, from the picture on, keep the weights they begin with. Fewer pictures need more stages that stay; training is faster, too.',
  ),
  'start.layerDecay': start(
    'Learning rate towards the picture',
    'Each stage learns at this share of the rate of the stage after it. Below 1, what was learnt elsewhere changes less near the picture, where it is most general.',
  ),
  'start.batchNorm': start(
    'Batch norms',
    'learn: as usual. keep: they go by the brightness and contrast they were trained with, which is steadier for small steps. freeze: nothing in them changes.',
  ),

  'training.warmupEpochs': training(
    'Epochs before the first assessment',
    'How often every training picture is seen, all counting the same, before the gaze is assessed for the first time.',
  ),
  'training.rounds': training(
    'Rounds',
    'How often pictures are assessed, weighted anew and trained on after that. 0 is plain training with one assessment at its end.',
  ),
  'training.epochsPerRound': training(
    'Epochs of a round',
    'How often every training picture is seen between one assessment and the next.',
  ),
  'training.filterLoss': training(
    'Weight of the filter loss',
    'How much it counts that each filter answers to one part of one class.',
  ),
  'training.gatePeriod': training(
    'Every so many steps through the gate',
    'In these steps a class may use only the filters that its gate lets through.',
  ),
  'training.gateSparsity': training('Cost of an open gate', 'The larger, the fewer filters each class may use.'),
  'training.clusterCost': training(
    'Closeness to own prototypes',
    'How much it counts that some place of a picture is like a prototype of its class.',
  ),
  'training.separationCost': training(
    'Distance to other prototypes',
    'How much it counts that no place of a picture is like a prototype of another class.',
  ),
  'training.batchSize': training(
    'Pictures of a step',
    'How many pictures are seen before the weights of the network change once. More need more memory.',
  ),
  'training.learningRate': training(
    'Learning rate',
    'How far the weights go in one step. Too large and training diverges, too small and it learns little in its time.',
  ),
  'training.learningRateWarmup': training(
    'Epochs of a gentle start',
    'Over so many epochs the learning rate rises from 0. After that it falls along a cosine to 0 at the end of the run.',
  ),
  'training.momentum': training(
    'Momentum',
    'How much of the last steps is kept in the next one, which evens out chance.',
  ),
  'training.weightDecay': training(
    'Weight decay',
    'How strongly large weights are pulled towards 0, which keeps the network from learning pictures by heart.',
  ),
  'training.flip': training(
    'Mirror pictures',
    'Half of the pictures are seen as in a mirror. Switch it off where left and right mean something.',
  ),
  'training.crop': training(
    'Shift pictures',
    'Pictures are shifted at random by up to this share of their side; edges are reflected.',
  ),
  'training.jitter': training(
    'Vary colours',
    'Brightness, contrast and saturation each vary at random by up to this share.',
  ),

  'method.heatmap': method(
    'Kind of heatmap',
    'How it is found where the network looks. Auto: class activation map (cam) where the network allows it, Grad-CAM elsewhere (VGG, ConvNeXt). Where both are possible, they give the same map.',
  ),
  'method.threshold': method(
    'Border of the background',
    'What is background: where the heatmap lies below its mean, below a fraction of its maximum, below a border found by Otsu\u2019s rule, or so that the foreground has a given area.',
  ),
  'method.thresholdValue': method(
    'Value of that border',
    'For fraction: the share of the maximum. For area: the share of the picture that is foreground.',
  ),
  'method.attack': method(
    'Kind of disturbance',
    'How the background is changed: by a targeted attack (pgd, fgsm, mi-fgsm, pgd-l2), or by plain noise as a control.',
  ),
  'method.eps': method(
    'Strength of the disturbance',
    'The largest change of a colour value, where black is 0 and white is 1. Auto: as strong as most predictions survive, at most 8/255, which is hardly seen.',
  ),
  'method.autoSurvival': method(
    'Predictions that must survive',
    'The share of correct predictions that must stay the same under the disturbance.',
  ),
  'method.autoProbe': method(
    'Pictures to choose the strength',
    'On how many correctly named training pictures it is tried.',
  ),
  'method.steps': method(
    'Steps of the attack',
    'How often the attack looks which change hurts most. More steps make it stronger and assessments longer.',
  ),
  'method.stepShare': method('Size of a step', 'How far each step of the attack goes, as a share of its strength.'),
  'method.randomStart': method(
    'Begin at random',
    'The attack begins at a random change instead of none. The same seed gives the same beginning.',
  ),
  'method.radiusShare': method(
    'Radius of pgd-l2',
    'The length of the whole change, as a share of a change by the full strength everywhere in the background.',
  ),
  'method.momentumDecay': method('Momentum of mi-fgsm', 'How much the directions of earlier steps count in the next.'),
  'method.stopConverged': method(
    'Stop settled attacks',
    'The attack of a picture ends once its explanation consistency has settled. Faster, and a little less exact: a later step might still have found something.',
  ),
  'method.convergedChange': method(
    'When an attack has settled',
    'When explanation consistency changes by no more than this in each of two steps. Larger values stop earlier and are less exact.',
  ),
  'method.consistencyFrom': method(
    'Where explanation consistency comes from',
    'attack: every round attacks the pictures. training: a rough figure from what training computes anyway, much faster; rounds in between are then not assessed, and only the last assessment is exact. For networks that end in pooling and one dense layer.',
  ),
  'method.similarity': method(
    'How heatmaps are compared',
    'The measure S of how alike the heatmaps before and after the disturbance are: cosine, correlation (pearson), overlap of the foregrounds (iou), structure (ssim), or a distance between distributions (jsd, emd).',
  ),
  'method.agreement': method(
    'How predictions are compared',
    'The measure Q of how much of the prediction survives: how much the probability of the label falls (ratio), whether the label is still named (agreement), how far all probabilities move (tv), or not at all (none).',
  ),
  'method.assessShare': method(
    'Pictures assessed in a round',
    'The share of the training pictures that a round assesses, in turn; the others keep what their last assessment said. Less takes less time and is less up to date. The last assessment is always of all.',
  ),
  'method.weightFloor': method(
    'Least weight',
    'Added to the weight of every picture, so that steady ones are not forgotten. Larger values make the weights more even.',
  ),
  'method.mixShare': method(
    'Pictures with another background',
    'The share of pictures that receive the background of another picture.',
  ),

  checkpointSeconds: other(
    'Seconds between checkpoints',
    'How often a run stores where it is. After a crash or a power cut, at most this much work is lost.',
  ),
  assessBatch: other(
    'Pictures assessed at once',
    'How many pictures go through the network together in an assessment. Fewer need less memory; results stay the same.',
  ),
};
