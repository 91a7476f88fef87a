/** Files of weights as a study can use them: which network they are, and a copy in the study. */
import { basename, resolve } from 'node:path';
import * as v from 'valibot';
import { SteadygazeError } from '../contract/errors.ts';
import { ARCHITECTURES, IMAGENET_MEAN, IMAGENET_STD, RunSettings } from '../contract/settings.ts';
import type { ArchitectureName, Stem } from '../contract/settings.ts';
import type { SettingValue } from '../contract/train-view.ts';
import type { StudyWeightsView, WeightsFileView, WeightsFitView } from '../contract/weights-view.ts';
import { findNonFinite } from '../networks/safetensors.ts';
import { fitNetworks } from '../networks/weights/fit.ts';
import type { NetworkFit, ShapeSettings } from '../networks/weights/fit.ts';
import { readNamedWeights } from '../networks/weights/read-weights.ts';
import { quoted, refuseWeights } from '../networks/weights/weights-file.ts';
import type { FoundArray, WeightsFile } from '../networks/weights/weights-file.ts';
import { openStudy } from '../workspace/study.ts';
import { StudyData } from '../workspace/study-data.ts';
import { keepWeights, listKeptWeights } from '../workspace/study-weights.ts';
import type { KeptWeights } from '../workspace/study-weights.ts';
import { hintsOf, rgbOf } from '../workspace/weights-description.ts';
import type { StudyWeightsDescription, WeightsHints } from '../workspace/weights-description.ts';

/** A file, and what is known of it; what is not said is read off the file, or is what is usual. */
export interface WeightsSource {
  readonly path: string;
  readonly architecture?: ArchitectureName | null;
  /** Side of the pictures it was trained with, in pixels. */
  readonly size?: number | null;
  /** Of pictures in [0,1]. */
  readonly mean?: readonly number[] | null;
  readonly std?: readonly number[] | null;
  /** Strides leave no trace in shapes. */
  readonly stem?: Stem | null;
  readonly lastStride?: 1 | 2 | null;
  /** What its outputs are called, in their order. */
  readonly classNames?: readonly string[] | null;
  /** Shown to people; absent: the file's name. */
  readonly title?: string;
  readonly licence?: string;
}

/** Side in pixels of the pictures that ImageNet's networks are trained with. */
const USUAL_SIZE = 224;
/** So many networks that a file could be of are shown. */
const SHOWN = 3;
const LEAST_SHARE = 0.5;

/** What is in a file, and which networks could use it. @throws SteadygazeError `not-found`, `weights-invalid` */
export async function inspectWeights(path: string): Promise<WeightsFileView> {
  const file = await readUsable(path);
  const hints = hintsOf(file.metadata ?? {});
  const fits = fitNetworks(file.arrays, { ...shapeHints(hints), ...architectureHint(hints.architecture) });
  const usable = fits.filter(({ problem }) => problem === null);
  const partly = fits.filter(({ share }) => share >= LEAST_SHARE).slice(0, 1);
  const shown = usable.length > 0 ? usable.slice(0, SHOWN) : [];
  const { mean, std, size, classes = null } = hints;
  const isDescribed = mean !== undefined && std !== undefined && size !== undefined;
  return {
    path: resolve(path),
    format: file.format,
    fits: shown.map(fitView),
    notes: [...file.notes, ...(shown.length > 0 ? [] : [noFit(partly[0])])],
    input: isDescribed ? { size, mean, std } : null,
    classNames: classes,
  };
}

/**
 * Copies the weights of a file into the study.
 * @param studyClasses number of classes of the study, for what is said
 * @throws SteadygazeError `not-found`, `weights-invalid` with what is wrong with the file
 */
export async function useWeights(
  study: string,
  studyClasses: number,
  source: WeightsSource,
): Promise<StudyWeightsView> {
  const file = await readUsable(source.path);
  const hints = hintsOf(file.metadata ?? {});
  const fit = fittingNetwork(file, { ...shapeHints(hints), ...shapeHints(source) }, source.architecture ?? null);
  const description = describe(file, fit, hints, source, studyClasses);
  refuseUnusual(description);
  const weights = new Map(
    fit.matched.map((name) => {
      const { shape, data } = file.arrays.get(name) as FoundArray;
      // Rows of another study's pictures, which mean nothing here.
      const isElsewhere = name.endsWith('.sources');
      return [name, { shape, data: isElsewhere ? data.map(() => -1) : data }] as const;
    }),
  );
  return weightsView(await keepWeights(study, weights, description));
}

/** As {@link useWeights}, of a study that is not open. */
export async function takeWeights(study: string, source: WeightsSource): Promise<StudyWeightsView> {
  const found = await openStudy(study);
  const { dataset } = await new StudyData(found).read();
  return useWeights(found.folder, dataset.classes.length, source);
}

/** What a study keeps to start from; networks of which some outputs were picked are left out. */
export async function studyWeights(study: string): Promise<readonly StudyWeightsView[]> {
  const kept = await listKeptWeights(study);
  return kept.filter(({ description }) => description.pickedFrom === undefined).map(weightsView);
}

/** @throws SteadygazeError `weights-invalid` also for numbers that are not finite */
async function readUsable(path: string): Promise<WeightsFile> {
  const file = await readNamedWeights(resolve(path));
  if (file.arrays.size === 0) throw refuseWeights('there are no numbers in it that a network could use');
  const bad = findNonFinite(file.arrays);
  if (bad !== null) throw refuseWeights(`it holds a value that is not a finite number, in ${quoted(bad.name)}`);
  return file;
}

