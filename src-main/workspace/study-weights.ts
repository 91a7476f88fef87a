/**
 * Weights from elsewhere that a study keeps a copy of, so that it stays whole wherever it is copied to:
 * `weights/<id>.safetensors` under torchvision's names. The id is the beginning of the SHA-256 of the numbers: the same
 * numbers have the same id, whatever file they came from.
 */
import { open, readdir, readFile, stat } from 'node:fs/promises';
import * as v from 'valibot';
import { SteadygazeError, systemCode } from '../contract/errors.ts';
import { findNonFinite, readFloatTensors, writeSafetensors } from '../networks/safetensors.ts';
import type { FloatArray } from '../networks/safetensors.ts';
import { writeFileAtomic } from './atomic-file.ts';
import { hashBytes } from './file-hash.ts';
import { studyWeightsFile, studyWeightsFolder } from './study-layout.ts';
import { fieldsOf, metadataOf, StudyWeightsDescription } from './weights-description.ts';

type Arrays = ReadonlyMap<string, FloatArray>;

export interface KeptWeights {
  readonly id: string;
  readonly description: StudyWeightsDescription;
  /** Of the file. */
  readonly bytes: number;
}

const ID = /^[0-9a-f]{16}$/;
const FILE = /^([0-9a-f]{16})\.safetensors$/;
const Header = v.object({ __metadata__: v.record(v.string(), v.string()) });
/** A longer header than this none of our files has. */
const LONGEST_HEADER = 10_000_000;

/**
 * Keeps these weights.
 * @param replaces whether what is said of the same numbers, where the study has them already, is said anew
 * @throws SteadygazeError `weights-invalid` where a number is not finite; a full disk passes through
 */
export async function keepWeights(
  study: string,
  weights: Arrays,
  description: StudyWeightsDescription,
  replaces = true,
): Promise<KeptWeights> {
  const bad = findNonFinite(weights);
  if (bad !== null) {
    throw new SteadygazeError(
      'weights-invalid',
      `The weights cannot be used: ${bad.name} holds a value that is not a finite number.`,
      'Get the file again, or choose another one.',
    );
  }
  const checked = v.parse(StudyWeightsDescription, description);
  const id = idOf(weights);
  const present = replaces ? null : await describeKept(study, id);
  if (present !== null) return present;
  const bytes = writeSafetensors(weights, metadataOf(checked));
  await writeFileAtomic(studyWeightsFile(study, id), bytes);
  return { id, description: checked, bytes: bytes.length };
}

/**
 * @throws SteadygazeError `not-found` where the study has no such weights; `weights-invalid` where their file is damaged
 */
export async function readKeptWeights(
  study: string,
  id: string,
): Promise<{ readonly weights: Arrays; readonly description: StudyWeightsDescription }> {
  const path = studyWeightsFile(study, id);
  let bytes: Uint8Array;
  try {
    if (!ID.test(id)) throw missing(id, study);
    bytes = await readFile(path);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    throw missing(id, path);
  }
  const { tensors, metadata } = readFloatTensors(bytes);
  const description = v.safeParse(StudyWeightsDescription, fieldsOf(metadata, StudyWeightsDescription));
  if (!description.success || idOf(tensors) !== id) {
    throw new SteadygazeError(
      'weights-invalid',
      `The weights that the study keeps are damaged: ${path}`,
      'Delete the file, and choose the weights again: they get the same name.',
      description.success ? 'the hash is another one' : v.summarize(description.issues),
    );
  }
  return { weights: tensors, description: description.output };
}

/** What the study keeps, by name; damaged files are left out. Reads only what files say of themselves. */
export async function listKeptWeights(study: string): Promise<readonly KeptWeights[]> {
  let names: string[];
  try {
    names = await readdir(studyWeightsFolder(study));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
  const kept: KeptWeights[] = [];
  for (const name of names.sort()) {
    const id = FILE.exec(name)?.[1];
    const found = id === undefined ? null : await describeKept(study, id);
    if (found !== null) kept.push(found);
  }
  return kept.sort((a, b) => a.description.name.localeCompare(b.description.name));
}

/** What the study says of these weights. @throws SteadygazeError `not-found`, also where the file is damaged */
export async function describeKeptWeights(study: string, id: string): Promise<KeptWeights> {
  const found = ID.test(id) ? await describeKept(study, id) : null;
  if (found === null) throw missing(id, study);
  return found;
}

/** Null where the file is not there, or says nothing that makes sense. */
async function describeKept(study: string, id: string): Promise<KeptWeights | null> {
  const path = studyWeightsFile(study, id);
  const header = v.safeParse(Header, await readHeader(path));
  if (!header.success) return null;
  const fields = fieldsOf(header.output.__metadata__, StudyWeightsDescription);
  const description = v.safeParse(StudyWeightsDescription, fields);
  if (!description.success) return null;
  return { id, description: description.output, bytes: (await stat(path)).size };
}

/** The JSON at the beginning of a safetensors file. */
async function readHeader(path: string): Promise<unknown> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (file === null) return null;
  try {
    const size = Buffer.alloc(8);
    await file.read(size, 0, 8, 0);
    const length = Number(size.readBigUInt64LE());
    if (length > LONGEST_HEADER) return null;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, 8);
    return bytesRead === length ? (JSON.parse(buffer.toString('utf8')) as unknown) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  } finally {
    await file.close();
  }
}

/** Of names, shapes and numbers, in the order of the names. */
function idOf(weights: Arrays): string {
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  const contents = sorted.flatMap(([name, { shape, data }]) => [
    JSON.stringify([name, shape]),
    new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  ]);
  return hashBytes(...contents).slice(0, 16);
}

function missing(id: string, path: string): SteadygazeError {
  return new SteadygazeError(
    'not-found',
    `The weights ${id} are not in the study: ${path}`,
    'Choose the file that they came from again: the same weights get the same name.',
  );
}
