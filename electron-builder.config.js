// @ts-check
/**
 * How the desktop app is packaged: `npm run package` (add `-- --dir` for a folder only). Only what runs is inside: the
 * build in `out/`, the packages it imports, the sample study.
 */
import { existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

const SAMPLE = 'resources/sample-study';
const isHere = (/** @type {string} */ file) => existsSync(path.join(import.meta.dirname, file));

/** The sample study, with its pictures in it wherever they are kept here. */
const sample = [
  { from: SAMPLE, to: 'sample-study', filter: ['**/*', '!**/lock', '!cache'] },
  ...(isHere(`${SAMPLE}/pictures`) ? [] : [{ from: 'resources/sample', to: 'sample-study/pictures' }]),
];

const DAWN = 'node_modules/webgpu/dist';
/** WebGPU's library comes for all systems: 30 MB each. */
const otherSystems = isHere(DAWN)
  ? readdirSync(path.join(import.meta.dirname, DAWN))
      .filter((folder) => !folder.startsWith(`${process.platform}-`))
      .map((folder) => `!${DAWN}/${folder}/**`)
  : [];

const NATIVE = 'node_modules/@tensorflow/tfjs-node';
/**
 * TensorFlow built in from its wheel (compute/setup) is linked, under names that only the building of the addon needs:
 * each would become a copy of 800 MB.
 */
const isLinked = lstatSync(path.join(import.meta.dirname, NATIVE, 'deps/lib'), {
  throwIfNoEntry: false,
})?.isSymbolicLink();
const linkedNames = isLinked
  ? [`!${NATIVE}/deps/lib/libtensorflow.so*`, `!${NATIVE}/deps/lib/libtensorflow_framework.so`]
  : [];

/** Of packages: what only their builders, their readers or a browser page would use. */
const WITHOUT = [
  '!**/*.{map,ts,mts,cts,md,markdown,cc,h,gyp,gypi,flow}',
  '!**/node_modules/**/{test,tests,__tests__,docs,example,examples,benchmarks,scripts}/**',
  '!**/node_modules/@tensorflow/*/src/**',
  '!**/node_modules/@tensorflow/*/dist/**/*_test.js',
  '!**/node_modules/@tensorflow/*/dist/*.{es2017,fesm}*.js',
  '!**/node_modules/@tensorflow/*/dist/*.min.js',
  // A gigabyte that few machines can use. Whoever has CUDA runs browser mode from the sources.
  '!**/node_modules/@tensorflow/tfjs-node-gpu/**',
  `!${NATIVE}/deps/include/**`,
  `!${NATIVE}/{python,binding,tsconfig*.json}`,
  ...linkedNames,
  ...otherSystems,
  // For the command line, browser mode and the setup of the native engine.
  '!**/node_modules/{commander,ws,node-api-headers,@types,@webgpu}/**',
];

/** Plain Node, for what Electron's processes cannot compute: see src-main/desktop/plain-node.ts. */
const node = (/** @type {string} */ name) => [{ from: `node_modules/node/bin/${name}`, to: name }];

/** @type {import('electron-builder').Configuration} */
const config = {
  appId: 'io.github.steadygaze',
  productName: 'Steadygaze',
  copyright: 'MIT license',
  directories: { output: 'dist', buildResources: 'resources/icons' },
  files: ['package.json', 'out/**/*', 'resources/icons/256x256.png', ...WITHOUT],
  extraResources: isHere(SAMPLE) ? sample : [],
  asar: true,
  // What runs in processes and threads of its own, and the native libraries that it loads: real files. See places.ts.
  asarUnpack: [
    'out/main/{compute-process,library-worker,loader-thread}.js',
    'out/main/{parts/**,package.json}',
    'node_modules/**',
  ],
  // Native packages speak Node-API: what npm installed is right for every Electron.
  npmRebuild: false,
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
    // There are no cookies; on Linux it would ask for the key ring.
    enableCookieEncryption: false,
  },
  // Updates are looked for nowhere.
  publish: null,
  linux: {
    target: ['AppImage', 'deb'],
    extraResources: node('node'),
    icon: 'resources/icons',
    category: 'Science',
    executableName: 'steadygaze',
    synopsis: 'Does an image classifier look at the right thing?',
    maintainer: 'The Steadygaze authors',
  },
  win: { target: ['nsis'], extraResources: node('node.exe'), icon: 'resources/icons/1024x1024.png' },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
  mac: {
    target: ['dmg'],
    extraResources: node('node'),
    icon: 'resources/icons/1024x1024.png',
    category: 'public.app-category.graphics-design',
    // Offered beside other programs for `study.json`, and for no other file by default: systems know endings, not names.
    fileAssociations: [{ ext: 'json', name: 'Steadygaze study', role: 'Editor', rank: 'Alternate' }],
  },
};

export default config;
