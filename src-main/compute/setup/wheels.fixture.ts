/** Wheels of a few bytes, and a TensorFlow that has nothing but its name: what pip and the compiler do is real. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { zipSync } from 'fflate';
import { run } from './command.mjs';

/** Writes a file and the folders above it. */
export function write(file: string, text: string | Uint8Array = ''): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Puts a wheel that every Python takes into a folder. */
export function writeWheel(
  folder: string,
  name: string,
  version: string,
  files: Readonly<Record<string, Uint8Array>>,
  requires: readonly string[] = [],
): void {
  const id = `${name.replaceAll('-', '_')}-${version}`;
  const text = (...lines: string[]) => new TextEncoder().encode(`${lines.join('\n')}\n`);
  const metadata = ['Metadata-Version: 2.1', `Name: ${name}`, `Version: ${version}`];
  const wheel = zipSync({
    ...files,
    [`${id}.dist-info/METADATA`]: text(...metadata, ...requires.map((requirement) => `Requires-Dist: ${requirement}`)),
    [`${id}.dist-info/WHEEL`]: text('Wheel-Version: 1.0', 'Root-Is-Purelib: true', 'Tag: py3-none-any'),
    [`${id}.dist-info/RECORD`]: text(),
  });
  write(path.join(folder, `${id}-py3-none-any.whl`), wheel);
}

/** Compiles C into a shared library of this name. */
export async function compileLibrary(file: string, source: string): Promise<void> {
  write(`${file}.c`, source);
  const name = path.basename(file);
  const { code, stderr } = await run('g++', [
    '-shared',
    '-fPIC',
    '-x',
    'c',
    `${file}.c`,
    `-Wl,-soname,${name}`,
    '-o',
    file,
  ]);
  if (code !== 0) throw new Error(stderr);
}

/**
 * The sources of an addon with the file names of tfjs-node's. It gives as its version what TensorFlow answers when it is
 * asked to open a library by name, as the real one opens CUDA's.
 */
export function writeAddonSource(packageFolder: string, library: string): void {
  write(path.join(packageFolder, 'binding/tfjs_backend.cc'), 'extern "C" const char* TF_Open(const char*);\n');
  write(
    path.join(packageFolder, 'binding/tfjs_binding.cc'),
    `#include <node_api.h>
     extern "C" const char* TF_Open(const char*);
     static napi_value Init(napi_env env, napi_value exports) {
       napi_value version;
       napi_create_string_utf8(env, TF_Open("${library}"), NAPI_AUTO_LENGTH, &version);
       napi_set_named_property(env, exports, "TF_Version", version);
       return exports;
     }
     NAPI_MODULE(tfjs_binding, Init)
`,
  );
  write(path.join(packageFolder, 'dist/nodejs_kernel_backend.js'));
  write(path.join(packageFolder, 'README.md'));
  write(path.join(packageFolder, 'package.json'), '{"name":"x","version":"1.0.0"}');
}

/** Opens a library by its bare name while the program runs. */
export const OPENS_BY_NAME = `#include <dlfcn.h>
const char* TF_Open(const char* name) {
  void* library = dlopen(name, 1);
  return library ? "opened" : dlerror();
}
`;
