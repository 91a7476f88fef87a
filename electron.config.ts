/**
 * How the desktop app is built: the main process with its compute and library processes, the preload script, and the
 * window. The window's build in `out/renderer` is also what browser mode serves.
 */
import { resolve } from 'node:path';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { svelte } from '@sveltejs/vite-plugin-svelte';

const root = import.meta.dirname;

/** Electron's oldest Node.js that we run on (see docs/architecture.md). */
const NODE = 'node20';

/**
 * Says beside the programs that they are modules. In the packaged app some of them lie outside the archive, where the
 * project's package.json does not reach.
 */
const saysModules: Plugin = {
  name: 'says-modules',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'package.json', source: '{ "type": "module" }\n' });
  },
};

export default defineConfig({
  main: {
    plugins: [saysModules],
    build: {
      target: NODE,
      outDir: 'out/main',
      // Packages stay packages: native addons cannot be bundled, and everything else gains nothing.
      externalizeDeps: { exclude: ['sharp'], include: ['webgpu'] },
      rollupOptions: {
        input: {
          main: resolve(root, 'src-main/desktop/main.ts'),
          'compute-process': resolve(root, 'src-main/jobs/compute-process.ts'),
          'loader-thread': resolve(root, 'src-main/jobs/loader-thread.ts'),
          'library-worker': resolve(root, 'src-main/service/library/worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'parts/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: NODE,
      outDir: 'out/preload',
      rollupOptions: {
        input: { preload: resolve(root, 'src-main/desktop/preload.ts') },
        // A sandboxed preload script can be CommonJS only.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'src-renderer'),
    base: './',
    plugins: [svelte()],
    build: {
      target: 'chrome130',
      outDir: resolve(root, 'out/renderer'),
      emptyOutDir: true,
      rollupOptions: { input: resolve(root, 'src-renderer/index.html') },
    },
  },
});
