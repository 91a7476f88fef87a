/**
 * One of our engines against PyTorch doing the same work on the same cores, taking turns: what else the machine does
 * meets both alike.
 *
 *     node bench/compare.ts --python torch-env/bin/python [--architecture resnet18|resnet50|vgg16] [--engine native]
 *         [--threads 1] [--size 64] [--stem imagenet] [--batch 64] [--rounds 3] [--works training,assessment]
 *         [--cores 0] [--channels-last] [--whole-backward] [--json]
 *
 * Networks are torchvision's, of full width. Works: forward, heatmap, attack, assessment, training. Prints per work the
 * milliseconds of an image (medians), and our time divided by PyTorch's (median over the pairs; wall and processor
 * time). By default it takes from a minute (ResNet-18) to eight (VGG-16); `--channels-last` lays out PyTorch's pictures as
 * TensorFlow does. How to install PyTorch: see pytorch_reference.py.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { ENGINE_IDS } from '../src-main/compute/engine.ts';
import { RunSettings } from '../src-main/contract/settings.ts';
import { median } from '../src-main/numeric/statistics.ts';
import { measuring, type Repetition, type Task } from './task.ts';
import { type Work, WORKS } from './workload.ts';

/** Time of ours divided by PyTorch's that the project wants to stay below. */
const TARGETS: Partial<Record<Work, number>> = { training: 1, assessment: 0.7 };
/** The same for the engine that needs nothing, on one thread. */
const WASM_TARGET = 2.5;

/** Side of the pictures, pictures of a batch, and pairs. */
const DEFAULTS = {
  resnet18: { size: '64', batch: '64', rounds: '3' },
  resnet50: { size: '224', batch: '8', rounds: '2' },
  vgg16: { size: '224', batch: '8', rounds: '2' },
} as const;

/** Works that PyTorch's side does, too. */
const SHARED = WORKS.filter((work) => work !== 'calibration');

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    architecture: { type: 'string', default: 'resnet18' },
    engine: { type: 'string', default: 'native' },
    threads: { type: 'string', default: '1' },
    size: { type: 'string' },
    stem: { type: 'string', default: 'imagenet' },
    batch: { type: 'string' },
    rounds: { type: 'string' },
    cores: { type: 'string' },
    works: { type: 'string', default: 'training,assessment' },
    'channels-last': { type: 'boolean', default: false },
    'whole-backward': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

function chosen<T extends string>(names: readonly T[], name: string): T {
  const found = names.find((candidate) => candidate === name);
  if (found === undefined) throw new Error(`"${name}" is none of ${names.join(', ')}`);
  return found;
}

const architecture = chosen(Object.keys(DEFAULTS) as (keyof typeof DEFAULTS)[], options.architecture);
const engine = chosen(ENGINE_IDS, options.engine);
const threads = chosen(['1', '2'], options.threads);
const works = options.works.split(',').map((name) => chosen(SHARED, name));
const { size, batch: pictures, rounds } = { ...DEFAULTS[architecture], ...given(options) };
const batch = Number(pictures);
const { network } = v.parse(RunSettings, {
  network: { architecture, width: 64, stem: options.stem, lastStride: 2, head: 'torchvision', size: Number(size) },
});
/** Cores that both work on, as `taskset` names them. */
const cores = options.cores ?? (threads === '1' ? '0' : '0,1');

/** What of it was said. */
function given({ size, batch, rounds }: typeof options): { size?: string; batch?: string; rounds?: string } {
  return {
    ...(size === undefined ? {} : { size }),
    ...(batch === undefined ? {} : { batch }),
    ...(rounds === undefined ? {} : { rounds }),
  };
}

const environment = {
  ...process.env,
  TF_NUM_INTRAOP_THREADS: threads,
  OMP_NUM_THREADS: threads,
  TF_CPP_MIN_LOG_LEVEL: '2',
};

/** A process that does one batch of a work when told to. */
class Contender {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;
  private complaints = '';

