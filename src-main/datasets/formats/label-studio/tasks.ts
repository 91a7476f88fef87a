/**
 * Tasks of Label Studio as it exports them: JSON (labelstud.io/guide/export, "Label Studio JSON format of annotated
 * tasks") and JSON-MIN, where the results stand beside the data of the task, one record an annotation.
 */
import { asName, asSize, isList, isRecord } from '../annotations/json-file.ts';
import type { JsonRecord } from '../annotations/json-file.ts';

/** One thing that somebody said of a picture, or of a part of it. */
export interface Statement {
  /** Name of the control in the labelling interface: `choice`, `label`. */
  readonly field: string;
  readonly names: readonly string[];
  /** With the place, where it has one. */
  readonly value: JsonRecord;
  /** With the size of the picture. */
  readonly whole: JsonRecord;
}

export interface Annotation {
  /** For "which is the latest"; '' where it is not said. */
  readonly time: string;
  readonly groundTruth: boolean;
  readonly statements: readonly Statement[];
}

export interface Task {
  readonly id: string;
  /** Texts among the data that may name the picture, likeliest first. */
  readonly pictures: readonly string[];
  /** Not cancelled. */
  readonly annotations: readonly Annotation[];
}

/** What an export begins with, told by its first 64 KB; null for anything else. */
export function recogniseTasks(head: string): 'full' | 'min' | null {
  if (!/^[\s\ufeff]*\[\s*\{/.test(head)) return null;
  const has = (key: string): boolean => head.includes(`"${key}"`);
  if ((has('annotations') || has('completions')) && (has('from_name') || has('was_cancelled'))) return 'full';
  if (has('annotation_id') && (has('lead_time') || has('annotator'))) return 'min';
  return /"(rectangle|polygon|brush|ellipse)labels"/.test(head) ? 'min' : null;
}

/** What JSON-MIN says of the annotation, not of the picture. */
const OWN = new Set([
  ...['id', 'annotator', 'annotation_id', 'created_at', 'updated_at', 'lead_time', 'agreement', 'history'],
]);

/** @returns the task, or null where it is none */
export function taskOf(entry: unknown): Task | null {
  if (!isRecord(entry)) return null;
  const id = asName(entry['id']) ?? '';
  const results = entry['annotations'] ?? entry['completions'];
  if (results === undefined) return minimalTask(entry, id);
  if (!isRecord(entry['data']) || !isList(results)) return null;
  const annotations = results.flatMap((result): Annotation[] => {
    if (!isRecord(result) || result['was_cancelled'] === true || result['skipped'] === true) return [];
    const statements = isList(result['result']) ? result['result'].flatMap((part) => statementOf(part) ?? []) : [];
    return [{ time: timeOf(result), groundTruth: result['ground_truth'] === true, statements }];
  });
  return { id, pictures: picturesIn(entry['data'], entry['file_upload']), annotations };
}

function minimalTask(entry: JsonRecord, id: string): Task {
  const pictures = picturesIn(entry, undefined);
  const statements = Object.entries(entry).flatMap(([field, value]): Statement[] => {
    if (OWN.has(field) || (typeof value === 'string' && pictures.includes(value))) return [];
    return (isList(value) ? value : [value]).flatMap((part): Statement[] => {
      if (typeof part === 'string') return [{ field, names: namesIn([part]), value: {}, whole: {} }];
      return isRecord(part) ? [{ field, names: namesOf(part), value: part, whole: part }] : [];
    });
  });
  return { id, pictures, annotations: [{ time: timeOf(entry), groundTruth: false, statements }] };
}

const timeOf = (record: JsonRecord): string => {
  const time = record['updated_at'] ?? record['created_at'];
  return typeof time === 'string' ? time : '';
};

function statementOf(part: unknown): Statement | null {
  if (!isRecord(part) || !isRecord(part['value'])) return null;
  const field = asName(part['from_name']);
  return field === null ? null : { field, names: namesOf(part['value']), value: part['value'], whole: part };
}

/** `choices`, `rectanglelabels`, `labels` ...: lists of names; `taxonomy`: lists of paths from general to special. */
function namesOf(value: JsonRecord): string[] {
  for (const [key, names] of Object.entries(value)) {
    if (key === 'taxonomy' && isList(names)) {
      return namesIn(
        names.map((path) => (isList(path) ? path.filter((step) => typeof step === 'string').join(' / ') : null)),
      );
    }
    if ((key === 'choices' || key.endsWith('labels')) && isList(names)) return namesIn(names);
  }
  return [];
}

const namesIn = (names: readonly unknown[]): string[] => [...new Set(names.flatMap((name) => asName(name) ?? []))];

const LIKELY = /^(image|img|picture|photo|file|url)/i;

/** Texts that look like paths or addresses of pictures. */
function picturesIn(data: JsonRecord, upload: unknown): string[] {
  const texts = Object.entries(data)
    .filter((pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1].length < 5000)
    .filter(
      ([, text]) =>
        /\.(jpe?g|jpe|jfif|png|webp|avif|gif|tiff?|bmp|hei[cf]|dcm)(\W|$)/i.test(text) || /^\/data\//.test(text),
    )
    .sort(([a], [b]) => Number(LIKELY.test(b)) - Number(LIKELY.test(a)))
    .map(([, text]) => text);
  return typeof upload === 'string' ? [...texts, upload] : texts;
}

/** Size of the picture, as the annotation says it. */
export function sizeOf({ statements }: Annotation): readonly [number, number] | null {
  for (const { whole } of statements) {
    const size = asSize(whole['original_width'], whole['original_height']);
    if (size !== null) return size;
  }
  return null;
}

/** The annotation that counts: what an expert marked as true, else the latest. */
export function decisive(annotations: readonly Annotation[]): Annotation | null {
  const [first, ...others] = annotations;
  if (first === undefined) return null;
  return others.reduce((best, next) => {
    if (best.groundTruth !== next.groundTruth) return next.groundTruth ? next : best;
    return next.time > best.time ? next : best;
  }, first);
}
