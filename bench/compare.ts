/**
 * Our native engine against PyTorch doing the same work, both on one thread of the same core, taking turns: what
 * else the machine does meets both alike.
 *
 *     node bench/compare.ts --python torch-env/bin/python [--size 64] [--stem imagenet] [--batch 16] [--rounds 7]
 *         [--core 0] [--channels-last] [--whole-backward] [--works forward,training] [--json]
 *
 * Prints per work the seconds of one batch (median), and our time divided by PyTorch's (median over the pairs; wall
 * and processor time). How to install PyTorch: see pytorch_reference.py.
 */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as v from 'valibot';
import { RunSettings } from '../src-main/contract/settings.ts';
import { median } from '../src-main/numeric/statistics.ts';
import type { Repetition, Task } from './measure.ts';
import { type Work, WORKS } from './workload.ts';

/** Time of ours divided by PyTorch's that the project wants to stay below. */
const TARGETS: Partial<Record<Work, number>> = { training: 1.05, assessment: 0.85 };
/** One thread each. */
const ENVIRONMENT = {
  ...process.env,
  TF_NUM_INTRAOP_THREADS: '1',
  TF_NUM_INTEROP_THREADS: '1',
  OMP_NUM_THREADS: '1',
  TF_CPP_MIN_LOG_LEVEL: '2',
};

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    size: { type: 'string', default: '64' },
    stem: { type: 'string', default: 'imagenet' },
    width: { type: 'string', default: '64' },
    batch: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '7' },
    core: { type: 'string', default: '0' },
    works: { type: 'string', default: WORKS.join(',') },
    'channels-last': { type: 'boolean', default: false },
    'whole-backward': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** A process that does one batch of a work when told to. */
class Contender {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;
  private complaints = '';

  constructor(command: string, args: readonly string[]) {
    const hasTaskset = spawnSync('taskset', ['--version']).status === 0;
    const pinned = hasTaskset ? ['taskset', '-c', options.core, command, ...args] : [command, ...args];
    this.child = spawn(pinned[0], pinned.slice(1), { env: ENVIRONMENT });
    this.child.stderr.on('data', (chunk: Buffer) => (this.complaints += chunk.toString()));
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  async answer(): Promise<string> {
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

const network = v.parse(RunSettings, {
  network: { stem: options.stem, width: Number(options.width), size: Number(options.size) },
}).network;
const batch = Number(options.batch);
const task: Task = { engine: 'native', network, batch, seconds: 0, pictures: 0 };
const works = WORKS.filter((work) => options.works.split(',').includes(work));

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const ours = new Contender(process.execPath, [here('measure.ts'), JSON.stringify(task), 'serve']);
await ours.answer();
const theirs = new Contender(options.python, [
  here('pytorch_reference.py'),
  '--serve',
  ...['--size', String(network.size), '--stem', network.stem, '--width', String(network.width)],
  ...['--batch', String(batch), '--threads', '1'],
  ...(options['channels-last'] ? ['--channels-last'] : []),
  ...(options['whole-backward'] ? ['--whole-backward'] : []),
]);
await theirs.answer();

const pairs = new Map<Work, { ours: Repetition; theirs: Repetition }[]>(works.map((work) => [work, []]));
for (let round = 0; round < Number(options.rounds); round++) {
  for (const work of works) {
    pairs.get(work)?.push({ ours: await ours.do(work), theirs: await theirs.do(work) });
  }
}
ours.end();
theirs.end();

const figures = works.map((work) => {
  const measured = pairs.get(work) ?? [];
  const perImage = (of: (pair: (typeof measured)[number]) => number) => (median(measured.map(of)) * 1000) / batch;
  return {
    work,
    oursCpuMs: perImage((pair) => pair.ours.cpu),
    pytorchCpuMs: perImage((pair) => pair.theirs.cpu),
    cpuRatio: median(measured.map((pair) => pair.ours.cpu / pair.theirs.cpu)),
    wallRatio: median(measured.map((pair) => pair.ours.wall / pair.theirs.wall)),
    target: TARGETS[work] ?? null,
  };
});
if (options.json) {
  console.log(JSON.stringify({ network, batch, rounds: Number(options.rounds), figures }, null, 2));
} else {
  console.log(
    `ResNet-18, width ${network.width}, stem ${network.stem}, ${network.size}x${network.size}, batch ${batch}; ` +
      'milliseconds of processor time an image, one thread',
  );
  console.log('work           ours  PyTorch  ratio (cpu)  ratio (wall)  target');
  for (const { work, oursCpuMs, pytorchCpuMs, cpuRatio, wallRatio, target } of figures) {
    const cells = [oursCpuMs.toFixed(2).padStart(9), pytorchCpuMs.toFixed(2).padStart(9)];
    cells.push(cpuRatio.toFixed(3).padStart(13), wallRatio.toFixed(3).padStart(14), String(target ?? '').padStart(8));
    console.log(work.padEnd(10) + cells.join(''));
  }
}
