// @ts-check
/**
 * For the bundler: sharp is loaded with its first use. The main process shares files with the processes that read
 * pictures, never reads one itself, and must not load sharp: see ../library-process.ts.
 */

const ID = '\0late-sharp';

/** What the program says as soon as it is loaded (how many threads, how large a cache) is kept until then. */
const SOURCE = `import { createRequire } from 'node:module';
const early = [];
let sharp;
function loaded() {
  if (sharp === undefined) {
    sharp = createRequire(import.meta.url)('sharp');
    for (const [name, given] of early) sharp[name](...given);
  }
  return sharp;
}
export default new Proxy(() => undefined, {
  apply: (_, self, given) => Reflect.apply(loaded(), self, given),
  get: (_, name) =>
    sharp === undefined && (name === 'concurrency' || name === 'cache')
      ? (...given) => void early.push([name, given])
      : loaded()[name],
});
`;

/** @returns {import('vite').Plugin} */
export function lateSharp() {
  return {
    name: 'late-sharp',
    enforce: 'pre',
    resolveId: (source) => (source === 'sharp' ? ID : null),
    load: (id) => (id === ID ? SOURCE : null),
  };
}
