/** Weights from elsewhere: what is published, what a file holds, what a study keeps. */
import type { ArchitectureName } from './settings.ts';
import type { SettingValue } from './train-view.ts';

/** Weights that others publish and that can be downloaded when a person asks for it. */
export interface PublishedWeightsView {
  readonly id: string;
  /** "ResNet-18, trained on ImageNet". */
  readonly title: string;
  readonly architecture: ArchitectureName;
  /** Who publishes them. */
  readonly publisher: string;
  readonly licence: string;
  readonly bytes: number;
  /** SHA-256 in hex, whole or (as some publishers give it) its beginning. */
  readonly sha256: string;
  /** Where they are fetched from, the mirror of the preferences included. */
  readonly url: string;
  /** Bytes that are here already; equal to `bytes` when the file is whole and was checked. */
  readonly here: number;
}

/** How a file fits one network. */
export interface WeightsFitView {
  readonly architecture: ArchitectureName;
  /** Share of the network's numbers that the file has, 0 to 1. */
  readonly share: number;
  /** Classes that the file's last layer tells apart. */
  readonly classes: number;
  readonly sentences: readonly string[];
}

export interface WeightsFileView {
  /** Absolute. */
  readonly path: string;
  /** "PyTorch", "safetensors", ... */
  readonly format: string;
  /** The best first; none where it is no network known here. */
  readonly fits: readonly WeightsFitView[];
  readonly notes: readonly string[];
  /** What the file says of its pictures and classes; null where it says nothing. */
  readonly input: { readonly size: number; readonly mean: readonly number[]; readonly std: readonly number[] } | null;
  readonly classNames: readonly string[] | null;
}

/** Weights that the study keeps a copy of, so that it stays whole wherever it is copied to. */
export interface StudyWeightsView {
  /** What the setting `start.weights` takes. */
  readonly id: string;
  /** "resnet18-f37072fd.pth", or a title. */
  readonly name: string;
  readonly architecture: ArchitectureName;
  readonly classes: number;
  readonly classNames: readonly string[] | null;
  readonly licence: string | null;
  readonly bytes: number;
  /** Settings of the network that they belong to, by dotted name. */
  readonly settings: Readonly<Record<string, SettingValue>>;
  /** What fitted and what did not. */
  readonly sentences: readonly string[];
}
