/**
 * From a network to one that explains itself, as data. Whatever the backbone, what is added works on the map that
 * heatmaps are taken from, [N,H,W,K]:
 *
 * - `icnn`: the map's last step is the part mask of every filter (part-mask.ts), so heatmaps see the masked map.
 * - `csg`: a class gate stands in front of the head (class-gate.ts). Outside training it does nothing.
 * - `protopnet`: prototypes stand in place of the head (prototypes.ts).
 */
import type { Interpretable, NetworkSettings } from '../../contract/settings.ts';
import { networkCost } from '../cost.ts';
import type { Architecture, Layer } from '../layer.ts';

/** Names of the added layers; their arrays in files of weights begin with them. */
export const PART_MASK = 'icnn';
export const CLASS_GATE = 'csg';
export const PROTOTYPES = 'prototype';

/** The paper's. */
const PROTOTYPES_PER_CLASS = 10;
const PROTOTYPE_CHANNELS = 128;

/** What of a run's settings decides how a network explains itself. */
export type InterpretableSettings = Pick<NetworkSettings, 'interpretable' | 'prototypesPerClass' | 'prototypeChannels'>;

/** @param base network without anything added */
export function interpretableNetwork(base: Architecture, settings: Partial<InterpretableSettings>): Architecture {
  const { interpretable = 'none' } = settings;
  if (interpretable === 'none') return base;
  const { features, head, classes } = base;
  const channels = mapChannels(base);
  switch (interpretable) {
    case 'icnn':
      return { ...base, features: [...features, { op: 'partMask', name: PART_MASK, channels, classes }] };
    case 'csg':
      return { ...base, head: [{ op: 'classGate', name: CLASS_GATE, channels, classes }, ...head] };
    case 'protopnet':
      return {
        ...base,
        head: prototypeHead(
          channels,
          settings.prototypeChannels ?? PROTOTYPE_CHANNELS,
          classes,
          settings.prototypesPerClass ?? PROTOTYPES_PER_CLASS,
        ),
      };
  }
}

/**
 * What stands in the place of the backbone's own head: two 1x1 convolutions to patches in (0,1), prototypes, and a dense
 * layer without bias. Names, shapes and first values are those of the authors' code, but for the prototypes, which it
 * calls `prototype_vectors`.
 * @param input K, the filters of the backbone's map
 */
export function prototypeHead(input: number, channels: number, classes: number, perClass: number): readonly Layer[] {
  const addOn = (at: number, from: number): Layer => ({
    ...{ op: 'conv', name: `add_on_layers.${at}`, input: from, output: channels },
    ...{ kernel: 1, stride: 1, pad: 0, bias: true },
  });
  return [
    addOn(0, input),
    { op: 'relu' },
    addOn(2, channels),
    { op: 'sigmoid' },
    { op: 'prototypes', name: PROTOTYPES, channels, classes, perClass },
    { op: 'dense', name: 'last_layer', input: classes * perClass, output: classes, bias: false, perClass },
  ];
}

/** Which kind of network has arrays of these names. */
export function interpretableOf(has: (name: string) => boolean): Interpretable {
  if (has(`${PART_MASK}.class_activation`)) return 'icnn';
  if (has(`${CLASS_GATE}.gate`)) return 'csg';
  if (has(`${PROTOTYPES}.vectors`)) return 'protopnet';
  return 'none';
}

/** K, the filters of the map that heatmaps are taken from. */
export function mapChannels(architecture: Architecture): number {
  return networkCost(architecture, 224).mapChannels;
}
