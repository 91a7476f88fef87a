/** What a file of weights says of itself in its metadata: the network, what it takes in, what it tells apart. */
import * as v from 'valibot';
import { ARCHITECTURES, HEADS, INTERPRETABLE, STEMS } from '../contract/settings.ts';

const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const rgb = v.tuple([v.number(), v.number(), v.number()]);

/** Three channels of a setting, whose schema knows only that they are three. */
export function rgbOf([red = 0, green = 0, blue = 0]: readonly number[]): [number, number, number] {
  return [red, green, blue];
}

/** What every file of ours says of its network. What files of earlier versions lack is optional. */
const network = {
  architecture: v.picklist(ARCHITECTURES),
  /** Channels of the first stage. */
  width: positive,
  stem: v.picklist(STEMS),
  /** Stride of the last stage of a ResNet. */
  lastStride: v.picklist([1, 2]),
  /** Pictures in [0,1] are normalised as (x - mean) / std, per channel. */
  mean: rgb,
  std: rgb,
  /** Side of the square input in pixels. */
  size: positive,
  /** Of VGGs; absent: `light`. */
  head: v.optional(v.picklist(HEADS)),
  /** Absent: `none`. */
  interpretable: v.optional(v.picklist(INTERPRETABLE)),
  prototypesPerClass: v.optional(positive),
  prototypeChannels: v.optional(positive),
  /** What makes probabilities of the outputs: softmax, or a sigmoid for each. Absent: not said. */
  task: v.optional(v.picklist(['single-label', 'multi-label'])),
};

/** Of weights at the end of a round. */
export const WeightsDescription = v.object({
  ...network,
  /** Class names in label order. */
  classes: v.array(v.string()),
});
/** What the weights belong to. */
export type WeightsDescription = v.InferOutput<typeof WeightsDescription>;

/** Of weights that a study keeps to start from, wherever they came from. */
export const StudyWeightsDescription = v.object({
  ...network,
  /** Numbers that the last layer gives; 0: the last layer is not among the weights. */
  outputs: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /** Their names; absent where nobody said them. */
  classes: v.optional(v.array(v.string())),
  /** File they came from, or a title. */
  name: v.string(),
  licence: v.optional(v.string()),
  /** What fitted and what did not, for a person. */
  sentences: v.array(v.string()),
  /** Id of the weights that the outputs for the study's classes were picked from. */
  pickedFrom: v.optional(v.string()),
});
export type StudyWeightsDescription = v.InferOutput<typeof StudyWeightsDescription>;

/** What any file may say, ours or another's: fields that make no sense are left out. */
const Hints = v.object({ ...network, classes: v.array(v.string()), name: v.string(), licence: v.string() });
export type WeightsHints = Partial<v.InferOutput<typeof Hints>>;

/** Written as they are; everything else as JSON. */
const TEXTS: ReadonlySet<string> = new Set([
  'architecture',
  'stem',
  'head',
  'interpretable',
  'task',
  'name',
  'licence',
  'pickedFrom',
]);

/** As safetensors keep it: names and texts. */
export function metadataOf(description: WeightsDescription | StudyWeightsDescription): Record<string, string> {
  // "format": what PyTorch's tools look for before they load a file.
  const metadata: Record<string, string> = { format: 'pt' };
  for (const [key, value] of Object.entries(description)) {
    if (value !== undefined) metadata[key] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return metadata;
}

/** What the metadata say, as far as a schema asks for it; not checked. */
export function fieldsOf(
  metadata: Readonly<Record<string, string>>,
  schema: { readonly entries: Readonly<Record<string, unknown>> },
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(schema.entries)) {
    const text = metadata[key];
    if (text !== undefined) fields[key] = TEXTS.has(key) ? text : parsed(text);
  }
  return fields;
}

/** What can be believed of what a file says of itself. */
export function hintsOf(metadata: Readonly<Record<string, string>>): WeightsHints {
  const fields = fieldsOf(metadata, Hints);
  const sensible = Object.entries(fields).filter(
    ([key, value]) => v.safeParse(Hints.entries[key as keyof typeof Hints.entries], value).success,
  );
  return Object.fromEntries(sensible);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
