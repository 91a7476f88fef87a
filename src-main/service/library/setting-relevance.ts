/** Which settings mean something only where others have a certain value: a form shows them there and nowhere else. */
import { ARCHITECTURES, INTERPRETABLE, NO_WEIGHTS } from '../../contract/settings.ts';
import type { Interpretable } from '../../contract/settings.ts';
import type { SettingCondition } from '../../contract/train-view.ts';

type Conditions = readonly SettingCondition[];

const among =
  (setting: string) =>
  (...values: (string | number)[]): Conditions => [{ setting, values }];
const architectures = (isOne: (name: string) => boolean): Conditions =>
  among('network.architecture')(...ARCHITECTURES.filter(isOne));
const [attack, interpretable] = [among('method.attack'), among('network.interpretable')];
const only = (kind: Interpretable): Conditions => interpretable(...INTERPRETABLE.filter((each) => each === kind));

const RESNETS = architectures((name) => name.includes('resnet'));
const VGGS = architectures((name) => name.startsWith('vgg'));
const WITH_WEIGHTS: Conditions = [{ setting: 'start.weights', except: [NO_WEIGHTS] }];
const STRENGTH_CHOSEN = among('method.eps')('auto');
/** Attacks that go several steps (method/attack.ts). */
const STEPPING = ['pgd', 'mi-fgsm', 'pgd-l2'];

/** By dotted name; all conditions of a setting must hold. A setting that is missing here always counts. */
export const SETTING_RELEVANCE: Readonly<Record<string, Conditions>> = {
  'network.stem': RESNETS,
  'network.lastStride': RESNETS,
  'network.head': VGGS,
  'network.prototypesPerClass': only('protopnet'),
  'network.prototypeChannels': only('protopnet'),
  'start.frozenStages': WITH_WEIGHTS,
  'start.layerDecay': WITH_WEIGHTS,
  'start.batchNorm': WITH_WEIGHTS,
  'training.filterLoss': only('icnn'),
  'training.gatePeriod': only('csg'),
  'training.gateSparsity': only('csg'),
  'training.clusterCost': only('protopnet'),
  'training.separationCost': only('protopnet'),
  'method.thresholdValue': among('method.threshold')('fraction', 'area'),
  'method.autoSurvival': STRENGTH_CHOSEN,
  'method.autoProbe': STRENGTH_CHOSEN,
  'method.steps': attack(...STEPPING),
  'method.stepShare': attack('pgd', 'pgd-l2'),
  'method.randomStart': attack('pgd', 'pgd-l2'),
  'method.radiusShare': attack('pgd-l2'),
  'method.momentumDecay': attack('mi-fgsm'),
  'method.stopConverged': attack(...STEPPING),
  'method.convergedChange': attack(...STEPPING),
  'method.mixShare': among('arm')('mix', 'consistency-mix'),
};