  constructor(command: string, args: readonly string[]) {
    const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
    const pinned = hasTaskset ? ['taskset', '-c', cores, command, ...args] : [command, ...args];
    this.child = spawn(pinned[0], pinned.slice(1), { env: environment });
    this.child.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** @throws Error where it cannot do these works at all */
  async ready(): Promise<void> {
    const answer = await this.answer();
    if (answer !== 'ready') throw new Error(answer);
  }

  private async answer(): Promise<string> {
    const next = await this.answers.next();
    if (next.done === true) throw new Error(`the process ended:\n${this.complaints}`);
    return next.value;
  }

  async do(work: Work): Promise<Repetition> {
    this.child.stdin.write(`${work}\n`);
    return JSON.parse(await this.answer()) as Repetition;
  }

  end(): void {
    this.child.stdin.end();
    this.lines.close();
  }
}

const task: Task = { engine, network, batch, measurement: { kind: 'works', works, seconds: 0 } };
const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ours = new Contender(process.execPath, [...measuring(task), 'serve']);
await ours.ready();
const theirs = new Contender(options.python, [
  here('pytorch_reference.py'),
  ...['--serve', '--architecture', architecture, '--size', String(network.size), '--stem', network.stem],
  ...['--batch', String(batch), '--threads', threads, '--works', works.join(',')],
  ...(options['channels-last'] ? ['--channels-last'] : []),
  ...(options['whole-backward'] ? ['--whole-backward'] : []),
]);
await theirs.ready();

const pairs = new Map<Work, { ours: Repetition; theirs: Repetition }[]>(works.map((work) => [work, []]));
for (let round = 0; round < Number(rounds); round++) {
  for (const work of works) {
    pairs.get(work)?.push({ ours: await ours.do(work), theirs: await theirs.do(work) });
  }
}
ours.end();
theirs.end();

const figures = works.map((work) => {
  const measured = pairs.get(work) ?? [];
  const perImage = (of: (pair: (typeof measured)[number]) => number) => (median(measured.map(of)) * 1000) / batch;
  const target = TARGETS[work];
  return {
    work,
    oursCpuMs: perImage((pair) => pair.ours.cpu),
    pytorchCpuMs: perImage((pair) => pair.theirs.cpu),
    oursWallMs: perImage((pair) => pair.ours.wall),
    pytorchWallMs: perImage((pair) => pair.theirs.wall),
    cpuRatio: median(measured.map((pair) => pair.ours.cpu / pair.theirs.cpu)),
    wallRatio: median(measured.map((pair) => pair.ours.wall / pair.theirs.wall)),
    target: target === undefined ? null : engine === 'wasm' ? WASM_TARGET : target,
  };
});
if (options.json) {
  const setting = { engine, threads: Number(threads), network, batch, rounds: Number(rounds) };
  console.log(JSON.stringify({ ...setting, figures }, null, 2));
} else {
  const stem = architecture === 'vgg16' ? '' : `, stem ${network.stem}`;
  console.log(
    `${engine} against PyTorch: ${architecture}${stem}, ${network.size}x${network.size}, batch ${batch}, ` +
      `${threads === '1' ? 'one thread' : 'two threads'}; milliseconds an image`,
  );
  console.log('work        ours cpu  PyTorch cpu  ours wall  PyTorch wall  ratio cpu  ratio wall  target');
  for (const figure of figures) {
    const { oursCpuMs, pytorchCpuMs, oursWallMs, pytorchWallMs, cpuRatio, wallRatio, target } = figure;
    const cells = [oursCpuMs.toFixed(2).padStart(9), pytorchCpuMs.toFixed(2).padStart(13)];
    cells.push(oursWallMs.toFixed(2).padStart(11), pytorchWallMs.toFixed(2).padStart(14));
    cells.push(cpuRatio.toFixed(3).padStart(11), wallRatio.toFixed(3).padStart(12), String(target ?? '').padStart(8));
    console.log(figure.work.padEnd(11) + cells.join(''));
  }
}