function fittingNetwork(file: WeightsFile, hints: Partial<ShapeSettings>, wanted: ArchitectureName | null): NetworkFit {
  const [best] = fitNetworks(file.arrays, { ...hints, ...architectureHint(wanted) });
  if (best?.problem === null) return best;
  if (wanted === null || best === undefined) {
    throw refuseWeights(wanted === null ? lower(noFit(best)) : `they are not those of ${wanted}`);
  }
  throw new SteadygazeError(
    'weights-invalid',
    `These are not the weights of ${wanted}: ${best.problem}.`,
    'Choose the network that they are of, or leave it out: it is found then.',
  );
}

function describe(
  file: WeightsFile,
  fit: NetworkFit,
  hints: WeightsHints,
  source: WeightsSource,
  studyClasses: number,
): StudyWeightsDescription {
  const { outputs, settings } = fit;
  const names = source.classNames ?? hints.classes;
  if (source.classNames && outputs > 0 && source.classNames.length !== outputs) {
    throw new SteadygazeError(
      'bad-argument',
      `There are ${source.classNames.length} names, but the network tells ${outputs} classes apart.`,
      'Give one name for each output, in their order.',
    );
  }
  const known = source.mean ?? hints.mean;
  const size = source.size ?? hints.size ?? USUAL_SIZE;
  const assumed =
    known === undefined || (source.size ?? hints.size) === undefined
      ? [
          `The file does not say how its pictures were prepared; what was not given is taken to be as usual: ${USUAL_SIZE} pixels, mean and deviation of ImageNet.`,
        ]
      : [];
  const licence = source.licence ?? hints.licence;
  return {
    ...settings,
    mean: rgbOf(source.mean ?? hints.mean ?? IMAGENET_MEAN),
    std: rgbOf(source.std ?? hints.std ?? IMAGENET_STD),
    size,
    outputs,
    ...(names?.length === outputs ? { classes: [...names] } : {}),
    name: quoted(source.title ?? hints.name ?? basename(source.path)),
    ...(licence === undefined ? {} : { licence }),
    ...(hints.task === undefined ? {} : { task: hints.task }),
    sentences: [...file.notes, ...fitSentences(fit), ...headSentences(outputs, studyClasses), ...assumed],
  };
}

function fitView(fit: NetworkFit): WeightsFitView {
  const { settings, share, outputs } = fit;
  return { architecture: settings.architecture, share, classes: outputs, sentences: fitSentences(fit) };
}

function fitSentences({ settings, learntAnew, outputs }: NetworkFit): string[] {
  const { architecture, width } = settings;
  if (learntAnew.length === 0) {
    return [`All weights of ${architecture} (width ${width}) are in the file, for ${outputs} outputs.`];
  }
  return [
    `All weights of ${architecture} (width ${width}) up to its last layers are in the file.`,
    `What is missing or another there is learnt anew: ${learntAnew.join(', ')}.`,
  ];
}

function headSentences(outputs: number, studyClasses: number): string[] {
  if (outputs === 0 || outputs === studyClasses) return [];
  return [
    `It tells ${outputs} classes apart and the study has ${studyClasses}: training from it learns the last layer anew.`,
  ];
}

function noFit(nearest: NetworkFit | undefined): string {
  const why =
    nearest === undefined ? '' : `; they are most like ${nearest.settings.architecture}, but ${nearest.problem}`;
  return `These weights are those of no network here${why}`;
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Of what is said of a file, what tells the network beside its shapes. */
function shapeHints({
  width,
  stem,
  lastStride,
}: {
  readonly width?: number;
  readonly stem?: Stem | null;
  readonly lastStride?: 1 | 2 | null;
}): Partial<ShapeSettings> {
  return {
    ...(width === undefined ? {} : { width }),
    ...(stem === undefined || stem === null ? {} : { stem }),
    ...(lastStride === undefined || lastStride === null ? {} : { lastStride }),
  };
}

function architectureHint(name: ArchitectureName | null | undefined): Partial<ShapeSettings> {
  return name === null || name === undefined ? {} : { architecture: name };
}

/** What settings of a run cannot say cannot be used. */
function refuseUnusual(description: StudyWeightsDescription): void {
  const checked = v.safeParse(RunSettings.entries.network, networkOf(description));
  if (checked.success) return;
  const name = v.getDotPath(checked.issues[0]) ?? '';
  throw refuseWeights(
    `${name.replace(/\.\d+$/, '')} cannot be ${JSON.stringify(checked.issues[0].input)}`,
    'Say how its pictures were prepared: size from 16 to 512 pixels, mean, and a deviation above 0.',
  );
}

/** Settings of the network in `settings.network`. */
export function networkOf(description: StudyWeightsDescription) {
  const { architecture, width, stem, lastStride, size, mean, std } = description;
  const { head = 'light', interpretable = 'none', prototypesPerClass = 10, prototypeChannels = 128 } = description;
  return {
    ...{ architecture, width, stem, lastStride, size, head, mean, std },
    ...{ interpretable, prototypesPerClass, prototypeChannels },
  };
}

function weightsView({ id, description, bytes }: KeptWeights): StudyWeightsView {
  const settings: Record<string, SettingValue> = {};
  for (const [key, value] of Object.entries(networkOf(description))) {
    settings[`network.${key}`] = typeof value === 'object' ? value.join(',') : value;
  }
  const { name, architecture, outputs, classes = null, licence = null, sentences } = description;
  return { id, name, architecture, classes: outputs, classNames: classes, licence, bytes, settings, sentences };
}

/** The network of this name. @throws SteadygazeError `bad-argument` */
export function architectureNamed(name: string): ArchitectureName {
  const found = ARCHITECTURES.find((known) => known === name);
  if (found !== undefined) return found;
  throw new SteadygazeError(
    'bad-argument',
    `There is no network "${name}" here.`,
    `There are: ${ARCHITECTURES.join(', ')}.`,
  );
}
