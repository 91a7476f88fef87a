/**
 * Archives for tests, also those that no program would write: ZIP after APPNOTE.TXT 6.3.10 of PKWARE (4.3.7 local
 * header, 4.3.12 central directory, 4.3.14 to 4.3.16 ends, 4.5.3 ZIP64), TAR by tar-stream.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipFile {
  readonly name: string | Uint8Array;
  readonly content?: Uint8Array | string;
  /** Stored unless said otherwise. */
  readonly deflated?: boolean;
  /** Written instead of what is true. */
  readonly flags?: number;
  readonly method?: number;
  readonly size?: number;
  readonly crc?: number;
  /** File type and permissions of Unix: `0o120777` is a link. */
  readonly mode?: number;
  /** Sizes and offset as 64-bit numbers in the extra field. */
  readonly zip64?: boolean;
}

/** The bytes of a ZIP archive. */
export function zipOf(files: readonly ZipFile[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const content = Buffer.from(file.content ?? '');
    const data = file.deflated ? deflateRawSync(content) : content;
    const name = Buffer.from(file.name);
    const size = file.size ?? content.length;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(file.flags ?? 0x800, 2);
    common.writeUInt16LE(file.method ?? (file.deflated ? 8 : 0), 4);
    common.writeUInt32LE(file.crc ?? crc32(content), 10);
    common.writeUInt32LE(file.zip64 ? 0xffffffff : data.length, 14);
    common.writeUInt32LE(file.zip64 ? 0xffffffff : size, 18);
    common.writeUInt16LE(name.length, 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), Buffer.from(common), name, data);
    const extra = Buffer.alloc(file.zip64 ? 28 : 0);
    if (file.zip64) {
      extra.writeUInt16LE(1, 0);
      extra.writeUInt16LE(24, 2);
      [size, data.length, offset].forEach((value, i) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * i));
    }
    common.writeUInt16LE(extra.length, 24);
    const made = Buffer.from([63, file.mode === undefined ? 0 : 3]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((file.mode ?? 0) << 16) >>> 0, 6);
    rest.writeUInt32LE(file.zip64 ? 0xffffffff : offset, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), made, common, rest, name, extra);
    offset += 30 + name.length + data.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}

/** The bytes of a TAR archive; long names become pax headers. */
export async function tarOf(
  entries: readonly (Partial<Header> & { readonly name: string; readonly content?: Uint8Array | string })[],
): Promise<Buffer> {
  const packing = pack();
  for (const { content, ...header } of entries) packing.entry(header, Buffer.from(content ?? ''));
  packing.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of packing) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

/** A temporary folder of the system for this test alone, where packed archives are unpacked: nothing of it stays. */
export async function ownSpools(): Promise<{
  /** Paths of the files in it, below the folder that is ours. */
  readonly list: () => Promise<string[]>;
  readonly remove: () => Promise<void>;
}> {
  const before = { TMPDIR: process.env['TMPDIR'], TEMP: process.env['TEMP'] };
  const folder = await mkdtemp(join(tmpdir(), 'steadygaze-spools-'));
  Object.assign(process.env, { TMPDIR: folder, TEMP: folder });
  return {
    list: async () => {
      const found = await readdir(folder, { recursive: true, withFileTypes: true });
      return found.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    },
    remove: async () => {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = value;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
