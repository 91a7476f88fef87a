import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildAddon, loadAddon } from './addon.mjs';
import { CUDA, cudaRequirements, fetchCuda } from './cuda-engine.mjs';
import { CUDA_LIBRARIES } from './cuda-libraries.mjs';
import { run } from './command.mjs';
import { fetchWheel, pythonWithPip } from './pip.mjs';
import { placePackage } from './place.mjs';
import { compileLibrary, OPENS_BY_NAME, write, writeAddonSource, writeWheel } from './wheels.fixture.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const works = async (program: string, ...args: string[]) => (await run(program, args)).code === 0;
const pip = await works('python3', '-m', 'pip', '--version');
const compiler = process.platform === 'linux' && (await works('g++', '--version'));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'steadygaze-cuda-'));
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', path.join(folder, 'pip'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe('what the wheel asks for', () => {
  it('are the libraries of its extra "and-cuda", in both ways of writing, and nothing else', () => {
    const metadata = `Requires-Dist: numpy>=1.26.0
Requires-Dist: nvidia-cudnn-cu12<10.0,>=9.3.0.75; extra == "and-cuda"
Requires-Dist: nvidia-nccl-cu12 (<3.0,>=2.27.7) ; extra == 'and-cuda'
Requires-Dist: nvidia-ml-py; extra == "monitor"
Summary: nvidia- and-cuda`;
    expect(cudaRequirements(metadata)).toEqual(['nvidia-cudnn-cu12<10.0,>=9.3.0.75', 'nvidia-nccl-cu12<3.0,>=2.27.7']);
  });

  it('is told with its size before anything is fetched, or refused where there is no wheel', () => {
    const linux = process.platform === 'linux' && process.arch === 'x64';
    if (linux) expect(CUDA.announcement()).toMatch(/about 3\.4 GB to fetch, about 6 GB kept, 10 GB free/);
    else expect(() => CUDA.announcement()).toThrow(/only for Linux/);
  });
});

describe.runIf(pip)('fetching a wheel', () => {
  it('asks pip once: what was fetched whole is there the next time, what was not is fetched again', async () => {
    const downloads = path.join(folder, 'downloads');
    writeWheel(path.join(folder, 'pip'), 'nvidia-cudnn-cu12', '9.13.0.50', {});
    // What a killed setup leaves.
    write(path.join(downloads, 'unfinished/nvidia_cudnn_cu12-9.13.0.50-py3-none-any.whl'), 'half');
    const task = { python: await pythonWithPip(), requirement: 'nvidia-cudnn-cu12<10.0,>=9.3.0.75', downloads };
    const file = await fetchWheel(task);
    expect(statSync(file).size).toBeGreaterThan(100);
    expect(readdirSync(downloads)).toEqual(['nvidia_cudnn_cu12-9.13.0.50-py3-none-any.whl']);
    rmSync(path.join(folder, 'pip'), { recursive: true });
    expect(await fetchWheel(task)).toBe(file);
  });

  it('says in a sentence what pip cannot supply', async () => {
    mkdirSync(path.join(folder, 'pip'));
    const downloads = path.join(folder, 'downloads');
    const task = { python: await pythonWithPip(), requirement: 'nvidia-nccl-cu12<3.0', downloads };
    await expect(fetchWheel(task)).rejects.toThrow(
      /^pip could not supply nvidia-nccl-cu12<3\.0 \(.*[Nn]o matching .+\)\.$/,
    );
  });
});

/** Puts the wheels of a few bytes where pip finds them, or where a setup before has put them. */
function writeWheels(links: string, downloads: string, lacking?: string): void {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const folders = [...new Set(CUDA_LIBRARIES.map((library) => library.folder))];
  const name = (library: string) => `nvidia-${library.replaceAll('_', '-')}-cu12`;
  writeWheel(
    links,
    'tensorflow',
    '2.21.0',
    {
      'tensorflow/libtensorflow_cc.so.2': bytes('cc'),
      'tensorflow/libtensorflow_framework.so.2': bytes('framework'),
      'tensorflow/include/tensorflow/c/c_api.h': bytes('api'),
      'tensorflow/include/external/large.h': bytes('unused'),
      'tensorflow/python/program.py': bytes('unused'),
    },
    ['numpy>=1.26', ...[...folders, 'cuda_nvcc'].map((library) => `${name(library)}>=9; extra == "and-cuda"`)],
  );
  writeWheel(links, name('cuda_nvcc'), '12.9.0', { 'nvidia/cuda_nvcc/bin/ptxas': bytes('program') });
  for (const library of folders) {
    const names = CUDA_LIBRARIES.filter((one) => one.folder === library && one.name !== lacking);
    writeWheel(downloads, name(library), '12.9.0', {
      ...Object.fromEntries(names.map((one) => [`nvidia/${library}/lib/${one.name}`, bytes(one.name)])),
      [`nvidia/${library}/include/header.h`]: bytes('unused'),
    });
  }
}

