/** What the engine `native` needs: the package with TensorFlow; where it is not there, what could build it. */
import path from 'node:path';
import type { EngineCheck } from '../../contract/engine-checks.ts';
import { cacheRoot } from '../setup/cache.mjs';
import { packageChecks } from './addon-package.ts';
import { missing, ok, unknown } from './check.ts';
import type { MachineView } from './machine-view.ts';

const SETUP = 'Run "npm run setup:native" in the folder of Steadygaze.';
const REINSTALL = 'Run "npm ci" in the folder of Steadygaze with internet access. Until then, "wasm" needs nothing.';

export async function diagnoseNative(machine: MachineView): Promise<EngineCheck[]> {
  // From the wheel it is built on Linux only; elsewhere the package's own installer fetches it.
  const linux = machine.platform === 'linux';
  const parts = packageChecks(machine, {
    name: '@tensorflow/tfjs-node',
    library: machine.platform === 'win32' ? 'tensorflow.dll' : 'libtensorflow',
    setup: linux ? SETUP : REINSTALL,
  });
  const whole = parts.every(({ state }) => state === 'ok');
  return [
    ...(whole || !linux ? [] : await toolChecks(machine)),
    ...parts,
    ...(whole ? [oneDnnCheck(machine)] : []),
    vectorCheck(machine),
  ];
}

/** What "npm run setup:native" works with. */
async function toolChecks(machine: MachineView): Promise<EngineCheck[]> {
  const compiler = await machine.run('g++', ['--version']);
  const pip =
    (await machine.run('python3', ['-m', 'pip', '--version'])) ??
    (await machine.run('python', ['-m', 'pip', '--version']));
  const kept = path.posix.join(cacheRoot({ ...machine.env }), 'native');
  const entries = machine.list(kept).filter((name) => !name.startsWith('.'));
  if (entries.length > 0) return [ok('Built before', `${kept} has what a setup needs; nothing has to be fetched.`)];
  return [
    compiler?.code === 0
      ? ok('Compiler', `${compiler.stdout.split('\n', 1)[0]}.`)
      : missing(
          'Compiler',
          'There is no g++ here.',
          'Install it (Debian, Ubuntu: "sudo apt install g++"; Fedora: "sudo dnf install gcc-c++").',
        ),
    pip?.code === 0
      ? ok('Python with pip', `${pip.stdout.split(' from ', 1)[0].trim()}.`)
      : missing(
          'Python with pip',
          'No Python here has pip.',
          'Install it (Debian, Ubuntu: "sudo apt install python3-pip").',
        ),
  ];
}

function oneDnnCheck({ env }: MachineView): EngineCheck {
  const check = 'oneDNN';
  if (env['TF_ENABLE_ONEDNN_OPTS'] !== '0') return ok(check, 'Switched on.');
  return missing(
    check,
    'Switched off by TF_ENABLE_ONEDNN_OPTS=0, which makes this engine three times slower.',
    'Start Steadygaze without this variable.',
  );
}

/** The vector units of the processor: the wider, the faster. Only Linux says it in a file. */
function vectorCheck(machine: MachineView): EngineCheck {
  const check = 'Processor';
  if (machine.arch === 'arm64') return ok(check, '64-bit ARM with NEON.');
  const flags = new Set(
    /^flags\s*:(.*)$/m
      .exec((machine.platform === 'linux' ? machine.read('/proc/cpuinfo') : null) ?? '')?.[1]
      .trim()
      .split(' '),
  );
  if (flags.size === 0) return unknown(check, 'Its vector units cannot be seen from here.');
  const widest = (['amx_bf16', 'avx512f', 'avx2', 'avx'] as const).find((flag) => flags.has(flag));
  if (widest === undefined)
    return missing(
      check,
      'It has no AVX, without which TensorFlow ends the process.',
      'Use the engine "wasm" on this machine.',
    );
  return ok(
    check,
    {
      amx_bf16: 'AVX-512 and AMX.',
      avx512f: 'AVX-512.',
      avx2: 'AVX2.',
      avx: 'AVX; newer ones are about twice as fast.',
    }[widest],
  );
}
