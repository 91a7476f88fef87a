const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Hash of a row's file in hex; null where the study no longer lists the picture. @param hashes [count, 32] */
export function hashOf(hashes: Uint8Array, row: number): string | null {
  let text = '';
  let any = 0;
  for (let at = row * 32; at < row * 32 + 32; at++) {
    const byte = hashes[at];
    any |= byte;
    text += HEX[byte] ?? '';
  }
  return any === 0 ? null : text;
}
