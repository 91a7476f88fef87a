/**
 * The camera that a picture says it was taken with: maker and model in the first directory of its EXIF block
 * (CIPA DC-008, "Exif", sections 4.5 and 4.6: a TIFF header, then directories of 12-byte entries).
 */

const MAKE = 0x010f;
const MODEL = 0x0110;
const TEXT = 2;
/** More entries than any camera writes: a damaged block. */
const MOST_ENTRIES = 512;
const LONGEST = 64;

/**
 * @param exif the block as it lies in the file, with or without "Exif\0\0" before it
 * @returns "Canon EOS 5D", or null where it is not said or the block is damaged
 */
export function cameraOf(exif: Uint8Array | undefined): string | null {
  if (exif === undefined) return null;
  const start = String.fromCharCode(...exif.subarray(0, 4)) === 'Exif' ? 6 : 0;
  const block = new DataView(exif.buffer, exif.byteOffset + start, Math.max(0, exif.byteLength - start));
  try {
    const texts = readTexts(block);
    const make = texts.get(MAKE) ?? '';
    const model = texts.get(MODEL) ?? '';
    // Many models begin with their maker: "Canon", "Canon EOS 5D".
    const firstWord = make.split(' ')[0].toLowerCase();
    const name = firstWord !== '' && model.toLowerCase().startsWith(firstWord) ? model : `${make} ${model}`.trim();
    return name === '' ? null : name;
  } catch (error) {
    if (error instanceof RangeError) return null; // An offset that leads out of the block.
    throw error;
  }
}

/** The texts of the first directory. @throws RangeError where the block is damaged */
function readTexts(block: DataView): ReadonlyMap<number, string> {
  const little = block.getUint16(0) === 0x4949; // "II"
  if (!little && block.getUint16(0) !== 0x4d4d) throw new RangeError('no byte order');
  const directory = block.getUint32(4, little);
  const count = block.getUint16(directory, little);
  if (count > MOST_ENTRIES) throw new RangeError('too many entries');
  const texts = new Map<number, string>();
  for (let entry = directory + 2; entry < directory + 2 + 12 * count; entry += 12) {
    const tag = block.getUint16(entry, little);
    if ((tag !== MAKE && tag !== MODEL) || block.getUint16(entry + 2, little) !== TEXT) continue;
    const length = block.getUint32(entry + 4, little);
    const offset = length <= 4 ? entry + 8 : block.getUint32(entry + 8, little);
    texts.set(tag, textAt(block, offset, Math.min(length, LONGEST)));
  }
  return texts;
}

function textAt(block: DataView, offset: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    const code = block.getUint8(offset + i);
    if (code === 0) break;
    text += code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : ' ';
  }
  return text.trim().replace(/ +/g, ' ');
}