describe.runIf(pip)('the libraries of CUDA', () => {
  it('come by the requirements in the wheel, and lie as pip would lay them', async () => {
    const [target, downloads] = [path.join(folder, 'entry'), path.join(folder, 'downloads')];
    // TensorFlow and the compiler are fetched; the rest was, before the setup was interrupted.
    writeWheels(path.join(folder, 'pip'), downloads);
    mkdirSync(target);
    const said: string[] = [];
    await fetchCuda({ folder: target, downloads, bytesNeeded: 1, say: (line) => said.push(line) });
    const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((file) =>
      statSync(path.join(target, file)).isFile(),
    );
    expect(files.sort()).toEqual(
      [
        'include/tensorflow/c/c_api.h',
        'lib/libtensorflow_cc.so.2',
        'lib/libtensorflow_framework.so.2',
        'nvidia/cuda_nvcc/bin/ptxas',
        ...CUDA_LIBRARIES.map((library) => `nvidia/${library.folder}/lib/${library.name}`),
      ].sort(),
    );
    expect(statSync(path.join(target, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o111).toBe(0o111);
    // Eleven folders for twelve libraries (cuBLAS has two), and the compiler.
    expect(said).toContain('fetching nvidia-cuda-nvcc-cu12>=9 (12 of 12) ...');
    expect(readdirSync(downloads)).toHaveLength(13);
  });

  it('are missed by name where a wheel came without one', async () => {
    const downloads = path.join(folder, 'downloads');
    writeWheels(downloads, downloads, 'libcudnn.so.9');
    const target = path.join(folder, 'entry');
    mkdirSync(target);
    const fetching = fetchCuda({ folder: target, downloads, bytesNeeded: 1, say: () => undefined });
    await expect(fetching).rejects.toThrow("NVIDIA's wheels came without libcudnn.so.9.");
  });

  it('are not begun with where they do not fit', async () => {
    const fetching = fetchCuda({ folder, downloads: path.join(folder, 'd'), bytesNeeded: 1e18, say: () => undefined });
    await expect(fetching).rejects.toThrow(/^it needs 1000000000000 MB of free space at .+, and \d+ MB are free\.$/);
  });
});

describe.runIf(compiler)('the addon', () => {
  const headers = path.join(root, 'node_modules/node-api-headers/include');
  const cudnn = { name: 'libcudnn.so.9', folder: 'cudnn' };

  /** A cache entry with a made-up TensorFlow that opens a library by name, built and placed as the real one. */
  async function place(libraries: readonly (typeof cudnn)[]): Promise<string> {
    const entry = path.join(folder, 'entry');
    mkdirSync(path.join(entry, 'include'), { recursive: true });
    writeAddonSource(path.join(entry, 'package'), cudnn.name);
    await compileLibrary(path.join(entry, 'lib/libtensorflow_cc.so.2'), OPENS_BY_NAME);
    await compileLibrary(path.join(entry, 'lib/libtensorflow_framework.so.2'), 'int framework;');
    await compileLibrary(path.join(entry, `nvidia/cudnn/lib/${cudnn.name}`), 'int cudnn;');
    await buildAddon({ folder: entry, headers, libraries });
    const target = path.join(folder, 'node_modules/@tensorflow/tfjs-node-gpu');
    placePackage(entry, target);
    return target;
  }

  it('brings the libraries that TensorFlow opens by name', async () => {
    const target = await place([cudnn]);
    expect(await loadAddon(target)).toBe('opened');
    expect(existsSync(path.join(folder, 'entry/nvidia/cudnn/lib', cudnn.name))).toBe(true);
  });

  it('that is not linked to them leaves TensorFlow without', async () => {
    expect(await loadAddon(await place([]))).toMatch(/libcudnn\.so\.9: cannot open shared object file/);
  });

  it('names the library that was deleted', async () => {
    const target = await place([cudnn]);
    rmSync(path.join(folder, 'entry/nvidia'), { recursive: true });
    await expect(loadAddon(target)).rejects.toThrow(/the addon was built but does not load/);
  });
});

describe('the command', () => {
  /** Runs it in a small copy of the project; PATH has no compiler and no Python. */
  async function setUpInCopy(script: string): Promise<{ code: number; stdout: string }> {
    const copy = path.join(folder, 'project');
    cpSync(path.join(root, 'src-main/compute/setup'), path.join(copy, 'src-main/compute/setup'), {
      recursive: true,
      filter: (file) => !file.endsWith('.ts'),
    });
    write(path.join(copy, 'package-lock.json'), readFileSync(path.join(root, 'package-lock.json'), 'utf8'));
    const env = { PATH: path.join(folder, 'empty'), HOME: folder, STEADYGAZE_CACHE: path.join(folder, 'cache') };
    return run(process.execPath, [path.join(copy, 'src-main/compute/setup', script)], { env });
  }

  it('fails with one sentence, and fetches nothing before it knows that it can go on', async () => {
    const { code, stdout } = await setUpInCopy('cuda.mjs');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^CUDA engine: not set up: .+\. "npm run setup:cuda" tries again and goes on .+\n$/);
    expect(existsSync(path.join(folder, 'cache'))).toBe(false);
  });

  it('is no part of an install', async () => {
    const { stdout } = await setUpInCopy('native.mjs');
    expect(stdout).not.toMatch(/CUDA/);
    const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const installing = ['preinstall', 'install', 'postinstall', 'prepare'].map((name) => manifest.scripts[name] ?? '');
    expect(installing.join(' ')).not.toMatch(/cuda/);
  });
});
