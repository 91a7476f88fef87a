/**
 * The annotation of one picture as Pascal VOC writes it (VOC development kit, section "Annotation format"), and ImageNet
 * after it: an XML file with the size of the picture and its objects, each with a name, a box, and maybe the mark
 * "difficult". Nothing in the file can make the reader fetch or unfold anything: document types are refused.
 */
import type { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { FileTree } from '../../trees/file-tree.ts';
import { reasonOfSystem } from '../../pictures/picture-file.ts';

interface VocObject {
  /** Class as it is written; NFC. */
  readonly name: string;
  readonly difficult: boolean;
  /** Numbers as they are written: xmin, ymin, xmax, ymax. Null where one of them is missing or no number. */
  readonly box: readonly [number, number, number, number] | null;
}

export interface VocAnnotation {
  /** Those with a name. */
  readonly objects: readonly VocObject[];
  /** Width and height; null where they are not said (some programs write 0). */
  readonly size: readonly [number, number] | null;
}

/** The largest of VOC has 20 kB. */
const MOST_BYTES = 1024 ** 2;

interface Parsing {
  readonly parser: XMLParser;
  readonly validator: typeof XMLValidator;
}
let parsing: Promise<Parsing> | null = null;

/** @returns the annotation, or why there is none, as a sentence */
export async function readAnnotation(
  tree: FileTree,
  path: string,
): Promise<VocAnnotation | { readonly problem: string }> {
  try {
    const stamp = await tree.stamp(path);
    if (stamp !== null && stamp.size > MOST_BYTES) {
      return { problem: 'The annotation is larger than 1 MB, and was not read.' };
    }
    return await parseAnnotation(new TextDecoder('utf-8').decode(await tree.read(path)));
  } catch (error) {
    return { problem: reasonOfSystem(error) };
  }
}

async function parseAnnotation(text: string): Promise<VocAnnotation | { readonly problem: string }> {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
    return { problem: 'The annotation has a document type of its own, which can be harmful, and was not read.' };
  }
  const { parser, validator } = await (parsing ??= loadParser());
  const valid = validator.validate(text);
  if (valid !== true) {
    return { problem: `The annotation is no complete XML: line ${valid.err.line} is wrong or missing its end.` };
  }
  let root: unknown;
  try {
    root = child(parser.parse(text), 'annotation');
  } catch (error) {
    return { problem: `The annotation cannot be understood (${error instanceof Error ? error.message : ''}).` };
  }
  if (root === undefined) return { problem: 'The file is no annotation of VOC: it does not begin with "annotation".' };
  const objects = child(root, 'object');
  const size = child(root, 'size');
  const [width, height] = ['width', 'height'].map((key) => numberOf(child(size, key)));
  return {
    objects: (Array.isArray(objects) ? objects : []).flatMap((object): VocObject[] => {
      const name = textOf(child(object, 'name')).normalize('NFC');
      if (name === '') return [];
      const difficult = /^(1|true)$/i.test(textOf(child(object, 'difficult')));
      return [{ name, difficult, box: boxOf(child(object, 'bndbox')) }];
    }),
    size: width > 0 && height > 0 ? [width, height] : null,
  };
}

async function loadParser(): Promise<Parsing> {
  const library = await import('fast-xml-parser');
  const parser = new library.XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    isArray: (name) => name === 'object',
  });
  return { parser, validator: library.XMLValidator };
}

/** What an element holds under a name; undefined where it holds none. */
function child(element: unknown, name: string): unknown {
  if (typeof element !== 'object' || element === null || !Object.hasOwn(element, name)) return undefined;
  return (element as Record<string, unknown>)[name];
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

const numberOf = (value: unknown): number => (textOf(value) === '' ? NaN : Number(textOf(value)));

function boxOf(bndbox: unknown): VocObject['box'] {
  const [xmin, ymin, xmax, ymax] = ['xmin', 'ymin', 'xmax', 'ymax'].map((key) => numberOf(child(bndbox, key)));
  return [xmin, ymin, xmax, ymax].every(Number.isFinite) ? [xmin, ymin, xmax, ymax] : null;
}
