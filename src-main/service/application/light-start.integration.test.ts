import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Programs that load for seconds, or that must not share a process with a window. */
const HEAVY = ['@tensorflow', 'sharp', 'hyparquet'];

it('loads neither what computes nor what decodes pictures', async () => {
  const program = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (${JSON.stringify(HEAVY)}.some((heavy) => name === heavy || name.startsWith(heavy + '/') ||
            name.startsWith(heavy + '-'))) throw new Error(name + ' is loaded by ' + context.parentURL);
        return next(name, context);
      },
    });
    await import(${JSON.stringify(new URL('application.ts', import.meta.url).href)});
    console.log('light');`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  expect(stdout).toBe('light\n');
});
