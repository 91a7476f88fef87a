import { describe, expect, it } from 'vitest';
import { maskedCrc, recordLength } from './record-file.ts';

const mask = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

describe('checksums of TFRecord', () => {
  it('CRC-32C as in RFC 3720 B.4, masked', () => {
    // The RFC's values: 32 zeros 0x8a9136aa, 32 bytes of 0xff 0x62a8ab43, 0 to 31 0x46dd794e.
    expect(maskedCrc(new Uint8Array(32))).toBe(mask(0x8a9136aa));
    expect(maskedCrc(new Uint8Array(32).fill(255))).toBe(mask(0x62a8ab43));
    expect(maskedCrc(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(mask(0x46dd794e));
  });

  it('the head of an empty record', () => {
    // The length 0, and the checksum of eight zeros, 0x8c28b28a.
    const head = Buffer.alloc(12);
    head.writeUInt32LE(mask(0x8c28b28a), 8);
    expect(recordLength(head)).toBe(0);
    head[9] ^= 1;
    expect(recordLength(head)).toBeNull();
    expect(recordLength(head.subarray(0, 11))).toBeNull();
  });
});
