/**
 * Makes the pictures that a report shows (`hardest.safetensors`) light enough for a repository: fewer of them, in half
 * precision. A level of grey is 1/255, half precision is finer than 1/2048 everywhere in [0,1].
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readFloatTensors } from '../../src-main/networks/safetensors.ts';

/** Sixteen bits: Node has the array, the type of it comes with a later TypeScript library. */
declare const Float16Array: new (values: ArrayLike<number>) => ArrayBufferView & { readonly byteLength: number };

/** @param count pictures that stay: the first ones, which are the hardest */
export async function lighten(file: string, count: number): Promise<void> {
  const { tensors, metadata } = readFloatTensors(await readFile(file));
  const header: Record<string, unknown> = { __metadata__: metadata };
  const parts: ArrayBufferView[] = [];
  let at = 0;
  for (const [name, { shape, data }] of tensors) {
    const [all = 0, ...rest] = shape;
    const kept = Math.min(all, count);
    const half = new Float16Array(data.subarray(0, (data.length / all) * kept));
    parts.push(half);
    header[name] = { dtype: 'F16', shape: [kept, ...rest], data_offsets: [at, at + half.byteLength] };
    at += half.byteLength;
  }
  // The numbers begin at a multiple of eight bytes; spaces fill up the header.
  const text = JSON.stringify(header);
  const bytes = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  await writeFile(file, Buffer.concat([length, bytes, ...parts.map((part) => bytesOf(part))]));
}

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
