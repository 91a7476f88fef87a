/**
 * Compiles the kernels (*.as, AssemblyScript) to kernels.ts, which holds the module as text so that it is found wherever
 * this program is bundled to: node src-main/compute/simd/build.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const FOLDER = import.meta.dirname;
const OUTPUT = join(FOLDER, 'kernels.ts');

/** The module's bytes. */
export async function compile() {
  let binary = null;
  const { error } = await asc.main(
    [
      'index.ts',
      ...['--outFile', 'kernels.wasm', '--optimizeLevel', '3', '--shrinkLevel', '0', '--noAssert'],
      // The kernels work on the memory of TensorFlow.js and have none of their own.
      ...['--runtime', 'stub', '--importMemory', '--noExportMemory', '--enable', 'simd,relaxed-simd,bulk-memory'],
    ],
    {
      // The compiler knows files that end in .ts alone; to every other tool here those would be TypeScript.
      readFile: (name) => {
        try {
          return readFileSync(join(FOLDER, name.replace(/\.ts$/, '.as')), 'utf8');
        } catch {
          return null;
        }
      },
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === null) throw new Error('The kernels do not compile.', { cause: error });
  return Buffer.from(binary);
}

/** The source of kernels.ts. */
export function sourceOf(/** @type {Buffer} */ binary) {
  return [
    '/** The compiled kernels (WebAssembly, base64). Made by build.mjs; do not edit. */',
    `export const KERNELS =\n  '${binary.toString('base64')}';`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const binary = await compile();
  writeFileSync(OUTPUT, sourceOf(binary));
  console.log(`kernels.ts: ${binary.length} bytes`);
}
