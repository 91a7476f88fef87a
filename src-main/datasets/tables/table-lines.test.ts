import fc from 'fast-check';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { TableRow } from './table-file.ts';
import { readRows, separatorIn, shapeOf } from './table-lines.ts';

interface Read {
  readonly rows: readonly TableRow[];
  readonly broken: readonly string[];
}

/** @param piece bytes that come at a time */
async function read(text: string, piece = 7): Promise<Read> {
  const bytes = new TextEncoder().encode(text);
  const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
    bytes.subarray(i * piece, (i + 1) * piece),
  );
  const rows: TableRow[] = [];
  const broken: string[] = [];
  const tell = (line: number, reason: string): void => void broken.push(`${line}: ${reason.slice(0, 20)}`);
  for await (const some of readRows(pieces, shapeOf(bytes, false), tell)) rows.push(...some);
  return { rows, broken };
}

const quote = (cell: string): string => `"${cell.replaceAll('"', '""')}"`;

describe('rows of a text', () => {
  it('are those that were written, whatever the cells hold and wherever the text is cut', async () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a",;\n \t|ä]*$/));
    const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 50 }), async (cells, piece) => {
        const text = ['"a","b"', ...cells.map((row) => row.map(quote).join(','))].join('\n');
        const { rows, broken } = await read(text, piece);
        const expected = cells
          .map((row) => row.map((one) => one.replaceAll('\r\n', '\n').trim()))
          .filter((row) => row.some((one) => one !== ''));
        expect(broken).toEqual([]);
        const inside = rows.slice(1).map((row) => row.cells.map((one) => one.replaceAll('\r\n', '\n').trim()));
        expect(inside).toEqual(expected);
      }),
    );
  });

  it('have the number of their first line', async () => {
    const { rows } = await read('a,b\r\n\r\n"1\r\n2","x"\r\n3,"y ""z"""\r\n 4 , 5" pipe\n');
    expect(rows).toEqual([
      { cells: ['a', 'b'], line: 1 },
      { cells: ['1\n2', 'x'], line: 3 },
      { cells: ['3', 'y "z"'], line: 5 },
      { cells: ['4', '5" pipe'], line: 6 },
    ]);
  });

  it('go on behind a quotation mark that is never closed', async () => {
    const { rows, broken } = await read(
      `a,b\n1,"x\n${Array.from({ length: 200 }, (_, i) => `${i},y`).join('\n')}\n"z\n`,
    );
    expect(broken).toEqual(['2: A quotation mark ope', '203: A quotation mark ope']);
    expect(rows).toHaveLength(201);
    expect(rows[1]).toEqual({ cells: ['0', 'y'], line: 3 });
    expect(rows[200]).toEqual({ cells: ['199', 'y'], line: 202 });
    const inside = await read('a,b\n"x"y,1\n2,3\n');
    expect(inside.broken).toEqual(['2: A quotation mark ope']);
    expect(inside.rows.at(-1)).toEqual({ cells: ['2', '3'], line: 3 });
  });

  it('go on behind a line without end, which is never held', async () => {
    const { rows, broken } = await read(`a,b\n${'x'.repeat(350_000)}\n1,2\n`, 40_000);
    expect(broken).toEqual(['2: It is longer than 10']);
    expect(rows.at(-1)).toEqual({ cells: ['1', '2'], line: 3 });
  });

  it('take little time and memory even where all lines are broken', async () => {
    let [count, rows] = [0, 0];
    function* lines() {
      yield Buffer.from('a,b\n');
      for (let i = 0; i < 100; i++) yield Buffer.from('"x"y,1\n'.repeat(2000) + '1,2\n');
    }
    const began = process.cpuUsage();
    for await (const some of readRows(Readable.from(lines()), shapeOf(Buffer.from('a,b\n'), false), () => count++)) {
      rows += some.length;
    }
    expect([count, rows]).toEqual([200_000, 101]);
    // Seconds of the processor, not of the clock: others may have it meanwhile.
    expect(process.cpuUsage(began).user / 1e6).toBeLessThan(30);
  });
});

describe('how a text is written', () => {
  it('is told by its first bytes', () => {
    const shape = (bytes: Uint8Array) => shapeOf(bytes, false);
    expect(shape(Buffer.from('ä;b\n1;2'))).toEqual({ encoding: 'utf-8', separator: ';', lineEnd: '\n' });
    expect(shape(Buffer.from('ä\tb\r1\t2', 'latin1'))).toEqual({
      encoding: 'windows-1252',
      separator: '\t',
      lineEnd: '\r',
    });
    expect(shape(Buffer.from('\ufeffa,b', 'utf16le')).encoding).toBe('utf-16le');
    // A letter that is cut in the middle is no other encoding.
    expect(shape(Buffer.from('aä').subarray(0, 2)).encoding).toBe('utf-8');
    expect(separatorIn('"a;b;c",d\n')).toBe(',');
    expect(separatorIn('images/1.jpg 0\n', true)).toBe(' ');
  });
});
